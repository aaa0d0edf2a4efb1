"""Mails: waiting ones are claimed by any replica, all of them are the ledger."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.notifications import MailStatus
from notifications.domain.mails import Mail
from servicekit.db import Tx
from servicekit.errors import NotFound

_ADD = """
INSERT INTO mails
    (mail_id, event_id, template, tenant, person_id, recipient, recipient_name, language, subject,
     facts, sealed_link, call_id, status, sending, attempts, next_attempt_at, created_at)
VALUES
    (%(mail_id)s, %(event_id)s, %(template)s, %(tenant)s, %(person_id)s, %(recipient)s,
     %(recipient_name)s, %(language)s, %(subject)s, %(facts)s, %(sealed_link)s, %(call_id)s,
     %(status)s, %(sending)s, %(attempts)s, %(next_attempt_at)s, %(created_at)s)
"""
_CLAIM = """
UPDATE mails
SET attempts = attempts + 1, next_attempt_at = %(held_until)s
WHERE mail_id = (
    SELECT mail_id
    FROM mails
    WHERE status = 'pending' AND next_attempt_at <= %(real_now)s
    ORDER BY next_attempt_at, mail_id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING
    mail_id, event_id, template, tenant, person_id, recipient, recipient_name, language, subject,
    facts, sealed_link, call_id, status, sending, attempts, created_at, sent_at, last_error
"""
# The attempt's number tells our try from a later one by somebody who thought us dead.
_SENT = """
UPDATE mails
SET status = 'sent', sent_at = %(sent_at)s, last_error = NULL
WHERE mail_id = %(mail_id)s AND sending = %(sending)s AND attempts = %(attempts)s
  AND status = 'pending'
"""
_FAILED = """
UPDATE mails
SET status = %(status)s, last_error = %(error)s,
    next_attempt_at = coalesce(%(next_attempt_at)s, next_attempt_at)
WHERE mail_id = %(mail_id)s AND sending = %(sending)s AND attempts = %(attempts)s
  AND status = 'pending'
"""
_AGAIN = """
UPDATE mails
SET status = %(status)s, sending = sending + 1, attempts = 0, next_attempt_at = %(real_now)s,
    last_error = NULL
WHERE tenant = %(tenant)s AND mail_id = %(mail_id)s AND NOT erased
RETURNING
    mail_id, event_id, template, tenant, person_id, recipient, recipient_name, language, subject,
    facts, sealed_link, call_id, status, sending, attempts, created_at, sent_at, last_error
"""
_GET = """
SELECT
    mail_id, event_id, template, tenant, person_id, recipient, recipient_name, language, subject,
    facts, sealed_link, call_id, status, sending, attempts, created_at, sent_at, last_error
FROM mails
WHERE tenant = %(tenant)s AND mail_id = %(mail_id)s AND NOT erased
FOR UPDATE
"""
_LIST = """
SELECT
    mail_id, event_id, template, tenant, person_id, recipient, recipient_name, language, subject,
    facts, sealed_link, call_id, status, sending, attempts, created_at, sent_at, last_error
FROM mails
WHERE tenant = %(tenant)s AND (%(before)s::uuid IS NULL OR mail_id < %(before)s)
ORDER BY mail_id DESC
LIMIT %(limit)s
"""
_LIST_OF_PERSON = """
SELECT
    mail_id, event_id, template, tenant, person_id, recipient, recipient_name, language, subject,
    facts, sealed_link, call_id, status, sending, attempts, created_at, sent_at, last_error
FROM mails
WHERE person_id = %(person_id)s
ORDER BY mail_id DESC
LIMIT %(limit)s
"""
_ERASE = """
UPDATE mails
SET recipient = %(email)s, recipient_name = %(pseudonym)s, facts = '{}', sealed_link = NULL,
    subject = template, last_error = NULL, erased = true,
    status = CASE status WHEN 'pending' THEN 'dead' ELSE status END
WHERE person_id = %(person_id)s
"""


def add_mail(tx: Tx, *, mail: Mail, next_attempt_at: datetime) -> None:
    tx.run(_ADD, {**asdict(mail), "facts": dict(mail.facts), "next_attempt_at": next_attempt_at})


def claim_mail(tx: Tx, *, real_now: datetime, held_until: datetime) -> Mail | None:
    """The mail that has waited longest, with one more attempt counted; ours until then."""
    return tx.row(_CLAIM, {"real_now": real_now, "held_until": held_until}, Mail)


def change_to_sent(tx: Tx, *, mail: Mail, sent_at: datetime) -> bool:
    """False when the attempt is no longer ours to end."""
    return tx.run(_SENT, {**_attempt(mail), "sent_at": sent_at}) == 1


def change_to_failed(
    tx: Tx, *, mail: Mail, status: MailStatus, error: str, next_attempt_at: datetime | None
) -> bool:
    """``status`` is pending with a next attempt, or dead. False when it is not ours any more."""
    failed = {"status": status, "error": error, "next_attempt_at": next_attempt_at}
    return tx.run(_FAILED, {**_attempt(mail), **failed}) == 1


def change_to_pending(
    tx: Tx, *, tenant: TenantCode, mail_id: UUID, status: MailStatus, real_now: datetime
) -> Mail:
    """The next sending of a mail that was sent or given up."""
    wanted = {"tenant": tenant, "mail_id": mail_id, "status": status, "real_now": real_now}
    changed = tx.row(_AGAIN, wanted, Mail)
    if changed is None:
        raise NotFound("mail-unknown")
    return changed


def get_mail(tx: Tx, *, tenant: TenantCode, mail_id: UUID) -> Mail:
    """Locked until the transaction ends."""
    found = tx.row(_GET, {"tenant": tenant, "mail_id": mail_id}, Mail)
    if found is None:
        raise NotFound("mail-unknown")
    return found


def list_mails(tx: Tx, *, tenant: TenantCode, before: UUID | None, limit: int) -> list[Mail]:
    """Newest first: ids are made in the order of time."""
    return tx.rows(_LIST, {"tenant": tenant, "before": before, "limit": limit}, Mail)


def _attempt(mail: Mail) -> dict[str, object]:
    return {"mail_id": mail.mail_id, "sending": mail.sending, "attempts": mail.attempts}


def list_mails_of(tx: Tx, *, person_id: UUID, limit: int) -> list[Mail]:
    """Of one person in all tenants, newest first. Asked with the scope EVERYONE."""
    return tx.rows(_LIST_OF_PERSON, {"person_id": person_id, "limit": limit}, Mail)


def change_to_erased(tx: Tx, *, person_id: UUID, pseudonym: str, email: str) -> None:
    """What still waits is not sent. With the scope EVERYONE."""
    tx.run(_ERASE, {"person_id": person_id, "pseudonym": pseudonym, "email": email})
