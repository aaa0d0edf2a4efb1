"""Handovers: the holder of an office offers it, a user of the tenant accepts, a while later it is
his. Referent and domain owner are two offices, each with its own handover."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Office, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import Choice, Flag, Id, Instant, Many, Part, Strict, Tenant, Text
from contracts.paging import Page, PageRequest
from contracts.rights import by_office, in_tenant, self_service
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.outlook import Outlook


class HandoverState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"  # takes effect at a later time
    SETTLING = "settling"  # its time has come: identity moves the rights
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"  # what it rested on is gone; ``ended_why`` says what


class HandoverEnd(StrEnum):
    """Why a handover, or a recovery of an office, ended without effect and by nobody's word."""

    SUCCESSOR_LEFT = "successor_left"
    SUCCESSOR_DISABLED = "successor_disabled"
    SECOND_LOGIN = "second_login"  # it acts for the organisation, and sales end it
    HOLDER_DISABLED = "holder_disabled"
    HOLDER_CHANGED = "holder_changed"
    CONTRACT_TERMINATED = "contract_terminated"
    HANDS_UNFIT = "hands_unfit"  # of the two of staff, one may not (any more)
    EMAIL_TAKEN = "email_taken"  # somebody may still take that address back


class Party(Strict):
    """One side of a handover, as identity calls him; the names of who was erased are null."""

    person_id = Id(required=True)
    login = Text(required=True, allow_none=True)
    given_name = Text(required=True, allow_none=True)
    family_name = Text(required=True, allow_none=True)


class Handover(Strict):
    handover_id = Id(required=True)
    tenant = Tenant(required=True)
    contract_name = Text(required=True)
    office = Choice(Office, required=True)
    state = Choice(HandoverState, required=True)
    holder = Part(Party, required=True, metadata={"description": "Who offered it."})
    successor = Part(Party, required=True)
    drop_rights = Flag(
        required=True, metadata={"description": "The holder loses his rights in the tenant."}
    )
    offered_at = Instant(required=True)
    expires_at = Instant(required=True)
    accepted_at = Instant(required=True, allow_none=True)
    takes_effect_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_why = Choice(HandoverEnd, required=True, allow_none=True)
    rights_dropped = Flag(
        required=True,
        allow_none=True,
        metadata={"description": "False where they were to be dropped and something kept them."},
    )


class Offer(Strict):
    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    person_id = Id(required=True, metadata={"description": "A user of the tenant."})
    drop_rights = Flag(load_default=False)


class OneHandover(Strict):
    tenant = Tenant(required=True)
    handover_id = Id(required=True)


class ListHandovers(PageRequest):
    tenant = Tenant(required=True)


class Handovers(Page):
    items = Many(Part(Handover), maximum=200, required=True)


_UNKNOWN = Refusal("NotFound", "handover-unknown")
_NOT_OPEN = Refusal("Conflict", "handover-not-open")
_RECOVERY_OPEN = Refusal("Conflict", "office-recovery-open")
_TERMINATED = Refusal("Conflict", "contract-terminated")
_UNFIT = (
    Refusal("Conflict", "successor-unknown"),
    Refusal("Conflict", "successor-invited"),
    Refusal("Conflict", "successor-disabled"),
    Refusal("Conflict", "successor-second-login"),
)

offer_handover = TENANCY.call(
    "offer_handover",
    request=Offer,
    response=Handover,
    right=by_office("contracts.write", Office.REFERENT, Office.DOMAIN_OWNER),
    effect=Effect.WRITE,
    summary="Offer one's office to a user of the tenant, who has a week to accept it.",
    refusals=(
        Refusal("NotFound", "contract-unknown"),
        Refusal("Forbidden", "office-not-held"),
        Refusal("Conflict", "handover-to-oneself"),
        Refusal("Conflict", "handover-open"),
        Refusal("Conflict", "office-held"),
        _RECOVERY_OPEN,
        _TERMINATED,
        *_UNFIT,
    ),
    route=post("/contracts/{tenant}/handovers", 201),
    step_up=True,
)
foresee_handover = TENANCY.call(
    "foresee_handover",
    request=Offer,
    response=Outlook,
    right=by_office("contracts.read", Office.REFERENT, Office.DOMAIN_OWNER),
    effect=Effect.READ,
    summary="What offering one's office to a user would lead to, were he to accept it now.",
    refusals=(Refusal("NotFound", "contract-unknown"),),
    route=get("/contracts/{tenant}/outlook/handover"),
)
list_handovers = TENANCY.call(
    "list_handovers",
    request=ListHandovers,
    response=Handovers,
    right=in_tenant(
        "contracts.read",
        Section.USERS,
        Role.VISITOR,
        staff=(StaffRole.SALES, StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR),
    ),
    effect=Effect.READ,
    summary="Handovers of the contract's offices, newest first.",
    route=get("/contracts/{tenant}/handovers"),
)
get_handover = TENANCY.call(
    "get_handover",
    request=OneHandover,
    response=Handover,
    right=self_service("contracts.read"),
    effect=Effect.READ,
    summary="A handover that I offered, or that was offered to me.",
    refusals=(_UNKNOWN,),
    route=get("/account/handovers/{tenant}/{handover_id}"),
)
accept_handover = TENANCY.call(
    "accept_handover",
    request=OneHandover,
    response=Handover,
    right=self_service("contracts.write"),
    effect=Effect.WRITE,
    summary="Accept an office that was offered to me: it is mine when the cooling-off is over.",
    refusals=(
        _UNKNOWN,
        _NOT_OPEN,
        Refusal("Forbidden", "tenant-foreign"),
        _RECOVERY_OPEN,
        _TERMINATED,
        *_UNFIT,
    ),
    route=post("/account/handovers/{tenant}/{handover_id}/accept"),
    step_up=True,
)
decline_handover = TENANCY.call(
    "decline_handover",
    request=OneHandover,
    response=Handover,
    right=self_service("contracts.write"),
    effect=Effect.WRITE,
    summary="Decline an office, also after having accepted it, until it has taken effect.",
    refusals=(_UNKNOWN, _NOT_OPEN),
    route=post("/account/handovers/{tenant}/{handover_id}/decline"),
)
withdraw_handover = TENANCY.call(
    "withdraw_handover",
    request=OneHandover,
    response=Handover,
    right=self_service("contracts.write"),
    effect=Effect.WRITE,
    summary="Take back the offer of one's office, until it has taken effect.",
    refusals=(_UNKNOWN, _NOT_OPEN),
    route=post("/account/handovers/{tenant}/{handover_id}/withdraw"),
)


class HandoverAnnouncedPayload(Strict):
    """To whom it is told: ``person_id``, the holder or the successor; once for each."""

    person_id = Id(required=True)
    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    handover_id = Id(required=True)
    state = Choice(HandoverState, required=True)
    is_holder = Flag(required=True)
    other_name = Text(required=True, metadata={"description": "Of the other side."})
    drop_rights = Flag(required=True)
    expires_at = Instant(required=True)
    takes_effect_at = Instant(required=True, allow_none=True)
    ended_why = Choice(HandoverEnd, required=True, allow_none=True)
    rights_dropped = Flag(required=True, allow_none=True)


class HandoverMaturedPayload(Strict):
    """The cooling-off is over; identity moves the office, or tells why not."""

    handover_id = Id(required=True)
    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    holder_id = Id(required=True)
    successor_id = Id(required=True)
    drop_rights = Flag(required=True)


HandoverAnnounced = TENANCY.event(
    "HandoverAnnounced", payload=HandoverAnnouncedPayload, heard_by=("notifications",)
)
HandoverMatured = TENANCY.event(
    "HandoverMatured", payload=HandoverMaturedPayload, heard_by=("identity",)
)
