"""The customer writes something about a request of his: it is the provider's turn then."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import RequestNumber, TenantCode
from contracts.tenancy import AuthorKind, RequestAct
from servicekit.context import Context
from servicekit.db import Database
from tenancy.actions.telling_of_requests import demand_quiet, tell
from tenancy.domain.requests import Request
from tenancy.store import requests


def comment_request(
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
        demand_quiet(tx, request=before, now=now)
        request = before.after(RequestAct.COMMENT, now=now)
        requests.change_request(tx, request=request)
        tell(
            tx,
            context=context,
            now=now,
            request=request,
            act=RequestAct.COMMENT,
            by=AuthorKind.CUSTOMER,
            text=text,
        )
        return tx.answer(request)
