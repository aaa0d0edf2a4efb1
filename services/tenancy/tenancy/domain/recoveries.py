"""Recovery of an office by two of staff: its states and who must not take part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.codes import Language, Office, TenantCode
from contracts.tenancy import HandoverEnd, OfficeRecoveryState
from servicekit.errors import Conflict, Forbidden
from tenancy.domain.people import Contact, email_key
from tenancy.domain.users import Party

# So long a proposal waits for the second hand.
OPEN_FOR = timedelta(hours=72)


class RecoveryAct(StrEnum):
    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"
    OBJECT = "object"
    WITHDRAW = "withdraw"
    RUN_OUT = "run out"
    MATURE = "mature"
    HAND_OVER = "hand over"
    VOID = "void"


_PROPOSED, _APPROVED, _SETTLING = (
    OfficeRecoveryState.PROPOSED,
    OfficeRecoveryState.APPROVED,
    OfficeRecoveryState.SETTLING,
)
OPEN = frozenset({_PROPOSED, _APPROVED, _SETTLING})
TRANSITIONS: Mapping[tuple[OfficeRecoveryState | None, RecoveryAct], OfficeRecoveryState] = {
    (None, RecoveryAct.PROPOSE): _PROPOSED,
    (_PROPOSED, RecoveryAct.APPROVE): _APPROVED,
    (_PROPOSED, RecoveryAct.REFUSE): OfficeRecoveryState.REFUSED,
    (_PROPOSED, RecoveryAct.OBJECT): OfficeRecoveryState.OBJECTED,
    (_PROPOSED, RecoveryAct.WITHDRAW): OfficeRecoveryState.WITHDRAWN,
    (_PROPOSED, RecoveryAct.RUN_OUT): OfficeRecoveryState.EXPIRED,
    (_PROPOSED, RecoveryAct.VOID): OfficeRecoveryState.VOID,
    (_APPROVED, RecoveryAct.MATURE): _SETTLING,
    (_APPROVED, RecoveryAct.REFUSE): OfficeRecoveryState.REFUSED,
    (_APPROVED, RecoveryAct.OBJECT): OfficeRecoveryState.OBJECTED,
    (_APPROVED, RecoveryAct.VOID): OfficeRecoveryState.VOID,
    (_SETTLING, RecoveryAct.HAND_OVER): OfficeRecoveryState.DONE,
    (_SETTLING, RecoveryAct.VOID): OfficeRecoveryState.VOID,
}


@dataclass(frozen=True, slots=True)
class RecoveryRow:
    """As it is kept; names, address and evidence are gone once the successor is erased."""

    recovery_id: UUID
    tenant: TenantCode
    office: Office
    state: OfficeRecoveryState
    from_person_id: UUID
    email: str
    given_name: str
    family_name: str
    language: Language
    mobile: str | None
    drop_rights: bool
    evidence: str
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    takes_effect_at: datetime | None = None
    ended_at: datetime | None = None
    ended_why: HandoverEnd | None = None

    @property
    def successor(self) -> Contact:
        return Contact(self.email, self.given_name, self.family_name, self.language, self.mobile)

    @property
    def successor_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def after(self, act: RecoveryAct, *, now: datetime) -> OfficeRecoveryState:
        """Raises Conflict("office-recovery-not-open"); of one whose time has come or gone nobody
        but the calendar decides."""
        state = TRANSITIONS.get((self.state, act))
        due = self.expires_at if self.state is _PROPOSED else self.takes_effect_at
        by_calendar = act in (
            RecoveryAct.RUN_OUT,
            RecoveryAct.MATURE,
            RecoveryAct.HAND_OVER,
            RecoveryAct.VOID,
        )
        over = not by_calendar and due is not None and due <= now
        if state is None or over:
            run_out = over and self.state is _PROPOSED
            shown = OfficeRecoveryState.EXPIRED if run_out else self.state
            raise Conflict("office-recovery-not-open", {"state": shown.value})
        return state


@dataclass(frozen=True, slots=True)
class Recovery(RecoveryRow):
    """With the names that a reader of the queue needs."""

    contract_name: str = ""
    holder_login: str | None = None
    holder_given_name: str | None = None
    holder_family_name: str | None = None
    proposed_by_name: str | None = None
    decided_by_name: str | None = None

    @property
    def holder(self) -> Party:
        named = (self.holder_login, self.holder_given_name, self.holder_family_name)
        return Party(self.from_person_id, *named)


def check_not_concerned(
    *, actor: UUID, actor_email_key: str | None, holder_id: UUID, successor_email: str
) -> None:
    """Nobody of staff gives an office to himself, nor takes part where it is taken from him."""
    if actor == holder_id or actor_email_key == email_key(successor_email):
        raise Forbidden("own-recovery")


def check_second(*, actor: UUID, proposed_by: UUID) -> None:
    if actor == proposed_by:
        raise Forbidden("second-person-needed")
