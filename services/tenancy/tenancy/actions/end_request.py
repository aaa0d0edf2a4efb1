"""The customer ends a request of his: the incident is solved, or the thing is wanted no longer."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import RequestNumber, TenantCode
from contracts.tenancy import AuthorKind, RequestAct
from servicekit.context import Context
from servicekit.db import Database, Tx
from tenancy.actions.telling_of_requests import tell
from tenancy.domain.requests import Request, demand_asker
from tenancy.store import requests


def resolve_request(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    number: RequestNumber,
    text: str | None,
) -> Request:
    with db.write(context, tenant=tenant) as tx:
        before = requests.get_request_to_change(tx, tenant=tenant, number=number)
        request = before.resolved(now=now, text=text)
        _end(tx, context=context, now=now, request=request, act=RequestAct.RESOLVE)
        return tx.answer(request)


def withdraw_request(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    number: RequestNumber,
    text: str | None,
) -> Request:
    """By who might have sent it: what a manager on Contract asked, another on Support leaves."""
    with db.write(context, tenant=tenant) as tx:
        before = requests.get_request_to_change(tx, tenant=tenant, number=number)
        demand_asker(before.kind, context.caller)
        request = before.withdrawn(now=now, text=text)
        _end(tx, context=context, now=now, request=request, act=RequestAct.WITHDRAW)
        return tx.answer(request)


def _end(tx: Tx, *, context: Context, now: datetime, request: Request, act: RequestAct) -> None:
    requests.change_request(tx, request=request)
    tell(
        tx,
        context=context,
        now=now,
        request=request,
        act=act,
        by=AuthorKind.CUSTOMER,
        text=request.closing_text,
    )
