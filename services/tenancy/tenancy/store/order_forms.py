"""Order forms of one more tenant. Who is to hold its offices is kept until identity is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import RequestNumber, TenantCode
from contracts.tenancy import OrderFormState
from servicekit.db import Tx
from servicekit.errors import NotFound
from tenancy.domain.order_forms import OrderForm
from tenancy.domain.organisations import Organisation

_COLUMNS = """
    SELECT f.order_form_id, f.tenant, f.organisation_id, o.name AS organisation_name,
           f.request_number, f.state, f.sent_at, f.sent_by, f.returned_at, f.returned_by, f.due_at,
           f.new_tenant, f.ended_at
      FROM order_forms f
      JOIN organisations o ON o.organisation_id = f.organisation_id
"""
_FIND = _COLUMNS + " WHERE f.tenant = %(tenant)s AND f.order_form_id = %(order_form_id)s"
_LIST = (
    _COLUMNS
    + """
     WHERE f.tenant = %(tenant)s AND f.order_form_id < %(before)s
     ORDER BY f.order_form_id DESC
     LIMIT %(limit)s
"""
)
# The page is found in its index before the names are joined.
_LIST_OWED = """
    SELECT f.order_form_id, f.tenant, f.organisation_id, o.name AS organisation_name,
           f.request_number, f.state, f.sent_at, f.sent_by, f.returned_at, f.returned_by, f.due_at,
           f.new_tenant, f.ended_at
      FROM (SELECT order_form_id, tenant, organisation_id, request_number, state, sent_at,
                   sent_by, returned_at, returned_by, due_at, new_tenant, ended_at
              FROM order_forms
             WHERE state = 'returned'
               AND (due_at, order_form_id) > (%(due_at)s, %(order_form_id)s)
             ORDER BY due_at, order_form_id
             LIMIT %(limit)s) AS f
      JOIN organisations o ON o.organisation_id = f.organisation_id
     ORDER BY f.due_at, f.order_form_id
"""
_LOCK = """
    SELECT order_form_id
      FROM order_forms
     WHERE tenant = %(tenant)s AND order_form_id = %(order_form_id)s
       FOR UPDATE
"""
_HAS_SENT = """
    SELECT EXISTS (SELECT 1
                     FROM order_forms
                    WHERE tenant = %(tenant)s AND state = 'sent')
"""
_ADD = """
    INSERT INTO order_forms (order_form_id, tenant, organisation_id, request_number, state, sent_at,
                             sent_by)
    VALUES (%(order_form_id)s, %(tenant)s, %(organisation_id)s, %(request_number)s, %(state)s,
            %(sent_at)s, %(sent_by)s)
"""
_CHANGE_RETURNED = """
    UPDATE order_forms
       SET state = %(state)s, returned_at = %(returned_at)s, returned_by = %(returned_by)s,
           due_at = %(due_at)s, new_tenant = %(new_tenant)s, contacts = %(contacts)s
     WHERE tenant = %(tenant)s AND order_form_id = %(order_form_id)s
"""
_CHANGE_ENDED = """
    UPDATE order_forms
       SET state = %(state)s, ended_at = %(ended_at)s, ended_by = %(by)s, contacts = NULL
     WHERE tenant = %(tenant)s AND order_form_id = %(order_form_id)s
"""
_GET_CONTACTS = """
    SELECT contacts
      FROM order_forms
     WHERE tenant = %(tenant)s AND order_form_id = %(order_form_id)s
"""
_LAST = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class _Row:
    order_form_id: UUID
    tenant: TenantCode
    organisation_id: UUID
    organisation_name: str
    request_number: RequestNumber | None
    state: OrderFormState
    sent_at: datetime
    sent_by: str
    returned_at: datetime | None
    returned_by: str | None
    due_at: datetime | None
    new_tenant: TenantCode | None
    ended_at: datetime | None

    def order_form(self) -> OrderForm:
        return OrderForm(
            order_form_id=self.order_form_id,
            tenant=self.tenant,
            organisation=Organisation(self.organisation_id, self.organisation_name),
            request_number=self.request_number,
            state=self.state,
            sent_at=self.sent_at,
            sent_by=self.sent_by,
            returned_at=self.returned_at,
            returned_by=self.returned_by,
            due_at=self.due_at,
            new_tenant=self.new_tenant,
            ended_at=self.ended_at,
        )


def get_order_form(tx: Tx, *, tenant: TenantCode, order_form_id: UUID) -> OrderForm:
    found = tx.row(_FIND, {"tenant": tenant, "order_form_id": order_form_id}, _Row)
    if found is None:
        raise NotFound("order-form-unknown")
    return found.order_form()


def get_order_form_to_change(tx: Tx, *, tenant: TenantCode, order_form_id: UUID) -> OrderForm:
    """Nobody else changes it until the transaction ends."""
    tx.run(_LOCK, {"tenant": tenant, "order_form_id": order_form_id})
    return get_order_form(tx, tenant=tenant, order_form_id=order_form_id)


def list_order_forms(
    tx: Tx, *, tenant: TenantCode, before: UUID | None, limit: int
) -> list[OrderForm]:
    """The newest first."""
    params = {"tenant": tenant, "before": before or _LAST, "limit": limit}
    return [row.order_form() for row in tx.rows(_LIST, params, _Row)]


def list_owed(tx: Tx, *, after: tuple[datetime, UUID] | None, limit: int) -> list[OrderForm]:
    """What came back and is not fulfilled, in all tenants. Asked with the scope EVERYONE."""
    due_at, order_form_id = after or ("-infinity", UUID(int=0))
    params = {"due_at": due_at, "order_form_id": order_form_id, "limit": limit}
    return [row.order_form() for row in tx.rows(_LIST_OWED, params, _Row)]


def has_sent(tx: Tx, *, tenant: TenantCode) -> bool:
    """Whether one is at the customer's already."""
    found: bool = tx.value(_HAS_SENT, {"tenant": tenant})
    return found


def add_order_form(tx: Tx, *, order_form: OrderForm) -> None:
    tx.run(
        _ADD,
        {
            "order_form_id": order_form.order_form_id,
            "tenant": order_form.tenant,
            "organisation_id": order_form.organisation.organisation_id,
            "request_number": order_form.request_number,
            "state": order_form.state,
            "sent_at": order_form.sent_at,
            "sent_by": order_form.sent_by,
        },
    )


def change_returned(tx: Tx, *, order_form: OrderForm, contacts: Mapping[str, Any]) -> None:
    tx.run(
        _CHANGE_RETURNED,
        {
            "tenant": order_form.tenant,
            "order_form_id": order_form.order_form_id,
            "state": order_form.state,
            "returned_at": order_form.returned_at,
            "returned_by": order_form.returned_by,
            "due_at": order_form.due_at,
            "new_tenant": order_form.new_tenant,
            "contacts": json.dumps(contacts),
        },
    )


def change_ended(tx: Tx, *, order_form: OrderForm, by: str) -> None:
    """What was typed of people goes: identity has it, or nobody needs it."""
    tx.run(
        _CHANGE_ENDED,
        {
            "tenant": order_form.tenant,
            "order_form_id": order_form.order_form_id,
            "state": order_form.state,
            "ended_at": order_form.ended_at,
            "by": by,
        },
    )


def get_contacts(tx: Tx, *, order_form: OrderForm) -> dict[str, Any]:
    """Who is to hold the offices, of one that was returned."""
    params = {"tenant": order_form.tenant, "order_form_id": order_form.order_form_id}
    found: dict[str, Any] = tx.value(_GET_CONTACTS, params)
    return found
