"""Billing details: whom a contract's invoices are made out to, and who is sent them."""

from __future__ import annotations

from contracts.codes import Role, Section, StaffRole
from contracts.countries import Country
from contracts.declare import Effect, Refusal, get, put
from contracts.fields import (
    Edition,
    Email,
    Id,
    Instant,
    Many,
    Part,
    PersonName,
    Strict,
    Tenant,
    Text,
)
from contracts.rights import in_tenant, staff_only
from contracts.tenancy.contract import TENANCY


class Address(Strict):
    street = Text(required=True)
    street_more = Text(load_default=None, allow_none=True)
    postal_code = Text(maximum=16, load_default=None, allow_none=True)
    city = Text(maximum=128, required=True)
    country = Country(required=True, metadata={"description": "ISO 3166-1, two letters."})


class InvoiceRecipient(Strict):
    """To whom the digital invoice is sent. He needs no login."""

    given_name = PersonName(required=True)
    family_name = PersonName(required=True)
    email = Email(required=True)


class BillingDetails(Strict):
    tenant = Tenant(required=True)
    company_name = Text(
        required=True, metadata={"description": "The organisation's name until another is set."}
    )
    address = Part(Address, required=True, allow_none=True)
    recipient = Part(
        InvoiceRecipient,
        required=True,
        metadata={"description": "The referent until another is set."},
    )
    changed_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Null while nothing of it was set."},
    )


class GetBillingDetails(Strict):
    tenant = Tenant(required=True)


class ChangeBillingDetails(Strict):
    tenant = Tenant(required=True)
    company_name = Text(required=True)
    address = Part(Address, required=True)
    recipient = Part(InvoiceRecipient, required=True)
    edition = Edition(demanded=True)


get_billing_details = TENANCY.call(
    "get_billing_details",
    request=GetBillingDetails,
    response=BillingDetails,
    right=in_tenant("contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole)),
    effect=Effect.READ,
    summary="Company name and address on the invoices, and who is sent them.",
    refusals=(Refusal("NotFound", "contract-unknown"),),
    route=get("/contracts/{tenant}/billing-details"),
)

change_billing_details = TENANCY.call(
    "change_billing_details",
    request=ChangeBillingDetails,
    response=BillingDetails,
    right=staff_only("contracts.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="Set company name, address and recipient of the invoices, as the customer has asked.",
    refusals=(
        Refusal("NotFound", "contract-unknown"),
        Refusal("Conflict", "changed-meanwhile"),
    ),
    route=put("/contracts/{tenant}/billing-details"),
    step_up=True,
)


class BillingDetailsChangedPayload(Strict):
    tenant = Tenant(required=True)
    changed = Many(
        Text(maximum=16),
        required=True,
        metadata={"description": "Which of ``company_name``, ``address``, ``recipient``."},
    )
    changed_at = Instant(required=True)
    referent_id = Id(required=True, allow_none=True, metadata={"description": "Who is told."})


BillingDetailsChanged = TENANCY.event(
    "BillingDetailsChanged", payload=BillingDetailsChangedPayload, heard_by=("notifications",)
)
