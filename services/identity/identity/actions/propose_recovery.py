"""One of staff proposes that somebody gets his access back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import RecoveryKind, RecoveryProposed
from identity.actions.callers import person_of
from identity.actions.carrying_out import check_fit
from identity.actions.close_login import record
from identity.actions.decide_recovery import RUN_OUT
from identity.domain.person_files import PersonRow
from identity.domain.recoveries import (
    TRANSITIONS,
    Recovery,
    RecoveryAct,
    RecoveryRow,
)
from identity.domain.two_hands import OPEN_FOR, check_hands
from identity.store import person_files, recoveries, staff
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict, Invalid
from servicekit.ids import new_id


def propose_recovery(
    *,
    db: Database,
    context: Context,
    now: datetime,
    person_id: UUID,
    kind: RecoveryKind,
    evidence: str,
    new_email: str | None,
) -> Recovery:
    """What could not be carried out now is not proposed either."""
    if (new_email is None) == (kind is RecoveryKind.CHANGE_EMAIL):
        raise Invalid("new-email-required", {"fields": {"new_email": ["new-email-required"]}})
    actor = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        row = _person_for(tx, actor=actor, person_id=person_id)
        check_fit(tx, kind=kind, row=row, new_email=new_email, now=now)
        recovery = RecoveryRow(
            recovery_id=new_id(),
            kind=kind,
            state=TRANSITIONS[None, RecoveryAct.PROPOSE],
            person_id=person_id,
            reason=context.reason or "",
            evidence=evidence,
            new_email=new_email,
            proposed_by=actor,
            proposed_at=now,
            expires_at=now + OPEN_FOR,
            decided_by=None,
            decided_at=None,
            takes_effect_at=None,
        )
        recoveries.add_recovery(tx, recovery=recovery)
        _tell(tx, recovery=recovery, now=now)
        return tx.answer(recoveries.get_recovery(tx, recovery_id=recovery.recovery_id))


def _person_for(tx: Tx, *, actor: UUID, person_id: UUID) -> PersonRow:
    """The person concerned, as far as ``actor`` is one to propose anything for him."""
    row = person_files.get_row_to_change(tx, person_id=person_id)
    check_hands(
        actor=actor,
        held=staff.list_roles_to_rely_on(tx, person_id=actor),
        person_id=person_id,
        staff_roles=staff.list_roles(tx, person_id=person_id),
    )
    if row.erased_at is not None:
        raise Conflict("person-erased")
    return row


def _tell(tx: Tx, *, recovery: RecoveryRow, now: datetime) -> None:
    tx.schedule(
        RUN_OUT,
        due_at=recovery.expires_at,
        key=str(recovery.recovery_id),
        payload={"recovery_id": str(recovery.recovery_id)},
    )
    record(
        tx,
        "recovery:act:proposed",
        person_id=recovery.person_id,
        now=now,
        kind=recovery.kind.value,
        recovery_id=str(recovery.recovery_id),
    )
    tx.emit(
        RecoveryProposed,
        at=now,
        recovery_id=recovery.recovery_id,
        person_id=recovery.person_id,
        kind=recovery.kind,
        proposed_at=now,
        expires_at=recovery.expires_at,
    )
