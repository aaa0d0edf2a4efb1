"""Customers open contracts by themselves: one user whom sales named, or a second login."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import StaffRole, SupportLevel
from contracts.declare import Effect, Refusal, delete, get, post, put
from contracts.fields import Choice, Day, Id, Instant, Many, Part, Strict, Tenant, Text, Whole
from contracts.people import Contact
from contracts.rights import of_a_person, staff_only
from contracts.tenancy.contract import TENANCY, NoFields
from contracts.tenancy.contracts import ContractView, Organisation
from contracts.tenancy.organisations import OnlineOpening, OrganisationAsked

MOST_A_DAY = 50
USUAL_A_DAY = 5


class ActivateOnlineOpening(Strict):
    organisation_id = Id(required=True)
    person_id = Id(
        required=True,
        metadata={"description": "A user of one of the organisation's contracts."},
    )
    daily_limit = Whole(
        minimum=1,
        maximum=MOST_A_DAY,
        load_default=USUAL_A_DAY,
        metadata={"description": "How many contracts he opens in a day, in Paris."},
    )


class NoAnswer(Strict):
    pass


class OpeningGround(StrEnum):
    """By what somebody opens contracts of an organisation."""

    ONLINE_OPENING = "online_opening"
    MULTI_TENANT_MANAGEMENT = "multi_tenant_management"


class OwnOpening(Organisation):
    ground = Choice(OpeningGround, required=True)
    daily_limit = Whole(required=True)
    left_today = Whole(required=True)


class OwnOpenings(Strict):
    items = Many(Part(OwnOpening), maximum=100, required=True)


class OpenContract(Strict):
    organisation_id = Id(required=True)
    name = Text(required=True, metadata={"description": "The contract's name."})
    support_level = Choice(SupportLevel, load_default=SupportLevel.BASIC)
    referent = Part(Contact, required=True)
    domain_owner = Part(
        Contact,
        load_default=None,
        allow_none=True,
        metadata={"description": "The referent where absent."},
    )


_UNKNOWN = Refusal("NotFound", "organisation-unknown")

activate_online_opening = TENANCY.call(
    "activate_online_opening",
    request=ActivateOnlineOpening,
    response=OnlineOpening,
    right=staff_only("organisations.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="Name the user of an organisation who opens contracts for it alone.",
    refusals=(_UNKNOWN, Refusal("Conflict", "person-not-of-organisation")),
    route=put("/organisations/{organisation_id}/online-opening"),
    step_up=True,
    reason=True,
)
withdraw_online_opening = TENANCY.call(
    "withdraw_online_opening",
    request=OrganisationAsked,
    response=NoAnswer,
    right=staff_only("organisations.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="Nobody of the organisation opens contracts alone any more.",
    refusals=(_UNKNOWN,),
    route=delete("/organisations/{organisation_id}/online-opening"),
    reason=True,
)
list_own_openings = TENANCY.call(
    "list_own_openings",
    request=NoFields,
    response=OwnOpenings,
    right=of_a_person("contracts.read"),
    effect=Effect.READ,
    summary="The organisations that the caller opens contracts for, and how many more today.",
    route=get("/account/openings"),
)
open_contract = TENANCY.call(
    "open_contract",
    request=OpenContract,
    response=ContractView,
    right=of_a_person("contracts.open"),
    effect=Effect.WRITE,
    summary="Open a contract for an organisation that lets the caller do so alone.",
    refusals=(_UNKNOWN, Refusal("TooMany", "openings-too-many")),
    route=post("/organisations/{organisation_id}/contracts", 201),
)


class OnlineOpeningActivatedPayload(Strict):
    organisation_id = Id(required=True)
    organisation_name = Text(required=True)
    person_id = Id(required=True)
    daily_limit = Whole(required=True)
    activated_at = Instant(required=True)


class OnlineOpeningWithdrawnPayload(Strict):
    organisation_id = Id(required=True)
    organisation_name = Text(required=True)
    person_id = Id(required=True)
    withdrawn_at = Instant(required=True)


class OnlineContractOpenedPayload(Strict):
    """Beside ``TenantOpened``: who opened it has a mail, and notices what he did not do."""

    tenant = Tenant(required=True)
    name = Text(required=True)
    organisation_name = Text(required=True)
    person_id = Id(required=True)
    ground = Choice(OpeningGround, required=True)
    opened_on = Day(required=True)


OnlineOpeningActivated = TENANCY.event(
    "OnlineOpeningActivated", payload=OnlineOpeningActivatedPayload, heard_by=("notifications",)
)
OnlineOpeningWithdrawn = TENANCY.event(
    "OnlineOpeningWithdrawn", payload=OnlineOpeningWithdrawnPayload, heard_by=("notifications",)
)
OnlineContractOpened = TENANCY.event(
    "OnlineContractOpened", payload=OnlineContractOpenedPayload, heard_by=("notifications",)
)
