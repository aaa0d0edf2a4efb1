"""A migrated database of subscriptions with the fictional prices, and people who call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from contracts.codes import TenantCode
from contracts.rights import Caller, CallerKind
from servicekit.clock import SimulatedClock, SystemClock
from servicekit.context import Context, deadline_in, new_call_id, system_context
from servicekit.db import Database
from servicekit.due import DueRunner
from subscriptions.actions.end_units import end_units
from subscriptions.actions.follow_clock import follow_clock
from subscriptions.actions.import_prices import PriceFile, fictional_prices, import_prices
from subscriptions.actions.keep_tenant import keep_tenant
from subscriptions.actions.place_order import place_order
from subscriptions.actions.read_subscription import read_subscription
from subscriptions.actions.terminate_subscription import END_UNITS, terminate_subscription
from subscriptions.domain.orders import Order
from subscriptions.domain.subscriptions import Subscription
from subscriptions.domain.tenants import TenantCopy

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TENANT = TenantCode("OCB0001001")
OTHER = TenantCode("OCB0001002")
OFFER = "workspace.eu-west-0.standard-2.12-months"


@dataclass
class House:
    db: Database
    owner_url: str
    clock: SimulatedClock
    now: datetime = NOW
    tenant: TenantCode = TENANT
    other: TenantCode = OTHER
    offer_id: str = OFFER

    def context(
        self, call: str, *, tenant: TenantCode = TENANT, key: str | None = None, body: str = ""
    ) -> Context:
        return Context(
            caller=Caller(CallerKind.PERSON, "person-1", tenant=tenant),
            call=call,
            call_id=new_call_id(),
            deadline=deadline_in(20),
            idempotency_key=key,
            request_hash=body,
        )

    def by_itself(self) -> Context:
        return system_context(service="subscriptions", call="test")

    def import_list(self, file: PriceFile) -> Any:
        return import_prices(db=self.db, context=self.by_itself(), now=self.now, file=file)

    def keep(self, tenant: TenantCode, *, event_id: UUID | None = None) -> None:
        copy = TenantCopy(
            tenant=tenant,
            name="Cloud",
            organisation_id=uuid4(),
            organisation_name="Exemple SA",
            opened_at=self.now,
        )
        event_id = event_id or uuid4()
        keep_tenant(db=self.db, context=self.by_itself(), event_id=event_id, copy=copy)

    def order(
        self,
        quantity: int = 1,
        *,
        tenant: TenantCode = TENANT,
        offer_id: str = OFFER,
        now: datetime | None = None,
        key: str | None = None,
        body: str = "",
    ) -> Order:
        return place_order(
            db=self.db,
            context=self.context("subscriptions.place_order", tenant=tenant, key=key, body=body),
            now=now or self.now,
            tenant=tenant,
            offer_id=offer_id,
            quantity=quantity,
        )

    def read(self, subscription_id: UUID, *, tenant: TenantCode = TENANT) -> Subscription:
        return read_subscription(
            db=self.db,
            context=self.context("subscriptions.get_subscription", tenant=tenant),
            now=self.now,
            tenant=tenant,
            subscription_id=subscription_id,
        )

    def terminate(
        self,
        subscription_id: UUID,
        quantity: int | None = None,
        *,
        now: datetime | None = None,
        key: str | None = None,
    ) -> Subscription:
        return terminate_subscription(
            db=self.db,
            context=self.context("subscriptions.terminate_subscription", key=key),
            now=now or self.now,
            tenant=TENANT,
            subscription_id=subscription_id,
            quantity=quantity,
        )

    def move_clock_to(self, instant: datetime, *, event_id: UUID | None = None) -> None:
        ahead = instant - SystemClock().now()
        offset = int(ahead.total_seconds()) + 1
        follow_clock(
            db=self.db,
            context=self.by_itself(),
            clock=self.clock,
            event_id=event_id or uuid4(),
            offset_seconds=offset,
        )

    def runner(self) -> DueRunner:
        handlers = {END_UNITS: lambda item: end_units(db=self.db, item=item)}
        return DueRunner(self.db, self.clock, handlers)

    def run_due(self) -> int:
        """All that is due now, in order; how many pieces of work that was."""
        runner, done = self.runner(), 0
        while runner.step():
            done += 1
        return done

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database really holds, seen as its owner in everyone's scope."""
        with psycopg.connect(self.owner_url) as connection:
            connection.execute("SET guichet.tenant = '*'")
            return connection.execute(sql.encode()).fetchall()

    def told(self, name: str) -> list[dict[str, Any]]:
        """The payloads of that event in the outbox, oldest first."""
        kind = f"guichet.subscriptions.{name}.v1"
        told = self.rows("SELECT type, data FROM house.outbox ORDER BY position")
        return [data for one, data in told if one == kind]


@pytest.fixture
def bare_house(new_database: Callable[..., Any]) -> Iterator[House]:
    """No prices, no tenants."""
    access = new_database("subscriptions")
    with Database(access.app_url, pool_size=10, service="subscriptions") as db:
        yield House(db, access.owner_url, SimulatedClock(db))


@pytest.fixture
def house(bare_house: House) -> House:
    """The fictional prices, and two tenants."""
    bare_house.import_list(fictional_prices())
    bare_house.keep(TENANT)
    bare_house.keep(OTHER)
    return bare_house
