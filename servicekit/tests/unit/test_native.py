"""Work on native threads gives way to whoever only asks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from servicekit.native import NICENESS

pytestmark = pytest.mark.unit

PROGRAM = """
from servicekit import green
green.patch()
import os
from eventlet import patcher
from servicekit.native import NativeThreads
threading = patcher.original("threading")

def niceness():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

threads = NativeThreads(2)
print([threads.run(niceness) for _ in range(4)], niceness())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="niceness of a thread is Linux's")
def test_threads_are_nicer_than_the_hub() -> None:
    env = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=env,
    )
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert done.stdout.strip() == f"{[max(NICENESS, own)] * 4} {own}"
