"""What identity tells of second factors."""

from __future__ import annotations

from enum import StrEnum

from contracts.fields import Choice, Email, Flag, Id, Instant, Strict, Tenant, Text, Whole
from contracts.identity.contract import IDENTITY

_SEALED = {"description": "Sealed with the installation's seal key; never in the clear on a wire."}
_MAILBOX = {"description": "Where its mail goes, whatever the reader's address has become since."}


class FactorChange(StrEnum):
    TOTP_ENROLLED = "totp_enrolled"
    TOTP_REMOVED = "totp_removed"
    PASSKEY_ENROLLED = "passkey_enrolled"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_SUSPENDED = "passkey_suspended"  # its count fell behind: there are two of it
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    FACTORS_RESET = "factors_reset"


class FactorsChangedPayload(Strict):
    """``name``: a passkey's, as its owner calls it."""

    person_id = Id(required=True)
    change = Choice(FactorChange, required=True)
    name = Text(maximum=64, required=True, allow_none=True)
    first = Flag(
        load_default=False,
        metadata={"description": "There was none before: sessions of a password alone end."},
    )
    changed_at = Instant(required=True)
    not_me_link = Text(maximum=1024, load_default=None, allow_none=True, metadata=_SEALED)
    email = Email(load_default=None, allow_none=True, metadata=_MAILBOX)


class FactorsResetPayload(Strict):
    person_id = Id(required=True)
    reset_at = Instant(required=True)


class RecoveryCodeUsedPayload(Strict):
    person_id = Id(required=True)
    left = Whole(required=True)
    used_at = Instant(required=True)
    not_me_link = Text(maximum=1024, load_default=None, allow_none=True, metadata=_SEALED)
    email = Email(load_default=None, allow_none=True, metadata=_MAILBOX)


class SecondFactorLockedPayload(Strict):
    person_id = Id(required=True)
    locked_until = Instant(required=True)
    not_me_link = Text(maximum=1024, load_default=None, allow_none=True, metadata=_SEALED)
    email = Email(load_default=None, allow_none=True, metadata=_MAILBOX)


class SecondFactorRuleChangedPayload(Strict):
    """Whoever remembers what people hold forgets it: it may count for nothing now, or again.
    ``tenant`` is null for the rule of staff."""

    tenant = Tenant(required=True, allow_none=True)
    changed_at = Instant(required=True)


FactorsChanged = IDENTITY.event(
    "FactorsChanged", payload=FactorsChangedPayload, heard_by=("gateway", "notifications")
)
FactorsReset = IDENTITY.event("FactorsReset", payload=FactorsResetPayload, heard_by=("gateway",))
RecoveryCodeUsed = IDENTITY.event(
    "RecoveryCodeUsed", payload=RecoveryCodeUsedPayload, heard_by=("notifications",)
)
SecondFactorLocked = IDENTITY.event(
    "SecondFactorLocked", payload=SecondFactorLockedPayload, heard_by=("notifications",)
)
SecondFactorRuleChanged = IDENTITY.event(
    "SecondFactorRuleChanged", payload=SecondFactorRuleChangedPayload, heard_by=("gateway",)
)
