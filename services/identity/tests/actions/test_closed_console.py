"""A contract that does not run has no technical console: by no way in, with no right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from services.identity.tests.conftest import TENANT

from contracts.codes import Section, TenantCode
from identity.actions.follow_state import follow_state
from identity.actions.read_people import resolve_rights
from servicekit.context import system_context
from servicekit.errors import NotFound, Unauthenticated

pytestmark = pytest.mark.servers

CONSOLE = {Section.TECHNICAL_CONSOLE, Section.DASHBOARD}


def follow(house: Any, *, number: int, console_open: bool, tenant: TenantCode = TENANT) -> None:
    follow_state(
        db=house.db,
        context=system_context(service="identity", call="ContractStateChanged", tenant=tenant),
        event_id=uuid4(),
        tenant=tenant,
        number=number,
        console_open=console_open,
        changed_at=house.now + timedelta(hours=number),
    )


def held(house: Any) -> set[Section]:
    person_id = house.person_id()
    rights = resolve_rights(db=house.db, context=house.gateway(), person_id=person_id)
    return set(rights.tenants[0].roles)


def test_neither_login_opens_a_closed_console_and_the_portal_stays_open(john: Any) -> None:
    follow(john, number=2, console_open=False)
    for come_in in (john.web_sign_in, john.api_sign_in):
        with pytest.raises(Unauthenticated) as closed:
            come_in()
        with pytest.raises(Unauthenticated) as wrong:
            come_in(password="Wrong-Password-1")
        assert closed.value == wrong.value, "a stranger learns nothing of the contract's state"
    assert john.sign_in().login == "John.Doe"


def test_no_right_on_a_closed_console_counts_and_all_others_do(john: Any) -> None:
    everything = held(john)
    assert everything >= CONSOLE
    follow(john, number=2, console_open=False)
    assert held(john) == everything - CONSOLE
    follow(john, number=3, console_open=True)
    assert held(john) == everything
    assert john.api_sign_in().person_id == john.person_id()


def test_closing_and_opening_are_told_once_each_and_recorded(john: Any) -> None:
    for number, is_open in ((2, False), (3, False), (4, True), (5, True)):
        follow(john, number=number, console_open=is_open)
    assert [one["tenant"] for one in john.events("ConsoleClosed")] == [TENANT]
    assert [one["tenant"] for one in john.events("ConsoleReopened")] == [TENANT]
    trail = john.rows("SELECT action FROM house.audit_entries ORDER BY sequence")
    acts = [entry["action"] for entry in trail if "console" in entry["action"]]
    assert acts == ["tenants:console:closed", "tenants:console:reopened"]


def test_newest_state_stays_in_whatever_order_states_are_heard(john: Any) -> None:
    follow(john, number=3, console_open=True)
    follow(john, number=2, console_open=False)
    assert held(john) >= CONSOLE
    assert john.events("ConsoleClosed") == []


def test_state_heard_before_its_tenant_is_heard_again_later(john: Any) -> None:
    with pytest.raises(NotFound, match="tenant-unknown"):
        follow(john, number=2, console_open=False, tenant=TenantCode("OCB0009999"))
