"""A customer asks something of support or of sales: a form of the catalogue, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.rights import CallerKind
from contracts.tenancy import AuthorKind, Ball, RequestAct, RequestKind
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import Database, Tx
from tenancy.actions.telling_of_requests import tell
from tenancy.actions.watch_deadline import watch_deadline
from tenancy.domain.contracts import Contract
from tenancy.domain.forms import checked_answers
from tenancy.domain.requests import (
    MOST_REQUESTS,
    Request,
    after,
    author_of,
    deadline,
    demand_kind,
    demand_patience,
    sending_kind,
    subject_of,
)
from tenancy.domain.search import request_beginnings
from tenancy.store import contracts, forms, request_lists, requests


def send_request(
    *,
    db: Database,
    context: Context,
    now: datetime,
    kinds: frozenset[RequestKind],
    tenant: TenantCode,
    form: str,
    subject: str | None,
    answers: Mapping[str, str],
) -> Request:
    """``kinds``: what the call that was made is for. Sending acts on nothing by itself."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract(tx, tenant=tenant)
        earlier = requests.find_sent_at(tx, tenant=tenant, newer=MOST_REQUESTS - 1)
        demand_patience("requests-too-many", earlier, now=now)
        sheet = demand_kind(forms.find_form(tx, code=form), kinds)
        by = sending_kind(sheet.kind, context.caller)
        request = Request(
            number=requests.next_number(tx),
            tenant=tenant,
            contract_name=contract.name,
            sheet=sheet,
            subject=subject_of(sheet, subject, language=context.language),
            given=checked_answers(sheet, answers, today=day_of(now)),
            state=after(None, RequestAct.SEND),
            ball=Ball.PROVIDER,
            deadline_at=deadline(sheet, now),
            sent_at=now,
            sent_by=author_of(context.caller),
            sent_by_kind=by,
            told_id=_told(context, by, contract),
            changed_at=now,
        )
        _add(tx, request)
        tell(tx, context=context, now=now, request=request, act=RequestAct.SEND, by=by)
        watch_deadline(tx, request=request, now=now)
        return tx.answer(request)


def _told(context: Context, by: AuthorKind, contract: Contract) -> UUID | None:
    """Who asks; the referent where the provider does so for him, or a program of his."""
    if by is AuthorKind.CUSTOMER and context.caller.kind is CallerKind.PERSON:
        return UUID(context.caller.subject)
    return contract.referent.person_id


def _add(tx: Tx, request: Request) -> None:
    requests.add_request(tx, request=request)
    found_by = request_beginnings(
        number=request.number,
        tenant=request.tenant,
        contract_name=request.contract_name,
        subject=request.subject,
    )
    request_lists.add_beginnings(
        tx, tenant=request.tenant, number=request.number, beginnings=found_by
    )
