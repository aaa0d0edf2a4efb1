"""What was looked at by an impersonation grant, for those who may know of the grant.

Fewer words than the trail's entries: when, which call, who looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database
from servicekit.paging import decode_cursor, page
from servicekit.reasons import LOOKED
from servicekit.transactions import Tx


@dataclass(frozen=True, slots=True)
class Look:
    """``operator``: a pseudonym."""

    sequence: int
    at: datetime
    call: str
    operator: str


def list_looks(
    *,
    db: Database,
    context: Context,
    tenant: TenantCode,
    grant_id: UUID,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """Oldest first, as ``contracts.audit.Looks``. By a grant of another tenant nothing was looked
    at in this one."""
    return _page(db, context, tenant, grant_id=grant_id, limit=limit, cursor=cursor, seen=None)


def list_own_looks(
    *,
    db: Database,
    context: Context,
    tenant: TenantCode,
    grant_id: UUID,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """Only where the caller is who was seen."""
    seen = context.caller.subject
    return _page(db, context, tenant, grant_id=grant_id, limit=limit, cursor=cursor, seen=seen)


def _page(
    db: Database, context: Context, tenant: TenantCode, *, cursor: str | None, limit: int, **by: Any
) -> dict[str, Any]:
    start = decode_cursor(cursor, (int,))
    after = start[0] if start else 0
    with db.read(tenant=tenant, context=context) as tx:
        rows = _looks(tx, tenant=tenant, after=after, limit=limit + 1, **by)
    items, next_cursor = page(rows, limit, lambda look: (look.sequence,))
    return {"items": items, "next_cursor": next_cursor}


def _looks(
    tx: Tx, *, tenant: TenantCode, grant_id: UUID, seen: str | None, after: int, limit: int
) -> list[Look]:
    """A look's actor is who was seen, its ``act`` who looked."""
    return tx.rows(
        "SELECT sequence, at, details ->> 'call' AS call, act AS operator"
        " FROM house.audit_entries"
        " WHERE tenant = %(tenant)s AND grant_id = %(grant)s AND action = %(looked)s"
        "   AND (%(seen)s::text IS NULL OR actor = %(seen)s::text)"
        "   AND sequence > %(after)s"
        " ORDER BY sequence LIMIT %(limit)s",
        {
            "tenant": tenant,
            "grant": str(grant_id),
            "looked": LOOKED,
            "seen": seen,
            "after": after,
            "limit": limit,
        },
        Look,
    )
