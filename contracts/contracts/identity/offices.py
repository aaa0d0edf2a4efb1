"""What identity tells of offices: it moves them, knowing who is a user and with what rights."""

from __future__ import annotations

from contracts.codes import Office
from contracts.fields import Choice, Email, Flag, Id, Instant, Login, Strict, Tenant, Text
from contracts.identity.contract import IDENTITY


class OfficeHandedOverPayload(Strict):
    """``procedure_id``: of the handover, or of the recovery, that led to it."""

    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    procedure_id = Id(required=True)
    former_id = Id(required=True)
    holder_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    rights_dropped = Flag(required=True)
    handed_over_at = Instant(required=True)


class OfficeKeptPayload(Strict):
    """The office stays with whom it is; ``why`` is a word of ``contracts.tenancy.HandoverEnd``."""

    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    procedure_id = Id(required=True)
    why = Text(required=True, maximum=64)
    kept_at = Instant(required=True)


class OfficeRecoveryAnnouncedPayload(Strict):
    """To whom it is told: ``person_id``, the holder or one who manages users; once for each."""

    person_id = Id(required=True)
    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    recovery_id = Id(required=True)
    state = Text(required=True, maximum=32)
    is_holder = Flag(required=True)
    successor_name = Text(required=True)
    takes_effect_at = Instant(required=True, allow_none=True)


OfficeHandedOver = IDENTITY.event(
    "OfficeHandedOver", payload=OfficeHandedOverPayload, heard_by=("gateway", "tenancy")
)
OfficeKept = IDENTITY.event("OfficeKept", payload=OfficeKeptPayload, heard_by=("tenancy",))
OfficeRecoveryAnnounced = IDENTITY.event(
    "OfficeRecoveryAnnounced",
    payload=OfficeRecoveryAnnouncedPayload,
    heard_by=("notifications",),
)
