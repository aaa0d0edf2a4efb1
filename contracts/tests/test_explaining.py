"""The decision table of every call, generated from its declaration; and the explanation agrees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.codes import ROLES_OF_SECTION, Office, Role, Section, StaffRole, TenantCode
from contracts.declare import Call
from contracts.explaining import GrantPath, explain
from contracts.registry import CALLS, SCOPES
from contracts.rights import Audience, Caller, CallerKind, refusal

pytestmark = pytest.mark.unit

TENANT = TenantCode("OCB0001234")
OF_A_TENANT = [call for call in CALLS.values() if call.right.audience is Audience.TENANT]
EVERY_ROLE = [(section, role) for section in Section for role in ROLES_OF_SECTION[section]]

roles = st.dictionaries(st.sampled_from(Section), st.sampled_from(Role))
callers = st.builds(
    Caller,
    kind=st.sampled_from(CallerKind),
    subject=st.just("somebody"),
    scopes=st.frozensets(st.sampled_from(sorted(SCOPES))),
    staff=st.frozensets(st.sampled_from(StaffRole)),
    tenant=st.sampled_from([None, TENANT]),
    roles=roles,
    offices=st.frozensets(st.sampled_from(Office)),
    tenants=st.frozensets(st.sampled_from([TENANT, "*"])),
)


def person(**held: object) -> Caller:
    return Caller(
        kind=CallerKind.PERSON,
        subject="somebody",
        scopes=frozenset(SCOPES),
        tenant=TENANT,
        **held,  # type: ignore[arg-type]
    )


def holders() -> Iterator[tuple[str, Caller]]:
    """A person who holds one thing, and one who holds nothing."""
    yield "nothing", person()
    for section, role in EVERY_ROLE:
        yield f"{section}:{role}", person(roles={section: role})
    for office in Office:
        yield f"office:{office}", person(offices=frozenset({office}))
    for staff in StaffRole:
        yield f"staff:{staff}", person(staff=frozenset({staff}))


def declared(call: Call) -> set[str]:
    """Who may, read off the declaration alone."""
    right, may = call.right, set()
    if right.section is not None and right.role is not None:
        ranks = ROLES_OF_SECTION[right.section]
        may |= {f"{right.section}:{role}" for role in ranks[ranks.index(right.role) :]}
    may |= {f"office:{office}" for office in right.offices}
    return may | {f"staff:{staff}" for staff in right.staff}


@pytest.mark.parametrize("call", OF_A_TENANT, ids=lambda call: call.full_name)
def test_a_call_lets_in_whom_it_declares_and_nobody_else(call: Call) -> None:
    table = {name: refusal(call.right, caller) for name, caller in holders()}
    assert {name for name, code in table.items() if code is None} == declared(call)
    assert table["nothing"] == "tenant-foreign"
    assert declared(call), "a call that nobody may is no call"


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.full_name)
def test_who_holds_nothing_is_let_into_no_call_of_a_tenant_or_of_staff(call: Call) -> None:
    stranger = Caller(kind=CallerKind.PERSON, subject="x", tenant=TENANT)
    if call.right.audience in (Audience.TENANT, Audience.STAFF, Audience.GATEWAY):
        assert refusal(call.right, stranger) is not None


@given(caller=callers, call=st.sampled_from(sorted(CALLS)))
@settings(max_examples=6 * settings.default.max_examples)
def test_explanation_agrees_with_the_decision(caller: Caller, call: str) -> None:
    said = explain(CALLS[call], caller)
    code = refusal(CALLS[call].right, caller)
    assert (said.allowed, said.code) == (code is None, code)
    assert (said.path is None) == said.allowed


@pytest.mark.parametrize("call", OF_A_TENANT, ids=lambda call: call.full_name)
def test_what_is_said_to_be_missing_is_what_lets_in(call: Call) -> None:
    said = explain(call, person())
    if said.path is GrantPath.USERS_MANAGER:
        assert said.section is not None
        assert said.role is not None
        cured = person(roles={said.section: said.role})
    elif said.path is GrantPath.OFFICE_HOLDER:
        cured = person(offices=frozenset(said.offices[:1]))
    else:
        assert said.path is GrantPath.OPERATOR
        cured = person(staff=frozenset(said.staff[:1]))
    assert explain(call, cured).allowed
