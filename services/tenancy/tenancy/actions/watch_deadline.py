"""A promise is watched: who has the request, or all of staff, are told before it is broken."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import RequestNumber
from contracts.tenancy import AuthorKind, RequestAct, RequestDeadlineApproached
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from tenancy.actions.telling_of_requests import emit_fact
from tenancy.domain.queue import is_at_risk, warned_at
from tenancy.domain.requests import Request
from tenancy.store import requests

WATCH = "request.deadline"  # kind of due work


def watch_deadline(tx: Tx, *, request: Request, now: datetime) -> None:
    """``now`` is when the promise was made. Made anew, it is watched anew."""
    tx.schedule(
        WATCH,
        due_at=warned_at(promised_at=now, deadline_at=request.deadline_at),
        key=request.number,
        payload={"deadline_at": request.deadline_at},
    )


def warn(*, db: Database, item: DueItem) -> None:
    if item.tenant is None:
        raise ValueError("a request belongs to a tenant")
    with db.write(item.context, tenant=item.tenant) as tx:
        # The request before the item, as whoever reopens it: else each holds what the other waits
        # for.
        number = RequestNumber(item.key)
        request = requests.get_request_to_change(tx, tenant=item.tenant, number=number)
        if not tx.settle(item):
            return
        promised = datetime.fromisoformat(item.payload["deadline_at"])
        if is_at_risk(request, deadline_at=promised):
            _tell(tx, request=request, at=item.now)


def _tell(tx: Tx, *, request: Request, at: datetime) -> None:
    tx.record("support:request:deadline-approached", target=request.number, details={}, at=at)
    emit_fact(
        tx,
        RequestDeadlineApproached,
        now=at,
        request=request,
        act=RequestAct.SEND,
        by=AuthorKind.STAFF,
        author_id=None,
        told_id=request.told_id,
    )
