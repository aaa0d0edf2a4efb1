"""Changes of support levels. Which level is in force stands with the contract itself."""

from __future__ import annotations

from typing import Any

from contracts.codes import SupportLevel, TenantCode
from servicekit.db import Tx
from tenancy.domain.support import SupportChange

_COLUMNS = """
    SELECT change_id, level_before, level AS support_level, effective_on, status, asked_by,
           asked_at, ended_at
      FROM support_changes
"""
_LIST = _COLUMNS + "WHERE tenant = %(tenant)s ORDER BY change_id DESC LIMIT %(limit)s"
_FIND_LAST_APPLIED = (
    _COLUMNS
    + """
     WHERE tenant = %(tenant)s AND status = 'applied'
     ORDER BY effective_on DESC
     LIMIT 1
"""
)
_ADD = """
    INSERT INTO support_changes (tenant, change_id, level_before, level, effective_on, status,
                                 asked_by, asked_at, ended_at)
    VALUES (%(tenant)s, %(change_id)s, %(level_before)s, %(support_level)s, %(effective_on)s,
            %(status)s, %(asked_by)s, %(asked_at)s, %(ended_at)s)
"""
_CHANGE_ENDED = """
    UPDATE support_changes
       SET status = %(status)s, ended_at = %(ended_at)s
     WHERE tenant = %(tenant)s AND change_id = %(change_id)s
"""
_CHANGE_LEVEL = """
    UPDATE contracts SET support_level = %(support_level)s WHERE tenant = %(tenant)s
"""


def list_changes(tx: Tx, *, tenant: TenantCode, limit: int) -> list[SupportChange]:
    """The last ones, newest first."""
    return tx.rows(_LIST, {"tenant": tenant, "limit": limit}, SupportChange)


def find_last_applied(tx: Tx, *, tenant: TenantCode) -> SupportChange | None:
    """By which the level in force came to be so."""
    return tx.row(_FIND_LAST_APPLIED, {"tenant": tenant}, SupportChange)


def add_change(tx: Tx, *, tenant: TenantCode, change: SupportChange) -> None:
    tx.run(_ADD, {"tenant": tenant, **_values(change)})


def change_ended(tx: Tx, *, tenant: TenantCode, change: SupportChange) -> None:
    """Its status and since when."""
    tx.run(_CHANGE_ENDED, {"tenant": tenant, **_values(change)})


def change_level(tx: Tx, *, tenant: TenantCode, support_level: SupportLevel) -> None:
    """The level in force."""
    tx.run(_CHANGE_LEVEL, {"tenant": tenant, "support_level": support_level})


def _values(change: SupportChange) -> dict[str, Any]:
    return {
        "change_id": change.change_id,
        "level_before": change.level_before,
        "support_level": change.support_level,
        "effective_on": change.effective_on,
        "status": change.status,
        "asked_by": change.asked_by,
        "asked_at": change.asked_at,
        "ended_at": change.ended_at,
    }
