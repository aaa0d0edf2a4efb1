"""The queue of staff: whose a request is, when its promise is near, what they may do with it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from uuid import UUID

from contracts.tenancy import RequestAct, RequestOutcome, RequestState
from servicekit.errors import Conflict, Invalid
from tenancy.domain.requests import Request, RequestSummary

_OURS = (RequestOutcome.FULFILLED, RequestOutcome.REFUSED)
_WARNED_BEFORE = 4  # a quarter of the time that was promised


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedRequest(RequestSummary):
    assigned_to: UUID | None
    overdue: bool = False

    @classmethod
    def of(cls, summary: RequestSummary, *, assigned_to: UUID | None) -> QueuedRequest:
        known = {field.name: getattr(summary, field.name) for field in fields(summary)}
        return cls(**known, assigned_to=assigned_to)

    def seen_at(self, now: datetime) -> QueuedRequest:
        return replace(self, overdue=self.deadline_at < now)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    open: int
    mine: int
    unassigned: int
    overdue: int


def taken(request: Request, *, by: UUID, now: datetime) -> Request:
    """Raises Conflict ``request-taken`` where it is a colleague's: he gives it back first."""
    _require_ours(request, by)
    return replace(request.after(RequestAct.ASSIGN, now=now), assigned_to=by)


def given_back(request: Request, *, by: UUID, now: datetime) -> Request:
    """It waits in the queue again. Raises Conflict ``request-taken``."""
    _require_ours(request, by)
    return replace(request.after(RequestAct.ASSIGN, now=now), assigned_to=None)


def started(request: Request, *, by: UUID, now: datetime) -> Request:
    return _had_by(by, request.after(RequestAct.START, now=now))


def answered(request: Request, *, by: UUID, now: datetime) -> Request:
    return _had_by(by, request.after(RequestAct.ANSWER, now=now))


def closed(
    request: Request, *, by: UUID, outcome: RequestOutcome, text: str, now: datetime
) -> Request:
    """Fulfilled or refused; to withdraw is the customer's: Invalid ``outcome-not-ours``."""
    if outcome not in _OURS:
        raise Invalid("outcome-not-ours", {"fields": {"outcome": ["outcome-not-ours"]}})
    return _had_by(by, request.after(RequestAct.CLOSE, now=now, outcome=outcome, text=text))


def warned_at(*, promised_at: datetime, deadline_at: datetime) -> datetime:
    """While there is still time to keep the promise."""
    return deadline_at - (deadline_at - promised_at) / _WARNED_BEFORE


def is_at_risk(request: Request, *, deadline_at: datetime) -> bool:
    """Whether the promise of then still stands and is not kept: a reopened one has another."""
    return request.state is not RequestState.DONE and request.deadline_at == deadline_at


def _had_by(by: UUID, request: Request) -> Request:
    """Who works on it has it, where nobody had."""
    return replace(request, assigned_to=request.assigned_to or by)


def _require_ours(request: Request, by: UUID) -> None:
    if request.assigned_to not in (None, by):
        raise Conflict("request-taken", {"assigned_to": str(request.assigned_to)})
