"""The end of contracts and the queue of staff for the look at plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.tenancy.tests.actions.test_support_level import Stopped
from services.tenancy.tests.conftest import House
from tests.plans import Desk

from contracts import subscriptions
from contracts import tenancy as calls
from contracts.codes import StaffRole, TenantCode
from contracts.rights import Caller, CallerKind
from contracts.tenancy import RequestOutcome
from servicekit.context import Context, system_context
from servicekit.due import DueRunner
from servicekit.facts import Fact
from tenancy.actions.close_contract import close_if_empty
from tenancy.actions.draining import CLOSE, REPORT
from tenancy.actions.report_draining import report_draining
from tenancy.actions.watch_deadline import WATCH, warn

GONE, FORCED, TAKEN = (TenantCode(f"OCB100{number}") for number in (2001, 2002, 2003))
FILL = """
INSERT INTO inventories (tenant, version, observed_at, remaining, parts)
SELECT tenant, 1, %(at)s, 2, '[]' FROM contracts;
INSERT INTO forced_closings (tenant, closing_id, state, reason, proposed_by, proposed_at,
                             expires_at)
SELECT tenant, md5('f' || tenant)::uuid, 'expired', 'x', md5('p')::uuid, %(at)s, %(at)s
  FROM contracts;
INSERT INTO certificates (tenant, name, organisation_name, opened_at, draining_since,
                          terminated_at, forced, remaining)
SELECT tenant, name, 'Company', %(at)s, %(at)s, %(at)s, false, 0
  FROM contracts WHERE tenant NOT IN ('OCB1002001', 'OCB1002002', 'OCB1002003')
"""


def ask_about_ends(ask: Callable[..., Any], desk: Desk, house: House) -> None:
    def staff(call: Any, person: int = 21) -> Context:
        roles = frozenset({StaffRole.SALES})
        return house.context(Caller(CallerKind.PERSON, str(UUID(int=person)), staff=roles), call)

    def act(call: Any, *, person: int = 21, **payload: Any) -> Any:
        return ask(call, _because(staff(call.full_name, person)), **payload)

    ask(calls.get_termination, tenant=GONE)
    ask(calls.foresee_termination, tenant=GONE)
    for tenant in (GONE, FORCED, TAKEN):
        act(calls.terminate_contract, tenant=tenant)
    act(calls.keep_contract, tenant=TAKEN)
    stopped = act(calls.propose_forced_closing, tenant=FORCED)
    act(calls.withdraw_forced_closing, tenant=FORCED, closing_id=stopped["closing_id"])
    closing = act(calls.propose_forced_closing, tenant=FORCED)
    act(
        calls.approve_forced_closing,
        person=22,
        tenant=FORCED,
        closing_id=closing["closing_id"],
    )
    with desk.watching("the weeks of a contract that drains"):
        _run(house)
    _hear_that_nothing_remains(desk, house)


def ask_about_the_queue(ask: Callable[..., Any], house: House) -> None:
    def act(call: Any, **payload: Any) -> Any:
        roles = frozenset({StaffRole.SUPPORT})
        caller = Caller(CallerKind.PERSON, str(UUID(int=21)), staff=roles)
        return ask(call, _because(house.context(caller, call.full_name)), **payload)

    for owner in calls.QueueOwner:
        for kind in (None, "incident"):
            page = act(calls.list_queue, owner=owner, kind=kind, limit=1)
            if page["next_cursor"]:
                more = {"kind": kind, "limit": 1, "cursor": page["next_cursor"]}
                act(calls.list_queue, owner=owner, **more)
    act(calls.count_queue)
    one = act(calls.list_queue, owner="nobody", kind="change", limit=1)["items"][0]
    which = {"tenant": one["tenant"], "number": one["number"]}
    act(calls.list_queue, number=one["number"], limit=1)
    for to_me in (True, False):
        act(calls.assign_request, **which, to_me=to_me)
    act(calls.start_request, **which)
    act(calls.answer_request, **which, text="Which machine?")
    act(calls.close_request, **which, outcome=RequestOutcome.FULFILLED, text="Done.")


def _because(context: Context) -> Context:
    return replace(context, reason="Asked for in ticket 12.")


def _run(house: House) -> None:
    handlers = {
        CLOSE: lambda item: close_if_empty(db=house.db, item=item),
        REPORT: lambda item: report_draining(db=house.db, item=item),
        WATCH: lambda item: warn(db=house.db, item=item),
    }
    runner = DueRunner(house.db, Stopped(house.now + timedelta(days=15)), handlers)
    while runner.step():
        pass


def _hear_that_nothing_remains(desk: Desk, house: House) -> None:
    told = {"tenant": GONE, "version": 2, "observed_at": house.now, "remaining": 0, "parts": []}
    fact = Fact(
        id=uuid4(),
        type=subscriptions.InventoryChanged.type,
        source="subscriptions",
        time=house.now,
        data=told,
        call_id="c",
        context=system_context(service="tenancy", call="on_inventory_changed"),
    )
    with desk.watching("on_inventory_changed"):
        desk.edge.on_inventory_changed(fact)
