"""Whether two of staff may carry an act out together, by what they are now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import StaffRole
from identity.domain.staff import KEEPERS
from identity.domain.two_hands import Hand, check_hands, check_independent
from identity.store import staff
from servicekit.db import Tx


def check_both_hands(
    tx: Tx,
    *,
    person_id: UUID,
    proposed_by: UUID,
    proposed_at: datetime,
    decided_by: UUID,
    decided_at: datetime,
    own: str = "own-recovery",
    keepers: frozenset[StaffRole] = KEEPERS,
) -> None:
    """By what all three are now, locked in one order; ``person_id`` is concerned."""
    hands = {
        one: Hand(one, staff.list_appointments_to_rely_on(tx, person_id=one))
        for one in sorted({decided_by, proposed_by})
    }
    proposer, decider = hands[proposed_by], hands[decided_by]
    staff_roles = staff.list_roles(tx, person_id=person_id)
    check_hands(
        actor=decided_by,
        held=decider.held,
        person_id=person_id,
        staff_roles=staff_roles,
        proposed_by=proposed_by,
        proposer_holds=proposer.held,
        own=own,
        keepers=keepers,
    )
    check_hands(
        actor=proposed_by,
        held=proposer.held,
        person_id=person_id,
        staff_roles=staff_roles,
        own=own,
        keepers=keepers,
    )
    check_independent(
        proposer=proposer,
        decider=decider,
        staff_roles=staff_roles,
        proposed_at=proposed_at,
        decided_at=decided_at,
        keepers=keepers,
    )
