"""Whose knowledge of secrets becomes somebody else's: decided on what identity tells."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from contracts import identity
from contracts.codes import Role, Section, StaffRole, TenantCode
from contracts.identity.facts import Leaving
from gateway.causes import Loss, loss_of

pytestmark = pytest.mark.unit

PERSON = UUID("018f0000-0000-7000-8000-000000000001")
TENANT = TenantCode("OCB0000001")
HERE = {"person_id": PERSON, "tenant": TENANT}
OF_TENANT, OF_PROVIDER = Loss(PERSON, TENANT), Loss(PERSON)
OF_ALL = Loss(PERSON, everywhere=True)


@pytest.mark.parametrize(
    ("event", "data", "loss"),
    [
        (identity.TenantLeft, {**HERE, "how": Leaving.LEFT}, OF_TENANT),
        (identity.TenantLeft, {**HERE, "how": Leaving.REMOVED}, OF_TENANT),
        (identity.UserDisabled, HERE, OF_TENANT),
        (identity.UserEnabled, HERE, None),
        (identity.RolesChanged, {**HERE, "roles": {}}, OF_TENANT),
        (identity.RolesChanged, {**HERE, "roles": {Section.USERS: Role.VISITOR}}, OF_TENANT),
        (identity.RolesChanged, {**HERE, "roles": {Section.USERS: Role.MANAGER}}, None),
        (identity.RolesChanged, {**HERE, "roles": None}, None),
        (identity.PersonDisabled, {"person_id": PERSON}, OF_ALL),
        (identity.PersonErased, {"person_id": PERSON}, OF_ALL),
        (identity.StaffRolesChanged, {"person_id": PERSON, "roles": []}, OF_PROVIDER),
        (
            identity.StaffRolesChanged,
            {"person_id": PERSON, "roles": [StaffRole.AUDITOR]},
            OF_PROVIDER,
        ),
        (identity.StaffRolesChanged, {"person_id": PERSON, "roles": [StaffRole.OPERATOR]}, None),
        (identity.PasswordSet, {"person_id": PERSON}, None),
    ],
)
def test_who_may_no_longer_administer_what(event: Any, data: Any, loss: Loss | None) -> None:
    assert loss_of(event.type, data) == loss
