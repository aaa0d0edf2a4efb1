"""The support level: what is in force, what was asked for, and asking for another."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Role, Section, StaffRole, SupportLevel
from contracts.declare import Effect, Refusal, delete, get, put
from contracts.fields import Choice, Day, Edition, Id, Instant, Many, Part, Strict, Tenant
from contracts.rights import in_tenant, staff_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.outlook import Outlook


class SupportChangeStatus(StrEnum):
    PENDING = "pending"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"  # another level was asked for before its day had come
    LAPSED = "lapsed"  # the contract was closed before its day had come


class SupportChange(Strict):
    change_id = Id(required=True)
    level_before = Choice(SupportLevel, required=True)
    support_level = Choice(SupportLevel, required=True)
    effective_on = Day(required=True)
    status = Choice(SupportChangeStatus, required=True)
    asked_at = Instant(required=True)
    ended_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "When it was applied, withdrawn or replaced, or lapsed."},
    )


class SupportTerms(Strict):
    tenant = Tenant(required=True)
    support_level = Choice(SupportLevel, required=True)
    since_on = Day(required=True)
    committed_until = Day(
        required=True,
        allow_none=True,
        metadata={"description": "The last day of the commitment; null where there is none."},
    )
    pending = Part(SupportChange, required=True, allow_none=True)
    possible_now = Many(
        Choice(SupportLevel),
        required=True,
        metadata={"description": "The levels that may be asked for today."},
    )
    would_apply_on = Day(
        required=True,
        metadata={"description": "The day on which a level asked for today is in force."},
    )
    changes = Many(
        Part(SupportChange),
        maximum=50,
        required=True,
        metadata={"description": "The last fifty, newest first."},
    )


class GetSupportLevel(Strict):
    tenant = Tenant(required=True)


class ForeseeSupportLevel(Strict):
    tenant = Tenant(required=True)
    support_level = Choice(SupportLevel, required=True)


class ChangeSupportLevel(Strict):
    tenant = Tenant(required=True)
    support_level = Choice(SupportLevel, required=True)
    edition = Edition()


class WithdrawSupportLevelChange(Strict):
    tenant = Tenant(required=True)


_UNKNOWN = Refusal("NotFound", "contract-unknown")

get_support_level = TENANCY.call(
    "get_support_level",
    request=GetSupportLevel,
    response=SupportTerms,
    right=in_tenant(
        "contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole), clients=True
    ),
    effect=Effect.READ,
    summary="The support level in force, its commitment, what was asked for and what may be.",
    refusals=(_UNKNOWN,),
    route=get("/contracts/{tenant}/support-level"),
)

foresee_support_level = TENANCY.call(
    "foresee_support_level",
    request=ForeseeSupportLevel,
    response=Outlook,
    right=in_tenant(
        "contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole), clients=True
    ),
    effect=Effect.READ,
    summary="What would happen if this support level were asked for now.",
    refusals=(_UNKNOWN,),
    route=get("/contracts/{tenant}/outlook/support-level"),
)

change_support_level = TENANCY.call(
    "change_support_level",
    request=ChangeSupportLevel,
    response=SupportTerms,
    right=staff_only("contracts.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="Give the contract another support level from the first day of next month.",
    refusals=(
        _UNKNOWN,
        Refusal("Conflict", "contract-not-active"),
        Refusal("Conflict", "support-level-unchanged"),
        Refusal("Conflict", "support-level-pending"),
        Refusal("Conflict", "support-level-committed"),
        Refusal("Conflict", "changed-meanwhile"),
    ),
    route=put("/contracts/{tenant}/support-level"),
)

withdraw_support_level_change = TENANCY.call(
    "withdraw_support_level_change",
    request=WithdrawSupportLevelChange,
    response=SupportTerms,
    right=staff_only("contracts.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="Take back the change of support level whose day has not come.",
    refusals=(_UNKNOWN, Refusal("Conflict", "support-level-nothing-pending")),
    route=delete("/contracts/{tenant}/support-level/pending"),
)


class SupportLevelChangeAskedPayload(Strict):
    tenant = Tenant(required=True)
    change_id = Id(required=True)
    level_before = Choice(SupportLevel, required=True)
    support_level = Choice(SupportLevel, required=True)
    replaced = Choice(
        SupportLevel,
        required=True,
        allow_none=True,
        metadata={"description": "The level that had been asked for before, and is no more."},
    )
    effective_on = Day(required=True)
    committed_until = Day(required=True)
    asked_at = Instant(required=True)
    referent_id = Id(required=True, allow_none=True, metadata={"description": "Who is told."})


class SupportLevelChangeWithdrawnPayload(Strict):
    tenant = Tenant(required=True)
    change_id = Id(required=True)
    level_before = Choice(SupportLevel, required=True)
    support_level = Choice(SupportLevel, required=True)
    effective_on = Day(required=True)
    withdrawn_at = Instant(required=True)
    referent_id = Id(required=True, allow_none=True)


class SupportLevelChangedPayload(Strict):
    tenant = Tenant(required=True)
    change_id = Id(required=True)
    level_before = Choice(SupportLevel, required=True)
    support_level = Choice(SupportLevel, required=True)
    effective_on = Day(required=True)
    committed_until = Day(required=True)
    changed_at = Instant(required=True)
    referent_id = Id(required=True, allow_none=True)


class SupportCommitmentEndApproachedPayload(Strict):
    tenant = Tenant(required=True)
    support_level = Choice(SupportLevel, required=True)
    committed_until = Day(required=True)
    lower_from_on = Day(
        required=True,
        metadata={"description": "When a lower level, asked for now, would be in force."},
    )
    referent_id = Id(required=True, allow_none=True)


SupportCommitmentEndApproached = TENANCY.event(
    "SupportCommitmentEndApproached",
    payload=SupportCommitmentEndApproachedPayload,
    heard_by=("notifications",),
)
SupportLevelChangeAsked = TENANCY.event(
    "SupportLevelChangeAsked",
    payload=SupportLevelChangeAskedPayload,
    heard_by=("notifications",),
)
SupportLevelChangeWithdrawn = TENANCY.event(
    "SupportLevelChangeWithdrawn",
    payload=SupportLevelChangeWithdrawnPayload,
    heard_by=("notifications",),
)
SupportLevelChanged = TENANCY.event(
    "SupportLevelChanged",
    payload=SupportLevelChangedPayload,
    heard_by=("notifications",),
)
