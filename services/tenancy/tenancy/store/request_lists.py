"""Pages of requests, newest first, and by what requests are found (``domain/search.py``).

A page of numbers is found before anything is joined to it, as with contracts (decision 4). Of few
contracts each one's newest are looked up by themselves: what others have is not gone through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import RequestNumber, TenantCode
from contracts.tenancy import AuthorKind, Ball, RequestKind, RequestOutcome, RequestState
from servicekit.db import Tx
from tenancy.domain.forms import Label
from tenancy.domain.requests import RequestSummary

_SOME = """
    SELECT newest.number
      FROM unnest(%(tenants)s::text[]) AS wanted (tenant),
           LATERAL (SELECT r.number
                      FROM requests r
                     WHERE r.tenant = wanted.tenant
                       AND r.number < %(before)s
                       AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
                       AND (%(state)s::text IS NULL OR r.state = %(state)s)
                     ORDER BY r.number DESC
                     LIMIT %(limit)s) AS newest
     ORDER BY newest.number DESC
     LIMIT %(limit)s
"""
_SOME_FOUND = """
    SELECT newest.number
      FROM unnest(%(tenants)s::text[]) AS wanted (tenant),
           LATERAL (SELECT b.number
                      FROM request_beginnings b
                     WHERE b.tenant = wanted.tenant
                       AND b.beginning = %(first)s
                       AND b.number < %(before)s
                       AND (%(unfiltered)s
                            OR (SELECT (%(kind)s::text IS NULL OR r.kind = %(kind)s)
                                       AND (%(state)s::text IS NULL OR r.state = %(state)s)
                                  FROM requests r
                                 WHERE r.number = b.number))
                       AND NOT EXISTS (SELECT 1
                                         FROM unnest(%(others)s::text[]) AS other (beginning)
                                        WHERE NOT EXISTS (SELECT 1
                                                            FROM request_beginnings o
                                                           WHERE o.tenant = b.tenant
                                                             AND o.beginning = other.beginning
                                                             AND o.number = b.number))
                     ORDER BY b.number DESC
                     LIMIT %(limit)s) AS newest
     ORDER BY newest.number DESC
     LIMIT %(limit)s
"""
_ALL_FOUND = """
    SELECT b.number
      FROM request_beginnings b
     WHERE b.beginning = %(first)s
       AND b.number < %(before)s
       AND (%(unfiltered)s
            OR (SELECT (%(kind)s::text IS NULL OR r.kind = %(kind)s)
                       AND (%(state)s::text IS NULL OR r.state = %(state)s)
                  FROM requests r
                 WHERE r.number = b.number))
       AND NOT EXISTS (SELECT 1
                         FROM unnest(%(others)s::text[]) AS other (beginning)
                        WHERE NOT EXISTS (SELECT 1
                                            FROM request_beginnings o
                                           WHERE o.tenant = b.tenant
                                             AND o.beginning = other.beginning
                                             AND o.number = b.number))
     ORDER BY b.number DESC
     LIMIT %(limit)s
"""
# One statement for each choice, so that each is planned by its own index.
_ALL = """
    SELECT number FROM requests WHERE number < %(before)s ORDER BY number DESC LIMIT %(limit)s
"""
_ALL_IN_STATE = """
    SELECT number FROM requests
     WHERE state = %(state)s AND number < %(before)s ORDER BY number DESC LIMIT %(limit)s
"""
_ALL_OF_KIND = """
    SELECT number FROM requests
     WHERE kind = %(kind)s AND number < %(before)s ORDER BY number DESC LIMIT %(limit)s
"""
_ALL_OF_KIND_IN_STATE = """
    SELECT number FROM requests
     WHERE kind = %(kind)s AND state = %(state)s AND number < %(before)s
     ORDER BY number DESC
     LIMIT %(limit)s
"""
# A line of either list: the customer's here, the queue of staff in request_queue.
SUMMARIES = """
    SELECT r.number, r.tenant, c.name AS contract_name, r.kind,
           f.declaration #>> '{title,fr}' AS title_fr, f.declaration #>> '{title,en}' AS title_en,
           r.subject, r.state, r.outcome, r.ball, r.deadline_at, r.sent_at, r.sent_by_kind,
           r.sent_by, r.changed_at, r.done_at, r.assigned_to
      FROM requests r
      JOIN contracts c ON c.tenant = r.tenant
      JOIN forms f ON f.code = r.form_code AND f.version = r.form_version
     WHERE r.number = ANY(%(numbers)s)
"""
_SUMMARIES_BY_NUMBER = SUMMARIES + " ORDER BY r.number DESC"
_ADD = """
    INSERT INTO request_beginnings (beginning, number, tenant)
    SELECT beginning, %(number)s, %(tenant)s
      FROM unnest(%(beginnings)s::text[]) AS given (beginning)
"""
_ADD_OF_CONTRACT = """
    INSERT INTO request_beginnings (beginning, number, tenant)
    SELECT given.beginning, r.number, r.tenant
      FROM requests r, unnest(%(beginnings)s::text[]) AS given (beginning)
     WHERE r.tenant = %(tenant)s
        ON CONFLICT DO NOTHING
"""
FIRST_PAGE = "E"  # after every number, which begin with D


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is to show. ``tenants`` None: among everybody's; ``before``: a number."""

    tenants: Sequence[TenantCode] | None
    looked_for: Sequence[str]
    kind: RequestKind | None
    state: RequestState | None
    before: str
    limit: int


@dataclass(frozen=True, slots=True)
class Number:
    number: RequestNumber


@dataclass(frozen=True, slots=True)
class Row:
    number: RequestNumber
    tenant: TenantCode
    contract_name: str
    kind: RequestKind
    title_fr: str
    title_en: str
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
    assigned_to: UUID | None

    def summary(self) -> RequestSummary:
        return RequestSummary(
            number=self.number,
            tenant=self.tenant,
            contract_name=self.contract_name,
            kind=self.kind,
            title=Label(self.title_fr, self.title_en),
            subject=self.subject,
            state=self.state,
            outcome=self.outcome,
            ball=self.ball,
            deadline_at=self.deadline_at,
            sent_at=self.sent_at,
            sent_by_kind=self.sent_by_kind,
            sent_by=self.sent_by,
            changed_at=self.changed_at,
            done_at=self.done_at,
        )


def list_numbers(tx: Tx, *, wanted: Wanted) -> list[RequestNumber]:
    """Newest first."""
    params: dict[str, Any] = {
        "tenants": None if wanted.tenants is None else list(wanted.tenants),
        "kind": wanted.kind,
        "state": wanted.state,
        "before": wanted.before,
        "limit": wanted.limit,
        "first": next(iter(wanted.looked_for), None),
        "others": list(wanted.looked_for[1:]),
        "unfiltered": wanted.kind is None and wanted.state is None,
    }
    return [row.number for row in tx.rows(_statement(wanted), params, Number)]


def _statement(wanted: Wanted) -> str:
    if wanted.tenants is not None:
        return _SOME_FOUND if wanted.looked_for else _SOME
    if wanted.looked_for:
        return _ALL_FOUND
    if wanted.kind is None:
        return _ALL if wanted.state is None else _ALL_IN_STATE
    return _ALL_OF_KIND if wanted.state is None else _ALL_OF_KIND_IN_STATE


def list_summaries(tx: Tx, *, numbers: Sequence[RequestNumber]) -> list[RequestSummary]:
    """Of these requests, newest first."""
    rows = tx.rows(_SUMMARIES_BY_NUMBER, {"numbers": list(numbers)}, Row)
    return [row.summary() for row in rows]


def add_beginnings(
    tx: Tx, *, tenant: TenantCode, number: RequestNumber, beginnings: frozenset[str]
) -> None:
    tx.run(_ADD, {"tenant": tenant, "number": number, "beginnings": sorted(beginnings)})


def add_contract_beginnings(tx: Tx, *, tenant: TenantCode, beginnings: frozenset[str]) -> None:
    """The contract has another name: its requests are found by it too, and by the former one."""
    tx.run(_ADD_OF_CONTRACT, {"tenant": tenant, "beginnings": sorted(beginnings)})
