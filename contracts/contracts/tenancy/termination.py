"""The end of a contract: asked for, waited for until nothing remains, certified (TN-13)."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Office, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Flag,
    Id,
    Instant,
    Many,
    Money,
    Part,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.rights import by_office, in_tenant, staff_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.life import ContractStatus
from contracts.tenancy.outlook import Outlook

_READERS = tuple(StaffRole)
_HANDS = (StaffRole.SALES, StaffRole.OPERATOR)


class ForcedClosingState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    VOID = "void"  # the contract was kept, or closed by itself, meanwhile
    EXPIRED = "expired"


class RemainingPart(Strict):
    kind = Text(required=True, metadata={"description": "``ecs``, ``evs``, ``eip``, …"})
    region = Text(required=True)
    count = Whole(required=True)
    daily_cost = Money(required=True)
    currency = Text(required=True)


class DailyCost(Strict):
    amount = Money(required=True, metadata={"description": "Excluding VAT."})
    currency = Text(required=True)


class ForcedClosing(Strict):
    closing_id = Id(required=True)
    tenant = Tenant(required=True)
    state = Choice(ForcedClosingState, required=True)
    reason = Text(required=True, maximum=500)
    proposed_by = Id(required=True)
    proposed_at = Instant(required=True)
    expires_at = Instant(required=True)
    decided_by = Id(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)


class Certificate(Strict):
    """That a contract has ended, as it was on that day; it never changes."""

    tenant = Tenant(required=True)
    name = Text(required=True)
    organisation_name = Text(required=True)
    opened_at = Instant(required=True)
    draining_since = Instant(required=True)
    terminated_at = Instant(required=True)
    forced = Flag(
        required=True, metadata={"description": "By two of staff, though resources remained."}
    )
    inventory_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Of the look that the end relies on; null where there was none."},
    )
    remaining = Whole(required=True, metadata={"description": "0 unless it was forced."})


class TerminationView(Strict):
    """What stands between a contract and its end."""

    tenant = Tenant(required=True)
    status = Choice(ContractStatus, required=True)
    draining_since = Instant(required=True, allow_none=True)
    known = Flag(
        required=True,
        metadata={"description": "False: what exists there was never reported, so it waits."},
    )
    observed_at = Instant(required=True, allow_none=True)
    remaining = Whole(required=True)
    parts = Many(Part(RemainingPart), maximum=200, required=True)
    daily_costs = Many(
        Part(DailyCost),
        maximum=50,
        required=True,
        metadata={"description": "What all that remains costs a day, by currency."},
    )
    forced_closing = Part(
        ForcedClosing,
        required=True,
        allow_none=True,
        metadata={"description": "The one that waits for a second of staff; to staff alone."},
    )
    certificate = Part(Certificate, required=True, allow_none=True)


class OneContract(Strict):
    tenant = Tenant(required=True)


class OneForcedClosing(Strict):
    tenant = Tenant(required=True)
    closing_id = Id(required=True)


_UNKNOWN = Refusal("NotFound", "contract-unknown")
_ILLEGAL = Refusal("Conflict", "transition-illegal")
_NO_CLOSING = Refusal("NotFound", "forced-closing-unknown")
_NOT_OPEN = Refusal("Conflict", "forced-closing-not-open")

_READ = in_tenant("contracts.read", Section.CONTRACT, Role.VISITOR, staff=_READERS, clients=True)

get_termination = TENANCY.call(
    "get_termination",
    request=OneContract,
    response=TerminationView,
    right=_READ,
    effect=Effect.READ,
    summary="What remains in a tenant and costs a day, until its contract can end.",
    refusals=(_UNKNOWN,),
    route=get("/contracts/{tenant}/termination"),
)

foresee_termination = TENANCY.call(
    "foresee_termination",
    request=OneContract,
    response=Outlook,
    right=_READ,
    effect=Effect.READ,
    summary="Whether a contract can be terminated now, and what would happen.",
    refusals=(_UNKNOWN,),
    route=get("/contracts/{tenant}/outlook/termination"),
)

terminate_contract = TENANCY.call(
    "terminate_contract",
    request=OneContract,
    response=TerminationView,
    right=staff_only("contracts.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="Terminate a contract that its customer asked to end; it ends when nothing remains.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/contracts/{tenant}/termination", 201),
    step_up=True,
    reason=True,
)

keep_contract = TENANCY.call(
    "keep_contract",
    request=OneContract,
    response=TerminationView,
    right=by_office("contracts.write", Office.REFERENT, staff=(StaffRole.SALES,)),
    effect=Effect.WRITE,
    summary="Take a termination back while something remains; the contract is what it was.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/contracts/{tenant}/termination/withdrawal"),
)

propose_forced_closing = TENANCY.call(
    "propose_forced_closing",
    request=OneContract,
    response=ForcedClosing,
    right=staff_only("contracts.write", *_HANDS),
    effect=Effect.WRITE,
    summary="Propose to end a contract though resources remain; a second of staff decides.",
    refusals=(_UNKNOWN, _ILLEGAL, Refusal("Conflict", "forced-closing-open")),
    route=post("/contracts/{tenant}/forced-closings", 201),
    step_up=True,
    reason=True,
)

approve_forced_closing = TENANCY.call(
    "approve_forced_closing",
    request=OneForcedClosing,
    response=TerminationView,
    right=staff_only("contracts.write", *_HANDS),
    effect=Effect.WRITE,
    summary="End a contract that another of staff proposed to end though resources remain.",
    refusals=(
        _UNKNOWN,
        _NO_CLOSING,
        _NOT_OPEN,
        _ILLEGAL,
        Refusal("Forbidden", "second-person-needed"),
    ),
    route=post("/contracts/{tenant}/forced-closings/{closing_id}/approve"),
    step_up=True,
    portal_only=True,
    reason=True,
)

withdraw_forced_closing = TENANCY.call(
    "withdraw_forced_closing",
    request=OneForcedClosing,
    response=ForcedClosing,
    right=staff_only("contracts.write", *_HANDS),
    effect=Effect.WRITE,
    summary="Stop a forced closing that nobody approved yet; either hand may.",
    refusals=(_NO_CLOSING, _NOT_OPEN),
    route=post("/contracts/{tenant}/forced-closings/{closing_id}/withdraw"),
    reason=True,
)


class DrainingReportedPayload(Strict):
    tenant = Tenant(required=True)
    referent_id = Id(required=True, allow_none=True, metadata={"description": "Who is told."})
    draining_since = Instant(required=True)
    known = Flag(required=True)
    observed_at = Instant(required=True, allow_none=True)
    remaining = Whole(required=True)
    parts = Many(Part(RemainingPart), maximum=200, required=True)
    daily_costs = Many(Part(DailyCost), maximum=50, required=True)


class ForcedClosingProposedPayload(Strict):
    closing_id = Id(required=True)
    tenant = Tenant(required=True)
    referent_id = Id(required=True, allow_none=True, metadata={"description": "Who is told."})
    proposed_at = Instant(required=True)
    expires_at = Instant(required=True)


class ContractClosedPayload(Strict):
    tenant = Tenant(required=True)
    referent_id = Id(required=True, allow_none=True, metadata={"description": "Who is told."})
    certificate = Part(Certificate, required=True)


DrainingReported = TENANCY.event(
    "DrainingReported", payload=DrainingReportedPayload, heard_by=("notifications",)
)
ForcedClosingProposed = TENANCY.event(
    "ForcedClosingProposed", payload=ForcedClosingProposedPayload, heard_by=("notifications",)
)
ContractClosed = TENANCY.event(
    "ContractClosed", payload=ContractClosedPayload, heard_by=("notifications",)
)
