"""No call about subscriptions, no fact heard and no date that falls due reads a large table from
end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.subscriptions.tests.conftest import NOW, OFFER, House
from tests.plans import Desk, Plans, fill, large_tables

from contracts import subscriptions as calls
from contracts import tenancy
from contracts.codes import TenantCode
from contracts.declare import Event
from contracts.subscriptions import SUBSCRIPTIONS, ResourceState
from servicekit.clock import SimulatedClock
from servicekit.context import system_context
from servicekit.db import Database
from servicekit.facts import Fact
from servicekit.paging import encode_cursor
from subscriptions.actions.import_prices import PriceFile, fictional_prices
from subscriptions.service import SubscriptionsService

pytestmark = pytest.mark.servers

SMALL = {"price_lists"}  # one for each time that prices change
MINE, NEW = TenantCode("OCB1000007"), TenantCode("OCB0009999")
RESOURCE = {
    "resource_id": "ecs-9",
    "kind": "ecs",
    "name": "web",
    "region": "eu-west-0",
    "state": ResourceState.RUNNING,
    "daily_cost": Decimal(2),
    "currency": "EUR",
}
FILL = """
INSERT INTO priced_items (price_list_id, item_id, product, name, family, category, region, flavour,
                          os_unit, vcpu, ram_gib, unit, currency, price)
SELECT l.price_list_id, 'item-' || n, 'workspace', 'x', 'x', 'x', 'eu-west-0', 'f' || n, 'x', 1, 1,
       'x', 'EUR', 1
  FROM price_lists AS l, generate_series(1, 4000) AS n;
INSERT INTO offers (price_list_id, offer_id, item_id, product, region, flavour, package,
                    term_months, upfront, monthly_price, upfront_price, currency)
SELECT price_list_id, 'offer-' || item_id, item_id, product, region, flavour, 'x', 12, false, 1, 0,
       currency
  FROM priced_items WHERE item_id LIKE 'item-%%';
INSERT INTO tenants (tenant, name, organisation_id, organisation_name, opened_at)
SELECT 'OCB1' || lpad(n::text, 6, '0'), 'Cloud', md5('o' || n)::uuid, 'Company ' || n, %(at)s
  FROM generate_series(1, 4000) AS n;
INSERT INTO orders (tenant, order_id, price_list_id, offer_id, product, region, flavour, package,
                    term_months, upfront, monthly_price, upfront_price, currency, quantity, status,
                    placed_by, placed_at)
SELECT t.tenant, md5('r' || t.tenant || n)::uuid, l.price_list_id, 'x', 'workspace', 'x', 'x', 'x',
       12, false, 1, 0, 'EUR', 2, 'accepted', 'x', %(at)s
  FROM tenants AS t, price_lists AS l,
       generate_series(1, CASE t.tenant WHEN 'OCB1000007' THEN 300 ELSE 1 END) AS n;
INSERT INTO subscriptions (tenant, subscription_id, order_id, price_list_id, offer_id, product,
                           region, flavour, package, term_months, upfront, monthly_price,
                           upfront_price, currency, quantity, status, started_at, committed_until)
SELECT tenant, order_id, order_id, price_list_id, offer_id, product, region, flavour, package,
       term_months, upfront, monthly_price, upfront_price, currency, quantity, 'active',
       placed_at, '2027-12-01'
  FROM orders;
INSERT INTO terminations (tenant, termination_id, subscription_id, quantity, requested_by,
                          requested_at, effective_on)
SELECT tenant, subscription_id, subscription_id, 1, 'x', %(at)s, '2027-12-01' FROM subscriptions;
INSERT INTO inventories (tenant, version, observed_at, remaining, parts)
SELECT tenant, 1, %(at)s, 2, '[]' FROM tenants;
INSERT INTO resources (tenant, resource_id, kind, name, region, state, daily_cost, currency,
                       observed_at)
SELECT tenant, 'ecs-' || n, 'ecs', 'x', 'x', 'running', 1, 'EUR', %(at)s
  FROM tenants, generate_series(1, 2) AS n
"""


@pytest.fixture
def house(new_database: Callable[..., Any], postgres_url: str) -> Iterator[House]:
    access = new_database("subscriptions")
    with Database(access.app_url, pool_size=1, service="subscriptions") as db:
        made = House(db, access.owner_url, SimulatedClock(db), tenant=MINE)
        made.import_list(fictional_prices())
        fill(db, postgres_url, FILL, {"at": NOW})
        yield made


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    edge = SubscriptionsService()
    edge.house = SimpleNamespace(db=house.db, clock=house.clock)  # type: ignore[assignment]
    large = large_tables(house.db, but=SMALL)
    return Desk(edge=edge, db=house.db, plans=Plans(monkeypatch), large=large)


def test_no_call_no_fact_and_no_date_reads_a_large_table_from_end_to_end(
    desk: Desk, house: House
) -> None:
    assert desk.small() == {}

    def ask(call: Any, **payload: Any) -> Any:
        return desk.put(call, house.context(call.full_name, tenant=MINE), payload, refused=None)

    for more in ({}, {"product": "workspace"}, {"region": "eu-west-0"}):
        page = ask(calls.list_offers, limit=20, **more)
        ask(calls.list_offers, limit=20, cursor=page["next_cursor"], **more)
    order = ask(calls.place_order, tenant=MINE, offer_id=OFFER, quantity=2)
    page = ask(calls.list_subscriptions, tenant=MINE, limit=20)
    ask(calls.list_subscriptions, tenant=MINE, limit=20, cursor=page["next_cursor"])
    one = {"tenant": MINE, "subscription_id": order["subscription_id"]}
    ask(calls.get_subscription, **one)
    for complete in (False, True):
        look = {"tenant": MINE, "observed_at": NOW, "complete": complete}
        ask(calls.report_resources, **look, resources=[RESOURCE])
    ask(calls.get_inventory, tenant=MINE)
    for cursor in (None, encode_cursor(["ecs-1"])):
        ask(calls.list_resources, tenant=MINE, limit=1, cursor=cursor)
    ends = ask(calls.terminate_subscription, **one, quantity=1)["terminations"][0]["effective_on"]
    hear(desk, tenancy.TenantOpened, "on_tenant_opened", **opened(NEW))
    renamed = {"tenant": MINE, "name": "Production", "renamed_at": NOW}
    hear(desk, tenancy.ContractRenamed, "on_contract_renamed", **renamed)
    moved = {"tenant": MINE, "state": tenancy.ContractStatus.ACTIVE, "number": 2}
    hear(desk, tenancy.ContractStateChanged, "on_contract_state_changed", **moved)
    hear(desk, tenancy.ClockMoved, "on_clock_moved", offset_seconds=800 * 86400)
    with desk.watching(f"the units that end on {ends}"):
        assert house.run_due() == 1
    other = PriceFile(
        version="later-1",
        in_force_from=(NOW + timedelta(days=30)).date(),
        title="Later",
        fictional=True,
        text=fictional_prices().text,
    )
    with desk.watching("prices that come"):
        house.import_list(other)
    assert desk.unasked(SUBSCRIPTIONS) == set()
    assert desk.told() == ""


def opened(tenant: TenantCode) -> dict[str, Any]:
    known = {"tenant": tenant, "name": "Cloud", "opened_at": NOW}
    return {**known, "organisation_id": UUID(int=7), "organisation_name": "Exemple SA"}


def hear(desk: Desk, event: Event, handler: str, **data: Any) -> None:
    fact = Fact(
        id=uuid4(),
        type=event.type,
        source=event.service,
        time=NOW,
        data=data,
        call_id="c",
        context=system_context(service="subscriptions", call=handler),
    )
    with desk.watching(handler):
        getattr(desk.edge, handler)(fact)
