from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.codes import TenantCode
from contracts.subscriptions import OrderPlacedPayload
from contracts.subscriptions import place_order as declared
from servicekit import audit
from servicekit.db import Replayed
from servicekit.errors import Conflict, Invalid, NotFound
from subscriptions.actions.import_prices import fictional_prices

pytestmark = pytest.mark.servers


def test_order_starts_a_subscription_at_the_price_of_the_day(house) -> None:
    order = house.order(3)
    subscription = house.read(order.subscription_id)
    assert subscription.quantity == 3
    assert subscription.status == "active"
    assert subscription.offer == order.offer
    assert subscription.offer.monthly_price == Decimal("19.20")
    assert subscription.committed_until == date(2027, 10, 31)


def test_answer_is_what_the_contract_promises(house) -> None:
    view = declared.response().dump(house.order(2))
    assert declared.response().load(view)["quantity"] == 2
    assert view["status"] == "accepted"
    assert view["offer"]["monthly_price"] == "19.20"


def test_later_price_list_changes_nothing_that_was_ordered(house) -> None:
    order = house.order()
    dearer = replace(
        fictional_prices(),
        text=fictional_prices().text.replace("19.20", "99.90"),
        version="dearer",
        in_force_from=date(2026, 11, 1),
    )
    house.import_list(dearer)
    assert house.read(order.subscription_id).offer.monthly_price == Decimal("19.20")
    assert house.order().offer.monthly_price == Decimal("99.90")


def test_order_is_told_and_recorded(house) -> None:
    order = house.order(2)
    [told] = house.told("OrderPlaced")
    assert OrderPlacedPayload().load(told)["order_id"] == order.order_id
    assert told["placed_by"] == "person-1"
    [entry] = audit.list_entries(db=house.db, tenant=house.tenant, limit=10, cursor=None)["items"]
    assert entry.action == "orders:order:placed"
    assert audit.verify_chain(db=house.db, tenant=house.tenant).verified


def test_offer_must_be_in_the_price_list(house) -> None:
    with pytest.raises(NotFound, match="offer-unknown"):
        house.order(offer_id="workspace.eu-west-0.toaster.12-months")


def test_tenant_nobody_told_of_cannot_order(house) -> None:
    with pytest.raises(NotFound, match="tenant-unknown"):
        house.order(tenant=TenantCode("OCB0009999"))
    assert house.rows("SELECT count(*) FROM orders") == [(0,)]
    assert house.told("OrderPlaced") == []


def test_same_key_places_one_order(house) -> None:
    order = house.order(2, key="k-1")
    with pytest.raises(Replayed) as again:
        house.order(2, key="k-1")
    assert again.value.answer == declared.response().dump(order)
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        house.order(3, key="k-1", body="other")
    assert house.rows("SELECT count(*) FROM subscriptions") == [(1,)]
    assert len(house.told("OrderPlaced")) == 1


def test_orders_at_once_with_doubled_keys_exist_once_each(house) -> None:
    def place(number: int) -> str:
        try:
            house.order(key=f"k-{number % 20}")
        except (Replayed, Conflict) as known:
            return type(known).__name__
        return "placed"

    with ThreadPoolExecutor(max_workers=10) as pool:
        outcomes = list(pool.map(place, range(100)))
    assert outcomes.count("placed") == 20
    assert house.rows("SELECT count(*) FROM orders") == [(20,)]


@pytest.mark.parametrize("table", ["tenants", "orders", "subscriptions", "terminations"])
def test_forgotten_where_shows_nothing_of_other_tenants(house, table: str) -> None:
    for tenant in (house.tenant, house.other):
        house.order(tenant=tenant)
    house.terminate(house.order().subscription_id)
    with house.db.read(tenant=house.tenant) as tx:
        seen = {row["tenant"] for row in tx.rows(f"SELECT tenant FROM {table}", {}, dict)}
    assert seen == {house.tenant}
    with house.db.read(tenant=TenantCode("OCB0009999")) as tx:
        assert tx.rows(f"SELECT tenant FROM {table}", {}, dict) == []
