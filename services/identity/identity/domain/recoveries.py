"""The life of a recovery act: one proposes, another decides, and it is carried out once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.codes import StaffRole
from contracts.identity import RecoveryKind, RecoveryState
from identity.domain.staff import KEEPERS
from servicekit.errors import Conflict, Forbidden

OPEN_FOR = timedelta(hours=72)
# The holder of the old mailbox has this long to object: it is all he would lose his login by.
MAILBOX_DELAY = timedelta(hours=72)
MOST_SHOWN_TO_ONESELF = 20
# Long enough for the other operators to read that somebody was appointed.
SETTLED_AFTER = timedelta(hours=72)


class RecoveryAct(StrEnum):
    PROPOSE = "propose"
    APPROVE = "approve"
    APPROVE_FOR_LATER = "approve for later"
    TAKE_EFFECT = "take effect"
    REFUSE = "refuse"
    OBJECT = "object"
    WITHDRAW = "withdraw"
    RUN_OUT = "run out"


TRANSITIONS: dict[tuple[RecoveryState | None, RecoveryAct], RecoveryState] = {
    (None, RecoveryAct.PROPOSE): RecoveryState.PROPOSED,
    (RecoveryState.PROPOSED, RecoveryAct.APPROVE): RecoveryState.EXECUTED,
    (RecoveryState.PROPOSED, RecoveryAct.APPROVE_FOR_LATER): RecoveryState.APPROVED,
    (RecoveryState.PROPOSED, RecoveryAct.REFUSE): RecoveryState.REFUSED,
    (RecoveryState.PROPOSED, RecoveryAct.OBJECT): RecoveryState.REFUSED,
    (RecoveryState.PROPOSED, RecoveryAct.WITHDRAW): RecoveryState.WITHDRAWN,
    (RecoveryState.PROPOSED, RecoveryAct.RUN_OUT): RecoveryState.EXPIRED,
    (RecoveryState.APPROVED, RecoveryAct.TAKE_EFFECT): RecoveryState.EXECUTED,
    (RecoveryState.APPROVED, RecoveryAct.REFUSE): RecoveryState.REFUSED,
    (RecoveryState.APPROVED, RecoveryAct.OBJECT): RecoveryState.REFUSED,
}


@dataclass(frozen=True, slots=True)
class RecoveryRow:
    """As it is kept; ``evidence`` is empty and ``new_email`` None once the person is erased."""

    recovery_id: UUID
    kind: RecoveryKind
    state: RecoveryState
    person_id: UUID
    reason: str
    evidence: str
    new_email: str | None
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    takes_effect_at: datetime | None

    def after(self, act: RecoveryAct, *, now: datetime) -> RecoveryState:
        """Raises Conflict("recovery-not-open"); one whose time has run out is open to none."""
        state = TRANSITIONS.get((self.state, act))
        over = self.state is RecoveryState.PROPOSED and self.expires_at <= now
        if state is None or (over and act is not RecoveryAct.RUN_OUT):
            shown = RecoveryState.EXPIRED if over else self.state
            raise Conflict("recovery-not-open", {"state": shown.value})
        return state


@dataclass(frozen=True, slots=True)
class Recovery(RecoveryRow):
    """With the names that a reader of the queue needs."""

    login: str
    given_name: str
    family_name: str
    proposed_by_name: str
    decided_by_name: str | None


@dataclass(frozen=True, slots=True)
class Appointment:
    """``appointed_by``: a person's id; anything else is the owner of the installation, at its
    command line, who needs nobody's approval for what he does there."""

    role: StaffRole
    appointed_at: datetime
    appointed_by: str

    def is_settled(self, *, proposed_at: datetime, decided_at: datetime) -> bool:
        """Before there was anything to approve, and not just now."""
        if not _is_person(self.appointed_by):
            return True
        return self.appointed_at <= min(proposed_at, decided_at - SETTLED_AFTER)


@dataclass(frozen=True, slots=True)
class Hand:
    """One of the two, with the roles he holds."""

    person_id: UUID
    appointments: tuple[Appointment, ...]

    @property
    def held(self) -> frozenset[StaffRole]:
        return frozenset(one.role for one in self.appointments)


def act_of_approval(kind: RecoveryKind) -> RecoveryAct:
    if kind is RecoveryKind.CHANGE_EMAIL:
        return RecoveryAct.APPROVE_FOR_LATER
    return RecoveryAct.APPROVE


def check_hands(
    *,
    actor: UUID,
    held: Collection[StaffRole],
    person_id: UUID,
    staff_roles: Collection[StaffRole],
    proposed_by: UUID | None = None,
    proposer_holds: Collection[StaffRole] = KEEPERS,
) -> None:
    """Both still hold the role; they are two; and neither is the person concerned."""
    if not KEEPERS & set(held):
        raise Forbidden("staff-only")
    if actor == person_id:
        raise Forbidden("own-recovery")
    if actor == proposed_by or not KEEPERS & set(proposer_holds):
        raise Forbidden("second-person-needed")
    if staff_roles and StaffRole.OPERATOR not in held:
        raise Forbidden("operator-needed")


def check_independent(
    *,
    proposer: Hand,
    decider: Hand,
    staff_roles: Collection[StaffRole],
    proposed_at: datetime,
    decided_at: datetime,
) -> None:
    """Two hands are two wills: neither has made the other, and neither was made for this act.
    Only roles that satisfy this count; ``staff_roles``: of the person concerned."""
    needed = {StaffRole.OPERATOR} if staff_roles else KEEPERS
    for hand, other in ((proposer, decider), (decider, proposer)):
        relied_on = [one for one in hand.appointments if one.role in needed]
        own = [one for one in relied_on if one.appointed_by != str(other.person_id)]
        if not own:
            raise Forbidden("appointed-by-other-hand")
        if not any(one.is_settled(proposed_at=proposed_at, decided_at=decided_at) for one in own):
            hours = int(SETTLED_AFTER.total_seconds() // 3600)
            raise Forbidden("appointed-too-lately", {"hours": hours})


def _is_person(subject: str) -> bool:
    try:
        UUID(subject)
    except ValueError:
        return False
    return True
