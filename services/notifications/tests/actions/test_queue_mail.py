from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from contracts.codes import Language
from servicekit import audit
from servicekit.db import EVERYONE
from servicekit.errors import Unavailable
from servicekit.ids import new_id

pytestmark = pytest.mark.servers

ACME = "OCB0000001"


def text_of(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())


def test_the_reader_gets_the_mail_in_his_language(office: Any) -> None:
    office.tenant()
    office.queue(office.welcome(office.reader(language=Language.FRENCH)))
    office.queue(office.welcome(office.reader(language=Language.ENGLISH)))
    french, english = office.deliver()
    assert french["Subject"] == "Bienvenue sur l'espace client Cloudstore"
    assert english["Subject"] == "Welcome to the Cloudstore customer space"
    assert (french["Content-Language"], english["Content-Language"]) == ("fr", "en")


def test_one_fact_makes_one_mail_however_often_it_is_heard(office: Any) -> None:
    office.tenant()
    letter, event_id = office.welcome(office.reader()), new_id()
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: office.queue(letter, event_id), range(12)))
    assert len(office.deliver()) == 1
    office.queue(letter, event_id)
    assert office.deliver() == []


def test_a_fact_that_comes_before_its_reader_is_heard_again_later(office: Any) -> None:
    office.tenant()
    reader = office.reader()
    stranger = office.welcome(office.reader())
    event_id = new_id()
    early = type(stranger)(**{**as_dict(stranger), "person_id": new_id()})
    with pytest.raises(Unavailable, match="reader-not-known-yet"):
        office.queue(early, event_id)
    office.reader(person_id=early.person_id, email="late@acme.example")
    office.queue(early, event_id)
    [mail] = office.deliver()
    assert mail["X-Envelope-To"] == "late@acme.example"
    assert reader


def as_dict(letter: Any) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in letter.__slots__}


def test_a_letter_that_names_a_tenant_waits_for_its_name(office: Any) -> None:
    letter = office.welcome(office.reader())
    with pytest.raises(Unavailable, match="tenant-not-known-yet"):
        office.queue(letter)
    office.tenant(name="Production")
    office.queue(letter)
    [mail] = office.deliver()
    assert "OCB0000001, Production (Acme SA)" in text_of(mail)


def test_the_link_is_in_the_mail_and_sealed_everywhere_else(office: Any) -> None:
    office.tenant()
    office.queue(office.welcome(office.reader()))
    [mail] = office.deliver()
    assert "http://localhost:8080/links/the-one-time-token" in text_of(mail)
    assert "the-one-time-token" in mail.get_body(("html",)).get_content()
    with office.db.read(tenant=EVERYONE) as tx:
        for table in ("mails", "house.audit_entries", "house.outbox"):
            rows = tx.rows(f"SELECT * FROM {table}", {}, dict)
            assert "the-one-time-token" not in str(rows)


def test_a_mail_of_no_tenant_is_sent_and_seen_by_no_tenant(office: Any) -> None:
    office.queue(office.welcome(office.reader(), tenant=None))
    [mail] = office.deliver()
    assert "contrat" not in text_of(mail)
    with office.db.read(tenant=office.tenant().tenant) as tx:
        assert tx.value("SELECT count(*) FROM mails", {}) == 0
    assert audit.verify_chain(db=office.db, tenant=audit.HOUSE).entries == 1


def test_the_older_of_two_facts_about_a_reader_changes_nothing(office: Any) -> None:
    office.tenant()
    reader = office.reader(email="new@acme.example")
    older = office.clock.now() - timedelta(minutes=1)
    office.reader(person_id=reader.person_id, email="old@acme.example", as_of=older)
    office.queue(office.welcome(reader))
    [mail] = office.deliver()
    assert mail["X-Envelope-To"] == "new@acme.example"


def test_who_sends_is_woken_once_the_mail_can_be_seen(office: Any) -> None:
    office.tenant()
    office.queue(office.welcome(office.reader()))
    assert office.woken == [1]
    office.queue(None)
    assert office.woken == [1]
