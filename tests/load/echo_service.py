"""``python echo_service.py ours|nameko``: an echo behind our edge, or behind nameko's own.

Asked by ``rpc_echo``. AMQP_URL and the public key come from the environment.
"""

from servicekit import green

green.patch()

import os  # noqa: E402
import sys  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from typing import Any  # noqa: E402

import eventlet  # noqa: E402
from nameko.rpc import rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402
from tests.load.echo_contract import echo  # noqa: E402

from servicekit import logs  # noqa: E402
from servicekit.container import CONTAINER  # noqa: E402
from servicekit.context import Context, ContextVerifier  # noqa: E402
from servicekit.rpc import House, answers  # noqa: E402

WORKERS = 16


@dataclass(frozen=True)
class Parts:
    verifier: ContextVerifier
    db: None = None  # nothing of it is kept
    clock: None = None


class Ours:
    name = "bench"
    house = House()

    @answers(echo)
    def echo(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return payload


class Namekos:
    name = "bench"

    @rpc
    def echo(self, word: str) -> dict[str, Any]:
        return {"word": word}


def main(which: str) -> None:
    logs.configure(service="bench")
    config = {"AMQP_URI": os.environ["AMQP_URL"], "max_workers": WORKERS}
    if which == "ours":
        config["workers"] = WORKERS
        config["SERVICE_CONTAINER_CLS"] = CONTAINER
        config["parts"] = Parts(ContextVerifier(os.environ["GUICHET_CONTEXT_PUBLIC_KEY"]))
    runner = ServiceRunner(config)
    runner.add_service(Ours if which == "ours" else Namekos)
    runner.start()
    print("ready", flush=True)
    eventlet.sleep(3600)


if __name__ == "__main__":
    main(sys.argv[1])
