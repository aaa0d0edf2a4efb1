"""Which port each part listens on: asked for, remembered, or free."""

import json
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"

# Below the range the kernel hands to outgoing connections: a port from that range could be taken
# by any client between a crash and the restart that needs it back.
FREE_PORTS = range(20_000, 32_000)


class PortTakenError(Exception):
    """Someone else listens where this installation should; the message says what to set."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A port some part needs: the one `asked` for, or any."""

    name: str
    setting: str | None = None
    asked: int | None = None


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def free_port(*, not_in: frozenset[int] = frozenset()) -> int:
    for port in random.sample(FREE_PORTS, k=500):
        if port not in not_in and is_free(port):
            return port
    raise PortTakenError(f"no free port between {FREE_PORTS.start} and {FREE_PORTS.stop}")


def choose(wishes: tuple[Wish, ...], *, remembered: Mapping[str, int]) -> dict[str, int]:
    """One port per wish. Ports nobody asked for by number move when they are taken."""
    chosen: dict[str, int] = {}
    for wish in wishes:
        if wish.asked is not None:
            _refuse_taken(wish, wish.asked)
            chosen[wish.name] = wish.asked
            continue
        taken = frozenset(chosen.values())
        before = remembered.get(wish.name)
        usable = before is not None and before not in taken and is_free(before)
        chosen[wish.name] = before if usable and before else free_port(not_in=taken)
    return chosen


def _refuse_taken(wish: Wish, port: int) -> None:
    if is_free(port):
        return
    hint = f"set {wish.setting} to another port" if wish.setting else "stop what listens there"
    raise PortTakenError(f"port {port} ({wish.name}) is already in use: {hint}")


def read_ports(file: Path) -> dict[str, int]:
    if not file.exists():
        return {}
    return {str(name): int(port) for name, port in json.loads(file.read_text()).items()}


def write_ports(file: Path, ports: Mapping[str, int]) -> None:
    file.write_text(json.dumps(dict(ports), indent=2) + "\n")
