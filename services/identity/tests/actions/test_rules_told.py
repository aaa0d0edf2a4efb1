"""Who learns that the rules of the installation were changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from contracts.codes import CredentialKind, Role, Section
from identity.actions.change_policies import change_installation_policy, get_installation_policy
from identity.actions.change_staff_rules import change_staff_rules
from servicekit.db import EVERYONE

pytestmark = pytest.mark.servers

PORTAL = CredentialKind.PORTAL


def test_rules_of_the_installation_and_of_staff_are_told_to_every_operator(
    john: Any, person: Any
) -> None:
    mary = john.invite(
        person("Mary", "Major"), {Section.USERS: Role.VISITOR}, by=john.person_id()
    ).person_id
    with john.db.write(john.gateway(), tenant=EVERYONE) as tx:
        for operator in (john.person_id(), mary):
            tx.run(
                "INSERT INTO staff_roles (person_id, role, appointed_at, appointed_by)"
                " VALUES (%(id)s, 'operator', now(), 'test')",
                {"id": operator},
            )
    context = john.person(john.person_id())
    before = asdict(get_installation_policy(db=john.db, context=context, kind=PORTAL))
    del before["own"]
    change_installation_policy(
        db=john.db, context=context, now=john.now, **{**before, "validity_days": 90}
    )
    change_staff_rules(
        db=john.db,
        context=context,
        now=john.now,
        second_factor_required=True,
    )
    told = [(one["person_id"], one["part"]) for one in john.events("PolicyChanged")]
    operators = {str(john.person_id()), str(mary)}
    assert {who for who, part in told if part == "portal"} == operators
    assert {who for who, part in told if part == "staff"} == operators
    assert len(told) == 4
