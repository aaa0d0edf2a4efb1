"""The mail that has waited longest is written and handed to the mail server.

Three steps, so that no transaction is open while the mail server thinks: claim, send, note what
came of it. A crash in between leaves the mail claimed for a minute; then it is sent by whoever
comes first. Where the server had taken it just before the crash, the reader may get it twice, with
the same Message-ID: that is the price of never losing one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from notifications.clients.sealing import SealBroken, Unsealer
from notifications.clients.smtp import Envelope, MailServer, Undelivered
from notifications.clients.wording import House, Wording
from notifications.domain.letters import link_under
from notifications.domain.mails import (
    MAX_ATTEMPTS,
    Failure,
    Mail,
    after_failure,
    message_id,
)
from notifications.store import mails
from servicekit.clock import Clock, SystemClock
from servicekit.context import Context, system_context
from servicekit.db import EVERYONE, Database

# Longer than the mail server's timeouts add up to: connect, greet, hand over.
HOLD = timedelta(seconds=60)

_log = structlog.get_logger("notifications.deliver_mail")


@dataclass(frozen=True, slots=True)
class Desk:
    """All that writing and sending takes. ``clock`` is the installation's."""

    db: Database
    clock: Clock
    wording: Wording
    unsealer: Unsealer
    server: MailServer
    house: House
    sender: str
    real: SystemClock = field(default_factory=SystemClock)

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


def deliver_next(desk: Desk) -> bool:
    """False when no mail waits."""
    mail = _claim(desk)
    if mail is None:
        return False
    context = system_context(
        service="notifications", call="mails.deliver", tenant=mail.tenant, call_id=mail.call_id
    )
    failure = _send(desk, mail)
    if failure is None:
        _note_sent(desk, context, mail)
    else:
        _note_failure(desk, context, mail, failure)
    return True


def _send(desk: Desk, mail: Mail) -> Failure | None:
    if mail.attempts > MAX_ATTEMPTS:  # each try has ended the process: not once more
        return Failure("every attempt broke off", permanent=True)
    try:
        desk.server.send(_written(desk, mail))
    except Undelivered as error:
        return error.failure
    except SealBroken:
        return Failure("the link cannot be unsealed", permanent=True)
    except Exception as error:  # noqa: BLE001 - a mistake of ours is counted too, and given up
        _log.exception("mail cannot be written", mail_id=str(mail.mail_id), template=mail.template)
        return Failure(type(error).__name__, permanent=False)
    return None


def _claim(desk: Desk) -> Mail | None:
    real_now = desk.real.now()
    context = system_context(service="notifications", call="mails.claim")
    with desk.db.write(context, tenant=EVERYONE) as tx:
        return mails.claim_mail(tx, real_now=real_now, held_until=real_now + HOLD)


def _written(desk: Desk, mail: Mail) -> Envelope:
    values = dict(mail.facts)
    if mail.sealed_link is not None:
        values["link"] = desk.unsealer.link(mail.sealed_link, under=link_under(mail.template))
    part: dict[str, Any] = {
        "template": mail.template,
        "language": mail.language,
        "values": values,
    }
    return Envelope(
        message_id=message_id(mail, domain=desk.domain),
        date=desk.real.now(),
        sender_name=desk.house.brand,
        sender=desk.sender,
        reply_to=desk.house.contact,
        recipient_name=mail.recipient_name,
        recipient=mail.recipient,
        language=mail.language,
        subject=mail.subject,
        text=desk.wording.text(**part),
        html=desk.wording.html(**part),
    )


def _note_sent(desk: Desk, context: Context, mail: Mail) -> None:
    now = desk.clock.now()
    with desk.db.write(context, tenant=mail.tenant or EVERYONE) as tx:
        if not mails.change_to_sent(tx, mail=mail, sent_at=now):
            _log.warning("mail sent by two", mail_id=str(mail.mail_id))
            return
        tx.record(
            f"mail:{mail.template}:sent",
            target=str(mail.mail_id),
            details={
                "person_id": mail.person_id,
                "attempts": mail.attempts,
            },
            at=now,
        )
    _log.info("mail sent", mail_id=str(mail.mail_id), template=mail.template)


def _note_failure(desk: Desk, context: Context, mail: Mail, failure: Failure) -> None:
    verdict = after_failure(mail=mail, failure=failure, real_now=desk.real.now())
    with desk.db.write(context, tenant=mail.tenant or EVERYONE) as tx:
        ours = mails.change_to_failed(
            tx,
            mail=mail,
            status=verdict.status,
            error=failure.reason,
            next_attempt_at=verdict.next_attempt_at,
        )
        if ours and verdict.next_attempt_at is None:
            tx.record(
                f"mail:{mail.template}:failed",
                target=str(mail.mail_id),
                details={"person_id": mail.person_id, "attempts": mail.attempts},
                at=desk.clock.now(),
            )
    _log.warning(
        "mail not sent",
        mail_id=str(mail.mail_id),
        template=mail.template,
        attempts=mail.attempts,
        reason=failure.reason,
        given_up=verdict.next_attempt_at is None,
    )
