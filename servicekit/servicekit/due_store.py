"""Rows of work due at a date: claimed by any replica, in order, and taken off when done.

A claim is a lease in real time: a runner that dies leaves its item to the others when the lease
ends. The row itself goes in the transaction that does the work (``tx.settle``), so that it is
done once however often it is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from contracts.codes import TenantCode

if TYPE_CHECKING:
    from servicekit.context import Context
    from servicekit.transactions import Tx
_SCHEDULE = """
INSERT INTO house.due_work (kind, key, tenant, due_at, payload)
VALUES (%(kind)s, %(key)s, %(tenant)s, %(due_at)s, %(payload)s)
ON CONFLICT ON CONSTRAINT due_work_kind_key DO UPDATE
SET due_at = excluded.due_at, payload = excluded.payload, attempts = 0, lease = NULL,
    leased_until = NULL, last_error = NULL, dead_at = NULL
"""
_CLAIM = """
UPDATE house.due_work
SET attempts = attempts + 1, lease = %(lease)s, leased_until = %(leased_until)s
WHERE due_id = (
    SELECT work.due_id
    FROM house.due_work AS work
    WHERE work.due_at <= %(now)s
      AND work.kind = ANY(%(kinds)s)
      AND work.dead_at IS NULL
      AND (work.leased_until IS NULL OR work.leased_until <= %(real_now)s)
      AND NOT EXISTS (
          SELECT 1
          FROM house.due_work AS earlier
          WHERE earlier.lease IS NOT NULL
            AND earlier.leased_until > %(real_now)s
            AND earlier.due_at < work.due_at
      )
    ORDER BY work.due_at, work.due_id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING due_id, lease, kind, key, tenant, due_at, payload, attempts
"""


@dataclass(frozen=True, slots=True)
class DueRow:
    due_id: int
    lease: UUID
    kind: str
    key: str
    tenant: TenantCode | None
    due_at: datetime
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class DueItem:
    """One piece of due work in a handler's hands.

    ``now`` is the time to act at: on a simulated clock the moment the work fell due, also when
    the clock has jumped past it. ``payload`` holds JSON values. ``context`` is the timer's own.
    """

    due_id: int
    lease: UUID
    kind: str
    key: str
    tenant: TenantCode | None
    due_at: datetime
    now: datetime
    payload: dict[str, Any]
    attempts: int
    context: Context


def scheduling(
    *, kind: str, key: str, tenant: TenantCode | None, due_at: datetime, payload: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    return (
        _SCHEDULE,
        {"kind": kind, "key": key, "tenant": tenant, "due_at": due_at, "payload": dict(payload)},
    )


def unscheduling(*, kind: str, key: str) -> tuple[str, dict[str, Any]]:
    return (
        "DELETE FROM house.due_work WHERE kind = %(kind)s AND key = %(key)s",
        {"kind": kind, "key": key},
    )


def claim_row(
    tx: Tx,
    *,
    kinds: Sequence[str],
    now: datetime,
    real_now: datetime,
    lease: UUID,
    leased_until: datetime,
) -> DueRow | None:
    """The next due row, leased; None when nothing is due, or what is due must wait its turn.

    Nothing overtakes an earlier row that is being worked on. One that failed and waits for its
    next attempt is overtaken.
    """
    # Claims wait for one another: else the second would not see the lease of the first yet.
    tx.run("SELECT pg_advisory_xact_lock(hashtextextended('house.due_work', 0))", {})
    return tx.row(
        _CLAIM,
        {
            "kinds": list(kinds),
            "now": now,
            "real_now": real_now,
            "lease": lease,
            "leased_until": leased_until,
        },
        DueRow,
    )


def settle(tx: Tx, item: DueItem) -> bool:
    """False when the row is no longer ours: done by another runner, or scheduled anew."""
    removed = tx.run(
        "DELETE FROM house.due_work WHERE due_id = %(due_id)s AND lease = %(lease)s",
        {"due_id": item.due_id, "lease": item.lease},
    )
    return removed == 1


def postpone(
    tx: Tx, *, row: DueRow, error: str, retry_at: datetime, dead_at: datetime | None
) -> None:
    tx.run(
        "UPDATE house.due_work SET lease = NULL, leased_until = %(retry_at)s,"
        "                          last_error = %(error)s, dead_at = %(dead_at)s"
        " WHERE due_id = %(due_id)s AND lease = %(lease)s",
        {
            "due_id": row.due_id,
            "lease": row.lease,
            "error": error,
            "retry_at": retry_at,
            "dead_at": dead_at,
        },
    )


@dataclass(frozen=True, slots=True)
class DueCounts:
    waiting: int
    dead: int


def count_rows(tx: Tx) -> DueCounts:
    counts = tx.row(
        "SELECT count(*) FILTER (WHERE dead_at IS NULL) AS waiting,"
        "       count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead FROM house.due_work",
        {},
        DueCounts,
    )
    assert counts is not None
    return counts
