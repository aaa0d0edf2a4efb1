"""``python -m subscriptions`` as it is run: migrated, served, called and told over the broker."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from contracts.codes import Language, Role, Section, SupportLevel, TenantCode
from contracts.declare import Effect
from contracts.registry import CONTRACTS, SCOPES
from contracts.rights import Caller, CallerKind
from contracts.tenancy import ClockMoved, TenantOpened
from local.ports import free_port
from servicekit.client import RpcClient
from servicekit.clock import SystemClock
from servicekit.context import (
    Context,
    ContextSigner,
    deadline_in,
    generate_key_pair,
    new_call_id,
    system_context,
)
from servicekit.db import EVERYONE, Database
from servicekit.errors import Conflict, NotFound
from servicekit.ids import new_id
from servicekit.relay import Relay

pytestmark = pytest.mark.servers

CALLS = CONTRACTS["subscriptions"].calls
TENANT = TenantCode("OCB0001001")
OFFER = "workspace.eu-west-0.standard-2.12-months"
JOHN = {"email": "john.doe@example.com", "given_name": "John", "family_name": "Doe"}


@dataclass(frozen=True)
class Subscriptions:
    rpc: RpcClient
    signer: ContextSigner
    tenancy: Database  # from which facts are told as tenancy tells them

    def call(self, name: str, /, *, by: TenantCode = TENANT, **payload: Any) -> dict[str, Any]:
        call = CALLS[name]
        context = Context(
            caller=Caller(
                CallerKind.PERSON,
                "john",
                scopes=frozenset(SCOPES),
                tenant=by,
                roles=dict.fromkeys(Section, Role.MANAGER),
            ),
            call=call.full_name,
            call_id=new_call_id(),
            deadline=deadline_in(10),
            idempotency_key=new_call_id() if call.effect is Effect.WRITE else None,
        )
        return self.rpc.call(call, payload, self.signer.sign(context, payload), 10)

    def in_tenant(self, name: str, /, *, tenant: TenantCode, **payload: Any) -> dict[str, Any]:
        return self.call(name, by=tenant, tenant=tenant, **payload)

    def tell_tenant(self, tenant: TenantCode) -> None:
        now = SystemClock().now()
        with self.tenancy.write(system_context(service="tenancy", call="t"), tenant=tenant) as tx:
            tx.emit(
                TenantOpened,
                at=now,
                tenant=tenant,
                organisation_id=new_id(),
                organisation_name="Exemple SA",
                name="Cloud",
                region="eu-west-0",
                support_level=SupportLevel.BASIC,
                referent={**JOHN, "language": Language.FRENCH},
                domain_owner={**JOHN, "language": Language.FRENCH},
                opened_at=now,
                opened_by="sales-1",
            )

    def tell_clock(self, ahead: timedelta) -> None:
        now, seconds = SystemClock().now(), int(ahead.total_seconds())
        context = system_context(service="tenancy", call="t")
        with self.tenancy.write(context, tenant=EVERYONE) as tx:
            tx.emit(ClockMoved, at=now, offset_seconds=seconds)

    def order(self, tenant: TenantCode, quantity: int) -> dict[str, Any]:
        """As soon as the tenant is known here."""
        return eventually(
            lambda: self.in_tenant("place_order", tenant=tenant, offer_id=OFFER, quantity=quantity),
            despite=NotFound,
        )


def eventually(ask: Any, *, despite: type[Exception] = AssertionError) -> Any:
    until = time.monotonic() + 20
    while True:
        try:
            return ask()
        except despite:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="module")
def subscriptions(database_factory, module_vhost, tmp_path_factory) -> Iterator[Subscriptions]:
    access, tenancy = database_factory(), database_factory("tenancy")
    private, public = generate_key_pair()
    env = {name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")}
    env |= {
        "DATABASE_URL": access.app_url,
        "GUICHET_OWNER_DATABASE_URL": access.owner_url,
        "GUICHET_APP_ROLE": access.names.app,
        "AMQP_URL": module_vhost,
        "GUICHET_MODE": "test",
        "GUICHET_CONTEXT_PUBLIC_KEY": public,
        "GUICHET_OPS_PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "subscriptions"]
    for _ in range(2):  # a second time changes nothing
        subprocess.run([*command, "migrate"], env=env, check=True, capture_output=True)
    log = tmp_path_factory.mktemp("subscriptions") / "log"
    rpc = RpcClient(module_vhost)
    with (
        Database(tenancy.app_url, pool_size=2, service="tenancy") as db,
        served(command, env, log),
        relayed(db, module_vhost),
    ):
        yield Subscriptions(rpc, ContextSigner(private), db)
        rpc.close()


@contextmanager
def served(command: list[str], env: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out)
    try:
        wait_ready(process, env["GUICHET_OPS_PORT"], log)
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0, log.read_text()


def wait_ready(process: subprocess.Popen[bytes], port: str, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with suppress(URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@contextmanager
def relayed(db: Database, amqp_url: str) -> Iterator[None]:
    relay = Relay(db, amqp_url, "tenancy")
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield
    finally:
        relay.stop()
        thread.join(timeout=10)


def test_demo_installation_has_its_fictional_offers(subscriptions) -> None:
    offers = subscriptions.call("list_offers", region="eu-west-0")["items"]
    assert len(offers) == 30
    assert OFFER in {one["offer_id"] for one in offers}


def test_tenant_orders_reads_and_terminates(subscriptions) -> None:
    subscriptions.tell_tenant(TENANT)
    order = subscriptions.order(TENANT, 3)
    named = {"tenant": TENANT, "subscription_id": order["subscription_id"]}
    ending = subscriptions.in_tenant("terminate_subscription", **named, quantity=2)
    assert ending["quantity"] == 3
    assert ending["terminations"][0]["effective_on"].endswith("-01")
    read = subscriptions.in_tenant("get_subscription", **named)
    assert read["would_end_on"] == ending["terminations"][0]["effective_on"]
    assert read | {"would_end_on": None} == ending
    assert ending in subscriptions.in_tenant("list_subscriptions", tenant=TENANT)["items"]
    with pytest.raises(Conflict, match="quantity-exceeds-remaining"):
        subscriptions.in_tenant("terminate_subscription", **named, quantity=2)
    trail = subscriptions.in_tenant("list_audit_entries", tenant=TENANT)["items"]
    assert [one["action"] for one in trail] == [
        "orders:order:placed",
        "subscriptions:termination:scheduled",
    ]
    assert subscriptions.in_tenant("verify_audit_chain", tenant=TENANT)["verified"]


def test_moved_clock_carries_terminations_out(subscriptions) -> None:
    tenant = TenantCode("OCB0001002")
    subscriptions.tell_tenant(tenant)
    order = subscriptions.order(tenant, 1)
    named = {"tenant": tenant, "subscription_id": order["subscription_id"]}
    ending = subscriptions.in_tenant("terminate_subscription", **named)
    assert ending["status"] == "terminating"
    placed_at = datetime.fromisoformat(order["placed_at"])
    ahead = placed_at - SystemClock().now() + timedelta(days=430)
    subscriptions.tell_clock(ahead)

    def ended() -> None:
        assert subscriptions.in_tenant("get_subscription", **named)["status"] == "ended"

    eventually(ended)
