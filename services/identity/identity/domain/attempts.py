"""What becomes of one attempt to prove a password."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import CredentialKind, Language, SecondFactorStep, TenantCode
from identity.domain.lockout import Lockable, Turn
from identity.domain.names import name_key
from identity.domain.throttle import Pressure


class Method(StrEnum):
    """Three ways in. Web Login takes the portal password, as the portal does."""

    PORTAL = "portal"
    WEB = "web"
    API = "api"

    @classmethod
    def of(cls, credential: CredentialKind) -> Method:
        return cls.API if credential is CredentialKind.API else cls.PORTAL

    @property
    def credential(self) -> CredentialKind:
        return CredentialKind.API if self is Method.API else CredentialKind.PORTAL

    @property
    def source(self) -> str:
        """Whose acts these are in the audit trail."""
        return "api" if self is Method.API else "portal"


@dataclass(frozen=True, slots=True)
class Visit:
    """From where: kept in the history, and counted where somebody guesses."""

    address: str | None = None
    device: str | None = None


class Outcome(StrEnum):
    """Why, for the history and the audit trail. The caller is told accepted or refused, no more."""

    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DISABLED = "disabled"
    LOCKED = "locked"
    NO_PASSWORD = "no-password"  # noqa: S105 - an outcome, not a password
    NO_CONSOLE = "no-console"
    NO_SECOND_FACTOR = "no-second-factor"  # the password was right, and is not enough
    WRONG = "wrong"


class PasswordAct(StrEnum):
    """What happened to a password, beside the tries, in the same history."""

    SET = "password-set"
    CHANGED = "password-changed"
    RESET_REQUESTED = "reset-requested"
    DISOWNED = "disowned"  # "it was not me": the password is worth nothing any more


@dataclass(frozen=True, slots=True)
class PastSignIn:
    """A line of somebody's history; ``tenant``: the console's, where it was at one."""

    sign_in_id: UUID
    at: datetime
    method: Method
    outcome: str
    address: str | None
    device: str | None
    tenant: TenantCode | None


@dataclass(frozen=True, slots=True)
class Candidate(Lockable):
    """Whom the name given may mean. For a name nobody bears: a decoy, without a person."""

    credential_id: UUID
    person_id: UUID | None
    login: str | None
    language: Language | None
    enabled: bool
    iam_user_id: UUID | None
    tenant: TenantCode | None
    console: bool  # may enter the technical console; true where that is not asked
    hash: str | None
    full_since: datetime | None = None  # the pressure on the doorstep, where there is one
    crowded: bool = False
    swamped: bool = False

    @property
    def pressure(self) -> Pressure:
        return Pressure(self.full_since, self.crowded, self.swamped)


def lost_before_check(candidate: Candidate, turn: Turn) -> Outcome | None:
    """Why no password opens this, or None when it is worth checking."""
    if candidate.person_id is None:
        return Outcome.UNKNOWN
    if turn is not Turn.CHECK:
        return Outcome.LOCKED
    if not candidate.enabled:
        return Outcome.DISABLED
    if not candidate.console:
        return Outcome.NO_CONSOLE
    if candidate.hash is None:
        return Outcome.NO_PASSWORD
    return None


def second_factor_step(*, enrolled: bool, required: bool) -> SecondFactorStep:
    """What of a second factor is still to be done; recovery codes alone are none."""
    if enrolled:
        return SecondFactorStep.NEEDED
    return SecondFactorStep.ENROL if required else SecondFactorStep.NONE


def decoy_name(*names: str) -> str:
    """The same for the same name, however it is spelt: its tries meet in one decoy's counter.

    Which decoy that is, the database decides by a secret of its own.
    """
    text = "\n".join(name_key(name) for name in names)
    return hashlib.sha256(text.encode()).hexdigest()
