"""Tenancy: organisations, tenants and their contracts, the clock of a simulated installation."""

from __future__ import annotations

from contracts.audit import declare_audit, declare_house_audit, declare_looks
from contracts.codes import Office, Role, Section, StaffRole, SupportLevel
from contracts.declare import Contract, Effect, Refusal, get, patch, post
from contracts.fields import (
    Choice,
    Edition,
    Flag,
    Id,
    Instant,
    Login,
    Many,
    Part,
    Search,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.paging import Page, PageRequest
from contracts.people import Contact
from contracts.rights import by_office, gateway_only, in_tenant, listing, staff_only

TENANCY = Contract("tenancy")

list_audit_entries, verify_audit_chain = declare_audit(TENANCY)
list_house_entries, verify_house_chain = declare_house_audit(TENANCY)
list_looks, list_own_looks = declare_looks(TENANCY)


class Organisation(Strict):
    organisation_id = Id(required=True)
    name = Text(required=True)


class Holder(Strict):
    """Who holds an office. ``person_id`` and ``login`` are null until identity knows him."""

    person_id = Id(required=True, allow_none=True)
    login = Login(required=True, allow_none=True)
    email = Text(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)


class ContractView(Strict):
    tenant = Tenant(
        required=True, metadata={"description": "Contract code = domain name: ``OCB`` + 7 digits."}
    )
    name = Text(required=True)
    contract_type = Text(required=True, metadata={"description": "``single``"})
    organisation = Part(Organisation, required=True)
    status = Text(required=True, metadata={"description": "``active``"})
    support_level = Choice(SupportLevel, required=True)
    region = Text(required=True, metadata={"description": "Name of the default project."})
    referent = Part(Holder, required=True)
    domain_owner = Part(Holder, required=True)
    opened_at = Instant(required=True)


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


class GetContract(Strict):
    tenant = Tenant(required=True)


class ListContracts(PageRequest):
    search = Search(
        maximum=100,
        load_default=None,
        allow_none=True,
        metadata={"description": "Part of a code, of a contract's or an organisation's name."},
    )


class Contracts(Page):
    items = Many(Part(ContractView), maximum=200, required=True)


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
    ),
    route=post("/tenants", 201),
)

list_contracts = TENANCY.call(
    "list_contracts",
    request=ListContracts,
    response=Contracts,
    right=listing("contracts.read", Section.CONTRACT, Role.VISITOR),
    effect=Effect.READ,
    summary="The contracts that the caller may see, by code.",
    route=get("/contracts"),
)

get_contract = TENANCY.call(
    "get_contract",
    request=GetContract,
    response=ContractView,
    right=in_tenant(
        "contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole), clients=True
    ),
    effect=Effect.READ,
    summary="One contract: name, offices, support level, state.",
    refusals=(Refusal("NotFound", "contract-unknown"),),
    route=get("/contracts/{tenant}"),
)


class NameContract(Strict):
    contract = Tenant(required=True)


class ContractName(Strict):
    name = Text(required=True)


name_contract = TENANCY.call(
    "name_contract",
    request=NameContract,
    response=ContractName,
    right=gateway_only(),
    effect=Effect.READ,
    summary="What a contract is called, for who is asked something about it.",
    refusals=(Refusal("NotFound", "contract-unknown"),),
)


class RenameContract(Strict):
    tenant = Tenant(required=True)
    name = Text(required=True, metadata={"description": "The contract's new name."})
    edition = Edition()


rename_contract = TENANCY.call(
    "rename_contract",
    request=RenameContract,
    response=ContractView,
    right=by_office("contracts.write", Office.REFERENT),
    effect=Effect.WRITE,
    summary="Give the contract another name; its referent alone may.",
    refusals=(
        Refusal("NotFound", "contract-unknown"),
        Refusal("Conflict", "changed-meanwhile"),
    ),
    route=patch("/contracts/{tenant}"),
)


class ExportPerson(Strict):
    person_id = Id(required=True)


class ExportedOffice(Strict):
    """A copy of his name and address that a contract shows for the office he holds."""

    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    email = Text(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    held_since = Instant(required=True)


class ExportedOffices(Strict):
    offices = Many(Part(ExportedOffice), maximum=1000, required=True)


export_person = TENANCY.call(
    "export_person",
    request=ExportPerson,
    response=ExportedOffices,
    right=gateway_only(),
    effect=Effect.READ,
    summary="What contracts hold of a person, for himself.",
    deadline=30.0,
)


class NoFields(Strict):
    pass


class Clock(Strict):
    now = Instant(required=True)
    simulated = Flag(required=True)


class MoveClock(Strict):
    now = Instant(required=True, metadata={"description": "Where to move the clock: forward only."})


get_clock = TENANCY.call(
    "get_clock",
    request=NoFields,
    response=Clock,
    right=staff_only("clock", StaffRole.OPERATOR),
    effect=Effect.READ,
    summary="The installation's clock.",
    route=get("/clock"),
)

move_clock = TENANCY.call(
    "move_clock",
    request=MoveClock,
    response=Clock,
    right=staff_only("clock", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Move a simulated clock forward in all services; what falls due then happens in order.",
    refusals=(
        Refusal("Conflict", "clock-not-simulated"),
        Refusal("Invalid", "clock-only-forward"),
    ),
    route=post("/clock"),
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


class ClockMovedPayload(Strict):
    offset_seconds = Whole(
        required=True, metadata={"description": "Ahead of real time; only ever grows."}
    )


class ContractRenamedPayload(Strict):
    tenant = Tenant(required=True)
    name = Text(required=True)
    renamed_at = Instant(required=True)


TenantOpened = TENANCY.event(
    "TenantOpened",
    payload=TenantOpenedPayload,
    heard_by=("identity", "subscriptions", "notifications"),
)
ContractRenamed = TENANCY.event(
    "ContractRenamed",
    payload=ContractRenamedPayload,
    heard_by=("subscriptions", "notifications"),
)
ClockMoved = TENANCY.event(
    "ClockMoved",
    payload=ClockMovedPayload,
    heard_by=("identity", "subscriptions", "notifications"),
)
