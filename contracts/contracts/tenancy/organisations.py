"""Organisations, as the provider's people find them: the companies behind the contracts."""

from __future__ import annotations

from contracts.codes import StaffRole
from contracts.declare import Effect, Refusal, get
from contracts.fields import Id, Instant, Login, Many, Part, Search, Strict, Tenant, Text, Whole
from contracts.paging import Page, PageRequest
from contracts.rights import staff_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.contracts import Contracts, Organisation

MOST_COUNTED = 100
ORGANISATION_GROUPS_FROM = 3  # contracts: from then on their invoices may be one (FAQ)


class ListOrganisations(PageRequest):
    search = Search(
        maximum=100,
        load_default=None,
        allow_none=True,
        metadata={"description": "Beginnings of words of its name."},
    )


class OrganisationSummary(Organisation):
    known_since = Instant(required=True)
    contracts = Whole(
        required=True, metadata={"description": f"Its contracts; {MOST_COUNTED} are counted."}
    )


class Organisations(Page):
    items = Many(Part(OrganisationSummary), maximum=200, required=True)


class OnlineOpening(Strict):
    """The option "création de tenant en ligne": ``person_id`` opens contracts alone."""

    person_id = Id(required=True)
    daily_limit = Whole(required=True)
    activated_at = Instant(required=True)


class MultiTenantManagement(Strict):
    """``person_id`` and ``login`` are of the second login, null until identity has made it."""

    management_id = Id(required=True)
    first_person_id = Id(
        required=True, metadata={"description": "Whose second login it is; his own is unchanged."}
    )
    person_id = Id(required=True, allow_none=True)
    login = Login(required=True, allow_none=True)
    activated_at = Instant(required=True)


class OrganisationView(Organisation):
    known_since = Instant(required=True)
    online_opening = Part(OnlineOpening, required=True, allow_none=True)
    multi_tenant_management = Part(MultiTenantManagement, required=True, allow_none=True)


class OrganisationAsked(Strict):
    organisation_id = Id(required=True)


class OrganisationContracts(PageRequest):
    organisation_id = Id(required=True)


class ListNameable(Strict):
    organisation_id = Id(required=True)


class NameablePerson(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    tenant = Tenant(required=True, metadata={"description": "One of those that he is a user of."})


class NameablePeople(Strict):
    items = Many(Part(NameablePerson), maximum=100, required=True)


_UNKNOWN = Refusal("NotFound", "organisation-unknown")

list_organisations = TENANCY.call(
    "list_organisations",
    request=ListOrganisations,
    response=Organisations,
    right=staff_only("organisations.read", *StaffRole),
    effect=Effect.READ,
    summary="The organisations, by name.",
    route=get("/organisations"),
)
get_organisation = TENANCY.call(
    "get_organisation",
    request=OrganisationAsked,
    response=OrganisationView,
    right=staff_only("organisations.read", *StaffRole),
    effect=Effect.READ,
    summary="One organisation, with the options that are active for it.",
    refusals=(_UNKNOWN,),
    route=get("/organisations/{organisation_id}"),
)
list_organisation_contracts = TENANCY.call(
    "list_organisation_contracts",
    request=OrganisationContracts,
    response=Contracts,
    right=staff_only("organisations.read", *StaffRole),
    effect=Effect.READ,
    summary="The contracts of an organisation, by code.",
    refusals=(_UNKNOWN,),
    route=get("/organisations/{organisation_id}/contracts"),
)
list_nameable_people = TENANCY.call(
    "list_nameable_people",
    request=ListNameable,
    response=NameablePeople,
    right=staff_only("organisations.write", StaffRole.SALES),
    effect=Effect.READ,
    summary="Users of an organisation's contracts whom sales may name for an option of it.",
    refusals=(_UNKNOWN,),
    route=get("/organisations/{organisation_id}/people"),
)
