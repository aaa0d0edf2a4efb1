"""``make bench``: what this machine does, on a suite of its own with demo data.

Everything runs on the same cores: PostgreSQL, RabbitMQ, four services, the gateway and the
client that measures. Figures of one machine are compared with one another, not with others'.
Errors, or a missed aim of the sign-ins over RPC, end it with an error.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from tests.journeys.visitor import client_token, person_tokens
from tests.load.logins import Logins, logins_beside_bare, page_logins, rpc_logins
from tests.load.measuring import Figure, closed_loop
from tests.load.plain_http import KeptConnection, request
from tests.load.rpc_echo import rpc_echo

from local.demo import seed
from local.plan import Plan
from local.stack import Stack, silent
from servicekit.client import RpcClient

CONNECTIONS = 16
SERVICES = ("identity", "tenancy", "subscriptions", "notifications")


def repeated(url: str, message: bytes, expected: int) -> Callable[[], Callable[[], None]]:
    """An act per worker: the same request on the worker's own connection."""

    def make() -> Callable[[], None]:
        connection = KeptConnection(url)

        def act() -> None:
            status, body = connection.exchange(message)
            if status != expected:
                raise RuntimeError(f"{status}: {body[:200]!r}")

        return act

    return make


def form(url: str, demo: dict[str, Any], fields: str) -> bytes:
    client = demo["clients"]["demo-internal"]
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    headers = {
        "Authorization": f"Basic {basic}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return request("POST", url, headers, fields.encode())


def tokens(url: str, demo: dict[str, Any], seconds: float) -> Figure:
    message = form(f"{url}/oauth/token", demo, "grant_type=client_credentials&scope=contracts.read")
    return closed_loop(
        "client-credentials tokens (RS256)",
        repeated(url, message, 200),
        workers=CONNECTIONS,
        seconds=seconds,
    )


def token_checks(url: str, demo: dict[str, Any], token: str, seconds: float) -> Figure:
    message = form(f"{url}/oauth/introspect", demo, f"token={token}")
    return closed_loop(
        "token checks at the gateway (introspection)",
        repeated(url, message, 200),
        workers=CONNECTIONS,
        seconds=seconds,
    )


def contract_reads(name: str, url: str, tenant: str, token: str, seconds: float) -> Figure:
    message = request(
        "GET", f"{url}/api/v1/contracts/{tenant}", {"Authorization": f"Bearer {token}"}
    )
    return closed_loop(name, repeated(url, message, 200), workers=CONNECTIONS, seconds=seconds)


@contextmanager
def running_suite() -> Iterator[tuple[Stack, dict[str, Any]]]:
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL and RabbitMQ run as users of their own
        stack = Stack(Plan(data=Path(folder) / "data", mode="demo"), keep=False)
        try:
            stack.start()
            seed(stack, say=silent)
            yield stack, stack.demo
        finally:
            stack.stop()


def memory(stack: Stack) -> list[str]:
    lines = []
    for name in (*SERVICES, "gateway"):
        family = [psutil.Process(stack.parts[name].pid)]
        family += family[0].children(recursive=True)
        private = sum(one.memory_full_info().uss for one in family) / 2**20
        resident = sum(one.memory_info().rss for one in family) / 2**20
        lines.append(f"{name:<58} {resident:>7.0f} MiB resident, {private:>5.0f} MiB its own")
    return lines


def provider_figures(stack: Stack, demo: dict[str, Any], seconds: float) -> Iterator[Figure]:
    """What programs ask of the gateway, and what the way to a service costs."""
    client = demo["clients"]["demo-internal"]
    tenant = min(demo["tenants"])
    token = client_token(stack.url, client["client_id"], client["client_secret"], "contracts.read")
    yield tokens(stack.url, demo, seconds)
    yield token_checks(stack.url, demo, token, seconds)
    for who, bearer in (("a client", token), ("a person", john_token(stack, demo))):
        name = f"contract reads by {who} (gateway, RPC, PostgreSQL)"
        yield contract_reads(name, stack.url, tenant, bearer, seconds)
    yield from rpc_echo(stack.amqp_url, seconds / 2)


def john_token(stack: Stack, demo: dict[str, Any]) -> str:
    john, app = demo["people"]["john"], demo["clients"]["demo-app"]
    scope = "openid contracts.read"
    found = person_tokens(stack.url, app, john["login"], john["password"], scope)
    return str(found["access_token"])


def sign_ins(stack: Stack, demo: dict[str, Any], seconds: float) -> Iterator[Logins]:
    """Over RPC, which the aim is of; and by the page, whose share of the cores is the page's."""
    read = request(
        "GET",
        f"{stack.url}/api/v1/contracts/{min(demo['tenants'])}",
        {"Authorization": f"Bearer {john_token(stack, demo)}"},
    )
    other = repeated(stack.url, read, 200)()
    rpc = RpcClient(stack.amqp_url, name="bench")
    ways = {
        "sign-ins over RPC": rpc_logins(stack, rpc),
        "portal sign-ins (page and form)": page_logins(stack),
    }
    for name, way in ways.items():
        yield logins_beside_bare(name, way, other, seconds=seconds)
    rpc.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="per figure")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args()
    figures: list[Figure] = []
    with running_suite() as (stack, demo):
        print(f"{os.cpu_count()} cores, {CONNECTIONS} connections, {options.seconds:.0f} s each")
        print("idle memory")
        print("\n".join(memory(stack)), flush=True)
        for figure in provider_figures(stack, demo, options.seconds):
            figures.append(figure)
            print(figure.line(), flush=True)
        by_way = []
        for told in sign_ins(stack, demo, options.seconds):
            by_way.append(told)
            figures += [told.bare, told.same_library, told.logins, told.meanwhile]
            print("\n".join(told.lines()), flush=True)
    if options.json:
        options.json.write_text(json.dumps([vars(figure) for figure in figures], indent=2))
    failed = [f"errors in {figure.name}" for figure in figures if figure.errors]
    missed = failed + by_way[0].misses()
    print(f"not as it should be: {'; '.join(missed) or 'nothing'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
