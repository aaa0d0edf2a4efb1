from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import RequestNumber, TenantCode
from contracts.tenancy import AuthorKind, Ball, RequestOutcome, RequestState
from servicekit.db import Tx
from servicekit.errors import NotFound
from tenancy.domain.requests import Request
from tenancy.store.forms import form_of

_NEXT = "SELECT nextval('request_numbers')"
_SHEETS = """
    SELECT r.number, r.tenant, c.name AS contract_name, r.subject, r.answers, r.state, r.ball,
           r.deadline_at, r.sent_at, r.sent_by, r.sent_by_kind, r.told_id, r.changed_at, r.outcome,
           r.closing_text, r.assigned_to, r.done_at, f.declaration, f.version, f.published_at
      FROM requests r
      JOIN contracts c ON c.tenant = r.tenant
      JOIN forms f ON f.code = r.form_code AND f.version = r.form_version
     WHERE r.number = %(number)s AND r.tenant = %(tenant)s
"""
_TO_CHANGE = _SHEETS + "FOR UPDATE OF r"
# Whoever has left the contract, or is disabled there, hears no more of it; of whom nothing is known
# (his place is older than the copy) nothing is assumed.
_FIND_TOLD = """
    SELECT CASE WHEN EXISTS (SELECT 1
                               FROM users u
                              WHERE u.tenant = %(tenant)s
                                AND u.person_id = %(told_id)s
                                AND (NOT u.joined
                                     OR (u.disabled AND u.disabled_as_of >= u.joined_as_of)))
                THEN (SELECT o.person_id
                        FROM offices o
                       WHERE o.tenant = %(tenant)s AND o.office = 'referent')
                ELSE %(told_id)s::uuid END
"""
# When the so-manieth newest was sent: no more than those are gone through.
_FIND_SENT_AT = """
    SELECT sent_at
      FROM requests
     WHERE tenant = %(tenant)s
     ORDER BY number DESC
    OFFSET %(newer)s
     LIMIT 1
"""
_ADD = """
    INSERT INTO requests (number, tenant, kind, form_code, form_version, subject, answers, state,
                          ball, deadline_at, sent_at, sent_by, sent_by_kind, told_id, changed_at)
    VALUES (%(number)s, %(tenant)s, %(kind)s, %(form_code)s, %(form_version)s, %(subject)s,
            %(answers)s, %(state)s, %(ball)s, %(deadline_at)s, %(sent_at)s, %(sent_by)s,
            %(sent_by_kind)s, %(told_id)s, %(changed_at)s)
"""
_CHANGE = """
    UPDATE requests
       SET state = %(state)s, ball = %(ball)s, outcome = %(outcome)s,
           closing_text = %(closing_text)s, deadline_at = %(deadline_at)s,
           assigned_to = %(assigned_to)s, changed_at = %(changed_at)s, done_at = %(done_at)s
     WHERE number = %(number)s AND tenant = %(tenant)s
"""


@dataclass(frozen=True, slots=True)
class _Row:
    number: RequestNumber
    tenant: TenantCode
    contract_name: str
    subject: str
    answers: dict[str, str]
    state: RequestState
    ball: Ball | None
    deadline_at: datetime
    sent_at: datetime
    sent_by: str
    sent_by_kind: AuthorKind
    told_id: UUID | None
    changed_at: datetime
    outcome: RequestOutcome | None
    closing_text: str | None
    assigned_to: UUID | None
    done_at: datetime | None
    declaration: dict[str, Any]
    version: int
    published_at: datetime

    def request(self) -> Request:
        return Request(
            number=self.number,
            tenant=self.tenant,
            contract_name=self.contract_name,
            sheet=form_of(self.declaration, self.version, self.published_at),
            subject=self.subject,
            given=self.answers,
            state=self.state,
            ball=self.ball,
            deadline_at=self.deadline_at,
            sent_at=self.sent_at,
            sent_by=self.sent_by,
            sent_by_kind=self.sent_by_kind,
            told_id=self.told_id,
            changed_at=self.changed_at,
            outcome=self.outcome,
            closing_text=self.closing_text,
            assigned_to=self.assigned_to,
            done_at=self.done_at,
        )


def next_number(tx: Tx) -> RequestNumber:
    """Nobody else's, ever; where the request comes to nothing, nobody's at all."""
    return RequestNumber.numbered(tx.value(_NEXT, {}))


def get_request(tx: Tx, *, tenant: TenantCode, number: RequestNumber) -> Request:
    return _one(tx, _SHEETS, tenant, number)


def get_request_to_change(tx: Tx, *, tenant: TenantCode, number: RequestNumber) -> Request:
    """The same, and nobody else changes it until the transaction ends."""
    return _one(tx, _TO_CHANGE, tenant, number)


def _one(tx: Tx, sql: str, tenant: TenantCode, number: RequestNumber) -> Request:
    row = tx.row(sql, {"tenant": tenant, "number": number}, _Row)
    if row is None:
        raise NotFound("request-unknown")
    return row.request()


def find_told(tx: Tx, *, request: Request) -> UUID | None:
    """Who hears of it now: the referent where who asked is a user of the contract no more."""
    params = {"tenant": request.tenant, "told_id": request.told_id}
    found: UUID | None = tx.value(_FIND_TOLD, params)
    return found


def find_sent_at(tx: Tx, *, tenant: TenantCode, newer: int) -> datetime | None:
    """When the contract's request was sent than which so many are newer."""
    found: datetime | None = tx.value(_FIND_SENT_AT, {"tenant": tenant, "newer": newer})
    return found


def add_request(tx: Tx, *, request: Request) -> None:
    """The request alone: what it is found by and its first entry are added apart."""
    tx.run(
        _ADD,
        {
            "number": request.number,
            "tenant": request.tenant,
            "kind": request.kind,
            "form_code": request.form,
            "form_version": request.form_version,
            "subject": request.subject,
            "answers": dict(request.given),
            "state": request.state,
            "ball": request.ball,
            "deadline_at": request.deadline_at,
            "sent_at": request.sent_at,
            "sent_by": request.sent_by,
            "sent_by_kind": request.sent_by_kind,
            "told_id": request.told_id,
            "changed_at": request.changed_at,
        },
    )


def change_request(tx: Tx, *, request: Request) -> None:
    """Where it stands; what was asked never changes."""
    tx.run(
        _CHANGE,
        {
            "number": request.number,
            "tenant": request.tenant,
            "state": request.state,
            "ball": request.ball,
            "outcome": request.outcome,
            "closing_text": request.closing_text,
            "deadline_at": request.deadline_at,
            "assigned_to": request.assigned_to,
            "changed_at": request.changed_at,
            "done_at": request.done_at,
        },
    )
