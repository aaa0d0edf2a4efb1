"""A fact calls for a mail: it becomes a row, once, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from notifications.clients.wording import Wording
from notifications.domain.letters import Letter
from notifications.domain.mails import TRANSITIONS, Mail, MailAct
from notifications.domain.readers import Reader, Tenant
from notifications.store import mails, readers, tenants
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Unavailable
from servicekit.ids import new_id
from servicekit.plain import plain


def queue_mail(
    *,
    db: Database,
    wording: Wording,
    wake: Callable[[], None],
    context: Context,
    event_id: UUID,
    now: datetime,
    real_now: datetime,
    letter: Letter | None,
) -> None:
    """``wake`` is called once the row can be seen by who sends it.

    Facts come in any order: while the reader (or the tenant a letter names) is not known yet,
    Unavailable makes the event come again.
    """
    if letter is None:
        return
    with db.write(context, tenant=letter.tenant or EVERYONE) as tx:
        if not tx.once(event_id):
            return
        reader = _reader(tx, letter)
        if reader.erased:
            return
        values = {**plain(letter.facts), "reader": _named(reader), "tenant": _tenant(tx, letter)}
        mail = Mail(
            mail_id=new_id(),
            event_id=event_id,
            template=letter.template,
            tenant=letter.tenant,
            person_id=reader.person_id,
            recipient=letter.recipient or reader.email,
            recipient_name=reader.full_name,
            language=reader.language,
            subject=wording.subject(
                template=letter.template, language=reader.language, values=values
            ),
            facts=values,
            sealed_link=letter.sealed_link,
            call_id=context.call_id,
            status=TRANSITIONS[None, MailAct.QUEUE],
            sending=1,
            attempts=0,
            created_at=now,
            sent_at=None,
            last_error=None,
        )
        mails.add_mail(tx, mail=mail, next_attempt_at=real_now)
        tx.after_commit(wake)


def _reader(tx: Tx, letter: Letter) -> Reader:
    if letter.stranger is not None:
        return letter.stranger
    reader = readers.find_reader(tx, person_id=letter.person_id)
    if reader is None:
        raise Unavailable("reader-not-known-yet", {"retry_after": 1})
    return reader


def _tenant(tx: Tx, letter: Letter) -> Mapping[str, Any] | None:
    """Its code alone where the text needs no more and the name is not known."""
    if letter.tenant is None:
        return None
    tenant = tenants.find_tenant(tx, tenant=letter.tenant)
    if tenant is None and letter.names_tenant:
        raise Unavailable("tenant-not-known-yet", {"retry_after": 1})
    known = tenant or Tenant(letter.tenant, letter.tenant, letter.tenant, "")
    return {
        "code": str(letter.tenant),
        "name": known.name,
        "organisation": known.organisation_name,
        "region": known.region,
    }


def _named(reader: Reader) -> Mapping[str, str]:
    return {
        "given_name": reader.given_name,
        "family_name": reader.family_name,
        "login": reader.login,
        "email": reader.email,
    }
