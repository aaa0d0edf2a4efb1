"""A request: its states, whose turn it is, and who may do what with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import RequestNumber, StaffRole, TenantCode
from contracts.rights import Caller, CallerKind, refusal
from contracts.tenancy import (
    ASKING,
    AuthorKind,
    Ball,
    FieldType,
    RequestAct,
    RequestKind,
    RequestOutcome,
    RequestState,
)
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from servicekit.pseudonyms import person_target
from tenancy.domain.forms import Form, Group, Label

REOPENABLE_FOR = timedelta(days=14)
MOST_REQUESTS = 200  # of one contract in a day: numbers are one series for all
MOST_ENTRIES = 100  # of one request in a day: each may be a mail
_A_DAY = timedelta(days=1)
_SENT, _IN_PROGRESS, _DONE = RequestState.SENT, RequestState.IN_PROGRESS, RequestState.DONE

TRANSITIONS: Mapping[tuple[RequestState | None, RequestAct], RequestState] = {
    (None, RequestAct.SEND): _SENT,
    (_SENT, RequestAct.ASSIGN): _SENT,
    (_SENT, RequestAct.START): _IN_PROGRESS,
    (_SENT, RequestAct.COMMENT): _SENT,
    (_SENT, RequestAct.ANSWER): _IN_PROGRESS,
    (_SENT, RequestAct.CLOSE): _DONE,
    (_SENT, RequestAct.RESOLVE): _DONE,
    (_SENT, RequestAct.WITHDRAW): _DONE,
    (_IN_PROGRESS, RequestAct.ASSIGN): _IN_PROGRESS,
    (_IN_PROGRESS, RequestAct.COMMENT): _IN_PROGRESS,
    (_IN_PROGRESS, RequestAct.ANSWER): _IN_PROGRESS,
    (_IN_PROGRESS, RequestAct.CLOSE): _DONE,
    (_IN_PROGRESS, RequestAct.RESOLVE): _DONE,
    (_IN_PROGRESS, RequestAct.WITHDRAW): _DONE,
    (_DONE, RequestAct.REOPEN): _IN_PROGRESS,
}
_TURN_AFTER: Mapping[RequestAct, Ball] = {
    RequestAct.SEND: Ball.PROVIDER,
    RequestAct.COMMENT: Ball.PROVIDER,
    RequestAct.ANSWER: Ball.CUSTOMER,
    RequestAct.REOPEN: Ball.PROVIDER,
}
_SEES_ALL = frozenset({StaffRole.SALES, StaffRole.SUPPORT, StaffRole.AUDITOR})


def after(state: RequestState | None, act: RequestAct) -> RequestState:
    """The state that ``act`` leads to; None is before the request exists.

    Raises Conflict ``transition-illegal`` whose details name the acts that would be legal.
    """
    reached = TRANSITIONS.get((state, act))
    if reached is None:
        legal = [legal.value for start, legal in TRANSITIONS if start is state]
        details = {"status": state and state.value, "act": act.value, "legal": legal}
        raise Conflict("transition-illegal", details)
    return reached


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer beside its question, as the form of the request put it."""

    field: str
    type: FieldType
    label: Label
    value: str
    shown: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``told_id``: who hears by mail what becomes of it. ``given``: the answers, by field."""

    number: RequestNumber
    tenant: TenantCode
    contract_name: str
    sheet: Form
    subject: str
    given: Mapping[str, str]
    state: RequestState
    ball: Ball | None
    deadline_at: datetime
    sent_at: datetime
    sent_by: str
    sent_by_kind: AuthorKind
    told_id: UUID | None
    changed_at: datetime
    outcome: RequestOutcome | None = None
    closing_text: str | None = None
    assigned_to: UUID | None = None
    done_at: datetime | None = None

    @property
    def kind(self) -> RequestKind:
        return self.sheet.kind

    @property
    def title(self) -> Label:
        return self.sheet.title

    @property
    def form(self) -> str:
        return self.sheet.code

    @property
    def form_version(self) -> int:
        return self.sheet.version

    @property
    def catalogue(self) -> Group | None:
        return self.sheet.catalogue

    @property
    def category(self) -> Group | None:
        return self.sheet.category

    @property
    def answers(self) -> tuple[Answer, ...]:
        found = []
        for field in self.sheet.fields:
            if (value := self.given.get(field.code)) is not None:
                option = field.option(value)
                shown = None if option is None else option.label
                found.append(Answer(field.code, field.type, field.label, value, shown))
        return tuple(found)

    @property
    def reopenable_until(self) -> datetime | None:
        if self.kind is not RequestKind.INCIDENT or self.done_at is None:
            return None
        return self.done_at + REOPENABLE_FOR

    def after(
        self,
        act: RequestAct,
        *,
        now: datetime,
        outcome: RequestOutcome | None = None,
        text: str | None = None,
    ) -> Request:
        """As it is once ``act`` was done. ``outcome`` and ``text``: of an act that ends it.

        Raises Conflict ``transition-illegal``.
        """
        state = after(self.state, act)
        is_done = state is _DONE
        return replace(
            self,
            state=state,
            ball=None if is_done else _TURN_AFTER.get(act, self.ball),
            outcome=outcome if is_done else None,
            closing_text=text if is_done else None,
            changed_at=now,
            done_at=now if is_done else None,
        )

    def resolved(self, *, now: datetime, text: str | None) -> Request:
        """The customer says that his incident is solved. Raises Conflict ``incident-only``."""
        if self.kind is not RequestKind.INCIDENT:
            raise Conflict("incident-only", {"kind": self.kind.value})
        return self.after(RequestAct.RESOLVE, now=now, outcome=RequestOutcome.FULFILLED, text=text)

    def withdrawn(self, *, now: datetime, text: str | None) -> Request:
        return self.after(RequestAct.WITHDRAW, now=now, outcome=RequestOutcome.WITHDRAWN, text=text)

    def reopened(self, *, now: datetime) -> Request:
        """An incident that was not solved after all: the promise begins anew.

        Raises Conflict ``incident-only``, ``reopening-over``.
        """
        if self.kind is not RequestKind.INCIDENT:
            raise Conflict("incident-only", {"kind": self.kind.value})
        again = self.after(RequestAct.REOPEN, now=now)
        until = self.reopenable_until
        if until is not None and now > until:
            raise Conflict("reopening-over", {"until": until.isoformat()})
        return replace(again, deadline_at=deadline(self.sheet, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSummary:
    """One line of a list."""

    number: RequestNumber
    tenant: TenantCode
    contract_name: str
    kind: RequestKind
    title: Label
    subject: str
    state: RequestState
    outcome: RequestOutcome | None
    ball: Ball | None
    deadline_at: datetime
    sent_at: datetime
    sent_by_kind: AuthorKind
    sent_by: str
    changed_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened to a request: an act, by whom, with what he wrote."""

    entry_id: UUID
    at: datetime
    act: RequestAct
    state: RequestState
    author_kind: AuthorKind
    author: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEntry:
    """What one person did with a request; ``answers`` where he sent it."""

    tenant: TenantCode
    number: RequestNumber
    subject: str
    at: datetime
    act: RequestAct
    text: str | None
    answers: dict[str, str]


def deadline(form: Form, at: datetime) -> datetime:
    return at + timedelta(hours=form.deadline_hours)


def subject_of(form: Form, subject: str | None, *, language: str) -> str:
    """What the request is called. Raises Invalid where the form asks who sends it."""
    if subject:
        return subject
    if form.asks_subject:
        raise Invalid("fields-invalid", {"fields": {"subject": ["required"]}})
    return form.title.in_language(language)


def demand_patience(code: str, before: datetime | None, *, now: datetime) -> None:
    """``before``: when the last one was made that a whole day's measure followed.

    Raises TooMany with the code where that is less than a day ago.
    """
    if before is not None and before > now - _A_DAY:
        retry_after = int((before + _A_DAY - now).total_seconds()) + 1
        raise TooMany(code, {"retry_after": retry_after})


# --- who -----------------------------------------------------------------------------------------


def author_of(caller: Caller) -> str:
    """A pseudonym, as in the trail; a program is called by its own name."""
    is_person = caller.kind is CallerKind.PERSON
    return person_target(caller.subject) if is_person else caller.subject


def sending_kind(kind: RequestKind, caller: Caller) -> AuthorKind:
    """On which side somebody is who may ask for this: the provider's, where a staff role alone lets
    him. Raises Forbidden with the code of what is missing."""
    demand_asker(kind, caller)
    as_customer = refusal(ASKING[kind], replace(caller, staff=frozenset())) is None
    return AuthorKind.CUSTOMER if as_customer else AuthorKind.STAFF


def demand_asker(kind: RequestKind, caller: Caller) -> None:
    """Who takes a request back might have sent it. Raises Forbidden."""
    if (missing := refusal(ASKING[kind], caller)) is not None:
        raise Forbidden(missing)


def demand_kind(form: Form | None, kinds: frozenset[RequestKind]) -> Form:
    """The form, where it is offered and asks for something of these kinds."""
    if form is None or not form.offered or form.kind not in kinds:
        raise NotFound("form-unknown")
    return form


def sees_all(caller: Caller) -> bool:
    return bool(caller.staff & _SEES_ALL) or "*" in caller.tenants
