from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Language
from contracts.notifications import MailStatus
from notifications.domain.letters import Template
from notifications.domain.mails import (
    MAX_ATTEMPTS,
    PAUSES,
    TRANSITIONS,
    Failure,
    Mail,
    MailAct,
    after_failure,
    message_id,
    status_when_asked_again,
)
from servicekit import states
from servicekit.errors import Conflict
from servicekit.ids import new_id

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = Failure("451 later", permanent=False)
NEVER = Failure("550 never", permanent=True)


def mail(**changes: Any) -> Mail:
    made = Mail(
        mail_id=new_id(),
        event_id=new_id(),
        template=Template.WELCOME,
        tenant=None,
        person_id=new_id(),
        recipient="john@acme.example",
        recipient_name="John Doe",
        language=Language.FRENCH,
        subject="Bienvenue",
        facts={},
        sealed_link=None,
        call_id="call-1",
        status=MailStatus.PENDING,
        sending=1,
        attempts=1,
        created_at=NOW,
        sent_at=None,
        last_error=None,
    )
    return replace(made, **changes)


def test_pauses_grow_and_end() -> None:
    assert PAUSES[:5] == (
        timedelta(seconds=10),
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
    )
    assert list(PAUSES) == sorted(PAUSES)
    assert (
        after_failure(mail=mail(), failure=LATER, real_now=NOW).next_attempt_at == NOW + PAUSES[0]
    )


@given(st.integers(1, 50))
def test_every_mail_is_given_up_in_the_end_and_not_before(attempts: int) -> None:
    verdict = after_failure(mail=mail(attempts=attempts), failure=LATER, real_now=NOW)
    given_up = attempts >= MAX_ATTEMPTS
    assert (verdict.status is MailStatus.DEAD) == given_up == (verdict.next_attempt_at is None)
    assert after_failure(mail=mail(attempts=attempts), failure=NEVER, real_now=NOW).status == "dead"


def test_only_what_has_ended_can_be_asked_for_again() -> None:
    assert status_when_asked_again(mail(status=MailStatus.SENT)) is MailStatus.PENDING
    assert status_when_asked_again(mail(status=MailStatus.DEAD)) is MailStatus.PENDING
    with pytest.raises(Conflict, match="mail-pending"):
        status_when_asked_again(mail())


def test_an_id_stays_for_each_attempt_and_changes_with_each_sending() -> None:
    first = mail()
    ids = {
        message_id(replace(first, attempts=attempts, sending=sending), domain="cloudstore.example")
        for attempts in (1, 2, 9)
        for sending in (1, 2)
    }
    assert len(ids) == 2


def test_every_state_is_reached() -> None:
    assert states.unreached(MailStatus, TRANSITIONS) == ()
    assert {act for _, act in TRANSITIONS} == set(MailAct)


def test_the_drawn_page_is_current() -> None:
    root = Path(__file__).resolve().parents[4]
    chapter = states.chapter(title="Mail", states=MailStatus, transitions=TRANSITIONS)
    page = states.page(
        title="States of a mail", command="python -m notifications draw-states", chapters=(chapter,)
    )
    assert (root / "docs" / "states-mail.md").read_text(encoding="utf-8") == page
