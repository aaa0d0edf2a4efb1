"""The tenant's ledger of mails, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.codes import TenantCode
from notifications.domain.mails import Mail
from notifications.store import mails
from servicekit.context import Context
from servicekit.db import Database
from servicekit.paging import decode_cursor, page


@dataclass(frozen=True, slots=True)
class MailsPage:
    items: list[Mail]
    next_cursor: str | None


def list_mails(
    *, db: Database, context: Context, tenant: TenantCode, limit: int, cursor: str | None
) -> MailsPage:
    start = decode_cursor(cursor, (UUID,))
    with db.read(tenant=tenant, context=context) as tx:
        rows = mails.list_mails(
            tx, tenant=tenant, before=start[0] if start else None, limit=limit + 1
        )
    return MailsPage(*page(rows, limit, lambda mail: (mail.mail_id,)))
