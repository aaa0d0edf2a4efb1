"""Who sees a tenant as its user does looks, at what he may look at there, and does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts import identity, tenancy
from contracts.codes import Office, Role, Section, StaffRole, TenantCode
from contracts.declare import IMPERSONATION_READ_ONLY, Call, Effect
from contracts.registry import CALLS, SCOPES
from contracts.rights import Audience, Caller, CallerKind, Grant

pytestmark = pytest.mark.unit

TENANT, OTHER = TenantCode("OCB0001234"), TenantCode("OCB0009999")
# Everything that a person can hold in a tenant.
LOOKING = Caller(
    CallerKind.PERSON,
    "018f0000-0000-7000-8000-000000000001",
    scopes=frozenset(SCOPES),
    tenant=TENANT,
    roles=dict.fromkeys(Section, Role.MANAGER),
    offices=frozenset(Office),
    tenants=frozenset({TENANT}),
    act="person:018f0000-0000-7000-8000-000000000002",
    grant=Grant("018f0000-0000-7000-8000-000000000003", TENANT),
)
SHOWN = [
    call
    for call in CALLS.values()
    if call.effect is Effect.READ and call.right.audience in (Audience.TENANT, Audience.LISTING)
]
NOT_SHOWN = [call for call in CALLS.values() if call not in SHOWN]


@pytest.mark.parametrize("call", SHOWN, ids=lambda call: call.full_name)
def test_what_people_of_the_tenant_share_is_looked_at(call: Call) -> None:
    assert call.refusal(LOOKING) is None


@pytest.mark.parametrize("call", NOT_SHOWN, ids=lambda call: call.full_name)
def test_nothing_else_is(call: Call) -> None:
    assert call.refusal(LOOKING) == IMPERSONATION_READ_ONLY


@pytest.mark.parametrize(
    "caller",
    [
        replace(LOOKING, grant=None),  # a part that is older than grants
        replace(LOOKING, grant=Grant("x", OTHER)),
        replace(LOOKING, tenants=frozenset({TENANT, OTHER})),
        replace(LOOKING, staff=frozenset({StaffRole.OPERATOR})),
        replace(LOOKING, act=None, staff=frozenset({StaffRole.SUPPORT})),
    ],
)
def test_what_does_not_fit_together_opens_nothing(caller: Caller) -> None:
    for call in CALLS.values():
        assert call.refusal(caller) == IMPERSONATION_READ_ONLY, call.full_name


def test_a_role_that_the_person_lacks_is_missing_here_too() -> None:
    weak = replace(LOOKING, roles={Section.INVOICES: Role.VISITOR}, offices=frozenset())
    assert tenancy.get_contract.refusal(weak) == "role-missing"
    assert identity.list_users.refusal(replace(weak, scopes=frozenset())) == "scope-missing"


def test_nobody_else_is_asked_for_more_than_his_right() -> None:
    plain = replace(LOOKING, act="billing", grant=None)
    assert identity.invite_user.refusal(plain) is None
    assert identity.get_account.refusal(plain) is None
