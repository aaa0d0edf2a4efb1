"""Another gateway process beside a suite's own: on the same database and broker."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import requests

_STARTS_WITHIN = 60.0
_STOPS_WITHIN = 20.0


class SecondGateway:
    """At the suite's host, for cookies know of no ports, and at a port of its own."""

    def __init__(self, stack: Any, log: IO[str], settings: Mapping[str, str]) -> None:
        port = _free_port()
        self.url = f"http://{urlsplit(stack.url).hostname}:{port}"
        self._env = {**stack.env("gateway"), **settings, "GUICHET_PORT": str(port)}
        self._env["GUICHET_HOST"] = "127.0.0.1"
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gateway"]
        self._process = subprocess.Popen(
            command, env=self._env, stdout=self._log, stderr=self._log, start_new_session=True
        )
        deadline = time.monotonic() + _STARTS_WITHIN
        while not self._ready():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise TimeoutError("the second gateway did not start")
            time.sleep(0.1)

    def stop(self) -> None:
        """As a deployment ends it: SIGTERM, and what is under way is finished."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=_STOPS_WITHIN)

    def kill(self) -> None:
        """As a machine that fails: launcher and worker at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=_STOPS_WITHIN)

    def _ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except requests.ConnectionError:
            return False


@contextmanager
def second_gateway(stack: Any, log: Path, **settings: str) -> Iterator[SecondGateway]:
    with log.open("w") as lines:
        gateway = SecondGateway(stack, lines, settings)
        gateway.start()
        try:
            yield gateway
        finally:
            gateway.stop()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
