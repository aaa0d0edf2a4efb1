"""What identity tells of staff, of closed and recovered logins, and of people who are erased."""

from __future__ import annotations

from contracts.codes import StaffRole
from contracts.fields import Choice, Email, Flag, Id, Instant, Login, Many, Strict, Tenant, Text
from contracts.identity.contract import IDENTITY
from contracts.identity.recoveries import RecoveryKind


class StaffRolesChangedPayload(Strict):
    """``roles`` is empty for who is no longer of staff."""

    person_id = Id(required=True)
    roles = Many(Choice(StaffRole), required=True)
    changed_at = Instant(required=True)


class PersonDisabledPayload(Strict):
    person_id = Id(required=True)
    disabled_at = Instant(required=True)


class PersonEnabledPayload(Strict):
    person_id = Id(required=True)
    enabled_at = Instant(required=True)


class RecoveryProposedPayload(Strict):
    recovery_id = Id(required=True)
    person_id = Id(required=True)
    kind = Choice(RecoveryKind, required=True)
    proposed_at = Instant(required=True)
    expires_at = Instant(required=True)


class RecoveryApprovedPayload(Strict):
    """Approved, and not in effect before ``takes_effect_at``."""

    recovery_id = Id(required=True)
    person_id = Id(required=True)
    kind = Choice(RecoveryKind, required=True)
    takes_effect_at = Instant(required=True)


class RecoveryExecutedPayload(Strict):
    recovery_id = Id(required=True)
    person_id = Id(required=True)
    kind = Choice(RecoveryKind, required=True)
    executed_at = Instant(required=True)


class ErasureRequestedPayload(Strict):
    person_id = Id(required=True)
    due_at = Instant(required=True)
    by_staff = Flag(required=True)
    email = Email(
        load_default=None,
        allow_none=True,
        metadata={"description": "His address when it was asked for."},
    )


class ErasureCancelledPayload(Strict):
    person_id = Id(required=True)
    cancelled_at = Instant(required=True)


class ErasureRefusedPayload(Strict):
    """When the day came, the person held what he must hand over first."""

    person_id = Id(required=True)
    hindrances = Many(Text(maximum=64), maximum=200, required=True)


class PersonErasedPayload(Strict):
    """Every copy of the person's names and addresses becomes ``pseudonym``."""

    person_id = Id(required=True)
    pseudonym = Login(required=True)
    tenants = Many(Tenant(), maximum=10_000, required=True)
    erased_at = Instant(required=True)


StaffRolesChanged = IDENTITY.event(
    "StaffRolesChanged", payload=StaffRolesChangedPayload, heard_by=("gateway", "notifications")
)
PersonDisabled = IDENTITY.event(
    "PersonDisabled",
    payload=PersonDisabledPayload,
    heard_by=("gateway", "notifications", "tenancy"),
)
PersonEnabled = IDENTITY.event(
    "PersonEnabled", payload=PersonEnabledPayload, heard_by=("gateway", "notifications", "tenancy")
)
RecoveryProposed = IDENTITY.event(
    "RecoveryProposed", payload=RecoveryProposedPayload, heard_by=("notifications",)
)
RecoveryApproved = IDENTITY.event(
    "RecoveryApproved", payload=RecoveryApprovedPayload, heard_by=("notifications",)
)
RecoveryExecuted = IDENTITY.event(
    "RecoveryExecuted", payload=RecoveryExecutedPayload, heard_by=("notifications",)
)
ErasureRequested = IDENTITY.event(
    "ErasureRequested", payload=ErasureRequestedPayload, heard_by=("notifications",)
)
ErasureCancelled = IDENTITY.event(
    "ErasureCancelled", payload=ErasureCancelledPayload, heard_by=("notifications",)
)
ErasureRefused = IDENTITY.event(
    "ErasureRefused", payload=ErasureRefusedPayload, heard_by=("notifications",)
)
PersonErased = IDENTITY.event(
    "PersonErased",
    payload=PersonErasedPayload,
    heard_by=("gateway", "notifications", "tenancy"),
)
