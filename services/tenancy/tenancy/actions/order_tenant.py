"""One more tenant on request: the order form is sent, comes back, is fulfilled within a day.

The new tenant has its code from the moment the form is back; its people are told, and get their
credentials, when it is opened.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import Language, RequestNumber, TenantCode
from contracts.tenancy import (
    ContractAct,
    OrderedTenantDeadlineApproached,
    OrderedTenantOpened,
    OrderFormReturned,
    OrderFormSent,
    OrderFormState,
)
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due import DueItem
from servicekit.errors import Conflict
from servicekit.ids import new_id
from servicekit.paging import decode_cursor, page
from tenancy.actions.callers import person_of
from tenancy.actions.change_state import move
from tenancy.actions.open_tenant import begin_contract, tell_opened
from tenancy.domain.contracts import Opening
from tenancy.domain.order_forms import ALERTED_BEFORE, OrderForm, OrderFormAct, after
from tenancy.domain.people import Contact
from tenancy.store import codes, contracts, order_forms, requests

ALERT = "order-form:alert"  # kind of due work


@dataclass(frozen=True, slots=True)
class OrderFormsPage:
    items: list[OrderForm]
    next_cursor: str | None


def send_order_form(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    request_number: RequestNumber | None,
) -> OrderForm:
    """One at a time is with the customer."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        if request_number is not None:
            requests.get_request(tx, tenant=tenant, number=request_number)
        if order_forms.has_sent(tx, tenant=tenant):
            raise Conflict("order-form-open")
        order_form = OrderForm(
            order_form_id=new_id(),
            tenant=tenant,
            organisation=contract.organisation,
            request_number=request_number,
            state=after(None, OrderFormAct.SEND),
            sent_at=now,
            sent_by=context.caller.subject,
        )
        order_forms.add_order_form(tx, order_form=order_form)
        _record(tx, "sent", order_form=order_form, now=now)
        if contract.referent.person_id is not None:
            tx.emit(
                OrderFormSent,
                at=now,
                order_form_id=order_form.order_form_id,
                tenant=tenant,
                referent_id=contract.referent.person_id,
                sent_at=now,
            )
        return tx.answer(order_form)


def return_order_form(
    *,
    db: Database,
    context: Context,
    now: datetime,
    region: str,
    tenant: TenantCode,
    order_form_id: UUID,
    opening: Opening,
) -> OrderForm:
    """For everyone's scope: the new tenant has no code before the transaction has given it one."""
    with db.write(context, tenant=EVERYONE) as tx:
        sent = order_forms.get_order_form_to_change(tx, tenant=tenant, order_form_id=order_form_id)
        after(sent.state, OrderFormAct.RETURN)
        contract = opening.contract(
            tenant=codes.add_code(tx),
            organisation=sent.organisation,
            region=region,
            opened_at=now,
            act=ContractAct.REQUEST,
        )
        begin_contract(tx, contract=contract, act=ContractAct.REQUEST)
        by = context.caller.subject
        returned = sent.returned(new_tenant=contract.tenant, by=by, now=now)
        order_forms.change_returned(tx, order_form=returned, contacts=_contacts(opening))
        _tell_returned(tx, order_form=returned, by=person_of(context), now=now)
        return tx.answer(returned)


def fulfil_order_form(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, order_form_id: UUID
) -> OrderForm:
    """The contract runs; identity hears of it as of any that is opened."""
    with db.write(context, tenant=EVERYONE) as tx:
        returned = order_forms.get_order_form_to_change(
            tx, tenant=tenant, order_form_id=order_form_id
        )
        fulfilled = returned.ended(OrderFormAct.FULFIL, now=now)
        contacts = order_forms.get_contacts(tx, order_form=returned)
        _open(tx, order_form=returned, contacts=contacts, now=now)
        _end(tx, order_form=fulfilled, now=now)
        if fulfilled.returned_by is not None:
            tx.emit(
                OrderedTenantOpened,
                at=now,
                order_form_id=order_form_id,
                tenant=tenant,
                new_tenant=fulfilled.new_tenant,
                returned_by=UUID(fulfilled.returned_by),
            )
        return tx.answer(fulfilled)


def withdraw_order_form(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, order_form_id: UUID
) -> OrderForm:
    with db.write(context, tenant=EVERYONE) as tx:
        before = order_forms.get_order_form_to_change(
            tx, tenant=tenant, order_form_id=order_form_id
        )
        withdrawn = before.ended(OrderFormAct.WITHDRAW, now=now)
        if before.new_tenant is not None:
            contract = contracts.get_contract_to_change(tx, tenant=before.new_tenant)
            move(tx, contract=contract, act=ContractAct.WITHDRAW, now=now)
        _end(tx, order_form=withdrawn, now=now)
        return tx.answer(withdrawn)


def read_order_form(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, order_form_id: UUID
) -> OrderForm:
    with db.read(tenant=tenant, context=context) as tx:
        found = order_forms.get_order_form(tx, tenant=tenant, order_form_id=order_form_id)
    return found.seen_at(now)


def list_order_forms(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    limit: int,
    cursor: str | None,
) -> OrderFormsPage:
    (before,) = decode_cursor(cursor, (UUID,)) or (None,)
    with db.read(tenant=tenant, context=context) as tx:
        contracts.get_contract(tx, tenant=tenant)
        found = order_forms.list_order_forms(tx, tenant=tenant, before=before, limit=limit + 1)
    items, later = page(found, limit, lambda one: (one.order_form_id,))
    return OrderFormsPage([one.seen_at(now) for one in items], later)


def list_owed_tenants(
    *, db: Database, context: Context, now: datetime, limit: int, cursor: str | None
) -> OrderFormsPage:
    after = decode_cursor(cursor, (datetime, UUID))
    with db.read(tenant=EVERYONE, context=context) as tx:
        found = order_forms.list_owed(
            tx, after=None if after is None else (after[0], after[1]), limit=limit + 1
        )
    items, later = page(found, limit, lambda one: (one.due_at, one.order_form_id))
    return OrderFormsPage([one.seen_at(now) for one in items], later)


def alert(*, db: Database, item: DueItem) -> None:
    """The promise of a day is about to be broken: whoever sent the form is told in time.

    For everyone's scope, as what scheduled it. The form is locked before its alert is taken off, as
    by who ends it: else each would hold what the other waits for.
    """
    tenant = TenantCode(item.payload["tenant"])
    with db.write(item.context, tenant=EVERYONE) as tx:
        owed = order_forms.get_order_form_to_change(tx, tenant=tenant, order_form_id=UUID(item.key))
        if not tx.settle(item):
            return
        if owed.state is not OrderFormState.RETURNED:
            return
        _record(tx, "deadline-approached", order_form=owed, now=item.now)
        tx.emit(
            OrderedTenantDeadlineApproached,
            at=item.now,
            order_form_id=owed.order_form_id,
            tenant=tenant,
            new_tenant=owed.new_tenant,
            sent_by=UUID(owed.sent_by),
            due_at=owed.due_at,
        )


def _tell_returned(tx: Tx, *, order_form: OrderForm, by: UUID, now: datetime) -> None:
    assert order_form.due_at is not None, "a form that came back is owed"
    _record(tx, "returned", order_form=order_form, now=now)
    tx.schedule(
        ALERT,
        due_at=order_form.due_at - ALERTED_BEFORE,
        key=str(order_form.order_form_id),
        payload={"tenant": order_form.tenant},
    )
    tx.emit(
        OrderFormReturned,
        at=now,
        order_form_id=order_form.order_form_id,
        tenant=order_form.tenant,
        new_tenant=order_form.new_tenant,
        returned_by=by,
        sent_by=UUID(order_form.sent_by),
        due_at=order_form.due_at,
    )


def _open(tx: Tx, *, order_form: OrderForm, contacts: dict[str, Any], now: datetime) -> None:
    assert order_form.new_tenant is not None, "a form that came back has its tenant"
    requested = contracts.get_contract_to_change(tx, tenant=order_form.new_tenant)
    contracts.change_opened_at(tx, tenant=requested.tenant, at=now)
    opened = move(tx, contract=replace(requested, opened_at=now), act=ContractAct.ACTIVATE, now=now)
    opening = Opening(
        name=opened.name,
        support_level=opened.support_level,
        referent=_contact(contacts["referent"]),
        domain_owner=_contact(contacts["domain_owner"]),
        organisation_id=opened.organisation.organisation_id,
    )
    tell_opened(tx, contract=opened, opening=opening)


def _end(tx: Tx, *, order_form: OrderForm, now: datetime) -> None:
    assert tx.context is not None, "who ends it acts as somebody"
    order_forms.change_ended(tx, order_form=order_form, by=tx.context.caller.subject)
    tx.unschedule(ALERT, str(order_form.order_form_id))
    _record(tx, order_form.state.value, order_form=order_form, now=now)


def _record(tx: Tx, act: str, *, order_form: OrderForm, now: datetime) -> None:
    tx.record(
        f"contract:order-form:{act}",
        target=f"order-form:{order_form.order_form_id}",
        tenant=order_form.tenant,
        details={"request": order_form.request_number, "new_tenant": order_form.new_tenant},
        at=now,
    )


def _contacts(opening: Opening) -> dict[str, Any]:
    return {"referent": asdict(opening.referent), "domain_owner": asdict(opening.owner)}


def _contact(kept: dict[str, Any]) -> Contact:
    return Contact(**{**kept, "language": Language(kept["language"])})
