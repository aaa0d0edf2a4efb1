"""The life of a recovery act: one proposes, another decides, and it is carried out once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.identity import RecoveryKind, RecoveryState
from servicekit.errors import Conflict

# The holder of the old mailbox has this long to object: it is all he would lose his login by.
MAILBOX_DELAY = timedelta(hours=72)
MOST_SHOWN_TO_ONESELF = 20


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


def act_of_approval(kind: RecoveryKind) -> RecoveryAct:
    if kind is RecoveryKind.CHANGE_EMAIL:
        return RecoveryAct.APPROVE_FOR_LATER
    return RecoveryAct.APPROVE
