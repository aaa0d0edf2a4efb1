"""What exists in a tenant, whatever the order in which looks at the cloud come."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from services.subscriptions.tests.conftest import NOW, OTHER, TENANT, House

from contracts.codes import TenantCode
from contracts.subscriptions import ResourceState
from servicekit.errors import Invalid, NotFound
from subscriptions.actions.read_inventory import list_resources, read_inventory
from subscriptions.actions.report_resources import report_resources
from subscriptions.domain.inventory import Inventory, Look, Resource

pytestmark = pytest.mark.servers


def look(*seen: tuple[str, ResourceState], minute: int = 0, complete: bool = False) -> Look:
    at = NOW - timedelta(hours=1) + timedelta(minutes=minute)
    resources = [
        Resource(
            resource_id=name,
            kind=name.split("-")[0],
            name=name,
            region="eu-west-0",
            state=state,
            daily_cost=Decimal("1.5000"),
            currency="EUR",
            observed_at=at,
        )
        for name, state in seen
    ]
    return Look(at, complete, resources)


def report(house: House, one: Look, *, tenant: TenantCode = TENANT) -> Inventory:
    return report_resources(
        db=house.db,
        context=house.context("subscriptions.report_resources", tenant=tenant),
        now=NOW,
        tenant=tenant,
        look=one,
    )


def inventory(house: House, tenant: TenantCode = TENANT) -> Inventory:
    context = house.context("subscriptions.get_inventory", tenant=tenant)
    return read_inventory(db=house.db, context=context, tenant=tenant)


def names(house: House, tenant: TenantCode = TENANT, **asked: Any) -> list[str]:
    context = house.context("subscriptions.list_resources", tenant=tenant)
    page = list_resources(
        db=house.db, context=context, tenant=tenant, **{"limit": 50, "cursor": None, **asked}
    )
    return [one.resource_id for one in page.items]


RUNNING, STOPPED, DELETED = ResourceState


def test_parts_say_what_exists_and_its_cost_a_day(house: House) -> None:
    told = report(house, look(("ecs-1", RUNNING), ("ecs-2", STOPPED), ("evs-1", RUNNING)))
    assert told == inventory(house)
    assert (told.version, told.remaining) == (1, 3)
    assert [(part.kind, part.count, part.daily_cost) for part in told.parts] == [
        ("ecs", 2, Decimal("3.0000")),
        ("evs", 1, Decimal("1.5000")),
    ]
    [event] = house.told("InventoryChanged")
    assert (event["version"], event["remaining"], len(event["parts"])) == (1, 3, 2)


def test_the_same_again_is_no_news(house: House) -> None:
    report(house, look(("ecs-1", RUNNING)))
    report(house, look(("ecs-1", RUNNING)))
    assert inventory(house).version == 1
    assert len(house.told("InventoryChanged")) == 1


def test_the_order_in_which_looks_come_does_not_matter(house: House) -> None:
    looks = [
        look(("ecs-1", RUNNING), ("ecs-2", RUNNING)),
        look(("ecs-1", DELETED), minute=1),
        look(("ecs-2", STOPPED), ("evs-1", RUNNING), minute=2, complete=True),
        look(("eip-1", RUNNING), minute=3),
    ]
    for number, order in enumerate(permutations(looks)):
        tenant = TenantCode.numbered(2000 + number)
        house.keep(tenant)
        for one in order:
            report(house, one, tenant=tenant)
        assert names(house, tenant) == ["ecs-2", "eip-1", "evs-1"]
        assert inventory(house, tenant).remaining == 3
        assert inventory(house, tenant).observed_at == looks[3].observed_at


def test_a_complete_look_that_saw_nothing_empties_a_tenant(house: House) -> None:
    report(house, look(("ecs-1", RUNNING)))
    emptied = report(house, look(minute=5, complete=True))
    assert (emptied.remaining, list(emptied.parts)) == (0, [])
    late = report(house, look(("ecs-9", RUNNING), minute=4))
    assert late.remaining == 0, "it had gone before the complete look"


def test_a_complete_look_counts_though_it_is_neither_newest_nor_news(house: House) -> None:
    report(house, look(("eip-1", RUNNING), minute=3))
    report(house, look(("eip-1", RUNNING), minute=2, complete=True))
    report(house, look(("ecs-9", RUNNING), minute=1))
    assert names(house) == ["eip-1"], "the other had gone before the complete look"


def test_nothing_reported_is_not_the_same_as_nothing_there(house: House) -> None:
    unknown = inventory(house)
    assert (unknown.version, unknown.observed_at) == (0, None)
    empty = report(house, look(complete=True))
    assert (empty.version, empty.remaining) == (1, 0)
    assert len(house.told("InventoryChanged")) == 1, "who waits for it must hear that it is empty"


def test_a_tenant_sees_its_own(house: House) -> None:
    report(house, look(("ecs-1", RUNNING)))
    report(house, look(("ecs-1", DELETED), ("ecs-2", RUNNING)), tenant=OTHER)
    assert names(house) == ["ecs-1"]
    assert names(house, OTHER) == ["ecs-2"]


def test_pages_go_on_where_the_last_one_ended(house: House) -> None:
    report(house, look(*((f"ecs-{number}", RUNNING) for number in range(5))))
    context = house.context("subscriptions.list_resources")
    first = list_resources(db=house.db, context=context, tenant=TENANT, limit=3, cursor=None)
    assert [one.resource_id for one in first.items] == ["ecs-0", "ecs-1", "ecs-2"]
    assert names(house, cursor=first.next_cursor) == ["ecs-3", "ecs-4"]


def test_a_look_from_the_future_is_refused(house: House) -> None:
    with pytest.raises(Invalid, match="observed-in-future"):
        report(house, look(("ecs-1", RUNNING), minute=66))
    report(house, look(("ecs-1", RUNNING), minute=64))


def test_one_look_sees_a_thing_once(house: House) -> None:
    with pytest.raises(Invalid, match="fields-invalid"):
        report(house, look(("ecs-1", RUNNING), ("ecs-1", DELETED)))


def test_a_tenant_that_nobody_opened_has_no_inventory(house: House) -> None:
    with pytest.raises(NotFound, match="tenant-unknown"):
        report(house, look(("ecs-1", RUNNING)), tenant=TenantCode("OCB0009999"))
    with pytest.raises(NotFound, match="tenant-unknown"):
        inventory(house, TenantCode("OCB0009999"))
