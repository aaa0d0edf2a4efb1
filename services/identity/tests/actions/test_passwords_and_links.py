"""One-time links and passwords: set, forgotten, changed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import LinkPurpose
from identity.actions.change_password import change_password
from identity.actions.read_link import read_link
from identity.actions.send_welcome import send_welcome_again
from identity.domain.attempts import Visit
from identity.store import credentials, links
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
GOOD = "Sesame-2026!"
WAITING = """
SELECT 1
  FROM pg_locks l
  JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database()
 WHERE NOT l.granted
"""


def change(john: Any, current: str, new: str) -> Any:
    return change_password(
        db=john.db,
        hasher=john.hasher,
        sealer=john.sealer,
        context=john.person(john.person_id()),
        now=john.now,
        pause=lambda _: None,
        current_password=current,
        new_password=new,
        visit=Visit(address="198.51.100.9", device="Chrome"),
    )


def test_reading_a_link_changes_nothing_however_often(counter: Any) -> None:
    counter.open_tenant()
    token = counter.token("WelcomeLinkIssued")
    before = counter.rows("SELECT * FROM links ORDER BY id")
    for _ in range(3):
        link = read_link(db=counter.db, now=counter.now, token=token)
    assert (link.purpose, link.credential) == (LinkPurpose.WELCOME, CredentialKind.PORTAL)
    assert (link.user_name, link.tenant, link.rules.minimum_length) == ("John.Doe", None, 10)
    assert counter.rows("SELECT * FROM links ORDER BY id") == before


def test_console_link_names_the_domain(counter: Any) -> None:
    counter.open_tenant()
    link = read_link(db=counter.db, now=counter.now, token=counter.token("IamUserCreated"))
    assert (link.purpose, link.credential) == (LinkPurpose.CONSOLE_WELCOME, CredentialKind.API)
    assert (link.tenant, link.rules.minimum_length, link.rules.character_classes) == (TENANT, 6, 2)


def test_link_sets_the_password_once(counter: Any) -> None:
    counter.open_tenant()
    token = counter.token("WelcomeLinkIssued")
    done = counter.set_password(token, GOOD)
    assert (done.credential, done.user_name, done.tenant) == (
        CredentialKind.PORTAL,
        "John.Doe",
        None,
    )
    assert counter.events("PasswordSet")[0]["credential"] == "portal"
    assert ("portal:password:set", f"person:{done.person_id}") in counter.trail()
    with pytest.raises(NotFound, match="link-not-usable"):
        counter.set_password(token, "Another-2026!")
    with pytest.raises(NotFound, match="link-not-usable"):
        read_link(db=counter.db, now=counter.now, token=token)
    assert counter.sign_in(password=GOOD).login == "John.Doe"


def test_of_two_uses_at_once_one_wins(counter: Any) -> None:
    counter.open_tenant()
    token = counter.token("WelcomeLinkIssued")

    def use(number: int) -> str | None:
        try:
            counter.set_password(token, f"Sesame-{number}-2026!")
        except NotFound:
            return None
        return f"Sesame-{number}-2026!"

    with ThreadPoolExecutor(max_workers=8) as pool:
        winners = [password for password in pool.map(use, range(8)) if password]
    assert len(winners) == 1
    assert counter.sign_in(password=winners[0]).login == "John.Doe"


def test_refused_password_leaves_the_link_usable(counter: Any) -> None:
    counter.open_tenant()
    token = counter.token("WelcomeLinkIssued")
    with pytest.raises(Invalid) as refused:
        counter.set_password(token, "short")
    assert refused.value.details == {
        "fields": {
            "password": ["password-too-short:10", "password-classes:4", "password-too-guessable"]
        }
    }
    counter.set_password(token, GOOD)


def test_link_expires(counter: Any) -> None:
    counter.open_tenant()
    token = counter.token("WelcomeLinkIssued")
    counter.pass_time(days=7)
    with pytest.raises(NotFound, match="link-not-usable"):
        counter.set_password(token, GOOD)


@pytest.mark.parametrize("token", ["", "x", "not a token of ours at all"])
def test_unknown_token_is_like_an_expired_one(john: Any, token: str) -> None:
    with pytest.raises(NotFound, match="link-not-usable"):
        read_link(db=john.db, now=john.now, token=token)


def test_token_is_kept_as_a_hash_alone(counter: Any) -> None:
    counter.open_tenant()
    token = counter.token("WelcomeLinkIssued")
    assert len(token) >= 43, "256 bits"
    everything = counter.rows(
        "SELECT l.*::text AS row FROM links l UNION ALL SELECT o.data::text FROM house.outbox o"
    )
    assert everything
    assert not any(token in row["row"] for row in everything)


def test_welcome_sent_again_ends_the_older_link(counter: Any) -> None:
    counter.open_tenant()
    older = counter.token("WelcomeLinkIssued")
    send_welcome_again(
        db=counter.db,
        sealer=counter.sealer,
        context=counter.person(counter.person_id()),
        now=counter.now,
        tenant=TENANT,
        person_id=counter.person_id(),
    )
    newer = counter.token("WelcomeLinkIssued")
    assert newer != older
    with pytest.raises(NotFound, match="link-not-usable"):
        counter.set_password(older, GOOD)
    counter.set_password(newer, GOOD)


def test_welcome_is_not_sent_to_who_has_a_password(john: Any) -> None:
    with pytest.raises(Conflict, match="already-activated"):
        send_welcome_again(
            db=john.db,
            sealer=john.sealer,
            context=john.person(john.person_id()),
            now=john.now,
            tenant=TENANT,
            person_id=john.person_id(),
        )


def test_forgotten_password_mails_a_link_that_sets_another(john: Any) -> None:
    john.forget_password(CredentialKind.PORTAL, "JOHN.doe@example.com")
    john.do_what_is_due()
    assert john.events("PasswordResetRequested")[0]["credential"] == "portal"
    assert ("portal:password:reset-requested", f"person:{john.person_id()}") in john.trail()
    john.set_password(john.token("PasswordResetRequested"), "Another-2026!")
    assert john.sign_in(password="Another-2026!").login == "John.Doe"
    with pytest.raises(Unauthenticated):
        john.sign_in(password=GOOD)
    assert john.api_sign_in().login == "John.Doe", "the API password is another one"


def test_forgotten_password_of_nobody_leaves_nothing(john: Any) -> None:
    john.forget_password(CredentialKind.PORTAL, "nobody@example.com")
    john.forget_password(CredentialKind.API, "John.Doe", "OCB0009999")
    john.forget_password(CredentialKind.API, "John.Doe", None)
    john.do_what_is_due()
    assert john.events("PasswordResetRequested") == []
    assert john.rows("SELECT * FROM house.due_work WHERE key <> 'daily'") == []


def test_stranger_who_keeps_asking_neither_ends_the_link_nor_fills_the_mailbox(john: Any) -> None:
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    token = john.token("PasswordResetRequested")
    for _ in range(14):
        john.pass_time(seconds=61)
        john.forget_password(CredentialKind.PORTAL, "John.Doe")
        john.do_what_is_due()
    assert len(john.events("PasswordResetRequested")) == 1
    john.set_password(token, "Another-2026!")
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    assert len(john.events("PasswordResetRequested")) == 2, "no link is open: at once"


def test_after_a_quarter_of_an_hour_another_link_is_mailed(john: Any) -> None:
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    older = john.token("PasswordResetRequested")
    john.pass_time(minutes=15)
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    newer = john.token("PasswordResetRequested")
    with pytest.raises(NotFound, match="link-not-usable"):
        john.set_password(older, "Another-2026!")
    john.set_password(newer, "Another-2026!")


@pytest.mark.parametrize(
    ("credential", "event", "domain"),
    [
        (CredentialKind.PORTAL, "WelcomeLinkIssued", None),
        (CredentialKind.API, "IamUserCreated", TENANT),
    ],
)
@pytest.mark.parametrize("welcomed", [True, False])
def test_forgotten_password_leaves_the_welcome_link_and_either_ends_both(
    counter: Any, credential: CredentialKind, event: str, domain: str | None, welcomed: bool
) -> None:
    counter.open_tenant()
    counter.forget_password(credential, "John.Doe", domain)
    counter.do_what_is_due()
    tokens = [counter.token(event), counter.token("PasswordResetRequested")]
    if welcomed:
        counter.pass_time(days=6)
    else:
        tokens.reverse()
    used, other = tokens
    counter.set_password(used, GOOD)
    with pytest.raises(NotFound, match="link-not-usable"):
        counter.set_password(other, "Another-2026!")


@pytest.mark.parametrize("domain", [None, TENANT])
@pytest.mark.parametrize("name", ["John.Doe", "Nobody.Here"])
def test_asking_a_thousand_times_leaves_one_note(john: Any, name: str, domain: str | None) -> None:
    credential = CredentialKind.PORTAL if domain is None else CredentialKind.API
    for spelling in (name, name.upper(), name.lower(), f" {name} "):
        john.forget_password(credential, spelling, domain)
    assert len(john.rows("SELECT 1 FROM house.due_work WHERE key <> 'daily'")) == 1
    john.do_what_is_due()
    assert len(john.events("PasswordResetRequested")) == (name == "John.Doe")


def test_notes_of_names_that_nobody_bears_are_bounded_whatever_the_domain(john: Any) -> None:
    for number in range(300):
        john.forget_password(CredentialKind.API, "Nobody", str(TenantCode.numbered(number + 1)))
    assert len(john.rows("SELECT 1 FROM house.due_work WHERE key <> 'daily'")) <= 256
    john.do_what_is_due()
    assert john.rows("SELECT 1 FROM house.due_work WHERE key <> 'daily'") == []


def test_who_asks_again_waits_for_no_mail_being_prepared(john: Any) -> None:
    """The work for a known name holds nothing that the next request would wait for."""
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    link = john.rows("SELECT id FROM credentials WHERE kind = 'portal' AND hash IS NOT NULL")[0]
    context = system_context(service="identity", call="test")
    with (
        ThreadPoolExecutor(max_workers=2) as pool,
        john.db.write(context, tenant=EVERYONE) as tx,
    ):
        credentials.get_state(tx, credential_id=link["id"])
        prepared = pool.submit(john.do_what_is_due)
        until = time.monotonic() + 20
        while not tx.rows(WAITING, {}, dict):
            assert time.monotonic() < until
            time.sleep(0.02)
        asked = pool.submit(john.forget_password, CredentialKind.PORTAL, "John.Doe")
        asked.result(timeout=1)  # less than the database lets anybody wait
        assert not prepared.done()
    assert len(john.events("PasswordResetRequested")) == 1
    assert john.rows("SELECT 1 FROM house.due_work WHERE key <> 'daily'") == []


def test_history_keeps_from_where_passwords_were_asked_for_set_and_changed(john: Any) -> None:
    john.forget_password(CredentialKind.API, "John.Doe", TENANT)
    john.forget_password(CredentialKind.PORTAL, "Nobody.Here")
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), "shut8sesame")
    with pytest.raises(Forbidden):
        change(john, "wrong", "Another-2026!")
    change(john, GOOD, "Another-2026!")
    iam_user = john.iam_user_id()
    found = john.rows("SELECT * FROM sign_ins ORDER BY id")
    assert [
        (row["method"], row["outcome"], row["iam_user_id"], row["address"], row["device"])
        for row in found[-4:]
    ] == [
        ("api", "reset-requested", iam_user, "192.0.2.7", "Firefox"),
        ("api", "password-set", iam_user, "192.0.2.7", "Firefox"),
        ("portal", "wrong", None, "198.51.100.9", "Chrome"),
        ("portal", "password-changed", None, "198.51.100.9", "Chrome"),
    ]
    assert {row["person_id"] for row in found} == {john.person_id()}


def test_password_changes_for_who_proves_the_current_one(john: Any) -> None:
    change(john, GOOD, "Another-2026!")
    assert john.events("PasswordSet")[-1]["credential"] == "portal"
    assert john.trail()[-1] == ("portal:password:changed", f"person:{john.person_id('John.Doe')}")
    assert john.sign_in(password="Another-2026!").login == "John.Doe"


def test_full_house_after_the_check_costs_nobody_a_try(
    john: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else takes each place that is given back."""
    given: list[int] = []

    def crowded() -> Any:
        if given:
            raise Unavailable("sign-in-busy", {"retry_after": 1})
        given.append(1)
        return place()

    john.hasher = type(john.hasher)(room=1)
    place = john.hasher.place
    monkeypatch.setattr(john.hasher, "place", crowded)
    change(john, GOOD, "Another-2026!")
    monkeypatch.undo()
    with john.hasher.place(), pytest.raises(Unavailable, match="sign-in-busy"):
        change(john, "Another-2026!", "Third-2026!!")
    pending = "SELECT 1 FROM credentials WHERE pending_at <> '{}' OR failed_at <> '{}'"
    assert john.rows(pending) == []
    assert john.sign_in(password="Another-2026!").login == "John.Doe"


def test_link_used_while_another_is_issued_waits_and_neither_fails(john: Any) -> None:
    """Whoever issues holds the credential, then ends its links; the use must not hold a link."""
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    token = john.token("PasswordResetRequested")
    link = read_link(db=john.db, now=john.now, token=token)
    with ThreadPoolExecutor(max_workers=1) as pool:
        context = system_context(service="identity", call="test")
        with john.db.write(context, tenant=EVERYONE) as tx:
            credentials.get_state(tx, credential_id=link.credential_id)
            use = pool.submit(john.set_password, token, "Another-2026!")
            until = time.monotonic() + 20
            while not tx.rows(WAITING, {}, dict):
                assert time.monotonic() < until
                time.sleep(0.02)
            links.change_ended(tx, credential_id=link.credential_id, at=john.now)
        with pytest.raises(NotFound, match="link-not-usable"):
            use.result(timeout=20)
    assert john.sign_in().login == "John.Doe"


def test_guessing_the_current_password_locks_as_at_the_door(john: Any) -> None:
    for _ in range(5):
        with pytest.raises(Forbidden, match="current-password-wrong"):
            change(john, "wrong", "Another-2026!")
    with pytest.raises(Forbidden, match="current-password-wrong"):
        change(john, GOOD, "Another-2026!")
    with pytest.raises(Unauthenticated):
        john.sign_in()
    john.do_what_is_due()
    assert [event["credential"] for event in john.events("CredentialLocked")] == ["portal"]
    actions = [action for action, _ in john.trail()]
    assert actions.count("portal:password:refused") == 6
    assert actions.count("portal:login:locked") == 1


@pytest.mark.parametrize(
    ("new", "codes"),
    [
        ("short", ["password-too-short:10", "password-classes:4", "password-too-guessable"]),
        ("John.Doe-2026!", ["password-contains-user-name"]),
        ("password", ["password-too-short:10", "password-classes:4", "password-breached"]),
        (GOOD, ["password-unchanged"]),
    ],
)
def test_new_password_must_satisfy_and_differ(john: Any, new: str, codes: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        change(john, GOOD, new)
    assert refused.value == Invalid("password-refused", {"fields": {"new_password": codes}})
    assert john.sign_in().login == "John.Doe"


def test_changed_password_ends_an_open_reset_link(john: Any) -> None:
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    change(john, GOOD, "Another-2026!")
    with pytest.raises(NotFound, match="link-not-usable"):
        john.set_password(john.token("PasswordResetRequested"), "Third-2026!!")
