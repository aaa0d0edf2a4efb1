"""It was not me: one link, once, for a week; what it ends and what it leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contracts.codes import CredentialKind
from contracts.identity import LinkPurpose, NotMe
from identity.actions.not_me_links import issue_not_me_link
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.errors import Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

WRONG = "not the password 1A"
THIEF = "Stolen-2026!xyz"


def refused(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except Unauthenticated:
        return True
    return False


def token_of(john: Any, event: str, nth: int = -1) -> str:
    sealed = john.events(event)[nth]["not_me_link"]
    return str(john.fernet.decrypt(sealed).decode())


def change_by_reset(john: Any, password: str) -> None:
    john.pass_time(minutes=16)
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), password)


def put_email(john: Any, email: str) -> None:
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE persons SET email = %(email)s, email_key = %(email)s WHERE login = 'John.Doe'",
            {"email": email},
        )


def test_reading_it_changes_nothing_and_says_what_it_is_about(john: Any) -> None:
    token = token_of(john, "PasswordSet", 0)
    link = john.read_link(token)
    assert (link.purpose, link.about) == (LinkPurpose.NOT_ME, NotMe.PASSWORD)
    assert john.sign_in().login == "John.Doe"


def test_it_makes_the_password_worthless_and_mails_the_way_back(john: Any) -> None:
    john.pass_time(days=8)  # the API password was not set by whoever is in now
    change_by_reset(john, THIEF)
    assert john.sign_in(password=THIEF).login == "John.Doe"
    done = john.disown(token_of(john, "PasswordSet"))
    assert (done.credential, done.user_name, done.blocked) == ("portal", "John.Doe", True)
    assert refused(lambda: john.sign_in(password=THIEF))
    assert john.api_sign_in().login == "John.Doe", "the other credential is its own"
    told = john.events("LoginDisowned")
    assert [(one["person_id"], one["credential"]) for one in told] == [
        (str(john.person_id()), "portal")
    ]
    john.set_password(john.token("PasswordResetRequested"), "Mine-Again.2026+")
    assert john.sign_in(password="Mine-Again.2026+").login == "John.Doe"


def test_what_was_disowned_is_not_set_again(john: Any) -> None:
    change_by_reset(john, THIEF)
    john.disown(token_of(john, "PasswordSet"))
    with pytest.raises(Invalid) as refusal:
        john.set_password(john.token("PasswordResetRequested"), THIEF)
    assert refusal.value.details == {"fields": {"password": ["password-unchanged"]}}


def test_it_works_once_and_for_a_week(john: Any) -> None:
    token = token_of(john, "PasswordSet", 0)
    john.disown(token)
    with pytest.raises(NotFound, match="link-not-usable"):
        john.disown(token)
    change_by_reset(john, THIEF)
    john.pass_time(days=7)
    with pytest.raises(NotFound, match="link-not-usable"):
        john.disown(token_of(john, "PasswordSet"))


def test_after_a_lock_it_offers_a_reset_and_leaves_the_password(john: Any) -> None:
    for _ in range(5):
        assert refused(lambda: john.sign_in(password=WRONG))
    john.do_what_is_due()
    done = john.disown(token_of(john, "CredentialLocked"))
    assert done.blocked is False
    assert john.events("LoginDisowned") == []
    assert len(john.events("PasswordResetRequested")) == 1
    john.pass_time(minutes=15)
    assert john.sign_in().login == "John.Doe"


def test_api_password_is_disowned_alone(john: Any) -> None:
    of_api = [
        number
        for number, one in enumerate(john.events("PasswordSet"))
        if one["credential"] == "api"
    ]
    john.disown(token_of(john, "PasswordSet", of_api[0]))
    assert refused(lambda: john.api_sign_in())
    assert john.sign_in().login == "John.Doe"
    assert john.events("PasswordResetRequested")[-1]["credential"] == "api"


def test_thief_who_changes_the_address_first_ends_no_link_of_the_old_mailbox(john: Any) -> None:
    token = token_of(john, "PasswordSet", 0)
    put_email(john, "thief@evil.example")
    change_by_reset(john, THIEF)
    assert token_of(john, "PasswordSet") != token
    john.disown(token)
    assert refused(lambda: john.sign_in(password=THIEF))
    person = john.rows("SELECT email FROM persons WHERE login = 'John.Doe'")[0]
    assert person["email"] == "john.doe@example.com", "the way back goes to the old mailbox"
    assert john.events("PersonChanged")[-1]["email"] == "john.doe@example.com"


def test_newer_link_of_a_kind_ends_the_older_and_another_kind_none(john: Any) -> None:
    credential = john.rows("SELECT id FROM credentials WHERE kind = 'portal' AND hash IS NOT NULL")
    tokens = []
    for about in (NotMe.FACTOR, NotMe.MAIL, NotMe.FACTOR):
        with john.db.write(system_context(service="identity", call="t"), tenant=EVERYONE) as tx:
            link = issue_not_me_link(
                tx,
                sealer=john.sealer,
                credential_id=credential[0]["id"],
                person_id=john.person_id(),
                about=about,
                now=john.now,
            )
        tokens.append(john.fernet.decrypt(link.sealed_link).decode())
    with pytest.raises(NotFound, match="link-not-usable"):
        john.read_link(tokens[0])
    assert john.read_link(tokens[1]).about is NotMe.MAIL
    assert john.read_link(tokens[2]).about is NotMe.FACTOR


def test_open_links_end_with_it(john: Any) -> None:
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    stolen = john.token("PasswordResetRequested")
    john.disown(token_of(john, "PasswordSet", 0))
    with pytest.raises(NotFound, match="link-not-usable"):
        john.set_password(stolen, THIEF)


def test_it_sets_no_password_and_a_reset_link_disowns_nothing(john: Any) -> None:
    with pytest.raises(NotFound, match="link-not-usable"):
        john.set_password(token_of(john, "PasswordSet", 0), THIEF)
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    with pytest.raises(NotFound, match="link-not-usable"):
        john.disown(john.token("PasswordResetRequested"))


def test_it_stands_in_history_and_trail(john: Any) -> None:
    john.disown(token_of(john, "PasswordSet", 0))
    assert ("portal:password:disowned", f"person:{john.person_id()}") in john.trail()
    found = john.rows("SELECT address FROM sign_ins WHERE outcome = 'disowned'")
    assert found == [{"address": "192.0.2.7"}]
