"""Two hands are two wills: what one of staff proposes, another one decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import StaffRole
from identity.domain.staff import KEEPERS
from servicekit.errors import Forbidden

# So long a proposal waits for the second hand.
OPEN_FOR = timedelta(hours=72)
# Long enough for the other operators to read that somebody was appointed.
SETTLED_AFTER = timedelta(hours=72)


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


def check_hands(
    *,
    actor: UUID,
    held: Collection[StaffRole],
    person_id: UUID,
    staff_roles: Collection[StaffRole],
    proposed_by: UUID | None = None,
    proposer_holds: Collection[StaffRole] | None = None,
    own: str = "own-recovery",
    keepers: frozenset[StaffRole] = KEEPERS,
) -> None:
    """Both still hold the role; they are two; and neither is the person concerned: Forbidden with
    ``own`` where one is. ``keepers``: the roles of which each of them needs one."""
    if not keepers & set(held):
        raise Forbidden("staff-only")
    if actor == person_id:
        raise Forbidden(own)
    proposer_may = proposer_holds is None or keepers & set(proposer_holds)
    if actor == proposed_by or not proposer_may:
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
    keepers: frozenset[StaffRole] = KEEPERS,
) -> None:
    """Two hands are two wills: neither has made the other, and neither was made for this act.
    Only roles that satisfy this count; ``staff_roles``: of the person concerned."""
    needed = {StaffRole.OPERATOR} if staff_roles else keepers
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
