"""Contracts: a sheet of each, their names."""

from __future__ import annotations

from contracts.codes import Office, Role, Section, StaffRole, SupportLevel
from contracts.declare import Effect, Refusal, get, patch
from contracts.fields import (
    Choice,
    Day,
    Edition,
    Id,
    Instant,
    Login,
    Many,
    Part,
    Search,
    Strict,
    Tenant,
    Text,
)
from contracts.paging import Page, PageRequest
from contracts.rights import by_office, gateway_only, in_tenant, listing
from contracts.tenancy.contract import TENANCY


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


class TrialView(Strict):
    """A free trial: the month of its subscription and two calendar months more."""

    ends_on = Day(required=True, metadata={"description": "Its last day."})
    closes_on = Day(
        required=True, metadata={"description": "When it is closed, where nobody has converted it."}
    )
    converted_at = Instant(required=True, allow_none=True)


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
    status_since = Instant(load_default=None, allow_none=True)
    trial = Part(
        TrialView,
        load_default=None,
        allow_none=True,
        metadata={"description": "Where the contract began as a free trial."},
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


class ContractRenamedPayload(Strict):
    tenant = Tenant(required=True)
    name = Text(required=True)
    renamed_at = Instant(required=True)


ContractRenamed = TENANCY.event(
    "ContractRenamed",
    payload=ContractRenamedPayload,
    heard_by=("subscriptions", "notifications"),
)
