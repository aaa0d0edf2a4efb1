"""``make bench-peers``: Guichet beside what a user could run instead, on this machine, in turns.

Token checks beside OpenStack Keystone's, client-credentials JWTs (RS256) beside oidc-provider's.
Requests a second depend on who shares the cores with whom; what a request costs the *server* does
not, so the processor time of each server's processes is counted beside them, and the client's.
Where an aim is missed, the bench ends with an error.
"""

from __future__ import annotations

import argparse
import base64
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from tests.journeys.visitor import client_token
from tests.load.bench import form, repeated, running_suite
from tests.load.measuring import Figure, closed_loop
from tests.load.peers.openstack import WORKERS, Keystone, start_keystone
from tests.load.peers.parts import OidcProvider, start_oidc_provider
from tests.load.plain_http import KeptConnection, request

from local.process import Watchdog
from local.stack import Stack

CONNECTIONS, ROUNDS = 16, 4
CHECKS_AIM, TOKENS_AIM = 5.0, 1.0
_TOKEN_FORM = "grant_type=client_credentials&scope=contracts.read"
_FORM = "application/x-www-form-urlencoded"
Make = Callable[[], Callable[[], None]]


@dataclass(frozen=True)
class Side:
    """Who answers a question: with which processes, by name."""

    name: str
    make: Make
    servers: dict[str, int]


@dataclass(frozen=True)
class Turn:
    """One stretch; processor time in ms a request, of each of the server's parts and the client."""

    figure: Figure
    spent: dict[str, float]
    client: float

    @property
    def served(self) -> float:
        return sum(self.spent.values())


def measured(side: Side, seconds: float) -> Turn:
    """Counted from end to end, warm-up included, so that time and requests are of one stretch."""
    closed_loop(side.name, side.make, workers=CONNECTIONS, seconds=0.5, warm_up=0)
    servers, client = _processor_times(side.servers), _own_time()
    figure = closed_loop(side.name, side.make, workers=CONNECTIONS, seconds=seconds, warm_up=0)
    if figure.errors:
        raise RuntimeError(f"{side.name}: {figure.errors} errors")
    requests = figure.per_second * seconds
    after = _processor_times(side.servers)
    spent = {name: 1000 * (after[name] - before) / requests for name, before in servers.items()}
    return Turn(figure, spent, 1000 * (_own_time() - client) / requests)


def in_turns(sides: tuple[Side, Side], seconds: float) -> tuple[list[Turn], list[Turn]]:
    """The host's speed changes from one second to the next: neither has the better half."""
    first: list[Turn] = []
    second: list[Turn] = []
    both = list(zip(sides, (first, second), strict=True))
    for _ in range(ROUNDS):
        for side, turns in both:
            turns.append(measured(side, seconds / ROUNDS))
        both.reverse()
    return first, second


def _processor_times(servers: dict[str, int]) -> dict[str, float]:
    """User and system time of each family of processes, ended children included."""
    return {name: _family_time(psutil.Process(pid)) for name, pid in servers.items()}


def _family_time(first: psutil.Process) -> float:
    spent = 0.0
    for one in (first, *first.children(recursive=True)):
        times = one.cpu_times()
        spent += times.user + times.system
    return spent + first.cpu_times().children_user + first.cpu_times().children_system


def _own_time() -> float:
    times = os.times()
    return times.user + times.system


# --- the sides ----------------------------------------------------------------------------------


def our_checks(stack: Stack) -> Side:
    client = stack.demo["clients"]["demo-internal"]
    token = client_token(stack.url, client["client_id"], client["client_secret"], "contracts.read")
    message = form(f"{stack.url}/oauth/introspect", stack.demo, f"token={token}")
    return Side("Guichet: introspection", repeated(stack.url, message, 200), _ours(stack))


def our_tokens(stack: Stack) -> Side:
    message = form(f"{stack.url}/oauth/token", stack.demo, _TOKEN_FORM)
    return Side("Guichet: client credentials", repeated(stack.url, message, 200), _ours(stack))


def _ours(stack: Stack) -> dict[str, int]:
    """The processes that a token or a check may occupy."""
    pids = {name: stack.parts[name].pid for name in ("gateway", "postgres", "rabbitmq")}
    return {name: pid for name, pid in pids.items() if pid is not None}


def keystone_checks(keystone: Keystone) -> Side:
    headers = {
        "X-Auth-Token": keystone.token,
        "X-Subject-Token": keystone.subject,
        "Connection": "close",
    }
    message = request("GET", f"{keystone.url}/v3/auth/tokens", headers)

    def make() -> Callable[[], None]:
        def act() -> None:
            # Its server keeps no connection: a worker would be held by whoever came first.
            connection = KeptConnection(keystone.url)
            try:
                status, body = connection.exchange(message)
            finally:
                connection.close()
            if status != 200:
                raise RuntimeError(f"{status}: {body[:200]!r}")

        return act

    named = {
        "uwsgi": keystone.uwsgi,
        "memcached": keystone.memcached,
        "postgres": keystone.postgres,
    }
    pids = {name: part.pid for name, part in named.items()}
    servers = {name: pid for name, pid in pids.items() if pid is not None}
    return Side(f"Keystone: GET /v3/auth/tokens, {WORKERS} workers", make, servers)


def peer_tokens(peer: OidcProvider) -> Side:
    basic = base64.b64encode(f"{peer.client_id}:{peer.client_secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": _FORM}
    message = request("POST", f"{peer.url}/token", headers, _TOKEN_FORM.encode())
    pid = peer.process.pid
    assert pid is not None
    make = repeated(peer.url, message, 200)
    return Side("oidc-provider: client credentials", make, {"node": pid})


@contextmanager
def peers() -> Iterator[tuple[Keystone, OidcProvider]]:
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="guichet-peers-")))
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own
        watchdog = Watchdog()
        ending.callback(watchdog.close)
        keystone = start_keystone(folder / "keystone", watchdog=watchdog)
        ending.callback(keystone.stop)
        node = start_oidc_provider(folder, watchdog=watchdog)
        ending.callback(node.process.stop)
        yield keystone, node


# --- what is told -------------------------------------------------------------------------------


def report(what: str, sides: tuple[Side, Side], turns: tuple[list[Turn], list[Turn]]) -> None:
    print(f"\n{what}")
    for side, own in zip(sides, turns, strict=True):
        rate = statistics.median(turn.figure.per_second for turn in own)
        p99 = statistics.median(turn.figure.p99_ms for turn in own)
        parts = ", ".join(
            f"{name} {statistics.median(turn.spent[name] for turn in own):.2f}"
            for name in side.servers
        )
        client = statistics.median(turn.client for turn in own)
        print(
            f"{side.name:<45} {rate:>7.0f}/s   p99 {p99:>6.1f} ms   server {cost(own):.2f} ms"
            f" ({parts})   {1000 / cost(own):>6.0f}/s per core of it   client {client:.2f} ms"
        )


def cost(turns: list[Turn]) -> float:
    return statistics.median(turn.served for turn in turns)


def rate(turns: list[Turn]) -> float:
    return statistics.median(turn.figure.per_second for turn in turns)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=24.0, help="per side, all turns together")
    options = parser.parse_args()
    with running_suite() as (stack, _), peers() as (keystone, node):
        # What starting left to do is done before anything is counted.
        time.sleep(3)
        print(
            f"{os.cpu_count()} cores, {CONNECTIONS} connections, {ROUNDS} turns of"
            f" {options.seconds / ROUNDS:.0f} s each, medians",
            flush=True,
        )
        checks = (our_checks(stack), keystone_checks(keystone))
        checked = in_turns(checks, options.seconds)
        report("token checks", checks, checked)
        tokens = (our_tokens(stack), peer_tokens(node))
        given = in_turns(tokens, options.seconds)
        report("client-credentials tokens, JWT signed by RS256", tokens, given)
    many = rate(checked[0]) / rate(checked[1])
    cheap = cost(given[1]) / cost(given[0])
    print(f"\nchecks: {many:.1f} times Keystone's (aim: {CHECKS_AIM:.0f})")
    print(
        f"tokens per core of server time: {cheap:.2f} times oidc-provider's (aim: {TOKENS_AIM:.0f})"
    )
    return 0 if many >= CHECKS_AIM and cheap >= TOKENS_AIM else 1


if __name__ == "__main__":
    sys.exit(main())
