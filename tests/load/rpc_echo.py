"""An echo over RabbitMQ: our client and edge, beside nameko's own.

    python -m tests.load.rpc_echo amqp://… [seconds]

Ours signs and verifies a context with every call, validates both ways and logs a line; nameko's
does none of it. Its latencies at several in flight are those of the whole batch.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.load.echo_contract import echo
from tests.load.measuring import Figure, closed_loop

from contracts.rights import Caller, CallerKind
from servicekit.client import RpcClient
from servicekit.context import (
    Context,
    ContextSigner,
    deadline_in,
    generate_key_pair,
    new_call_id,
)

IN_FLIGHT = 16
WORD = {"word": "twenty letters long."}
_SERVICE = Path(__file__).parent / "echo_service.py"
_ROOT = Path(__file__).resolve().parents[2]


def rpc_echo(amqp_url: str, seconds: float) -> list[Figure]:
    """One after another, then ``IN_FLIGHT`` at once; ours first, then nameko's."""
    private, public = generate_key_pair()
    figures = []
    with _serving("ours", amqp_url, public):
        client = RpcClient(amqp_url, name="bench")
        signer = ContextSigner(private)
        for workers in (1, IN_FLIGHT):
            name = f"RPC echo, our client and edge, {workers} in flight"
            act = _our_act(client, signer)
            figures.append(closed_loop(name, lambda act=act: act, workers=workers, seconds=seconds))
        client.close()
    with _serving("nameko", amqp_url, public), _nameko_client(amqp_url) as service:
        for at_once in (1, IN_FLIGHT):
            name = f"RPC echo, nameko's own client and edge, {at_once} in flight"
            act = _nameko_act(service, at_once)
            batches = closed_loop(name, lambda act=act: act, workers=1, seconds=seconds)
            figures.append(replace(batches, per_second=batches.per_second * at_once))
    return figures


def _our_act(client: RpcClient, signer: ContextSigner) -> Callable[[], object]:
    caller = Caller(kind=CallerKind.GATEWAY, subject="gateway")

    def act() -> object:
        context = Context(
            caller=caller, call=echo.full_name, call_id=new_call_id(), deadline=deadline_in(10)
        )
        return client.call(echo, WORD, signer.sign(context, WORD), 10)

    return act


@contextmanager
def _nameko_client(amqp_url: str) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nameko.standalone.rpc import ServiceRpcProxy
    with ServiceRpcProxy("bench", {"AMQP_URI": amqp_url}, timeout=10) as service:
        yield service


def _nameko_act(service: Any, at_once: int) -> Callable[[], object]:
    """It belongs to one thread: several in flight are a batch of its asynchronous calls."""
    if at_once == 1:
        return lambda: service.echo(**WORD)

    def act() -> object:
        replies = [service.echo.call_async(**WORD) for _ in range(at_once)]
        return [reply.result() for reply in replies]

    return act


@contextmanager
def _serving(which: str, amqp_url: str, public_key: str) -> Iterator[None]:
    env = {
        **os.environ,
        "AMQP_URL": amqp_url,
        "GUICHET_CONTEXT_PUBLIC_KEY": public_key,
        "PYTHONPATH": str(_ROOT),
    }
    with subprocess.Popen(
        [sys.executable, str(_SERVICE), which],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            _until_ready(process.stdout)
            with _drained(process.stdout):
                yield
        finally:
            process.kill()


def _until_ready(lines: Any) -> None:
    said = []
    for line in lines:
        if line.strip() == "ready":
            return
        said.append(line)
    raise RuntimeError(f"the echo service did not start: {''.join(said)}")


@contextmanager
def _drained(lines: Any) -> Iterator[None]:
    """Its log lines are read and dropped, as a collector would take them."""
    thread = threading.Thread(target=lambda: deque(lines, maxlen=0), daemon=True)
    thread.start()
    yield


def main(arguments: list[str]) -> None:
    seconds = float(arguments[1]) if len(arguments) > 1 else 5.0
    for figure in rpc_echo(arguments[0], seconds):
        print(figure.line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
