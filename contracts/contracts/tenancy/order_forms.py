"""One more tenant on request: the order form that sales send and the customer returns.

From its return the new tenant has its code, and the credentials are owed within a day.
"""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Office, Role, Section, StaffRole, SupportLevel
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    RequestNumberField,
    Strict,
    Tenant,
    Text,
)
from contracts.paging import Page, PageRequest
from contracts.people import Contact
from contracts.rights import by_office, in_tenant, staff_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.contracts import Organisation


class OrderFormState(StrEnum):
    SENT = "sent"
    RETURNED = "returned"  # the day runs
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"


class OrderForm(Strict):
    order_form_id = Id(required=True)
    tenant = Tenant(required=True, metadata={"description": "The contract it was asked on."})
    organisation = Part(Organisation, required=True)
    request_number = RequestNumberField(required=True, allow_none=True)
    state = Choice(OrderFormState, required=True)
    sent_at = Instant(required=True)
    returned_at = Instant(required=True, allow_none=True)
    due_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Until when the credentials are owed: a day after the return."},
    )
    late = Flag(required=True, metadata={"description": "Still owed after that."})
    new_tenant = Tenant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)


class SendOrderForm(Strict):
    tenant = Tenant(required=True)
    request_number = RequestNumberField(
        load_default=None,
        allow_none=True,
        metadata={"description": "The request by which the customer asked, if there is one."},
    )


class OrderFormAsked(Strict):
    tenant = Tenant(required=True)
    order_form_id = Id(required=True)


class ReturnOrderForm(OrderFormAsked):
    name = Text(required=True, metadata={"description": "The new contract's name."})
    support_level = Choice(SupportLevel, load_default=SupportLevel.BASIC)
    referent = Part(Contact, required=True)
    domain_owner = Part(
        Contact,
        load_default=None,
        allow_none=True,
        metadata={"description": "The referent where absent."},
    )


class ListOrderForms(PageRequest):
    tenant = Tenant(required=True)


class OrderForms(Page):
    items = Many(Part(OrderForm), maximum=200, required=True)


_UNKNOWN = Refusal("NotFound", "order-form-unknown")
_ILLEGAL = Refusal("Conflict", "transition-illegal")
_SALES = (StaffRole.SALES,)

send_order_form = TENANCY.call(
    "send_order_form",
    request=SendOrderForm,
    response=OrderForm,
    right=by_office("organisations.write", staff=_SALES),
    effect=Effect.WRITE,
    summary="Send a customer the order form of one more tenant; its referent returns it.",
    refusals=(
        Refusal("NotFound", "contract-unknown"),
        Refusal("NotFound", "request-unknown"),
        Refusal("Conflict", "order-form-open"),
    ),
    route=post("/contracts/{tenant}/order-forms", 201),
)
list_order_forms = TENANCY.call(
    "list_order_forms",
    request=ListOrderForms,
    response=OrderForms,
    right=in_tenant("contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole)),
    effect=Effect.READ,
    summary="The order forms of a contract, the newest first.",
    route=get("/contracts/{tenant}/order-forms"),
)
get_order_form = TENANCY.call(
    "get_order_form",
    request=OrderFormAsked,
    response=OrderForm,
    right=in_tenant("contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole)),
    effect=Effect.READ,
    summary="One order form: where it stands, and until when the credentials are owed.",
    refusals=(_UNKNOWN,),
    route=get("/contracts/{tenant}/order-forms/{order_form_id}"),
)
return_order_form = TENANCY.call(
    "return_order_form",
    request=ReturnOrderForm,
    response=OrderForm,
    right=by_office("contracts.write", Office.REFERENT),
    effect=Effect.WRITE,
    summary="Return the order form filled in: the new tenant has its code, and a day runs.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/contracts/{tenant}/order-forms/{order_form_id}/return"),
)
fulfil_order_form = TENANCY.call(
    "fulfil_order_form",
    request=OrderFormAsked,
    response=OrderForm,
    right=by_office("organisations.write", staff=_SALES),
    effect=Effect.WRITE,
    summary="Open the tenant that was ordered: its people get their credentials.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/contracts/{tenant}/order-forms/{order_form_id}/fulfil"),
)
withdraw_order_form = TENANCY.call(
    "withdraw_order_form",
    request=OrderFormAsked,
    response=OrderForm,
    right=by_office("contracts.write", Office.REFERENT, staff=_SALES),
    effect=Effect.WRITE,
    summary="Give up an order form; a code that was given is used up.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/contracts/{tenant}/order-forms/{order_form_id}/withdraw"),
)
list_owed_tenants = TENANCY.call(
    "list_owed_tenants",
    request=PageRequest,
    response=OrderForms,
    right=staff_only("organisations.read", *StaffRole),
    effect=Effect.READ,
    summary="The order forms that came back and are not fulfilled, the one due first before all.",
    route=get("/order-forms/owed"),
)


class OrderFormSentPayload(Strict):
    order_form_id = Id(required=True)
    tenant = Tenant(required=True)
    referent_id = Id(required=True, metadata={"description": "Who is to return it."})
    sent_at = Instant(required=True)


class OrderFormReturnedPayload(Strict):
    order_form_id = Id(required=True)
    tenant = Tenant(required=True)
    new_tenant = Tenant(required=True)
    returned_by = Id(required=True)
    sent_by = Id(required=True, metadata={"description": "Of staff: who sent the form."})
    due_at = Instant(required=True)


class OrderedTenantDuePayload(Strict):
    order_form_id = Id(required=True)
    tenant = Tenant(required=True)
    new_tenant = Tenant(required=True)
    sent_by = Id(required=True)
    due_at = Instant(required=True)


class OrderedTenantOpenedPayload(Strict):
    order_form_id = Id(required=True)
    tenant = Tenant(required=True)
    new_tenant = Tenant(required=True)
    returned_by = Id(required=True)


OrderFormSent = TENANCY.event(
    "OrderFormSent", payload=OrderFormSentPayload, heard_by=("notifications",)
)
OrderFormReturned = TENANCY.event(
    "OrderFormReturned", payload=OrderFormReturnedPayload, heard_by=("notifications",)
)
OrderedTenantDeadlineApproached = TENANCY.event(
    "OrderedTenantDeadlineApproached",
    payload=OrderedTenantDuePayload,
    heard_by=("notifications",),
)
OrderedTenantOpened = TENANCY.event(
    "OrderedTenantOpened", payload=OrderedTenantOpenedPayload, heard_by=("notifications",)
)
