"""The queue of recoveries of offices, for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from servicekit.reasons import READ
from tenancy.domain.recoveries import Recovery
from tenancy.store import recoveries


@dataclass(frozen=True, slots=True)
class RecoveriesPage:
    items: list[Recovery]
    next_cursor: str | None


def list_office_recoveries(
    *,
    db: Database,
    context: Context,
    now: datetime,
    open: bool,
    limit: int,
    cursor: str | None,
) -> RecoveriesPage:
    """Leaves an entry in the installation's trail: what staff see of people is seen."""
    start = decode_cursor(cursor, (UUID,))
    with db.write(context, tenant=EVERYONE) as tx:
        before = start[0] if start else None
        found = recoveries.list_ids(tx, open=open, before=before, limit=limit + 1)
        ids, next_cursor = page(found, limit, lambda one: (one,))
        details = {"call": context.call, "shown": len(ids)}
        tx.record(READ, target="office-recoveries", details=details, at=now)
        return RecoveriesPage(recoveries.list_recoveries(tx, recovery_ids=ids), next_cursor)


def get_office_recovery(
    *, db: Database, context: Context, tenant: TenantCode, recovery_id: UUID
) -> Recovery:
    with db.read(tenant=tenant, context=context) as tx:
        return recoveries.get_recovery(tx, tenant=tenant, recovery_id=recovery_id)
