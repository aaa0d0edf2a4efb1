"""Staff roles are administered by operators, never by oneself, and an operator always remains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.racing import at_once
from services.identity.tests.actions.staffing import acting, appoint

from contracts.codes import StaffRole
from contracts.identity import StaffMember
from identity.actions.appoint_staff import appoint_staff
from identity.actions.change_staff import change_staff_roles, dismiss_staff, get_staff_member
from identity.actions.close_login import disable_person, enable_person
from identity.actions.list_administrators import list_administrators
from identity.actions.read_people import resolve_rights
from servicekit.editions import edition_of
from servicekit.errors import Conflict, Forbidden, NotFound

pytestmark = pytest.mark.servers

OPERATOR, SUPPORT, SALES = StaffRole.OPERATOR, StaffRole.SUPPORT, StaffRole.SALES


@pytest.fixture
def ada(counter: Any, person: Callable[..., Any]) -> UUID:
    return appoint(counter, person("Ada", "Ops"), OPERATOR)


@pytest.fixture
def bob(counter: Any, person: Callable[..., Any]) -> UUID:
    return appoint(counter, person("Bob", "Help"), SUPPORT)


def house(counter: Any) -> list[tuple[str, str]]:
    trail: list[tuple[str, str]] = counter.trail("-")
    return trail


def test_roles_are_replaced_recorded_and_told(counter: Any, ada: UUID, bob: UUID) -> None:
    member = change_staff_roles(**acting(counter, ada), person_id=bob, roles=[SALES, SUPPORT])
    assert member.roles == (SALES, SUPPORT)
    assert counter.events("StaffRolesChanged")[-1]["roles"] == ["sales", "support"]
    assert house(counter)[-1] == ("staff:roles:changed", f"person:{bob}")


def test_who_has_read_older_roles_replaces_nothing(counter: Any, ada: UUID, bob: UUID) -> None:
    member = get_staff_member(db=counter.db, context=counter.gateway(), person_id=bob)
    read_by_both = edition_of(StaffMember().dump(member))
    change_staff_roles(**acting(counter, ada), person_id=bob, roles=[SALES], edition=read_by_both)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        change_staff_roles(
            **acting(counter, ada), person_id=bob, roles=[OPERATOR], edition=read_by_both
        )
    assert get_staff_member(db=counter.db, context=counter.gateway(), person_id=bob).roles == (
        SALES,
    )


def test_operators_are_who_answers_for_the_installation(counter: Any, ada: UUID, bob: UUID) -> None:
    found = list_administrators(db=counter.db, context=counter.gateway(), chain="-")
    assert found == {"person_ids": [ada]}


def test_every_operator_is_told_who_is_given_roles(
    counter: Any, person: Callable[..., Any], ada: UUID, bob: UUID
) -> None:
    eve = appoint(counter, person("Eve", "Ops"), OPERATOR)
    told = [(one["person_id"], one["login"]) for one in counter.events("StaffAnnounced")]
    assert told == [(str(ada), "Bob.Help"), (str(ada), "Eve.Ops")]
    change_staff_roles(**acting(counter, ada), person_id=bob, roles=[OPERATOR, SUPPORT])
    more = counter.events("StaffAnnounced")[2:]
    assert sorted(one["person_id"] for one in more) == sorted([str(ada), str(eve)])
    assert {(one["login"], one["appointed_by_name"]) for one in more} == {("Bob.Help", "Ada.Ops")}
    change_staff_roles(**acting(counter, ada), person_id=bob, roles=[SUPPORT])
    assert len(counter.events("StaffAnnounced")) == 4


def test_the_same_roles_again_are_no_news(counter: Any, ada: UUID, bob: UUID) -> None:
    before = house(counter)
    change_staff_roles(**acting(counter, ada), person_id=bob, roles=[SUPPORT])
    assert house(counter) == before
    assert counter.events("StaffRolesChanged") == []


def test_dismissed_staff_hold_nothing_and_keep_their_login(
    counter: Any, ada: UUID, bob: UUID
) -> None:
    dismiss_staff(**acting(counter, ada), person_id=bob)
    rights = resolve_rights(db=counter.db, context=counter.gateway(), person_id=bob)
    assert rights.staff == ()
    assert rights.enabled
    assert counter.events("StaffRolesChanged")[-1]["roles"] == []
    assert house(counter)[-1] == ("staff:member:dismissed", f"person:{bob}")
    with pytest.raises(NotFound, match="staff-member-unknown"):
        get_staff_member(db=counter.db, context=counter.person(ada), person_id=bob)


def test_nobody_changes_his_own_staff_roles(
    counter: Any, ada: UUID, person: Callable[..., Any]
) -> None:
    appoint(counter, person("Eve", "Ops"), OPERATOR)
    with pytest.raises(Forbidden, match="own-staff-roles"):
        change_staff_roles(**acting(counter, ada), person_id=ada, roles=list(StaffRole))
    with pytest.raises(Forbidden, match="own-staff-roles"):
        dismiss_staff(**acting(counter, ada), person_id=ada)
    with pytest.raises(Forbidden, match="own-staff-roles"):
        appoint_staff(
            **acting(counter, ada),
            sealer=counter.sealer,
            new=person("Ada", "Ops"),
            roles=[StaffRole.AUDITOR],
        )


def test_the_last_operator_stays(counter: Any, ada: UUID, bob: UUID) -> None:
    """``bob`` may act here although he is no operator: rights are checked before the action."""
    for attempt in (
        lambda: dismiss_staff(**acting(counter, bob), person_id=ada),
        lambda: change_staff_roles(**acting(counter, bob), person_id=ada, roles=[SALES]),
    ):
        with pytest.raises(Conflict, match="last-operator"):
            attempt()


def test_an_operator_whose_login_is_closed_does_not_count(
    counter: Any, ada: UUID, person: Callable[..., Any]
) -> None:
    eve = appoint(counter, person("Eve", "Ops"), OPERATOR)
    disable_person(**acting(counter, ada), person_id=eve)
    with pytest.raises(Conflict, match="last-operator"):
        dismiss_staff(**acting(counter, eve), person_id=ada)


@pytest.mark.parametrize("acts", ["dismiss-both", "dismiss-and-close", "close-both"])
def test_of_two_operators_who_remove_each_other_one_stays(
    counter: Any, ada: UUID, person: Callable[..., Any], acts: str
) -> None:
    eve = appoint(counter, person("Eve", "Ops"), OPERATOR)
    first, second = {
        "dismiss-both": (dismiss_staff, dismiss_staff),
        "dismiss-and-close": (dismiss_staff, disable_person),
        "close-both": (disable_person, disable_person),
    }[acts]

    def racer(act: Callable[..., Any], actor: UUID, whom: UUID) -> Any:
        given = acting(counter, actor)
        return act, {name: given[name] for name in given.keys() - {"db"}} | {"person_id": whom}

    for _ in range(2):
        said = at_once(counter.url, racer(first, ada, eve), racer(second, eve, ada))
        assert said.count("done") == 1
        assert set(said) <= {"done", "last-operator", "operator-needed"}
        left = counter.rows(
            "SELECT s.person_id FROM staff_roles s JOIN persons p ON p.id = s.person_id"
            " WHERE s.role = 'operator' AND p.enabled"
        )
        assert len(left) == 1
        stays = left[0]["person_id"]
        gone = eve if stays == ada else ada
        _restore(counter, stays, gone, person)


def _restore(counter: Any, stays: UUID, gone: UUID, person: Callable[..., Any]) -> None:
    names = {row["id"]: row for row in counter.rows("SELECT id, given_name FROM persons")}
    appoint(counter, person(names[gone]["given_name"], "Ops"), OPERATOR)
    enable_person(**acting(counter, stays), person_id=gone)


def test_support_cannot_close_the_login_of_staff(counter: Any, ada: UUID, bob: UUID) -> None:
    with pytest.raises(Forbidden, match="operator-needed"):
        disable_person(**acting(counter, bob), person_id=ada)
    with pytest.raises(Forbidden, match="own-login"):
        disable_person(**acting(counter, bob), person_id=bob)
