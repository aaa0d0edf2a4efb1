"""Requests: one model for all that a customer asks of sales or of support.

The customer's side and what both sides read. What staff do with a request (``assign_request``,
``start_request``, ``answer_request``, ``close_request``, ``list_queue``) stands in ``queue.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from contracts.codes import Office, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Id,
    Instant,
    Lines,
    Many,
    Part,
    RequestNumberField,
    Search,
    Slug,
    Strict,
    Table,
    Tenant,
    Text,
    Whole,
)
from contracts.paging import Page, PageRequest
from contracts.rights import Audience, Right, by_office, in_tenant, listing
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.forms import FieldType, FormGroup, Label, RequestKind

MOST_ANSWERS = 40
LONGEST_ANSWER = 4000


class RequestState(StrEnum):
    SENT = "sent"  # "transmise"
    IN_PROGRESS = "in_progress"  # "en cours"
    DONE = "done"  # "terminée"


class RequestOutcome(StrEnum):
    FULFILLED = "fulfilled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RequestAct(StrEnum):
    SEND = "send"
    ASSIGN = "assign"
    START = "start"
    COMMENT = "comment"  # by the customer
    ANSWER = "answer"  # by staff
    CLOSE = "close"  # by staff
    RESOLVE = "resolve"  # by the customer: it is solved
    WITHDRAW = "withdraw"  # by the customer: it is wanted no longer
    REOPEN = "reopen"


class Ball(StrEnum):
    """Whose turn it is."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class AuthorKind(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"


# --- who may -----------------------------------------------------------------------------------

_STAFF = (StaffRole.SALES, StaffRole.SUPPORT)
_READING = Right(
    Audience.TENANT,
    scope="requests.read",
    section=Section.SUPPORT,
    role=Role.VISITOR,
    offices=frozenset({Office.REFERENT}),
    staff=frozenset({*_STAFF, StaffRole.AUDITOR}),
    clients=True,
)
_BY_SUPPORT = in_tenant("requests.write", Section.SUPPORT, Role.MANAGER, staff=_STAFF, clients=True)
_BY_CONTRACT = Right(
    Audience.TENANT,
    scope="requests.write",
    section=Section.CONTRACT,
    role=Role.MANAGER,
    offices=frozenset({Office.REFERENT}),
    staff=frozenset({StaffRole.SALES}),
)
_BY_REFERENT = by_office("requests.write", Office.REFERENT, staff=(StaffRole.SALES,))
_FOLLOWING = Right(
    Audience.TENANT,
    scope="requests.write",
    section=Section.SUPPORT,
    role=Role.MANAGER,
    offices=frozenset({Office.REFERENT}),
    clients=True,
)

# Who may ask for what, and take it back. What is about the contract binds the company: its
# managers on "Contract" and the referent; of invoice references the FAQ names the referent alone.
ASKING: Mapping[RequestKind, Right] = {
    RequestKind.INCIDENT: _BY_SUPPORT,
    RequestKind.CHANGE: _BY_SUPPORT,
    RequestKind.INVOICE_DISPUTE: _BY_SUPPORT,
    RequestKind.MULTI_TENANT_MANAGEMENT: _BY_CONTRACT,
    RequestKind.ONLINE_OPENING: _BY_CONTRACT,
    RequestKind.NEW_TENANT: _BY_CONTRACT,
    RequestKind.TERMINATION: _BY_CONTRACT,
    RequestKind.SUPPORT_LEVEL: _BY_CONTRACT,
    RequestKind.BILLING_DETAILS: _BY_CONTRACT,
    RequestKind.CONTRACT_REFERENCES: _BY_REFERENT,
}
OF_SUPPORT = frozenset(kind for kind, right in ASKING.items() if right is _BY_SUPPORT)


# --- what a request looks like --------------------------------------------------------------------


class RequestSummary(Strict):
    number = RequestNumberField(required=True, metadata={"description": "``D`` + 7 digits."})
    tenant = Tenant(required=True)
    contract_name = Text(required=True)
    kind = Choice(RequestKind, required=True)
    title = Part(Label, required=True, metadata={"description": "Of its form."})
    subject = Text(required=True)
    state = Choice(RequestState, required=True)
    outcome = Choice(RequestOutcome, required=True, allow_none=True)
    ball = Choice(
        Ball,
        required=True,
        allow_none=True,
        metadata={"description": "Whose turn it is; null once it is done."},
    )
    deadline_at = Instant(
        required=True, metadata={"description": "When the provider has promised to be done."}
    )
    sent_at = Instant(required=True)
    sent_by_kind = Choice(AuthorKind, required=True)
    sent_by = Text(required=True, maximum=128, metadata={"description": "A pseudonym."})
    sent_by_name = Text(load_default=None, allow_none=True)
    changed_at = Instant(required=True)
    done_at = Instant(required=True, allow_none=True)


class RequestAnswer(Strict):
    """An answer beside its question, as the form put it."""

    field = Slug(required=True)
    type = Choice(FieldType, required=True)
    label = Part(Label, required=True)
    value = Lines(required=True, minimum=0, maximum=LONGEST_ANSWER)
    shown = Part(
        Label,
        required=True,
        allow_none=True,
        metadata={"description": "The option that was chosen, in words; null of other answers."},
    )


class RequestSheet(RequestSummary):
    form = Slug(required=True)
    form_version = Whole(required=True)
    catalogue = Part(FormGroup, required=True, allow_none=True)
    category = Part(FormGroup, required=True, allow_none=True)
    answers = Many(Part(RequestAnswer), maximum=MOST_ANSWERS, required=True)
    closing_text = Lines(required=True, allow_none=True)
    reopenable_until = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Of an incident that is done; null where it stays done."},
    )


class RequestEntry(Strict):
    """What happened to a request: an act, by whom, with what he wrote."""

    entry_id = Id(required=True)
    at = Instant(required=True)
    act = Choice(RequestAct, required=True)
    state = Choice(RequestState, required=True, metadata={"description": "After it."})
    author_kind = Choice(AuthorKind, required=True)
    author = Text(required=True, maximum=128, metadata={"description": "A pseudonym."})
    author_name = Text(load_default=None, allow_none=True)
    text = Lines(required=True, allow_none=True)


class ListRequests(PageRequest):
    contract = Tenant(
        load_default=None, allow_none=True, metadata={"description": "Of this contract alone."}
    )
    kind = Choice(RequestKind, load_default=None, allow_none=True)
    state = Choice(RequestState, load_default=None, allow_none=True)
    search = Search(
        maximum=100,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "A number, a contract's code, part of a contract's or request's name."
        },
    )


class Requests(Page):
    items = Many(Part(RequestSummary), maximum=200, required=True)


class RequestInTenant(Strict):
    tenant = Tenant(required=True)
    number = RequestNumberField(required=True)


class ListRequestEntries(PageRequest):
    tenant = Tenant(required=True)
    number = RequestNumberField(required=True)


class RequestEntries(Page):
    items = Many(Part(RequestEntry), maximum=200, required=True)


class SendRequest(Strict):
    tenant = Tenant(required=True)
    form = Slug(required=True)
    subject = Text(
        load_default=None,
        allow_none=True,
        metadata={"description": "Needed where the form asks for it; else the form's title."},
    )
    answers = Table(
        keys=Slug(),
        values=Lines(minimum=0, maximum=LONGEST_ANSWER),
        required=True,
        metadata={
            "description": "By the field's code, each as text: ``12``, ``2026-12-31``, ``true``."
        },
    )


class WriteToRequest(RequestInTenant):
    text = Lines(required=True)


class EndRequest(RequestInTenant):
    text = Lines(load_default=None, allow_none=True)


# --- calls ----------------------------------------------------------------------------------------

_UNKNOWN = Refusal("NotFound", "request-unknown")
_ILLEGAL = Refusal("Conflict", "transition-illegal")
_FORM_UNKNOWN = Refusal("NotFound", "form-unknown")
_TOO_MANY_REQUESTS = Refusal("TooMany", "requests-too-many")
_TOO_MANY_COMMENTS = Refusal("TooMany", "comments-too-many")

list_requests = TENANCY.call(
    "list_requests",
    request=ListRequests,
    response=Requests,
    right=listing("requests.read", Section.SUPPORT, Role.VISITOR),
    effect=Effect.READ,
    summary="The requests of the contracts that the caller may see, newest first.",
    route=get("/requests"),
)

get_request = TENANCY.call(
    "get_request",
    request=RequestInTenant,
    response=RequestSheet,
    right=_READING,
    effect=Effect.READ,
    summary="One request: what was asked, where it stands, whose turn it is, until when.",
    refusals=(_UNKNOWN,),
    route=get("/tenants/{tenant}/requests/{number}"),
)

list_request_entries = TENANCY.call(
    "list_request_entries",
    request=ListRequestEntries,
    response=RequestEntries,
    right=_READING,
    effect=Effect.READ,
    summary="What happened to a request and what was written about it, in order.",
    refusals=(_UNKNOWN,),
    route=get("/tenants/{tenant}/requests/{number}/entries"),
)

send_request = TENANCY.call(
    "send_request",
    request=SendRequest,
    response=RequestSheet,
    right=_BY_SUPPORT,
    effect=Effect.WRITE,
    summary="Declare an incident, ask for a change of the catalogue, dispute an invoice.",
    refusals=(_FORM_UNKNOWN, _TOO_MANY_REQUESTS),
    route=post("/tenants/{tenant}/requests", 201),
)

send_contract_request = TENANCY.call(
    "send_contract_request",
    request=SendRequest,
    response=RequestSheet,
    right=_BY_CONTRACT,
    effect=Effect.WRITE,
    summary="Ask of sales what concerns the contract: termination, support level, a new tenant …",
    refusals=(_FORM_UNKNOWN, _TOO_MANY_REQUESTS),
    route=post("/tenants/{tenant}/contract-requests", 201),
)

comment_request = TENANCY.call(
    "comment_request",
    request=WriteToRequest,
    response=RequestSheet,
    right=_FOLLOWING,
    effect=Effect.WRITE,
    summary="Write something about a request that is not done: it is the provider's turn then.",
    refusals=(_UNKNOWN, _ILLEGAL, _TOO_MANY_COMMENTS),
    route=post("/tenants/{tenant}/requests/{number}/comments"),
)

resolve_request = TENANCY.call(
    "resolve_request",
    request=EndRequest,
    response=RequestSheet,
    right=_FOLLOWING,
    effect=Effect.WRITE,
    summary="Close an incident that is solved.",
    refusals=(_UNKNOWN, _ILLEGAL, Refusal("Conflict", "incident-only")),
    route=post("/tenants/{tenant}/requests/{number}/resolve"),
)

withdraw_request = TENANCY.call(
    "withdraw_request",
    request=EndRequest,
    response=RequestSheet,
    right=_FOLLOWING,
    effect=Effect.WRITE,
    summary="Take a request back; who might have sent it may.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/tenants/{tenant}/requests/{number}/withdraw"),
)

reopen_request = TENANCY.call(
    "reopen_request",
    request=WriteToRequest,
    response=RequestSheet,
    right=_FOLLOWING,
    effect=Effect.WRITE,
    summary="Say that an incident is not solved after all, within 14 days.",
    refusals=(
        _UNKNOWN,
        _ILLEGAL,
        Refusal("Conflict", "incident-only"),
        Refusal("Conflict", "reopening-over"),
        _TOO_MANY_COMMENTS,
    ),
    route=post("/tenants/{tenant}/requests/{number}/reopen"),
)


# --- facts ----------------------------------------------------------------------------------------


class RequestFact(Strict):
    """``told_id``: who hears what becomes of it: who sent it, or the referent where the provider or
    a program did; null where he is not known yet."""

    tenant = Tenant(required=True)
    number = RequestNumberField(required=True)
    kind = Choice(RequestKind, required=True)
    title = Part(Label, required=True)
    subject = Text(required=True)
    state = Choice(RequestState, required=True)
    act = Choice(RequestAct, required=True)
    author_kind = Choice(AuthorKind, required=True)
    author_id = Id(
        required=True, allow_none=True, metadata={"description": "Null where a program did it."}
    )
    told_id = Id(required=True, allow_none=True)
    assigned_to = Id(required=True, allow_none=True)
    deadline_at = Instant(required=True)
    outcome = Choice(RequestOutcome, required=True, allow_none=True)
    reopenable_until = Instant(required=True, allow_none=True)


_HEARD_BY = ("notifications",)

RequestSent = TENANCY.event("RequestSent", payload=RequestFact, heard_by=_HEARD_BY)
RequestAnswered = TENANCY.event("RequestAnswered", payload=RequestFact, heard_by=_HEARD_BY)
RequestCommented = TENANCY.event("RequestCommented", payload=RequestFact, heard_by=_HEARD_BY)
RequestReopened = TENANCY.event("RequestReopened", payload=RequestFact, heard_by=_HEARD_BY)
RequestClosed = TENANCY.event("RequestClosed", payload=RequestFact, heard_by=_HEARD_BY)
