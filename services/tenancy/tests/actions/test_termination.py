"""A contract that is terminated drains until nothing remains; two of staff may end it before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.tenancy.tests.actions.test_support_level import Stopped
from services.tenancy.tests.conftest import NOW, House

from contracts.codes import StaffRole, TenantCode
from contracts.rights import Caller, CallerKind
from contracts.tenancy import ContractStatus, ForcedClosingState
from servicekit.context import Context, system_context
from servicekit.due import DueRunner
from servicekit.errors import Conflict, Forbidden, NotFound
from tenancy.actions.close_contract import close_if_empty
from tenancy.actions.draining import CLOSE, REPORT
from tenancy.actions.force_closing import (
    approve_forced_closing,
    propose_forced_closing,
    withdraw_forced_closing,
)
from tenancy.actions.keep_inventory import keep_inventory
from tenancy.actions.read_contract import read_contract
from tenancy.actions.read_termination import read_termination
from tenancy.actions.report_draining import report_draining
from tenancy.actions.terminate_contract import (
    keep_contract,
    outlook_of_termination,
    terminate_contract,
)
from tenancy.domain.inventories import Inventory, InventoryPart
from tenancy.domain.terminations import DailyCost, Termination

pytestmark = pytest.mark.servers

ANN, BEN = UUID(int=1), UUID(int=2)
MACHINES = InventoryPart("ecs", "eu-west-0", 2, Decimal("3.5000"), "EUR")
DISK = InventoryPart("evs", "eu-west-0", 1, Decimal("0.2500"), "EUR")


def inventory(version: int, *parts: InventoryPart) -> Inventory:
    return Inventory(version, NOW, sum(part.count for part in parts), parts)


def hear(
    house: House, tenant: TenantCode, told: Inventory, *, event_id: UUID | None = None
) -> None:
    keep_inventory(
        db=house.db,
        context=system_context(service="tenancy", call="test"),
        now=house.now,
        event_id=event_id or uuid4(),
        tenant=tenant,
        inventory=told,
    )


def as_staff(house: House, call: str, person: UUID = ANN) -> Context:
    caller = Caller(CallerKind.PERSON, str(person), staff=frozenset({StaffRole.SALES}))
    return replace(house.context(caller, f"tenancy.{call}"), reason="Asked for in ticket 12.")


def terminate(house: House, tenant: TenantCode) -> Termination:
    context = as_staff(house, "terminate_contract")
    return terminate_contract(db=house.db, context=context, now=house.now, tenant=tenant)


def keep(house: House, tenant: TenantCode) -> Termination:
    context = as_staff(house, "keep_contract")
    return keep_contract(db=house.db, context=context, now=house.now, tenant=tenant)


def propose(house: House, tenant: TenantCode, *, by: UUID = ANN, now: datetime = NOW) -> Any:
    context = as_staff(house, "propose_forced_closing", by)
    return propose_forced_closing(db=house.db, context=context, now=now, tenant=tenant)


def approve(
    house: House, tenant: TenantCode, closing_id: UUID, *, by: UUID = BEN, now: datetime = NOW
) -> Termination:
    context = as_staff(house, "approve_forced_closing", by)
    return approve_forced_closing(
        db=house.db, context=context, now=now, tenant=tenant, closing_id=closing_id
    )


def shown(house: House, tenant: TenantCode, *, staff: bool = True) -> Termination:
    name = "tenancy.get_termination"
    context = house.by_staff(name) if staff else house.by_person(name, tenant)
    return read_termination(db=house.db, context=context, now=house.now, tenant=tenant)


def status(house: House, tenant: TenantCode) -> ContractStatus:
    context = house.by_staff("tenancy.get_contract")
    return read_contract(db=house.db, context=context, tenant=tenant).status


def told(house: House, name: str) -> list[dict[str, Any]]:
    kind = f"guichet.tenancy.{name}.v1"
    rows = house.rows("SELECT type, data FROM house.outbox ORDER BY position")
    return [data for one, data in rows if one == kind]


def run_due(house: House, *, until: datetime) -> None:
    handlers = {
        CLOSE: lambda item: close_if_empty(db=house.db, item=item),
        REPORT: lambda item: report_draining(db=house.db, item=item),
    }
    runner = DueRunner(house.db, Stopped(until), handlers)
    while runner.step():
        pass


def test_what_remains_keeps_a_terminated_contract_from_ending(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1, MACHINES, DISK))
    draining = terminate(house, tenant)
    assert (draining.status, draining.known, draining.remaining) == ("draining", True, 3)
    assert draining.daily_costs == (DailyCost(Decimal("3.7500"), "EUR"),)
    run_due(house, until=NOW + timedelta(days=1))
    assert status(house, tenant) is ContractStatus.DRAINING
    hear(house, tenant, inventory(2, DISK))
    assert status(house, tenant) is ContractStatus.DRAINING
    hear(house, tenant, inventory(3))
    ended = shown(house, tenant)
    assert (ended.status, ended.remaining) == ("terminated", 0)
    assert ended.certificate is not None
    assert (ended.certificate.forced, ended.certificate.remaining) == (False, 0)
    assert len(told(house, "ContractClosed")) == 1


def test_an_empty_tenant_ends_at_once(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1))
    terminate(house, tenant)
    run_due(house, until=NOW + timedelta(minutes=1))
    assert status(house, tenant) is ContractStatus.TERMINATED


def test_what_was_never_reported_is_not_taken_for_nothing(house: House) -> None:
    tenant = house.opened().tenant
    assert terminate(house, tenant).known is False
    run_due(house, until=NOW + timedelta(days=400))
    assert status(house, tenant) is ContractStatus.DRAINING


def test_an_older_inventory_that_comes_late_ends_nothing(house: House) -> None:
    tenant = house.opened().tenant
    terminate(house, tenant)
    hear(house, tenant, inventory(4, DISK))
    hear(house, tenant, inventory(3))
    assert shown(house, tenant).remaining == 1
    assert status(house, tenant) is ContractStatus.DRAINING


def test_an_empty_tenant_that_nobody_terminated_stays_open(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1))
    assert status(house, tenant) is ContractStatus.ACTIVE


def test_the_same_fact_twice_is_one(house: House) -> None:
    tenant, event_id = house.opened().tenant, uuid4()
    terminate(house, tenant)
    for _ in range(2):
        hear(house, tenant, inventory(1), event_id=event_id)
    assert len(told(house, "ContractClosed")) == 1


def test_a_termination_is_taken_back_while_something_remains(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1, DISK))
    terminate(house, tenant)
    propose(house, tenant)
    assert keep(house, tenant).status == "active"
    assert shown(house, tenant).forced_closing is None
    run_due(house, until=NOW + timedelta(days=30))
    assert told(house, "DrainingReported") == []
    hear(house, tenant, inventory(2))
    assert status(house, tenant) is ContractStatus.ACTIVE


def test_what_has_ended_is_not_kept_nor_terminated_again(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1))
    terminate(house, tenant)
    run_due(house, until=NOW + timedelta(minutes=1))
    for again in (keep, terminate):
        with pytest.raises(Conflict, match="transition-illegal"):
            again(house, tenant)


def test_every_week_the_referent_is_told_what_remains_and_its_cost(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1, MACHINES, DISK))
    terminate(house, tenant)
    run_due(house, until=NOW + timedelta(days=22))
    reports = told(house, "DrainingReported")
    assert len(reports) == 3
    assert reports[0]["remaining"] == 3
    assert reports[0]["daily_costs"] == [{"amount": "3.7500", "currency": "EUR"}]


def test_two_of_staff_end_a_contract_though_resources_remain(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1, DISK))
    terminate(house, tenant)
    closing = propose(house, tenant)
    ended = approve(house, tenant, closing.closing_id)
    assert ended.certificate is not None
    assert (ended.status, ended.certificate.forced, ended.certificate.remaining) == (
        "terminated",
        True,
        1,
    )
    hear(house, tenant, inventory(2))
    assert len(told(house, "ContractClosed")) == 1


def test_nobody_forces_alone(house: House) -> None:
    tenant = house.opened().tenant
    terminate(house, tenant)
    closing = propose(house, tenant)
    with pytest.raises(Forbidden, match="second-person-needed"):
        approve(house, tenant, closing.closing_id, by=ANN)
    with pytest.raises(Conflict, match="forced-closing-open"):
        propose(house, tenant, by=BEN)
    assert status(house, tenant) is ContractStatus.DRAINING


def test_an_open_contract_is_not_forced_to_end(house: House) -> None:
    tenant = house.opened().tenant
    with pytest.raises(Conflict, match="transition-illegal"):
        propose(house, tenant)


def test_a_proposal_that_nobody_approved_in_time_is_worth_nothing(house: House) -> None:
    tenant = house.opened().tenant
    terminate(house, tenant)
    closing = propose(house, tenant)
    later = NOW + timedelta(hours=72)
    with pytest.raises(Conflict, match="forced-closing-not-open"):
        approve(house, tenant, closing.closing_id, now=later)
    assert propose(house, tenant, by=BEN, now=later).closing_id != closing.closing_id


def test_either_hand_stops_a_forced_closing(house: House) -> None:
    tenant = house.opened().tenant
    terminate(house, tenant)
    closing = propose(house, tenant)
    context = as_staff(house, "withdraw_forced_closing", BEN)
    stopped = withdraw_forced_closing(
        db=house.db, context=context, now=NOW, tenant=tenant, closing_id=closing.closing_id
    )
    assert stopped.state is ForcedClosingState.WITHDRAWN
    with pytest.raises(Conflict, match="forced-closing-not-open"):
        approve(house, tenant, closing.closing_id)


def test_a_proposal_of_another_tenant_is_unknown(house: House) -> None:
    tenant, other = house.opened().tenant, house.opened().tenant
    terminate(house, tenant)
    terminate(house, other)
    closing = propose(house, tenant)
    with pytest.raises(NotFound, match="forced-closing-unknown"):
        approve(house, other, closing.closing_id)


def test_the_customer_does_not_see_what_staff_propose(house: House) -> None:
    tenant = house.opened().tenant
    terminate(house, tenant)
    propose(house, tenant)
    assert shown(house, tenant).forced_closing is not None
    assert shown(house, tenant, staff=False).forced_closing is None


def test_a_forced_and_a_natural_end_at_once_make_one_certificate(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1, DISK))
    terminate(house, tenant)
    closing = propose(house, tenant)
    refused: list[Exception] = []

    def force() -> None:
        try:
            approve(house, tenant, closing.closing_id)
        except Conflict as error:
            refused.append(error)

    racing = [Thread(target=force), Thread(target=hear, args=(house, tenant, inventory(2)))]
    for one in racing:
        one.start()
    for one in racing:
        one.join()
    assert status(house, tenant) is ContractStatus.TERMINATED
    assert len(told(house, "ContractClosed")) == 1
    assert len(refused) <= 1


def test_the_outlook_is_what_then_happens(house: House) -> None:
    tenant = house.opened().tenant
    hear(house, tenant, inventory(1, DISK))

    def foresee() -> Any:
        context = house.by_staff("tenancy.foresee_termination")
        return outlook_of_termination(db=house.db, context=context, now=house.now, tenant=tenant)

    assert (foresee().allowed, foresee().from_on) == (True, None)
    assert foresee().changes[0].after == terminate(house, tenant).status
    refused = foresee()
    assert (refused.allowed, refused.refusal.code) == (False, "transition-illegal")
    assert set(refused.possible_now) == {"keep", "force"}
