"""What staff do with requests: the queue, by the deadline, and each act on one of them."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import Choice, Flag, Id, Lines, Many, Part, RequestNumberField, Strict, Whole
from contracts.paging import Page, PageRequest
from contracts.rights import staff_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.forms import RequestKind
from contracts.tenancy.requests import (
    RequestFact,
    RequestInTenant,
    RequestOutcome,
    RequestSheet,
    RequestSummary,
    WriteToRequest,
)

_STAFF = (StaffRole.SALES, StaffRole.SUPPORT)


class QueueOwner(StrEnum):
    """Whose requests a queue shows."""

    ANYBODY = "anybody"
    ME = "me"
    NOBODY = "nobody"  # those that nobody has taken yet


class QueuedRequest(RequestSummary):
    assigned_to = Id(required=True, allow_none=True)
    overdue = Flag(required=True, metadata={"description": "The promise is broken already."})


class ListQueue(PageRequest):
    owner = Choice(QueueOwner, load_default=QueueOwner.ANYBODY)
    kind = Choice(RequestKind, load_default=None, allow_none=True)
    number = RequestNumberField(
        load_default=None, allow_none=True, metadata={"description": "This one alone."}
    )


class Queue(Page):
    items = Many(Part(QueuedRequest), maximum=200, required=True)


class QueueCounts(Strict):
    """At this moment; each counted up to 1,000."""

    open = Whole(required=True)
    mine = Whole(required=True)
    unassigned = Whole(required=True)
    overdue = Whole(required=True)


class CountQueue(Strict):
    """The caller's own view of it."""


class AssignRequest(RequestInTenant):
    to_me = Flag(
        load_default=True,
        metadata={"description": "False gives it back: it is nobody's then."},
    )


class CloseRequest(RequestInTenant):
    outcome = Choice(RequestOutcome, required=True)
    text = Lines(
        required=True, metadata={"description": "What was done, or why not: the customer reads it."}
    )


_UNKNOWN = Refusal("NotFound", "request-unknown")
_ILLEGAL = Refusal("Conflict", "transition-illegal")
_TAKEN = Refusal("Conflict", "request-taken")

list_queue = TENANCY.call(
    "list_queue",
    request=ListQueue,
    response=Queue,
    right=staff_only("requests.read", *_STAFF),
    effect=Effect.READ,
    summary="The requests that are not done, the nearest deadline first.",
    route=get("/queue"),
)

count_queue = TENANCY.call(
    "count_queue",
    request=CountQueue,
    response=QueueCounts,
    right=staff_only("requests.read", *_STAFF),
    effect=Effect.READ,
    summary="How many requests wait, are one's own, are nobody's, are late.",
    route=get("/queue/counts"),
)

assign_request = TENANCY.call(
    "assign_request",
    request=AssignRequest,
    response=RequestSheet,
    right=staff_only("requests.write", *_STAFF),
    effect=Effect.WRITE,
    summary="Take a request that nobody has, or give one's own back.",
    refusals=(_UNKNOWN, _ILLEGAL, _TAKEN),
    route=post("/tenants/{tenant}/requests/{number}/assignment"),
)

start_request = TENANCY.call(
    "start_request",
    request=RequestInTenant,
    response=RequestSheet,
    right=staff_only("requests.write", *_STAFF),
    effect=Effect.WRITE,
    summary="Begin to work on a request; it is the caller's then, where it was nobody's.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/tenants/{tenant}/requests/{number}/start"),
)

answer_request = TENANCY.call(
    "answer_request",
    request=WriteToRequest,
    response=RequestSheet,
    right=staff_only("requests.write", *_STAFF),
    effect=Effect.WRITE,
    summary="Write to the customer: it is his turn then.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/tenants/{tenant}/requests/{number}/answers"),
)

close_request = TENANCY.call(
    "close_request",
    request=CloseRequest,
    response=RequestSheet,
    right=staff_only("requests.write", *_STAFF),
    effect=Effect.WRITE,
    summary="Say that a request is done, fulfilled or refused, and what was done or why not.",
    refusals=(_UNKNOWN, _ILLEGAL, Refusal("Invalid", "outcome-not-ours")),
    route=post("/tenants/{tenant}/requests/{number}/close"),
)

RequestDeadlineApproached = TENANCY.event(
    "RequestDeadlineApproached", payload=RequestFact, heard_by=("notifications",)
)
