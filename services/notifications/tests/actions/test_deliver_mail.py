from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.codes import TenantCode
from notifications.actions.deliver_mail import HOLD, deliver_next
from notifications.actions.run_post import Post
from notifications.clients.sealing import Unsealer
from notifications.clients.smtp import MailServer
from notifications.domain.mails import MAX_ATTEMPTS, PAUSES
from servicekit import audit

pytestmark = pytest.mark.servers

ACME = TenantCode("OCB0000001")
SECOND = timedelta(seconds=1)


@pytest.fixture
def waiting(office: Any) -> Any:
    """An office with one welcome mail to send."""
    office.tenant()
    office.queue(office.welcome(office.reader()))
    return office


def trail(office: Any) -> list[Any]:
    items: list[Any] = audit.list_entries(db=office.db, tenant=ACME, limit=50, cursor=None)["items"]
    return items


def test_a_sent_mail_stands_in_the_ledger_and_in_the_trail(waiting: Any) -> None:
    [mail] = waiting.deliver()
    assert (waiting.column("status"), waiting.column("attempts")) == ("sent", 1)
    assert waiting.column("sent_at") == waiting.clock.now()
    [entry] = trail(waiting)
    assert (entry.action, entry.target) == ("mail:welcome:sent", str(waiting.column("mail_id")))
    assert "john@acme.example" not in str(entry.details)
    assert mail["Message-ID"] == f"<{entry.target}.1@cloudstore.example>"
    assert audit.verify_chain(db=waiting.db, tenant=ACME).verified


def test_a_server_that_is_away_is_tried_again_with_growing_pauses(waiting: Any) -> None:
    waiting.postbox.refuse = "451 try later"
    for number, pause in enumerate(PAUSES, start=1):
        assert deliver_next(waiting.desk)
        assert waiting.column("attempts") == number
        assert not deliver_next(waiting.desk), "not before its time"
        waiting.later(pause - SECOND)
        assert not deliver_next(waiting.desk), "not before its time"
        waiting.later(SECOND)
    assert waiting.column("status") == "pending"
    assert waiting.column("last_error") == "451 try later"
    assert deliver_next(waiting.desk)
    assert (waiting.column("status"), waiting.column("attempts")) == ("dead", MAX_ATTEMPTS)
    assert [entry.action for entry in trail(waiting)] == ["mail:welcome:failed"]


def test_after_an_outage_the_mail_arrives(waiting: Any) -> None:
    server = waiting.desk.server
    waiting.desk = replace(waiting.desk, server=MailServer("smtp://127.0.0.1:1"))
    assert deliver_next(waiting.desk)
    assert waiting.column("last_error") == "ConnectionRefusedError"
    waiting.desk = replace(waiting.desk, server=server)
    waiting.later(PAUSES[0])
    assert len(waiting.deliver()) == 1
    assert waiting.column("last_error") is None


def test_a_servers_last_word_gives_the_mail_up_at_once(waiting: Any) -> None:
    waiting.postbox.refuse = "550 no such user here"
    waiting.deliver()
    assert (waiting.column("status"), waiting.column("attempts")) == ("dead", 1)
    assert waiting.column("last_error") == "550 no such user here"


def test_a_link_sealed_with_another_key_is_never_sent_as_it_is(waiting: Any) -> None:
    from cryptography.fernet import Fernet

    other = Unsealer(Fernet.generate_key().decode(), public_url="http://localhost:8080")
    waiting.desk = replace(waiting.desk, unsealer=other)
    assert waiting.deliver() == []
    assert waiting.column("status") == "dead"


class Crash(BaseException):
    """The process ends here."""


def test_a_crash_before_the_server_took_it_sends_it_once_the_hold_ends(waiting: Any) -> None:
    class Dying(MailServer):
        def send(self, envelope: Any) -> None:
            raise Crash

    alive = waiting.desk.server
    waiting.desk = replace(waiting.desk, server=Dying("smtp://127.0.0.1:1"))
    with pytest.raises(Crash):
        deliver_next(waiting.desk)
    waiting.desk = replace(waiting.desk, server=alive)
    assert waiting.deliver() == [], "it may still be in the other's hands"
    waiting.later(HOLD)
    assert len(waiting.deliver()) == 1


def test_a_crash_after_the_server_took_it_sends_it_again_under_the_same_id(waiting: Any) -> None:
    class Dying(MailServer):
        def send(self, envelope: Any) -> None:
            super().send(envelope)
            raise Crash

    alive = waiting.desk.server
    dying = Dying("smtp://127.0.0.1:1")
    dying._server = alive._server
    waiting.desk = replace(waiting.desk, server=dying)
    with pytest.raises(Crash):
        deliver_next(waiting.desk)
    waiting.desk = replace(waiting.desk, server=alive)
    waiting.later(HOLD)
    first, second = waiting.deliver()
    assert first["Message-ID"] == second["Message-ID"]
    assert waiting.column("status") == "sent"


def test_who_thought_us_dead_and_sent_it_is_believed(waiting: Any) -> None:
    """Our own note comes too late then and changes nothing."""

    def meanwhile() -> None:
        waiting.postbox.on_data = None
        waiting.later(HOLD)
        assert deliver_next(waiting.desk)

    slow = waiting.desk
    waiting.postbox.on_data = None
    hook = Hooked(slow.server, meanwhile)
    assert deliver_next(replace(slow, server=hook))
    assert waiting.column("attempts") == 2
    assert [entry.action for entry in trail(waiting)] == ["mail:welcome:sent"]


class Hooked(MailServer):
    """Something happens while the mail is on its way."""

    def __init__(self, real: MailServer, meanwhile: Any) -> None:
        self._real = real
        self._meanwhile = meanwhile

    def send(self, envelope: Any) -> None:
        self._meanwhile()
        self._real.send(envelope)


def test_many_carriers_send_each_mail_once(office: Any) -> None:
    office.tenant()
    reader = office.reader()
    for _ in range(30):
        office.queue(office.welcome(reader))

    def carry() -> None:
        while deliver_next(office.desk):
            pass

    threads = [threading.Thread(target=carry) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [message["Message-ID"] for message in office.postbox.all()]
    assert len(sent) == len(set(sent)) == 30


def test_the_post_sends_at_once_what_it_is_woken_for_and_stops(office: Any) -> None:
    office.tenant()
    reader = office.reader()
    post = Post(office.desk, carriers=2)
    post.start()
    try:
        office.queue(office.welcome(reader))
        post.wake()
        assert office.postbox.next(5)["Subject"] == "Bienvenue sur l'espace client Cloudstore"
    finally:
        post.stop()
    assert not any(thread.is_alive() for thread in post._threads)


def test_the_post_outlives_a_mistake_of_ours(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from notifications.actions import run_post

    tried = threading.Event()

    def failing(desk: Any) -> bool:
        if tried.is_set():
            return False
        tried.set()
        raise KeyError("a template forgot a value")

    monkeypatch.setattr(run_post, "deliver_next", failing)
    post = Post(office.desk, carriers=1)
    post.start()
    assert tried.wait(5)
    assert post._threads[0].is_alive()
    post.stop()
