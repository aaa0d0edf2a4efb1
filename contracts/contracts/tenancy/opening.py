"""A tenant is opened."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import StaffRole, SupportLevel
from contracts.declare import Effect, Refusal, post
from contracts.fields import Choice, Id, Instant, Part, Strict, Tenant, Text
from contracts.people import Contact
from contracts.rights import staff_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.contracts import ContractView


class ContractType(StrEnum):
    SINGLE = "single"
    MULTI_SERVICES = "multi_services"  # groups the invoices of several (FAQ)


class OpenTenant(Strict):
    organisation_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "An organisation that exists; else give ``organisation_name``."},
    )
    organisation_name = Text(load_default=None, allow_none=True)
    name = Text(required=True, metadata={"description": "The contract's name."})
    support_level = Choice(SupportLevel, load_default=SupportLevel.BASIC)
    referent = Part(Contact, required=True)
    domain_owner = Part(
        Contact,
        load_default=None,
        allow_none=True,
        metadata={"description": "The referent where absent."},
    )
    contract_type = Choice(
        ContractType,
        load_default=ContractType.SINGLE,
        metadata={"description": "One that groups invoices needs an organisation with three."},
    )


open_tenant = TENANCY.call(
    "open_tenant",
    request=OpenTenant,
    response=ContractView,
    right=staff_only("tenants.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="Open a tenant for a company, with its referent, domain owner and support level.",
    refusals=(
        Refusal("NotFound", "organisation-unknown"),
        Refusal("Invalid", "organisation-required"),
        Refusal("Conflict", "contracts-too-few"),
        Refusal("Conflict", "multi-services-exists"),
    ),
    route=post("/tenants", 201),
)


class TenantOpenedPayload(Strict):
    tenant = Tenant(required=True)
    organisation_id = Id(required=True)
    organisation_name = Text(required=True)
    name = Text(required=True)
    region = Text(required=True)
    support_level = Choice(SupportLevel, required=True)
    referent = Part(Contact, required=True)
    domain_owner = Part(Contact, required=True)
    opened_at = Instant(required=True)
    opened_by = Text(required=True)
    contract_type = Choice(ContractType, load_default=ContractType.SINGLE)


TenantOpened = TENANCY.event(
    "TenantOpened",
    payload=TenantOpenedPayload,
    heard_by=("identity", "subscriptions", "notifications"),
)
