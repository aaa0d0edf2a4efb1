"""What every act on a request leaves behind: its entry, its audit entry, its event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contracts.declare import Event
from contracts.rights import CallerKind
from contracts.tenancy import (
    AuthorKind,
    RequestAct,
    RequestAnswered,
    RequestClosed,
    RequestCommented,
    RequestReopened,
    RequestSent,
)
from servicekit.context import Context
from servicekit.db import Tx
from servicekit.ids import new_id
from tenancy.domain.requests import MOST_ENTRIES, Entry, Request, author_of, demand_patience
from tenancy.store import request_entries, requests

_PAST: Mapping[RequestAct, str] = {
    RequestAct.SEND: "sent",
    RequestAct.ASSIGN: "assigned",
    RequestAct.START: "started",
    RequestAct.COMMENT: "commented",
    RequestAct.ANSWER: "answered",
    RequestAct.CLOSE: "closed",
    RequestAct.RESOLVE: "resolved",
    RequestAct.WITHDRAW: "withdrawn",
    RequestAct.REOPEN: "reopened",
}
_FACTS: Mapping[RequestAct, Event] = {
    RequestAct.SEND: RequestSent,
    RequestAct.COMMENT: RequestCommented,
    RequestAct.ANSWER: RequestAnswered,
    RequestAct.CLOSE: RequestClosed,
    RequestAct.RESOLVE: RequestClosed,
    RequestAct.WITHDRAW: RequestClosed,
    RequestAct.REOPEN: RequestReopened,
}


def tell(
    tx: Tx,
    *,
    context: Context,
    now: datetime,
    request: Request,
    act: RequestAct,
    by: AuthorKind,
    text: str | None = None,
) -> UUID:
    """``request`` as it is after the act. What was written stands in the entry alone: the trail
    keeps no free text, the event no more than a mail says. Answers the entry's id."""
    entry = Entry(
        entry_id=new_id(),
        at=now,
        act=act,
        state=request.state,
        author_kind=by,
        author=author_of(context.caller),
        text=text,
    )
    request_entries.add_entry(tx, tenant=request.tenant, number=request.number, entry=entry)
    details = {"kind": request.kind, "form": request.form, "state": request.state}
    if request.outcome is not None:
        details["outcome"] = request.outcome
    tx.record(f"support:request:{_PAST[act]}", target=request.number, details=details, at=now)
    if (fact := _FACTS.get(act)) is not None:
        caller = context.caller
        emit_fact(
            tx,
            fact,
            now=now,
            request=request,
            act=act,
            by=by,
            author_id=UUID(caller.subject) if caller.kind is CallerKind.PERSON else None,
            told_id=requests.find_told(tx, request=request),
        )
    return entry.entry_id


def demand_quiet(tx: Tx, *, request: Request, now: datetime) -> None:
    """Raises TooMany where a day's measure of entries has been made of this request already."""
    earlier = request_entries.find_entry_at(
        tx, tenant=request.tenant, number=request.number, newer=MOST_ENTRIES - 1
    )
    demand_patience("comments-too-many", earlier, now=now)


def emit_fact(
    tx: Tx,
    fact: Event,
    *,
    now: datetime,
    request: Request,
    act: RequestAct,
    by: AuthorKind,
    author_id: UUID | None,
    told_id: UUID | None,
) -> None:
    tx.emit(
        fact,
        at=now,
        tenant=request.tenant,
        number=request.number,
        kind=request.kind,
        title=request.title,
        subject=request.subject,
        state=request.state,
        act=act,
        author_kind=by,
        author_id=author_id,
        told_id=told_id,
        assigned_to=request.assigned_to,
        deadline_at=request.deadline_at,
        outcome=request.outcome,
        reopenable_until=request.reopenable_until,
    )
