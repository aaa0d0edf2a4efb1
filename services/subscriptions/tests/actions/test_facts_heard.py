from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.codes import TenantCode
from contracts.tenancy import ContractStatus
from servicekit.errors import Conflict, NotFound
from subscriptions.actions.follow_state import follow_state
from subscriptions.actions.rename_tenant import rename_tenant

pytestmark = pytest.mark.servers

NOT_RUNNING = ("requested", "suspended", "draining", "terminated")


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


def follow(house, state: ContractStatus, *, number: int) -> None:
    follow_state(
        db=house.db,
        context=house.by_itself(),
        event_id=uuid4(),
        tenant=house.tenant,
        state=state,
        number=number,
    )


@pytest.mark.parametrize("state", NOT_RUNNING)
def test_nothing_is_ordered_in_a_contract_that_is_not_running(house, state) -> None:
    follow(house, ContractStatus(state), number=2)
    with pytest.raises(Conflict, match="contract-not-active") as refused:
        house.order()
    assert refused.value.details == {"status": state}
    assert house.rows("SELECT count(*) FROM orders") == [(0,)]
    assert house.order(tenant=house.other).tenant == house.other


def test_newest_state_stays_in_whatever_order_states_are_heard(house) -> None:
    follow(house, ContractStatus.ACTIVE, number=3)
    follow(house, ContractStatus.SUSPENDED, number=2)
    assert house.order().status == "accepted"
    follow(house, ContractStatus.TRIAL, number=4)
    assert house.order().status == "accepted"
