"""Who acts on a customer by a staff role alone says why; nobody else is asked."""

from __future__ import annotations

import pytest

from contracts import identity, tenancy
from contracts.codes import Role, Section, StaffRole, TenantCode
from contracts.declare import Call
from contracts.registry import CALLS, SCOPES
from contracts.rights import Audience, Caller, CallerKind
from servicekit.errors import Invalid
from servicekit.reasons import demand_reason

pytestmark = pytest.mark.unit

TENANT = TenantCode("OCB0001234")
STAFF = Caller(
    CallerKind.PERSON,
    "staff",
    scopes=frozenset(SCOPES),
    staff=frozenset(StaffRole),
    tenant=TENANT,
)
USER = Caller(
    CallerKind.PERSON,
    "user",
    scopes=frozenset(SCOPES),
    tenant=TENANT,
    roles=dict.fromkeys(Section, Role.MANAGER),
)
BOTH = Caller(
    CallerKind.PERSON,
    "both",
    scopes=frozenset(SCOPES),
    staff=frozenset(StaffRole),
    tenant=TENANT,
    roles={Section.USERS: Role.VISITOR},
)
CLIENT = Caller(CallerKind.CLIENT, "client", scopes=frozenset(SCOPES), tenants=frozenset("*"))
OPEN_TO_STAFF = [
    call for call in CALLS.values() if call.right.audience is Audience.TENANT and call.right.staff
]


@pytest.mark.parametrize("call", OPEN_TO_STAFF, ids=lambda call: call.full_name)
def test_staff_say_why_on_every_call_about_a_tenant(call: Call) -> None:
    with pytest.raises(Invalid) as refused:
        demand_reason(call, STAFF, None)
    assert refused.value.code == "reason-required"
    assert refused.value.details["fields"] == {"reason": ["required"]}
    demand_reason(call, STAFF, "Ticket 4711")


@pytest.mark.parametrize("call", OPEN_TO_STAFF, ids=lambda call: call.full_name)
def test_clients_are_never_asked(call: Call) -> None:
    demand_reason(call, CLIENT, None)


def test_who_holds_the_role_himself_is_not_asked() -> None:
    demand_reason(identity.list_users, USER, None)
    demand_reason(identity.list_users, BOTH, None)


def test_what_he_does_by_his_staff_role_alone_is_asked_for_all_the_same() -> None:
    with pytest.raises(Invalid):
        demand_reason(tenancy.get_contract, BOTH, None)


@pytest.mark.parametrize(
    "call",
    [
        identity.get_person_file,
        identity.disable_person,
        identity.enable_person,
        identity.get_recovery,
        identity.propose_recovery,
        identity.approve_recovery,
        identity.refuse_recovery,
        identity.unlock_portal_login,
    ],
    ids=lambda call: call.name,
)
def test_acts_on_a_person_take_a_reason(call: Call) -> None:
    with pytest.raises(Invalid):
        demand_reason(call, STAFF, None)


@pytest.mark.parametrize(
    "call",
    [identity.find_persons, tenancy.list_contracts, identity.list_staff, identity.list_recoveries],
    ids=lambda call: call.name,
)
def test_finding_somebody_takes_none(call: Call) -> None:
    demand_reason(call, STAFF, None)
