from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.subscriptions import get_subscription as declared
from contracts.subscriptions import list_subscriptions as declared_list
from servicekit.errors import Invalid, NotFound
from subscriptions.actions.list_subscriptions import SubscriptionsPage, list_subscriptions

pytestmark = pytest.mark.servers


def page_of(house, *, limit: int = 50, cursor: str | None = None, tenant=None) -> SubscriptionsPage:
    tenant = tenant or house.tenant
    return list_subscriptions(
        db=house.db,
        context=house.context("subscriptions.list_subscriptions", tenant=tenant),
        tenant=tenant,
        limit=limit,
        cursor=cursor,
    )


def test_newest_comes_first_with_its_terminations(house) -> None:
    old = house.order(5)
    new = house.order(2, now=house.now + timedelta(hours=1))
    house.terminate(old.subscription_id, 2)
    house.terminate(old.subscription_id, 1)
    page = page_of(house)
    assert [one.subscription_id for one in page.items] == [
        new.subscription_id,
        old.subscription_id,
    ]
    assert [one.quantity for one in page.items[1].terminations] == [2, 1]
    declared_list.response().load(declared_list.response().dump(page))


def test_pages_hold_every_subscription_once(house) -> None:
    ordered = [house.order().subscription_id for _ in range(5)]
    seen, cursor = [], None
    for _ in range(3):
        page = page_of(house, limit=2, cursor=cursor)
        seen += [one.subscription_id for one in page.items]
        cursor = page.next_cursor
    assert sorted(seen) == sorted(ordered)
    assert cursor is None


def test_cursor_of_ones_own_making_is_refused(house) -> None:
    with pytest.raises(Invalid, match="fields-invalid"):
        page_of(house, cursor="bm9wZQ")


def test_other_tenants_subscription_is_unknown(house) -> None:
    theirs = house.order(tenant=house.other)
    with pytest.raises(NotFound, match="subscription-unknown"):
        house.read(theirs.subscription_id)
    with pytest.raises(NotFound, match="subscription-unknown"):
        house.terminate(theirs.subscription_id)
    assert page_of(house).items == []


def test_subscription_nobody_ordered_is_unknown(house) -> None:
    with pytest.raises(NotFound, match="subscription-unknown"):
        house.read(uuid4())


def test_answer_is_what_the_contract_promises(house) -> None:
    order = house.order(2)
    house.terminate(order.subscription_id, 1)
    view = declared.response().dump(house.read(order.subscription_id))
    assert declared.response().load(view)["quantity"] == 2
    [termination] = view["terminations"]
    assert termination["effective_on"] == "2026-12-01"
    assert termination["done"] is False
