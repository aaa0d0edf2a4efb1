"""The life of a mail: waiting, sent or given up, and asked for again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.codes import Language, TenantCode
from contracts.notifications import MailStatus
from notifications.domain.letters import Template
from servicekit.errors import Conflict


class MailAct(StrEnum):
    QUEUE = "queue"
    SEND = "send"
    GIVE_UP = "give up"
    ASK_AGAIN = "ask again"


TRANSITIONS: dict[tuple[MailStatus | None, MailAct], MailStatus] = {
    (None, MailAct.QUEUE): MailStatus.PENDING,
    (MailStatus.PENDING, MailAct.SEND): MailStatus.SENT,
    (MailStatus.PENDING, MailAct.GIVE_UP): MailStatus.DEAD,
    (MailStatus.SENT, MailAct.ASK_AGAIN): MailStatus.PENDING,
    (MailStatus.DEAD, MailAct.ASK_AGAIN): MailStatus.PENDING,
}

# What follows a failed attempt; after the last one the mail is given up.
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(PAUSES) + 1


@dataclass(frozen=True, slots=True)
class Mail:
    """``facts`` are the template's values; ``created_at`` and ``sent_at`` installation time."""

    mail_id: UUID
    event_id: UUID
    template: Template
    tenant: TenantCode | None
    person_id: UUID
    recipient: str
    recipient_name: str
    language: Language
    subject: str
    facts: Mapping[str, Any]
    sealed_link: str | None
    call_id: str
    status: MailStatus
    sending: int
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed; ``permanent``: the same attempt would fail again."""

    reason: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """``next_attempt_at`` is real time; None when given up."""

    status: MailStatus
    next_attempt_at: datetime | None


def after_failure(*, mail: Mail, failure: Failure, real_now: datetime) -> Verdict:
    """What becomes of a mail whose attempt number ``mail.attempts`` failed."""
    if failure.permanent or mail.attempts >= MAX_ATTEMPTS:
        return Verdict(TRANSITIONS[mail.status, MailAct.GIVE_UP], None)
    return Verdict(MailStatus.PENDING, real_now + PAUSES[mail.attempts - 1])


def status_when_asked_again(mail: Mail) -> MailStatus:
    """Raises Conflict("mail-pending") for one that is still under way."""
    status = TRANSITIONS.get((mail.status, MailAct.ASK_AGAIN))
    if status is None:
        raise Conflict("mail-pending")
    return status


def message_id(mail: Mail, *, domain: str) -> str:
    """The same for each attempt of one sending.

    A mail server that took the mail just before we could note it gets it once more after a crash:
    by this id it, or the reader's program, can tell that it is the same one.
    """
    return f"<{mail.mail_id}.{mail.sending}@{domain}>"
