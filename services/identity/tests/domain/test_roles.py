"""Who may give what, and what must never be left without anybody."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import ROLES_OF_SECTION, Office, Role, Section
from identity.domain.roles import (
    ALL_ROLES,
    check_grant,
    check_manager_remains,
    check_no_office,
    check_not_oneself,
    check_roles_exist,
    opens_console,
)
from servicekit.errors import Conflict, Forbidden, Invalid

pytestmark = pytest.mark.unit

VISITOR = {Section.INVOICES: Role.VISITOR}
MANAGER = {Section.INVOICES: Role.MANAGER}
USERS = {Section.USERS: Role.MANAGER}

any_roles = st.fixed_dictionaries(
    {}, optional={section: st.sampled_from(roles) for section, roles in ROLES_OF_SECTION.items()}
)


def test_holders_of_office_get_the_strongest_role_of_each_section() -> None:
    assert set(ALL_ROLES) == set(Section)
    assert ALL_ROLES[Section.BACKUP_CONSOLE] is Role.CUST_ADMIN
    assert ALL_ROLES[Section.USERS] is Role.MANAGER


def test_role_of_another_section_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as refused:
        check_roles_exist({Section.INVOICES: Role.CUST_ADMIN})
    assert refused.value.details == {
        "fields": {"roles.invoices": ["role-not-in-section:cust_admin"]}
    }


def test_visitor_cannot_make_a_manager() -> None:
    with pytest.raises(Forbidden) as refused:
        check_grant(giver=USERS | VISITOR, before={}, after=MANAGER)
    assert refused.value == Forbidden("role-not-held", {"sections": ["invoices"]})


def test_manager_makes_visitors() -> None:
    check_grant(giver=USERS | MANAGER, before={}, after=VISITOR)


def test_leaving_a_role_as_it_is_and_taking_it_away_needs_no_role() -> None:
    check_grant(giver=USERS, before=MANAGER, after=MANAGER)
    check_grant(giver=USERS, before=MANAGER, after=VISITOR)
    check_grant(giver=USERS, before=MANAGER, after={})


@given(giver=any_roles, before=any_roles, after=any_roles)
def test_nobody_holds_afterwards_what_neither_he_nor_the_giver_held(
    giver: dict[Section, Role], before: dict[Section, Role], after: dict[Section, Role]
) -> None:
    def rank(roles: dict[Section, Role], section: Section) -> int:
        held = roles.get(section)
        return 0 if held is None else 1 + ROLES_OF_SECTION[section].index(held)

    exceeds = any(
        rank(after, section) > max(rank(before, section), rank(giver, section))
        for section in Section
    )
    try:
        check_grant(giver=giver, before=before, after=after)
    except Forbidden:
        assert exceeds
    else:
        assert not exceeds


def test_last_manager_of_users_stays() -> None:
    last = uuid4()
    for after in (None, {}, {Section.USERS: Role.VISITOR}):
        with pytest.raises(Conflict, match="last-user-manager"):
            check_manager_remains(managers=[last], person_id=last, after=after)
    check_manager_remains(managers=[last], person_id=last, after=USERS)


def test_one_of_two_managers_may_go() -> None:
    one, other = uuid4(), uuid4()
    check_manager_remains(managers=[one, other], person_id=one, after=None)


def test_holder_of_an_office_stays() -> None:
    with pytest.raises(Conflict, match="office-held"):
        check_no_office([Office.REFERENT])
    check_no_office([])


@pytest.mark.parametrize(
    ("section", "opens"),
    [(Section.TECHNICAL_CONSOLE, True), (Section.DASHBOARD, True), (Section.INVOICES, False)],
)
def test_console_opens_by_two_sections(section: Section, opens: bool) -> None:
    assert opens_console({section: Role.VISITOR}) is opens


def test_nobody_disables_himself() -> None:
    check_not_oneself(caller=uuid4(), person_id=uuid4())
    check_not_oneself(caller=None, person_id=uuid4())
    me = uuid4()
    with pytest.raises(Conflict, match="not-oneself"):
        check_not_oneself(caller=me, person_id=me)
