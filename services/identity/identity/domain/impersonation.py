"""The life of an impersonation grant: one of staff sees a contract as its user does, for a while.

Its time runs on the installation's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import ImpersonationState
from identity.domain.people import User
from servicekit.errors import Conflict, Forbidden, TooMany

OWN = "own-impersonation"
MOST_TOLD = 50  # people of a tenant who have a mail about it
MOST_GIVEN = 5  # in a day, by one person in a tenant: each is a mail, with his words, to all those


class ImpersonationAct(StrEnum):
    GIVE = "give"
    PROPOSE = "propose"
    APPROVE = "approve"
    DECLINE = "decline"
    END = "end"
    RUN_OUT = "run out"


TRANSITIONS: dict[tuple[ImpersonationState | None, ImpersonationAct], ImpersonationState] = {
    (None, ImpersonationAct.GIVE): ImpersonationState.ACTIVE,
    (None, ImpersonationAct.PROPOSE): ImpersonationState.PROPOSED,
    (ImpersonationState.PROPOSED, ImpersonationAct.APPROVE): ImpersonationState.ACTIVE,
    (ImpersonationState.PROPOSED, ImpersonationAct.DECLINE): ImpersonationState.DECLINED,
    (ImpersonationState.PROPOSED, ImpersonationAct.END): ImpersonationState.DECLINED,
    (ImpersonationState.PROPOSED, ImpersonationAct.RUN_OUT): ImpersonationState.EXPIRED,
    (ImpersonationState.ACTIVE, ImpersonationAct.END): ImpersonationState.ENDED,
    (ImpersonationState.ACTIVE, ImpersonationAct.RUN_OUT): ImpersonationState.OVER,
}
_BY_TIME = {
    ImpersonationState.PROPOSED: ImpersonationState.EXPIRED,
    ImpersonationState.ACTIVE: ImpersonationState.OVER,
}


@dataclass(frozen=True, slots=True)
class GrantRow:
    """``given_by``: of the tenant; else ``proposed_by`` and ``approved_by``, of staff.
    ``expires_at``: of a proposal; ``starts_at`` and ``ends_at``: of what came into force."""

    grant_id: UUID
    tenant: TenantCode
    state: ImpersonationState
    operator_id: UUID
    as_person_id: UUID
    reason: str
    minutes: int
    given_by: UUID | None
    proposed_by: UUID | None
    approved_by: UUID | None
    given_at: datetime
    expires_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    begun_at: datetime | None
    ended_at: datetime | None
    ended_by: UUID | None

    @property
    def until(self) -> datetime | None:
        """When time alone will change its state."""
        return self.ends_at or self.expires_at

    def state_at(self, now: datetime) -> ImpersonationState:
        """Time is up when it is up, not when somebody has written it down."""
        due = self.until is not None and self.until <= now
        return _BY_TIME.get(self.state, self.state) if due else self.state

    def after(self, act: ImpersonationAct, *, now: datetime) -> ImpersonationState:
        """Raises Conflict("impersonation-not-open")."""
        state = TRANSITIONS.get((self.state, act))
        present = self.state_at(now)
        if state is None or (present is not self.state and act is not ImpersonationAct.RUN_OUT):
            raise Conflict("impersonation-not-open", {"state": present.value})
        return state


@dataclass(frozen=True, slots=True)
class Grant(GrantRow):
    """With the names that its readers need."""

    operator_name: str
    operator_login: str
    as_name: str
    given_by_name: str | None
    proposed_by_name: str | None
    approved_by_name: str | None
    ended_by_name: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    grant_id: UUID
    tenant: TenantCode
    person_id: UUID
    ends_at: datetime
    seconds: int


def check_given(given: int) -> None:
    """``given``: by the same person in the tenant within the day before."""
    if given >= MOST_GIVEN:
        raise TooMany("impersonations-too-many", {"retry_after": 86_400})


def check_may_be_seen(user: User, *, operator_id: UUID) -> None:
    """Only what somebody sees who has accepted the contract and holds something there."""
    if user.person_id == operator_id:
        raise Forbidden(OWN)
    if not user.accepted:
        raise Conflict("not-accepted")
    if user.disabled_at is not None:
        raise Conflict("user-disabled")
