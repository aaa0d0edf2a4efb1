"""Acts that race in processes of their own: what holds here is held by the database alone.

Each process connects, says "ready", acts when a line comes in, and says what became of it.
"""

from __future__ import annotations

import base64
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from servicekit.db import Database
from servicekit.errors import GuichetError

Act = tuple[Callable[..., Any], dict[str, Any]]  # an action, and all it is given but ``db``


def at_once(url: str, *acts: Act) -> list[str]:
    """What became of each, sorted: "done", or the code it was refused with."""
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, url, base64.b64encode(pickle.dumps(act)).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for act in acts
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return sorted(process.communicate(timeout=60)[0].strip() for process in processes)


def _main(url: str, pickled: str) -> None:
    action, given = pickle.loads(base64.b64decode(pickled))
    with Database(url, pool_size=1, service="identity") as db:
        assert db.ready()
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            action(db=db, **given)
            print("done", flush=True)
        except GuichetError as error:
            print(error.code, flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
