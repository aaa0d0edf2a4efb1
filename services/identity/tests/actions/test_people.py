"""Staff find somebody, read his file, close and open his login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.staffing import acting, appoint

from contracts.codes import CredentialKind, Role, Section, StaffRole
from contracts.identity import NameKind
from identity.actions.close_login import disable_person, enable_person
from identity.actions.find_persons import find_persons
from identity.actions.read_person_file import get_person_file, name_people
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.errors import Conflict, Unauthenticated

pytestmark = pytest.mark.servers


@pytest.fixture
def bob(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)


def logins(john: Any, search: str, *, limit: int = 50, cursor: str | None = None) -> Any:
    page = find_persons(
        db=john.db,
        context=john.gateway(),
        now=john.now,
        search=search,
        limit=limit,
        cursor=cursor,
    )
    return [one.login for one in page.items], page.next_cursor


@pytest.mark.parametrize(
    "search", ["john.d", "JOHN.DOE", "john.doe@exam", "Doe", "john", "  Joh", "jöhn".upper()]
)
def test_somebody_is_found_by_how_login_mail_or_name_begins(john: Any, search: str) -> None:
    assert logins(john, search.strip())[0] == ["John.Doe"]


def test_who_looks_for_people_leaves_an_entry_without_the_name(john: Any) -> None:
    logins(john, "john.d")
    logins(john, "nobody at all")
    left = john.rows(
        "SELECT target, details FROM house.audit_entries WHERE action = 'staff:data:read'"
        " ORDER BY sequence"
    )
    assert [(one["target"], one["details"]["shown"]) for one in left] == [
        ("persons", 1),
        ("persons", 0),
    ]
    assert "john" not in str(left).lower()


@pytest.mark.parametrize("search", ["ohn", "oe@example", "%oh", "j_hn", "example.com", "\\"])
def test_the_middle_of_a_name_and_patterns_find_nobody(john: Any, search: str) -> None:
    assert logins(john, search)[0] == []


def test_pages_hold_everybody_once(john: Any, person: Callable[..., Any]) -> None:
    for number in range(7):
        appoint(
            john,
            person("Johanna", f"Johannson{number}", email=f"johanna{number}@example.com"),
            StaffRole.SALES,
        )
    seen: list[str] = []
    cursor = None
    while True:
        found, cursor = logins(john, "joh", limit=3, cursor=cursor)
        seen += found
        if cursor is None:
            break
    assert len(seen) == 8
    assert len(set(seen)) == 8


def test_a_file_shows_contracts_locks_and_sign_ins(john: Any, bob: UUID) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            john.api_sign_in(password="wrong")
    john.sign_in()
    file = get_person_file(**acting(john, bob), person_id=john.person_id())
    assert [held.tenant for held in file.tenants] == ["OCB0001234"]
    assert file.tenants[0].offices == ("domain_owner", "referent")
    locks = {lock.credential: lock for lock in file.locks}
    assert locks[CredentialKind.API].locked_until is not None
    assert locks[CredentialKind.PORTAL].locked_until is None
    assert file.sign_ins[0].outcome == "accepted"
    assert "hash" not in repr(file)


def test_nobody_signs_in_with_a_closed_login(john: Any, bob: UUID) -> None:
    disable_person(**acting(john, bob), person_id=john.person_id())
    for attempt in (john.sign_in, john.web_sign_in, john.api_sign_in):
        with pytest.raises(Unauthenticated, match="sign-in-refused"):
            attempt()
    assert len(john.events("PersonDisabled")) == 1
    disable_person(**acting(john, bob), person_id=john.person_id())
    assert len(john.events("PersonDisabled")) == 1
    enable_person(**acting(john, bob), person_id=john.person_id())
    john.sign_in()
    assert len(john.events("PersonEnabled")) == 1


def test_closing_stands_in_our_trail_and_in_the_customers_with_the_reason(
    john: Any, bob: UUID
) -> None:
    disable_person(**acting(john, bob, reason="Ticket 7"), person_id=john.person_id())
    found = john.rows(
        "SELECT tenant, target, actor, reason FROM house.audit_entries"
        " WHERE action = 'portal:login:disabled' ORDER BY tenant"
    )
    assert [row["tenant"] for row in found] == ["-", "OCB0001234"]
    assert {row["reason"] for row in found} == {"Ticket 7"}
    assert {row["actor"] for row in found} == {str(bob)}
    assert {row["target"] for row in found} == {f"person:{john.person_id()}"}


def test_a_misused_login_takes_two_to_open(john: Any, bob: UUID) -> None:
    disable_person(**acting(john, bob), person_id=john.person_id(), misused=True)
    with pytest.raises(Conflict, match="recovery-needed"):
        enable_person(**acting(john, bob), person_id=john.person_id())


def named(john: Any, chain: str, *targets: str) -> dict[str, tuple[NameKind, str]]:
    answer = name_people(db=john.db, context=john.gateway(), chain=chain, targets=targets)
    return {one.target: (one.kind, one.name) for one in answer["items"]}


def test_trails_readers_know_people_by_what_they_may_call_them(
    john: Any, bob: UUID, person: Callable[..., Any]
) -> None:
    stranger = appoint(john, person("Jane", "Secret", email="jane@example.com"), StaffRole.SALES)
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run("DELETE FROM staff_roles WHERE person_id = %(id)s", {"id": stranger})
    own, us, other = (f"person:{one}" for one in (john.person_id(), bob, stranger))
    iam = f"iam-user:{john.iam_user_id()}"
    assert named(john, "OCB0001234", own, us, other, iam, "person:nobody", "OCB0001234") == {
        own: (NameKind.PERSON, "John Doe"),
        us: (NameKind.STAFF, "Bob Help"),
        other: (NameKind.PERSON, "Jane.Secret"),
        iam: (NameKind.IAM_USER, "John.Doe"),
    }
    john.invite(
        person("Jane", "Typed", email="jane@example.com"),
        {Section.INVOICES: Role.VISITOR},
        by=john.person_id(),
    )
    assert named(john, "OCB0001234", other)[other] == (NameKind.PERSON, "Jane Typed")
    assert named(john, "-", other)[other] == (NameKind.PERSON, "Jane Secret")
    assert iam not in named(john, "OCB0009999", iam)
