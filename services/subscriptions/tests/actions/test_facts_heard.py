from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.codes import TenantCode
from servicekit.errors import NotFound
from subscriptions.actions.rename_tenant import rename_tenant

pytestmark = pytest.mark.servers


def test_tenant_heard_of_twice_is_kept_once(house) -> None:
    tenant, event_id = TenantCode("OCB0001003"), uuid4()
    house.keep(tenant, event_id=event_id)
    house.keep(tenant, event_id=event_id)
    house.keep(tenant)
    assert house.rows("SELECT count(*) FROM tenants WHERE tenant = 'OCB0001003'") == [(1,)]
    assert house.order(tenant=tenant).tenant == tenant


def rename(house, tenant, name: str, *, hours: int, event_id=None) -> None:
    rename_tenant(
        db=house.db,
        context=house.by_itself(),
        event_id=event_id or uuid4(),
        tenant=tenant,
        name=name,
        renamed_at=house.now + timedelta(hours=hours),
    )


def test_newest_name_stays_in_whatever_order_names_are_heard(house) -> None:
    rename(house, house.tenant, "Second", hours=2)
    rename(house, house.tenant, "First", hours=1)
    assert house.rows("SELECT name FROM tenants WHERE tenant = 'OCB0001001'") == [("Second",)]
    assert house.rows("SELECT name FROM tenants WHERE tenant = 'OCB0001002'") == [("Cloud",)]


def test_name_heard_before_its_tenant_is_heard_when_it_comes_again(house) -> None:
    tenant, event_id = TenantCode("OCB0001003"), uuid4()
    with pytest.raises(NotFound, match="tenant-unknown"):
        rename(house, tenant, "Early", hours=1, event_id=event_id)
    house.keep(tenant)
    rename(house, tenant, "Early", hours=1, event_id=event_id)
    assert house.rows("SELECT name FROM tenants WHERE tenant = 'OCB0001003'") == [("Early",)]


def test_clock_follows_and_an_older_move_changes_nothing(house) -> None:
    start = house.clock.now()
    house.move_clock_to(start + timedelta(days=60))
    house.move_clock_to(start + timedelta(days=90))
    [(furthest,)] = house.rows("SELECT offset_seconds FROM house.clock")
    house.move_clock_to(start + timedelta(days=30))
    assert house.rows("SELECT offset_seconds FROM house.clock") == [(furthest,)]
    assert house.clock.now() >= start + timedelta(days=90)


def test_same_move_heard_twice_is_harmless(house) -> None:
    start, event_id = house.clock.now(), uuid4()
    for _ in range(2):
        house.move_clock_to(start + timedelta(days=60), event_id=event_id)
    assert timedelta(0) <= house.clock.now() - start - timedelta(days=60) < timedelta(seconds=10)
