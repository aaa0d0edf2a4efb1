"""What staff do with a request: take it, begin, write to the customer, close it."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import RequestNumber, TenantCode
from contracts.tenancy import AuthorKind, RequestAct, RequestOutcome
from servicekit.context import Context
from servicekit.db import Database, Tx
from tenancy.actions.callers import person_of
from tenancy.actions.telling_of_requests import tell
from tenancy.domain import queue
from tenancy.domain.requests import Request
from tenancy.store import requests


def assign_request(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    number: RequestNumber,
    to_me: bool,
) -> Request:
    """Two who take the same one at once: one has it, the other is told who."""
    me = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        before = requests.get_request_to_change(tx, tenant=tenant, number=number)
        change = queue.taken if to_me else queue.given_back
        request = change(before, by=me, now=now)
        act = RequestAct.ASSIGN
        return tx.answer(_done(tx, context=context, now=now, request=request, act=act))


def start_request(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, number: RequestNumber
) -> Request:
    with db.write(context, tenant=tenant) as tx:
        before = requests.get_request_to_change(tx, tenant=tenant, number=number)
        request = queue.started(before, by=person_of(context), now=now)
        act = RequestAct.START
        return tx.answer(_done(tx, context=context, now=now, request=request, act=act))


def answer_request(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    number: RequestNumber,
    text: str,
) -> Request:
    with db.write(context, tenant=tenant) as tx:
        before = requests.get_request_to_change(tx, tenant=tenant, number=number)
        request = queue.answered(before, by=person_of(context), now=now)
        act = RequestAct.ANSWER
        return tx.answer(_done(tx, context=context, now=now, request=request, act=act, text=text))


def close_request(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    number: RequestNumber,
    outcome: RequestOutcome,
    text: str,
) -> Request:
    with db.write(context, tenant=tenant) as tx:
        before = requests.get_request_to_change(tx, tenant=tenant, number=number)
        request = queue.closed(before, by=person_of(context), outcome=outcome, text=text, now=now)
        act = RequestAct.CLOSE
        return tx.answer(_done(tx, context=context, now=now, request=request, act=act, text=text))


def _done(
    tx: Tx,
    *,
    context: Context,
    now: datetime,
    request: Request,
    act: RequestAct,
    text: str | None = None,
) -> Request:
    requests.change_request(tx, request=request)
    by = AuthorKind.STAFF
    tell(tx, context=context, now=now, request=request, act=act, by=by, text=text)
    return request
