"""Recovery of an office whose holder cannot act: one of staff proposes somebody, another approves,
everybody who manages users there is told, and the holder can stop it until it takes effect."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Office, StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import Choice, Email, Flag, Id, Instant, Many, Part, Strict, Tenant, Text
from contracts.paging import Page, PageRequest
from contracts.people import Contact
from contracts.rights import self_service, staff_only
from contracts.tenancy.contract import TENANCY, NoFields
from contracts.tenancy.handovers import Handover, HandoverEnd, Party

_HANDS = (StaffRole.SALES, StaffRole.OPERATOR)


class OfficeRecoveryState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"  # takes effect at a later time
    SETTLING = "settling"  # its time has come: identity moves the rights
    DONE = "done"
    REFUSED = "refused"
    OBJECTED = "objected"  # the holder can act after all
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"


class OfficeRecovery(Strict):
    recovery_id = Id(required=True)
    tenant = Tenant(required=True)
    contract_name = Text(required=True)
    office = Choice(Office, required=True)
    state = Choice(OfficeRecoveryState, required=True)
    holder = Part(Party, required=True)
    email = Email(required=True, metadata={"description": "Of who is to hold the office."})
    given_name = Text(required=True)
    family_name = Text(required=True)
    drop_rights = Flag(required=True)
    reason = Text(required=True, maximum=500)
    evidence = Text(required=True, minimum=0, maximum=1000)
    proposed_by = Id(required=True)
    proposed_by_name = Text(required=True, allow_none=True)
    proposed_at = Instant(required=True)
    expires_at = Instant(required=True)
    decided_by = Id(required=True, allow_none=True)
    decided_by_name = Text(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)
    takes_effect_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_why = Choice(HandoverEnd, required=True, allow_none=True)


class OwnOfficeRecovery(Strict):
    """As the holder sees it: what, for whom, when; not who of staff, nor the evidence."""

    recovery_id = Id(required=True)
    tenant = Tenant(required=True)
    contract_name = Text(required=True)
    office = Choice(Office, required=True)
    state = Choice(OfficeRecoveryState, required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    proposed_at = Instant(required=True)
    takes_effect_at = Instant(required=True, allow_none=True)


class OwnHandovers(Strict):
    handovers = Many(Part(Handover), maximum=100, required=True)
    recoveries = Many(Part(OwnOfficeRecovery), maximum=100, required=True)


class ProposeOfficeRecovery(Strict):
    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    successor = Part(Contact, required=True)
    drop_rights = Flag(
        load_default=False,
        metadata={"description": "The present holder loses his rights in the tenant."},
    )
    evidence = Text(
        minimum=10,
        maximum=1000,
        required=True,
        metadata={"description": "How you know that the company wants this."},
    )


class OneOfficeRecovery(Strict):
    tenant = Tenant(required=True)
    recovery_id = Id(required=True)


class ListOfficeRecoveries(PageRequest):
    open = Flag(
        load_default=True, metadata={"description": "Those still to be decided or to take effect."}
    )


class OfficeRecoveries(Page):
    items = Many(Part(OfficeRecovery), maximum=200, required=True)


_UNKNOWN = Refusal("NotFound", "office-recovery-unknown")
_NOT_OPEN = Refusal("Conflict", "office-recovery-not-open")
_CONCERNED = Refusal("Forbidden", "own-recovery")
_TERMINATED = Refusal("Conflict", "contract-terminated")

list_own_handovers = TENANCY.call(
    "list_own_handovers",
    request=NoFields,
    response=OwnHandovers,
    right=self_service("contracts.read"),
    effect=Effect.READ,
    summary="What is open about offices that I hold, or that were offered to me.",
    route=get("/account/handovers"),
)
list_office_recoveries = TENANCY.call(
    "list_office_recoveries",
    request=ListOfficeRecoveries,
    response=OfficeRecoveries,
    right=staff_only("recoveries", *_HANDS, StaffRole.AUDITOR),
    effect=Effect.READ,
    summary="Recoveries of offices, newest first.",
    route=get("/office-recoveries"),
)
get_office_recovery = TENANCY.call(
    "get_office_recovery",
    request=OneOfficeRecovery,
    response=OfficeRecovery,
    right=staff_only("recoveries", *_HANDS, StaffRole.AUDITOR),
    effect=Effect.READ,
    summary="One recovery of an office.",
    refusals=(_UNKNOWN,),
    route=get("/contracts/{tenant}/office-recoveries/{recovery_id}"),
    reason=True,
)
propose_office_recovery = TENANCY.call(
    "propose_office_recovery",
    request=ProposeOfficeRecovery,
    response=OfficeRecovery,
    right=staff_only("recoveries", *_HANDS),
    effect=Effect.WRITE,
    summary="Propose who is to hold an office whose holder cannot act; a second of staff decides.",
    refusals=(
        Refusal("NotFound", "contract-unknown"),
        Refusal("Conflict", "office-recovery-open"),
        Refusal("Conflict", "holder-not-known"),
        Refusal("Conflict", "already-holder"),
        _CONCERNED,
        _TERMINATED,
    ),
    route=post("/contracts/{tenant}/office-recoveries", 201),
    step_up=True,
    reason=True,
)
approve_office_recovery = TENANCY.call(
    "approve_office_recovery",
    request=OneOfficeRecovery,
    response=OfficeRecovery,
    right=staff_only("recoveries", *_HANDS),
    effect=Effect.WRITE,
    summary="Approve what another of staff proposed: it takes effect after a delay in which the"
    " holder can stop it.",
    refusals=(
        _UNKNOWN,
        _NOT_OPEN,
        Refusal("Forbidden", "second-person-needed"),
        _CONCERNED,
        _TERMINATED,
    ),
    route=post("/contracts/{tenant}/office-recoveries/{recovery_id}/approve"),
    step_up=True,
    portal_only=True,
    reason=True,
)
refuse_office_recovery = TENANCY.call(
    "refuse_office_recovery",
    request=OneOfficeRecovery,
    response=OfficeRecovery,
    right=staff_only("recoveries", *_HANDS),
    effect=Effect.WRITE,
    summary="Refuse it, or stop one that has not taken effect yet.",
    refusals=(_UNKNOWN, _NOT_OPEN, _CONCERNED),
    route=post("/contracts/{tenant}/office-recoveries/{recovery_id}/refuse"),
    reason=True,
)
withdraw_office_recovery = TENANCY.call(
    "withdraw_office_recovery",
    request=OneOfficeRecovery,
    response=OfficeRecovery,
    right=staff_only("recoveries", *_HANDS),
    effect=Effect.WRITE,
    summary="Withdraw what one has proposed oneself.",
    refusals=(_UNKNOWN, _NOT_OPEN, Refusal("Forbidden", "not-proposer")),
    route=post("/contracts/{tenant}/office-recoveries/{recovery_id}/withdraw"),
    reason=True,
)
object_to_office_recovery = TENANCY.call(
    "object_to_office_recovery",
    request=OneOfficeRecovery,
    response=OwnOfficeRecovery,
    right=self_service("contracts.write"),
    effect=Effect.WRITE,
    summary="I can act: stop the recovery of an office that I hold.",
    refusals=(_UNKNOWN, _NOT_OPEN),
    route=post("/account/office-recoveries/{tenant}/{recovery_id}/object"),
)


class OfficeRecoveryDecidedPayload(Strict):
    """Approved for later, carried out, or stopped after it was approved: all who manage users of
    the tenant are to know. Identity knows who they are."""

    recovery_id = Id(required=True)
    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    state = Choice(OfficeRecoveryState, required=True)
    holder_id = Id(required=True)
    successor_name = Text(required=True)
    takes_effect_at = Instant(required=True, allow_none=True)


class OfficeRecoveryMaturedPayload(Strict):
    """The delay is over; identity registers who is to hold the office and moves it, or tells why
    not."""

    recovery_id = Id(required=True)
    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    holder_id = Id(required=True)
    successor = Part(Contact, required=True)
    drop_rights = Flag(required=True)
    proposed_by = Id(required=True)
    proposed_at = Instant(required=True)
    decided_by = Id(required=True)
    decided_at = Instant(required=True)


OfficeRecoveryDecided = TENANCY.event(
    "OfficeRecoveryDecided", payload=OfficeRecoveryDecidedPayload, heard_by=("identity",)
)
OfficeRecoveryMatured = TENANCY.event(
    "OfficeRecoveryMatured", payload=OfficeRecoveryMaturedPayload, heard_by=("identity",)
)
