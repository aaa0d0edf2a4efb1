"""What is held of a person is handed out to him, and erased; the trails still verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.staffing import acting, appoint

from contracts.codes import Role, Section, StaffRole, TenantCode
from contracts.identity import ErasureState, NameKind
from identity.actions.erase_person import erase_person
from identity.actions.export_person import export_person
from identity.actions.give_impersonation import give_impersonation
from identity.actions.read_people import resolve_rights
from identity.actions.read_person_file import name_people
from identity.actions.request_erasure import (
    ERASE,
    cancel_erasure,
    get_erasure,
    request_erasure,
)
from servicekit import audit
from servicekit.due import DueRunner
from servicekit.errors import Conflict, NotFound, Unauthenticated
from servicekit.plain import plain

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
JANE = "jane.roe@example.com"
VISITOR = {Section.INVOICES: Role.VISITOR, Section.TECHNICAL_CONSOLE: Role.VISITOR}


@pytest.fixture
def jane(john: Any, person: Callable[..., Any]) -> UUID:
    """A user of TENANT with both passwords who has signed in."""
    user = john.invite(person("Jane", "Roe", email=JANE), VISITOR, by=john.person_id())
    john.set_password(john.token("WelcomeLinkIssued", of=str(user.person_id)), "Sesame-2026!")
    john.set_password(john.token("IamUserCreated", of=str(user.person_id)), "open7sesame")
    john.sign_in("Jane.Roe")
    person_id: UUID = user.person_id
    return person_id


def do_what_is_due(john: Any) -> None:
    runner = DueRunner(
        john.db, john.clock, {ERASE: lambda item: erase_person(db=john.db, item=item)}
    )
    while runner.step():
        pass
    assert runner.counts().dead == 0


def erase(john: Any, person_id: UUID) -> None:
    request_erasure(**acting(john, person_id))
    john.pass_time(days=7)
    do_what_is_due(john)


def everything(john: Any) -> str:
    """All rows of all tables of ours, but what has been told and waits to be published."""
    tables = john.rows(
        "SELECT c.oid::regclass::text AS name FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname IN ('public', 'house')"
        " AND c.relname NOT IN ('outbox', 'idempotency_keys', 'migrations')"
    )
    return json.dumps(
        {
            row["name"]: plain(john.rows(f"SELECT to_jsonb(t) AS row FROM {row['name']} t"))
            for row in tables
        }
    )


def test_of_an_erased_person_nothing_is_left_but_a_pseudonym(john: Any, jane: UUID) -> None:
    assert JANE in everything(john)
    erase(john, jane)
    left = everything(john).lower()
    for trace in (JANE, "jane", "roe"):
        assert trace not in left, trace
    assert f"erased-{jane.hex[-12:]}" in left


def test_why_support_saw_what_she_sees_goes_with_her(
    john: Any, jane: UUID, person: Callable[..., Any]
) -> None:
    appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)
    asked = {"tenant": TENANT, "as_person_id": jane, "operator": "Bob.Help", "minutes": 60}
    why = "Jane Roe misses an invoice"
    grant = give_impersonation(**acting(john, john.person_id()), **asked, reason=why)
    export = export_person(db=john.db, context=john.gateway(), person_id=jane)
    assert [one.reason for one in export.impersonations] == [why]
    erase(john, jane)
    assert "jane roe" not in everything(john).lower()
    [row] = john.rows("SELECT state, reason FROM impersonation_grants")
    assert (row["state"], row["reason"]) == ("over", "-")
    assert ("impersonation:grant:over", f"person:{jane}") in john.trail(TENANT)
    assert john.events("ImpersonationEnded")[0]["grant_id"] == str(grant.grant_id)


def test_the_chains_still_verify(john: Any, jane: UUID) -> None:
    erase(john, jane)
    for chain in ("-", TENANT):
        found = audit.verify_chain(db=john.db, tenant=chain)
        assert found.verified, chain
        assert found.entries, chain
    assert ("person:data:erased", f"person:{jane}") in john.trail(TENANT)
    assert ("person:data:erased", f"person:{jane}") in john.trail("-")


def test_an_erased_person_signs_in_nowhere_and_holds_nothing(john: Any, jane: UUID) -> None:
    erase(john, jane)
    for attempt in (john.sign_in, john.web_sign_in, john.api_sign_in):
        with pytest.raises(Unauthenticated, match="sign-in-refused"):
            attempt("Jane.Roe")
    rights = resolve_rights(db=john.db, context=john.gateway(), person_id=jane)
    assert not rights.enabled
    assert rights.tenants == ()
    [told] = john.events("PersonErased")
    assert told["tenants"] == [TENANT]
    assert "jane" not in json.dumps(told).lower()


def test_login_and_address_are_free_again(
    john: Any, jane: UUID, person: Callable[..., Any]
) -> None:
    erase(john, jane)
    again = john.invite(person("Jane", "Roe", email=JANE), VISITOR, by=john.person_id())
    assert again.person_id != jane
    assert again.login == "Jane.Roe"


def test_trails_show_an_erased_person_where_he_acted(john: Any, jane: UUID) -> None:
    erase(john, jane)
    answer = name_people(
        db=john.db, context=john.gateway(), chain=TENANT, targets=[f"person:{jane}"]
    )
    assert answer["items"][0].kind is NameKind.ERASED


def test_for_a_week_it_can_be_cancelled(john: Any, jane: UUID) -> None:
    asked = request_erasure(**acting(john, jane))
    assert asked.state is ErasureState.REQUESTED
    with pytest.raises(Conflict, match="erasure-requested"):
        request_erasure(**acting(john, jane))
    john.pass_time(days=6)
    assert cancel_erasure(**acting(john, jane)).state is ErasureState.CANCELLED
    with pytest.raises(NotFound, match="erasure-unknown"):
        cancel_erasure(**acting(john, jane))
    john.pass_time(days=6)
    do_what_is_due(john)
    john.sign_in("Jane.Roe")
    assert len(john.events("ErasureRequested")) == 1
    assert len(john.events("ErasureCancelled")) == 1


def test_who_holds_an_office_hands_it_over_first(john: Any) -> None:
    with pytest.raises(Conflict, match="office-held") as held:
        request_erasure(**acting(john, john.person_id()))
    assert held.value.details["tenants"] == [TENANT]
    shown = get_erasure(db=john.db, context=john.person(john.person_id()))
    assert shown.hindrances == (f"office-held:{TENANT}",)


def test_the_last_who_can_manage_users_leaves_somebody_who_can(
    john: Any, person: Callable[..., Any]
) -> None:
    manager = {Section.USERS: Role.MANAGER}
    bob = john.invite(person("Bob", "Help"), manager, by=john.person_id())
    with john.db.write(john.gateway(), tenant=TENANT) as tx:
        tx.run("DELETE FROM offices WHERE tenant = %(t)s", {"t": TENANT})
    with pytest.raises(Conflict, match="last-user-manager"):
        request_erasure(**acting(john, john.person_id()))
    john.set_password(john.token("WelcomeLinkIssued", of=str(bob.person_id)), "Sesame-2026!")
    assert request_erasure(**acting(john, john.person_id())).hindrances == ()


def test_staff_are_dismissed_first(john: Any, person: Callable[..., Any]) -> None:
    bob = appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)
    with pytest.raises(Conflict, match="staff-member"):
        request_erasure(**acting(john, bob))


def test_what_he_has_come_to_hold_meanwhile_stops_it(
    john: Any, jane: UUID, person: Callable[..., Any]
) -> None:
    request_erasure(**acting(john, jane))
    appoint(john, person("Jane", "Roe", email=JANE), StaffRole.SUPPORT)
    john.pass_time(days=7)
    do_what_is_due(john)
    john.sign_in("Jane.Roe")
    assert john.events("PersonErased") == []
    assert john.events("ErasureRefused")[0]["hindrances"] == ["staff-member"]


def test_all_that_is_held_is_handed_out_and_no_secret(john: Any, jane: UUID) -> None:
    export = asdict(export_person(db=john.db, context=john.gateway(), person_id=jane))
    assert export["login"] == "Jane.Roe"
    assert export["email"] == JANE
    assert [held["tenant"] for held in export["tenants"]] == [TENANT]
    assert [user["user_name"] for user in export["iam_users"]] == ["Jane.Roe"]
    assert {link["purpose"] for link in export["links"]} >= {"welcome", "console_welcome"}
    assert export["sign_ins"][0]["outcome"] == "accepted"
    text = json.dumps(plain(export))
    for secret in ("argon2", "token", "hash", "John"):
        assert secret not in text, secret
