"""The peers as processes of this machine: each with a port, a log and an end."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from tests.clients.node_client import node

from local.plan import surroundings
from local.ports import LOOPBACK, free_port
from local.process import Command, Process, Watchdog
from local.waiting import wait_until

READY_SECONDS = 60.0
SERVER = Path(__file__).parent / "oidc_provider" / "server.mjs"


def started(command: Command, *, port: int, watchdog: Watchdog) -> Process:
    process = Process(command, watchdog=watchdog)
    process.start()
    wait_until(
        lambda: _listens(port),
        seconds=READY_SECONDS,
        what=f"{command.name} to listen",
        lost=process.lost,
    )
    return process


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


@dataclass(frozen=True)
class OidcProvider:
    """In memory, one process of Node, one client."""

    process: Process
    url: str
    client_id: str
    client_secret: str


def start_oidc_provider(folder: Path, *, watchdog: Watchdog) -> OidcProvider:
    port, secret = free_port(), secrets.token_urlsafe(32)
    command = Command(
        name="oidc-provider",
        argv=(str(node()), str(SERVER), str(port)),
        log=folder / "oidc-provider.log",
        env=surroundings() | {"PEER_CLIENT_ID": "bench", "PEER_CLIENT_SECRET": secret},
    )
    process = started(command, port=port, watchdog=watchdog)
    return OidcProvider(process, f"http://{LOOPBACK}:{port}", "bench", secret)
