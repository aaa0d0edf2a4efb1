"""The history of contracts' states. The contract's row, locked by who changes it, orders it."""

from __future__ import annotations

from contracts.codes import TenantCode
from servicekit.db import Tx
from tenancy.domain.state_changes import StateChange

_LAST_NUMBER = """
    SELECT number
      FROM contract_state_changes
     WHERE tenant = %(tenant)s
     ORDER BY number DESC
     LIMIT 1
"""
_ADD = """
    INSERT INTO contract_state_changes (tenant, number, before, state, act, at, acted_by, subject,
                                        reason)
    VALUES (%(tenant)s, %(number)s, %(before)s, %(state)s, %(act)s, %(changed_at)s, %(by)s,
            %(subject)s, %(reason)s)
"""
_LIST = """
    SELECT tenant, number, before, state, act, at AS changed_at, acted_by AS by, subject, reason
      FROM contract_state_changes
     WHERE tenant = %(tenant)s AND number < %(before)s
     ORDER BY number DESC
     LIMIT %(limit)s
"""


def find_last_number(tx: Tx, *, tenant: TenantCode) -> int:
    """0 where nothing is kept of it."""
    return tx.value(_LAST_NUMBER, {"tenant": tenant}) or 0


def add_state_change(tx: Tx, *, change: StateChange) -> None:
    tx.run(
        _ADD,
        {
            "tenant": change.tenant,
            "number": change.number,
            "before": change.before,
            "state": change.state,
            "act": change.act,
            "changed_at": change.changed_at,
            "by": change.by,
            "subject": change.subject,
            "reason": change.reason,
        },
    )


def list_state_changes(tx: Tx, *, tenant: TenantCode, before: int, limit: int) -> list[StateChange]:
    """The newest first, those numbered below ``before``."""
    return tx.rows(_LIST, {"tenant": tenant, "before": before, "limit": limit}, StateChange)
