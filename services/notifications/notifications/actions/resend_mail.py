"""Somebody asks for a mail again: the same mail, to the same recipient, with the same link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from notifications.domain.mails import Mail, status_when_asked_again
from notifications.store import mails
from servicekit.context import Context
from servicekit.db import Database


def resend_mail(
    *,
    db: Database,
    context: Context,
    wake: Callable[[], None],
    now: datetime,
    real_now: datetime,
    tenant: TenantCode,
    mail_id: UUID,
) -> Mail:
    with db.write(context, tenant=tenant) as tx:
        mail = mails.get_mail(tx, tenant=tenant, mail_id=mail_id)
        again = mails.change_to_pending(
            tx,
            tenant=tenant,
            mail_id=mail_id,
            status=status_when_asked_again(mail),
            real_now=real_now,
        )
        tx.record(
            f"mail:{mail.template}:asked-again",
            target=str(mail_id),
            details={"person_id": mail.person_id, "was": mail.status},
            at=now,
        )
        tx.after_commit(wake)
        return tx.answer(again)
