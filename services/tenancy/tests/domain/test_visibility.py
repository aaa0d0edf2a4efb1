from __future__ import annotations

import pytest

from contracts.codes import StaffRole, TenantCode
from contracts.rights import Caller, CallerKind
from tenancy.domain.visibility import visible_to

pytestmark = pytest.mark.unit

MINE, OURS = TenantCode("OCB0001001"), TenantCode("OCB0001002")


def test_person_and_client_see_their_tenants() -> None:
    for kind in (CallerKind.PERSON, CallerKind.CLIENT):
        assert visible_to(Caller(kind, "x", tenants=frozenset({OURS, MINE}))) == (MINE, OURS)
        assert visible_to(Caller(kind, "x")) == ()


def test_client_of_the_whole_installation_sees_all() -> None:
    assert visible_to(Caller(CallerKind.CLIENT, "x", tenants=frozenset({"*"}))) is None


def test_staff_see_all() -> None:
    assert visible_to(Caller(CallerKind.PERSON, "x", staff=frozenset({StaffRole.AUDITOR}))) is None
