"""Staff see which requests wait, the nearest deadline first, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.codes import RequestNumber
from contracts.tenancy import QueueOwner, RequestKind
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from tenancy.actions.callers import person_of
from tenancy.domain.queue import QueueCounts, QueuedRequest
from tenancy.store import request_queue

_FIRST_PAGE = (datetime.min.replace(tzinfo=UTC), "")


@dataclass(frozen=True, slots=True)
class QueuePage:
    items: list[QueuedRequest]
    next_cursor: str | None


def list_queue(
    *,
    db: Database,
    context: Context,
    now: datetime,
    owner: QueueOwner,
    kind: RequestKind | None,
    number: RequestNumber | None,
    limit: int,
    cursor: str | None,
) -> QueuePage:
    after = decode_cursor(cursor, (datetime, str)) or _FIRST_PAGE
    with db.read(tenant=EVERYONE, context=context) as tx:
        if number is not None:
            numbers = request_queue.list_open_number(tx, number=number)
        else:
            numbers = request_queue.list_queued_numbers(
                tx,
                owner=owner,
                me=person_of(context),
                kind=kind,
                after=(after[0], after[1]),
                limit=limit + 1,
            )
        found = request_queue.list_queued(tx, numbers=numbers)
    items, later = page(found, limit, lambda one: (one.deadline_at, one.number))
    return QueuePage([one.seen_at(now) for one in items], later)


def count_queue(*, db: Database, context: Context, now: datetime) -> QueueCounts:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return request_queue.count_queue(tx, me=person_of(context), now=now)
