"""Second factors: what counts as proof, what a session may say of it, what may be removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.codes import FactorKind, TenantCode
from identity.domain.lockout import LockRule
from servicekit.errors import Conflict

# The lock of the second step. It stands behind the password: a stranger cannot reach it.
FACTOR_RULE = LockRule(limit=5, window=timedelta(minutes=15), duration=timedelta(minutes=15))

RECOVERY_CODES = 10
ENROLMENT_LIVES = timedelta(minutes=15)
CHALLENGE_LIVES = timedelta(minutes=5)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: 32 signs, none reads as another
_READ_AS = str.maketrans("OIL", "011")
_CODE_LENGTH = 16  # of 5 bits: 80 bits


@dataclass(frozen=True, slots=True)
class Totp:
    sealed_secret: str
    last_step: int
    enrolled_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TotpEnrolment:
    sealed_secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Passkey:
    passkey_id: UUID
    person_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    transports: tuple[str, ...]
    backed_up: bool
    enrolled_at: datetime
    last_used_at: datetime | None
    suspended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a browser's registration has proved."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a passkey's signature has proved."""

    sign_count: int
    user_verified: bool
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Challenge:
    challenge: bytes
    person_id: UUID | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has enrolled, and who demands it."""

    totp: Totp | None
    passkeys: tuple[Passkey, ...]
    recovery_codes_left: int
    required_by: tuple[TenantCode, ...]
    required_of_staff: bool

    @property
    def kinds(self) -> frozenset[FactorKind]:
        """A recovery code stands for a factor; alone it is none."""
        totp = {FactorKind.TOTP} if self.totp is not None else set()
        return frozenset(totp | ({FactorKind.PASSKEY} if self.passkeys else set()))

    @property
    def is_required(self) -> bool:
        return bool(self.required_by) or self.required_of_staff

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.totp is not None)

    @property
    def usable(self) -> int:
        """A suspended passkey proves nothing; that it is enrolled still asks for a second step."""
        good = [one for one in self.passkeys if one.suspended_at is None]
        return len(good) + (self.totp is not None)


def new_step(last_step: int, matching: Sequence[int]) -> int | None:
    """The time step a code is accepted for; None where each it matches has been used or passed."""
    usable = [step for step in matching if step > last_step]
    return min(usable) if usable else None


def sign_count_grew(before: int, now: int) -> bool:
    """A passkey that counts must count on: a copy of it would stand still or fall behind."""
    return now > before or (before == 0 and now == 0)


def amr_of_passkey(*, backed_up: bool) -> tuple[str, ...]:
    """RFC 8176. A key that its provider copies between devices is not bound to hardware."""
    return ("pop" if backed_up else "hwk", "user", "mfa")


AMR_OF_CODE = ("otp", "mfa")


def recovery_code(numbers: Sequence[int]) -> str:
    """``numbers``: sixteen of them, below 32 each."""
    signs = "".join(_ALPHABET[number] for number in numbers)
    return "-".join(signs[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def recovery_code_key(typed: str) -> str:
    """As typed from paper: in any case, with or without dashes, O for 0."""
    signs = "".join(char for char in typed.upper() if char.isalnum())
    return signs.translate(_READ_AS)


def totp_code_key(typed: str) -> str:
    """Apps show ``123 456``."""
    return "".join(typed.split())


class ProofOutcome(StrEnum):
    """Why, for the history and the audit trail. The caller is told accepted or refused, no more."""

    ACCEPTED = "factor-accepted"
    WRONG = "factor-wrong"
    LOCKED = "factor-locked"
    COPIED = "factor-copied"  # a passkey whose count has not grown: there are two of it


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody shows as his second factor. ``bound_to``: what only his browser has."""

    kind: FactorKind
    code: str | None = field(default=None, repr=False)
    passkey: str | None = field(default=None, repr=False)
    bound_to: str | None = field(default=None, repr=False)


def check_removable(factors: Factors, *, suspended: bool = False) -> None:
    """The last factor that proves anything stays while somebody demands one. Names who does.
    ``suspended``: so is the one to remove."""
    left = factors.usable if suspended else factors.usable - 1
    if left > 0 or not factors.is_required:
        return
    raise Conflict(
        "second-factor-required-by",
        {"tenants": [str(tenant) for tenant in factors.required_by]},
    )


def check_resettable(*, accepted: bool, elsewhere: bool, is_staff: bool) -> None:
    """A tenant decides for its own people only: the factors of whoever has not accepted to be one
    of them, belongs to others too, or to the provider, open doors that are not its."""
    if not accepted or elsewhere or is_staff:
        raise Conflict("staff-support-needed")
