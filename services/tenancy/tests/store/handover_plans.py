"""Handovers and recoveries of offices, for the test of plans."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import md5
from typing import Any
from uuid import UUID, uuid4

from services.tenancy.tests.conftest import House
from tests.plans import Desk

from contracts import identity
from contracts import tenancy as calls
from contracts.codes import Office, Role, Section, StaffRole, TenantCode
from contracts.declare import Call
from contracts.rights import Caller, CallerKind
from servicekit.clock import SystemClock
from servicekit.context import Context, system_context
from servicekit.facts import Fact

MINE = TenantCode("OCB1000007")
BOB, ADA = UUID(int=71), UUID(int=72)
FILL = """
INSERT INTO people (person_id, login, email, email_key, given_name, family_name, named_as_of)
SELECT md5(tenant || part)::uuid, 'x', tenant || '@x.example', tenant || part, 'X', 'Y', %(at)s
  FROM contracts, (VALUES ('referent'), ('user')) AS p (part);
INSERT INTO users (tenant, person_id, joined, accepted, joined_as_of)
SELECT tenant, md5(tenant || 'user')::uuid, true, true, %(at)s FROM contracts;
INSERT INTO handovers (handover_id, tenant, office, state, from_person_id, to_person_id,
                       drop_rights, offered_at, expires_at)
SELECT md5(tenant || state)::uuid, tenant, 'referent', state, md5(tenant || 'referent')::uuid,
       md5(tenant || 'user')::uuid, false, %(at)s, %(at)s
  FROM contracts, (VALUES ('done'), ('offered')) AS s (state)
 WHERE state = 'done' OR tenant <> 'OCB1000007';
INSERT INTO office_recoveries (recovery_id, tenant, office, state, from_person_id, email, email_key,
                               given_name, family_name, language, drop_rights, evidence, reason,
                               proposed_by, proposed_at, expires_at)
SELECT md5(tenant || 'r' || state)::uuid, tenant, 'referent', state,
       md5(tenant || 'referent')::uuid, 'x@x.example', tenant || 'x@x.example', 'X', 'Y', 'fr',
       false, '', '-', md5(tenant || 'user')::uuid, %(at)s, %(at)s
  FROM contracts, (VALUES ('done'), ('proposed')) AS s (state)
 WHERE state = 'done' OR tenant <> 'OCB1000007'
"""


def of(part: str) -> UUID:
    return UUID(md5(f"{MINE}{part}".encode(), usedforsecurity=False).hexdigest())


def ask_about_offices(ask: Callable[..., Any], house: House) -> None:
    def by(person_id: UUID, call: Call) -> Context:
        caller = Caller(
            CallerKind.PERSON,
            str(person_id),
            tenant=MINE,
            offices=frozenset({Office.REFERENT}),
            roles={Section.USERS: Role.MANAGER},
            staff=frozenset({StaffRole.SALES}),
        )
        return house.context(caller, call.full_name)

    def put(call: Call, who: UUID, /, **payload: Any) -> Any:
        return ask(call, by(who, call), **payload)

    john, jane = of("referent"), of("user")
    wanted = {"tenant": MINE, "office": "referent", "person_id": jane}
    put(calls.foresee_handover, john, **wanted)
    for last, who in ((calls.withdraw_handover, john), (calls.decline_handover, jane)):
        offered = put(calls.offer_handover, john, **wanted)
        which = {"tenant": MINE, "handover_id": offered["handover_id"]}
        put(calls.get_handover, john, **which)
        put(calls.accept_handover, jane, **which)
        put(calls.list_own_handovers, jane)
        put(last, who, **which)
    page = put(calls.list_handovers, john, tenant=MINE, limit=1)
    put(calls.list_handovers, john, tenant=MINE, limit=1, cursor=page["next_cursor"])
    ask_about_recoveries(put, john)


def ask_about_recoveries(put: Callable[..., Any], john: UUID) -> None:
    person = {"email": "nora@example.com", "given_name": "Nora", "family_name": "New"}
    proposed = {
        "tenant": MINE,
        "office": "referent",
        "successor": person,
        "evidence": "Letter of the company",
    }
    for last, who in (
        (calls.object_to_office_recovery, john),
        (calls.refuse_office_recovery, ADA),
        (calls.withdraw_office_recovery, BOB),
    ):
        made = put(calls.propose_office_recovery, BOB, **proposed)
        which = {"tenant": MINE, "recovery_id": made["recovery_id"]}
        put(calls.get_office_recovery, ADA, **which)
        if last is not calls.withdraw_office_recovery:
            put(calls.approve_office_recovery, ADA, **which)
        put(last, who, **which)
    for open in (True, False):
        page = put(calls.list_office_recoveries, ADA, limit=1, open=open)
        put(calls.list_office_recoveries, ADA, limit=1, open=open, cursor=page["next_cursor"])


def hear_of_people(desk: Desk) -> None:
    person_id, tenant, now = of("user"), MINE, SystemClock().now()
    named = {
        "login": "Jane.Roe",
        "email": "jane@example.com",
        "given_name": "Jane",
        "family_name": "Roe",
    }
    user = {"person_id": person_id, "tenant": tenant, "accepted": True}
    office = {"tenant": tenant, "office": Office.REFERENT, "procedure_id": uuid4()}
    facts = (
        ("on_person_registered", {"person_id": person_id, **named}),
        ("on_person_disabled", {"person_id": person_id}),
        ("on_person_enabled", {"person_id": person_id}),
        ("on_tenant_joined", {**user, "invited": True}),
        ("on_invitation_answered", user),
        ("on_user_disabled", user),
        ("on_user_enabled", user),
        ("on_tenant_left", user),
        ("on_office_kept", {**office, "why": "successor_left", "kept_at": now}),
        (
            "on_office_handed_over",
            {
                **office,
                **named,
                "holder_id": person_id,
                "former_id": of("referent"),
                "rights_dropped": False,
                "handed_over_at": now,
            },
        ),
    )
    for handler, data in facts:
        fact = Fact(
            id=uuid4(),
            type=identity.OfficeKept.type,
            source="identity",
            time=now,
            data=data,
            call_id="c",
            context=system_context(service="tenancy", call=handler),
        )
        with desk.watching(handler):
            getattr(desk.edge, handler)(fact)
