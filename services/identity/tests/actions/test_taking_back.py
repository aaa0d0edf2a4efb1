"""Somebody else was in: what the owner of the mailbox takes back stays his."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.staffing import acting, appoint
from services.identity.tests.actions.test_recoveries import approve, do_what_is_due, propose

from contracts.codes import CredentialKind, Role, Section, StaffRole, TenantCode
from contracts.identity import RecoveryKind
from identity.actions.change_mail import confirm_mail_change, request_mail_change
from identity.actions.establish_tenant import ESTABLISH, establish_later
from identity.actions.request_erasure import request_erasure, start_erasure
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.due import DueRunner
from servicekit.errors import Conflict, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

MINE, BAD, WORSE = "john.doe@example.com", "thief@evil.example", "thief@worse.example"
STOLEN, AGAIN = "Stolen-2026!xyz", "Again-Stolen.2026"
OTHER = TenantCode("OCB0005678")
VISITOR = {Section.INVOICES: Role.VISITOR}


def change_address(john: Any, email: str) -> str:
    """The thief, signed in as John. Returns the link that the mailbox before is sent."""
    mine = {"db": john.db, "now": john.now}
    context = john.person(john.person_id())
    request_mail_change(**mine, sealer=john.sealer, context=context, email=email)
    confirm(john)
    return not_me(john, "MailChangeRequested")


def confirm(john: Any) -> None:
    token = john.token("MailChangeLinkIssued")
    confirm_mail_change(db=john.db, now=john.now, context=john.gateway(), token=token)


def not_me(john: Any, event: str) -> str:
    return str(john.fernet.decrypt(john.events(event)[-1]["not_me_link"]).decode())


def set_by_reset(john: Any, password: str) -> str:
    """Returns the link of the mail that tells it."""
    john.pass_time(minutes=16)
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), password)
    return not_me(john, "PasswordSet")


def address(john: Any) -> str:
    found = john.rows("SELECT email FROM persons WHERE login = 'John.Doe'")
    return str(found[0]["email"])


def squat(john: Any, email: str) -> None:
    """Somebody has come to bear it in spite of all."""
    with john.db.write(system_context(service="identity", call="t"), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE persons SET email = %(email)s, email_key = %(email)s WHERE login = 'Eve.Moon'",
            {"email": email},
        )


def test_links_of_the_thiefs_mailbox_end_when_the_address_is_taken_back(john: Any) -> None:
    mine = change_address(john, BAD)
    his = set_by_reset(john, STOLEN)
    john.disown(mine)
    assert address(john) == MINE
    with pytest.raises(NotFound, match="link-not-usable"):
        john.disown(his)
    assert address(john) == MINE


def test_thief_with_a_second_mailbox_ends_no_link_of_the_first_owner(john: Any) -> None:
    mine = change_address(john, BAD)
    his = set_by_reset(john, STOLEN)
    change_address(john, WORSE)
    john.disown(his)
    assert address(john) == BAD
    john.disown(mine)
    assert address(john) == MINE


def test_address_given_by_two_of_staff_is_not_taken_back_by_the_lost_mailbox(
    john: Any, person: Callable[..., Any]
) -> None:
    bob = appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)
    eve = appoint(john, person("Eve", "Help"), StaffRole.SUPPORT)
    john.pass_time(hours=100)  # whom staff were appointed by, and when, is settled
    lost = set_by_reset(john, STOLEN)
    new = "john@new.example"
    recovery = propose(john, bob, john.person_id(), RecoveryKind.CHANGE_EMAIL, new)
    approve(john, eve, recovery)
    john.pass_time(days=3)
    do_what_is_due(john)
    confirm(john)
    assert address(john) == new
    with pytest.raises(NotFound, match="link-not-usable"):
        john.disown(lost)
    assert address(john) == new


def test_one_who_changes_it_himself_leaves_the_way_back_open(john: Any) -> None:
    mine = change_address(john, BAD)
    assert john.read_link(mine)


def test_login_is_blocked_also_where_the_address_is_somebody_elses(
    john: Any, person: Callable[..., Any]
) -> None:
    john.invite(person("Eve", "Moon"), VISITOR, by=john.person_id())
    mine = change_address(john, BAD)
    set_by_reset(john, STOLEN)
    squat(john, MINE)
    assert john.disown(mine).blocked
    with pytest.raises(Unauthenticated):
        john.sign_in(password=STOLEN)
    assert len(john.events("LoginDisowned")) == 1
    assert address(john) == BAD
    assert john.events("PasswordResetRequested")[-1]["email"] == MINE


def test_address_that_may_be_taken_back_is_nobodys_meanwhile(
    john: Any, person: Callable[..., Any]
) -> None:
    eve = john.invite(person("Eve", "Moon"), VISITOR, by=john.person_id())
    mine = change_address(john, BAD)
    with pytest.raises(Conflict, match="email-taken"):
        john.invite(
            person("Cuckoo", "Moon", email="John.DOE@example.com"), VISITOR, by=john.person_id()
        )
    request_mail_change(
        db=john.db, now=john.now, sealer=john.sealer, context=john.person(eve.person_id), email=MINE
    )
    with pytest.raises(Conflict, match="email-taken"):
        confirm(john)
    bob = appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)
    with pytest.raises(Conflict, match="email-taken"):
        propose(john, bob, eve.person_id, RecoveryKind.CHANGE_EMAIL, MINE)
    john.disown(mine)
    assert address(john) == MINE


def test_contract_waits_for_an_address_that_may_be_taken_back(
    john: Any, person: Callable[..., Any]
) -> None:
    mine = change_address(john, BAD)
    john.open_tenant(tenant=OTHER, referent=person("Cuckoo", "Moon", email=MINE))
    assert len(john.events("PersonRegistered")) == 1
    assert len(john.events("TenantPeopleEstablished")) == 1, "of his own contract"
    establish_what_waits(john, hours=1)
    assert len(john.events("TenantPeopleEstablished")) == 1
    john.disown(mine)
    assert address(john) == MINE
    establish_what_waits(john, hours=1)
    told = john.events("TenantPeopleEstablished")[-1]
    assert (told["tenant"], told["referent_id"]) == (OTHER, str(john.person_id()))
    assert john.rows("SELECT 1 FROM house.due_work WHERE kind = 'tenant:establish'") == []


def test_contract_has_its_people_when_the_link_has_run_out(
    john: Any, person: Callable[..., Any]
) -> None:
    change_address(john, BAD)
    john.open_tenant(tenant=OTHER, referent=person("New", "Moon", email=MINE))
    john.open_tenant(tenant=OTHER, referent=person("New", "Moon", email=MINE))
    establish_what_waits(john, days=7)
    told = john.events("TenantPeopleEstablished")[-1]
    assert (told["tenant"], told["referent_login"]) == (OTHER, "New.Moon")
    assert len(john.events("TenantPeopleEstablished")) == 2


def establish_what_waits(john: Any, **later: float) -> None:
    john.pass_time(**later)
    assert looks(john) > 0


def looks(john: Any) -> int:
    """How often it was looked whether the address is free."""
    handler = {
        ESTABLISH: lambda item: establish_later(
            db=john.db, sealer=john.sealer, item=item, now=john.now
        )
    }
    runner, times = DueRunner(john.db, john.clock, handler), 0
    while runner.step():
        times += 1
    assert runner.counts().dead == 0
    return times


def test_after_a_pause_people_come_at_the_present_moment_and_by_one_look(
    john: Any, person: Callable[..., Any]
) -> None:
    change_address(john, BAD)
    john.open_tenant(tenant=OTHER, referent=person("New", "Moon", email=MINE))
    john.pass_time(days=30)
    assert looks(john) == 1
    told = john.events("TenantPeopleEstablished")[-1]
    assert (told["tenant"], told["referent_login"]) == (OTHER, "New.Moon")
    ends = john.rows("SELECT max(expires_at) AS at FROM links WHERE purpose = 'welcome'")
    assert ends[0]["at"] == john.now + timedelta(days=7)


def test_an_address_that_stays_held_back_is_waited_for_no_longer_than_a_week(
    john: Any, person: Callable[..., Any]
) -> None:
    """Whoever takes it again and again does not keep a stranger's contact waiting for ever."""
    change_address(john, BAD)
    john.open_tenant(tenant=OTHER, referent=person("New", "Moon", email=MINE))
    john.pass_time(days=6, hours=23)
    change_address(john, MINE)
    change_address(john, BAD)
    assert looks(john) == 1
    john.pass_time(hours=1)
    assert looks(john) == 1
    assert len(john.events("TenantPeopleEstablished")) == 1, "of his own contract"
    assert john.rows("SELECT 1 FROM house.due_work WHERE kind = 'tenant:establish'") == []
    assert ("tenants:people:given-up", OTHER) in john.trail(OTHER)


def test_who_is_waited_for_is_not_to_be_read_in_the_list_of_due_work(
    john: Any, person: Callable[..., Any]
) -> None:
    change_address(john, BAD)
    new = person("New", "Moon", email=MINE)
    john.open_tenant(tenant=OTHER, referent=new)
    [waiting] = john.rows(
        "SELECT payload::text AS text FROM house.due_work WHERE kind = 'tenant:establish'"
    )
    for clear in (new.email, new.given_name, new.family_name, new.mobile):
        assert clear is None or clear not in waiting["text"]


def test_address_is_free_again_when_the_link_has_run_out(
    john: Any, person: Callable[..., Any]
) -> None:
    change_address(john, BAD)
    john.pass_time(days=8)
    invited = john.invite(person("New", "Moon", email=MINE), VISITOR, by=john.person_id())
    assert isinstance(invited.person_id, UUID)


def test_mails_with_a_way_back_name_their_mailbox(john: Any) -> None:
    mine = change_address(john, BAD)
    assert john.events("MailChangeRequested")[-1]["email"] == MINE
    set_by_reset(john, STOLEN)
    assert john.events("PasswordSet")[-1]["email"] == BAD
    assert john.events("PasswordResetRequested")[-1]["email"] == BAD
    john.disown(mine)
    assert john.events("PasswordResetRequested")[-1]["email"] == MINE


def test_after_a_mere_lock_the_way_in_goes_to_the_address_of_today(john: Any) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            john.sign_in(password="not the password 1A")
    john.do_what_is_due()
    locked = not_me(john, "CredentialLocked")
    change_address(john, "john@new.example")
    john.disown(locked)
    assert john.events("PasswordResetRequested")[-1]["email"] == "john@new.example"


def set_api_password(john: Any, password: str) -> str:
    john.pass_time(minutes=16)
    john.forget_password(CredentialKind.API, "John.Doe", domain="OCB0001234")
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), password)
    return not_me(john, "PasswordSet")


def test_api_password_that_the_thief_set_goes_with_the_portal_password(john: Any) -> None:
    john.pass_time(days=8)
    mine = set_by_reset(john, STOLEN)
    set_api_password(john, "stolen7sesame")
    assert john.api_sign_in(password="stolen7sesame")
    john.disown(mine)
    with pytest.raises(Unauthenticated):
        john.api_sign_in(password="stolen7sesame")


def test_api_link_that_takes_the_address_back_blocks_the_portal_password_too(john: Any) -> None:
    mine = set_api_password(john, "mine7sesame")
    john.pass_time(hours=1)
    change_address(john, BAD)
    set_by_reset(john, STOLEN)
    john.disown(mine)
    assert address(john) == MINE
    with pytest.raises(Unauthenticated):
        john.sign_in(password=STOLEN)


def test_erasure_that_the_thief_asked_for_is_cancelled(
    john: Any, person: Callable[..., Any]
) -> None:
    eve = john.invite(person("Eve", "Moon"), VISITOR, by=john.person_id()).person_id
    john.set_password(john.token("WelcomeLinkIssued", of=str(eve)), "Sesame-2026!")
    link = not_me(john, "PasswordSet")
    request_erasure(**acting(john, eve))
    assert john.events("ErasureRequested")[-1]["email"] == "eve.moon@example.com"
    john.disown(link)
    assert [one["person_id"] for one in john.events("ErasureCancelled")] == [str(eve)]
    assert john.rows("SELECT state FROM erasures") == [{"state": "cancelled"}]
    assert john.rows("SELECT 1 FROM house.due_work WHERE kind = 'person.erase'") == []


def test_erasure_that_staff_decided_stays(john: Any, person: Callable[..., Any]) -> None:
    eve = john.invite(person("Eve", "Moon"), VISITOR, by=john.person_id()).person_id
    john.set_password(john.token("WelcomeLinkIssued", of=str(eve)), "Sesame-2026!")
    link = not_me(john, "PasswordSet")
    with john.db.write(acting(john, eve)["context"], tenant=EVERYONE) as tx:
        start_erasure(tx, person_id=eve, by_staff=True, now=john.now)
    john.disown(link)
    assert john.rows("SELECT state FROM erasures") == [{"state": "requested"}]
