"""One grant is read by whom it concerns, and is unknown to everybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.staffing import acting, appoint

from contracts.codes import StaffRole, TenantCode
from contracts.identity import ImpersonationState
from identity.actions.give_impersonation import give_impersonation
from identity.actions.list_impersonations import get_own_impersonation
from servicekit.errors import NotFound

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")


@pytest.fixture
def bob(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)


@pytest.fixture
def grant_id(john: Any, bob: UUID) -> UUID:
    me = john.person_id()
    asked = {"as_person_id": me, "operator": "Bob.Help", "minutes": 60, "reason": "An invoice"}
    grant = give_impersonation(**acting(john, me), tenant=TENANT, **asked)
    return grant.grant_id


def test_who_is_seen_and_who_looks_read_it(john: Any, bob: UUID, grant_id: UUID) -> None:
    for reader in (john.person_id(), bob):
        grant = get_own_impersonation(**acting(john, reader), grant_id=grant_id)
        assert (grant.state, grant.operator_id) == (ImpersonationState.ACTIVE, bob)


def test_another_person_learns_not_even_that_it_is_there(
    john: Any, grant_id: UUID, person: Callable[..., Any]
) -> None:
    eve = appoint(john, person("Eve", "Help"), StaffRole.SUPPORT)
    for stranger, asked in ((eve, grant_id), (john.person_id(), UUID(int=4))):
        with pytest.raises(NotFound, match="impersonation-unknown"):
            get_own_impersonation(**acting(john, stranger), grant_id=asked)
