"""The requests that are not done, the nearest deadline first: one statement for each choice, so
that each is planned by its own index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.codes import RequestNumber
from contracts.tenancy import QueueOwner, RequestKind
from servicekit.db import Tx
from tenancy.domain.queue import QueueCounts, QueuedRequest
from tenancy.store.request_lists import SUMMARIES, Number, Row

_OF_ANYBODY = """
    SELECT number FROM requests
     WHERE state <> 'done' AND (deadline_at, number) > (%(deadline)s, %(after)s)
     ORDER BY deadline_at, number LIMIT %(limit)s
"""
_OF_ANYBODY_OF_KIND = """
    SELECT number FROM requests
     WHERE state <> 'done' AND kind = %(kind)s
       AND (deadline_at, number) > (%(deadline)s, %(after)s)
     ORDER BY deadline_at, number LIMIT %(limit)s
"""
_OF_ONE = """
    SELECT number FROM requests
     WHERE state <> 'done' AND assigned_to = %(me)s
       AND (deadline_at, number) > (%(deadline)s, %(after)s)
       AND (%(kind)s::text IS NULL OR kind = %(kind)s)
     ORDER BY deadline_at, number LIMIT %(limit)s
"""
_OF_NOBODY = """
    SELECT number FROM requests
     WHERE state <> 'done' AND assigned_to IS NULL
       AND (deadline_at, number) > (%(deadline)s, %(after)s)
       AND (%(kind)s::text IS NULL OR kind = %(kind)s)
     ORDER BY deadline_at, number LIMIT %(limit)s
"""
_ONE = "SELECT number FROM requests WHERE state <> 'done' AND number = %(number)s"
_SUMMARIES_BY_DEADLINE = SUMMARIES + " ORDER BY r.deadline_at, r.number"
# In the order of an index, so that a bounded count reads no more than it counts.
_COUNT = """
    SELECT (SELECT count(*)
              FROM (SELECT 1 FROM requests
                     WHERE state <> 'done'
                     ORDER BY deadline_at, number LIMIT %(most)s) AS a)::integer AS open,
           (SELECT count(*)
              FROM (SELECT 1 FROM requests
                     WHERE state <> 'done' AND assigned_to = %(me)s
                     ORDER BY deadline_at, number LIMIT %(most)s) AS b)::integer AS mine,
           (SELECT count(*)
              FROM (SELECT 1 FROM requests
                     WHERE state <> 'done' AND assigned_to IS NULL
                     ORDER BY deadline_at, number LIMIT %(most)s) AS c)::integer AS unassigned,
           (SELECT count(*)
              FROM (SELECT 1 FROM requests
                     WHERE state <> 'done' AND deadline_at < %(now)s
                     ORDER BY deadline_at, number LIMIT %(most)s) AS d)::integer AS overdue
"""
_MOST = 1000


def list_queued_numbers(
    tx: Tx,
    *,
    owner: QueueOwner,
    me: UUID | None,
    kind: RequestKind | None,
    after: tuple[datetime, str],
    limit: int,
) -> list[RequestNumber]:
    """With the scope EVERYONE. ``me``: who asks, for what is his."""
    params = {"me": me, "kind": kind, "deadline": after[0], "after": after[1], "limit": limit}
    return [row.number for row in tx.rows(_statement(owner, kind), params, Number)]


def list_open_number(tx: Tx, *, number: RequestNumber) -> list[RequestNumber]:
    """That one, where it is not done."""
    return [row.number for row in tx.rows(_ONE, {"number": number}, Number)]


def _statement(owner: QueueOwner, kind: RequestKind | None) -> str:
    match owner:
        case QueueOwner.ME:
            return _OF_ONE
        case QueueOwner.NOBODY:
            return _OF_NOBODY
        case QueueOwner.ANYBODY:
            return _OF_ANYBODY if kind is None else _OF_ANYBODY_OF_KIND


def list_queued(tx: Tx, *, numbers: Sequence[RequestNumber]) -> list[QueuedRequest]:
    """Of these requests, the nearest deadline first."""
    rows = tx.rows(_SUMMARIES_BY_DEADLINE, {"numbers": list(numbers)}, Row)
    return [QueuedRequest.of(row.summary(), assigned_to=row.assigned_to) for row in rows]


def count_queue(tx: Tx, *, me: UUID, now: datetime) -> QueueCounts:
    """Each up to 1,000: what is shown, never an inventory."""
    found = tx.row(_COUNT, {"me": me, "now": now, "most": _MOST}, QueueCounts)
    if found is None:
        raise RuntimeError("a count is always one row")
    return found
