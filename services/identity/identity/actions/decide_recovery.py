"""A second of staff decides; the person concerned, or time, may put an end to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import RecoveryApproved, RecoveryExecuted, RecoveryState
from identity.actions.both_hands import check_both_hands
from identity.actions.callers import person_of
from identity.actions.carrying_out import carry_out, check_fit
from identity.actions.close_login import record
from identity.clients.sealing import Sealer
from identity.domain.recoveries import (
    MAILBOX_DELAY,
    Recovery,
    RecoveryAct,
    RecoveryRow,
    act_of_approval,
)
from identity.domain.two_hands import check_hands
from identity.store import person_files, recoveries, staff
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due_store import DueItem
from servicekit.errors import Conflict, Forbidden, NotFound

RUN_OUT = "recovery.run-out"
TAKE_EFFECT = "recovery.take-effect"


def approve_recovery(
    *, db: Database, sealer: Sealer, context: Context, now: datetime, recovery_id: UUID
) -> Recovery:
    """Both of staff must hold their role now, not only when they asked. Of several who approve at
    once one does, and what was proposed is carried out once."""
    actor = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        recovery = recoveries.get_recovery_to_decide(tx, recovery_id=recovery_id)
        state = recovery.after(act_of_approval(recovery.kind), now=now)
        row = person_files.get_row_to_change(tx, person_id=recovery.person_id)
        check_both_hands(
            tx,
            person_id=recovery.person_id,
            proposed_by=recovery.proposed_by,
            proposed_at=recovery.proposed_at,
            decided_by=actor,
            decided_at=now,
        )
        check_fit(tx, kind=recovery.kind, row=row, new_email=recovery.new_email, now=now)
        later = now + MAILBOX_DELAY if state is RecoveryState.APPROVED else None
        _decide(tx, recovery=recovery, state=state, by=actor, now=now, takes_effect_at=later)
        if later is None:
            _execute(tx, sealer=sealer, recovery=recovery, now=now)
        else:
            _postpone(tx, recovery=recovery, until=later, now=now)
        return tx.answer(recoveries.get_recovery(tx, recovery_id=recovery_id))


def refuse_recovery(
    *, db: Database, context: Context, now: datetime, recovery_id: UUID
) -> Recovery:
    """The proposer may refuse too: to stop an act takes one."""
    actor = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        recovery = recoveries.get_recovery_to_decide(tx, recovery_id=recovery_id)
        check_hands(
            actor=actor,
            held=staff.list_roles_to_rely_on(tx, person_id=actor),
            person_id=recovery.person_id,
            staff_roles=(),
        )
        _stop(tx, recovery=recovery, act=RecoveryAct.REFUSE, by=actor, now=now)
        return tx.answer(recoveries.get_recovery(tx, recovery_id=recovery_id))


def withdraw_recovery(
    *, db: Database, context: Context, now: datetime, recovery_id: UUID
) -> Recovery:
    with db.write(context, tenant=EVERYONE) as tx:
        recovery = recoveries.get_recovery_to_decide(tx, recovery_id=recovery_id)
        if recovery.proposed_by != person_of(context):
            raise Forbidden("not-proposer")
        _stop(tx, recovery=recovery, act=RecoveryAct.WITHDRAW, by=None, now=now)
        return tx.answer(recoveries.get_recovery(tx, recovery_id=recovery_id))


def object_to_recovery(
    *, db: Database, context: Context, now: datetime, recovery_id: UUID
) -> RecoveryRow:
    """Somebody else's act is as unknown as one that never was."""
    with db.write(context, tenant=EVERYONE) as tx:
        recovery = recoveries.get_recovery_to_decide(tx, recovery_id=recovery_id)
        if recovery.person_id != person_of(context):
            raise NotFound("recovery-unknown")
        _stop(tx, recovery=recovery, act=RecoveryAct.OBJECT, by=None, now=now)
        return tx.answer(recoveries.get_recovery_to_decide(tx, recovery_id=recovery_id))


def run_out(*, db: Database, item: DueItem) -> None:
    """Decided meanwhile: nothing is left to do."""
    with db.write(item.context, tenant=EVERYONE) as tx:
        if not tx.settle(item):
            return
        recovery_id = UUID(item.payload["recovery_id"])
        recovery = recoveries.get_recovery_to_decide(tx, recovery_id=recovery_id)
        if recovery.state is RecoveryState.PROPOSED:
            _stop(tx, recovery=recovery, act=RecoveryAct.RUN_OUT, by=None, now=item.now)


def take_effect(*, db: Database, sealer: Sealer, item: DueItem) -> None:
    """The delay is over and nobody objected. What no longer fits is refused, not forced; so is
    what one of the two could not propose or decide any more."""
    with db.write(item.context, tenant=EVERYONE) as tx:
        if not tx.settle(item):
            return
        recovery_id = UUID(item.payload["recovery_id"])
        recovery = recoveries.get_recovery_to_decide(tx, recovery_id=recovery_id)
        if recovery.state is not RecoveryState.APPROVED:
            return
        row = person_files.get_row_to_change(tx, person_id=recovery.person_id)
        try:
            check_both_hands(
                tx,
                person_id=recovery.person_id,
                proposed_by=recovery.proposed_by,
                proposed_at=recovery.proposed_at,
                decided_by=recovery.decided_by or recovery.proposed_by,
                decided_at=recovery.decided_at or recovery.proposed_at,
            )
            check_fit(tx, kind=recovery.kind, row=row, new_email=recovery.new_email, now=item.now)
        except (Conflict, Forbidden):
            _stop(tx, recovery=recovery, act=RecoveryAct.REFUSE, by=None, now=item.now)
            return
        state = recovery.after(RecoveryAct.TAKE_EFFECT, now=item.now)
        _decide(tx, recovery=recovery, state=state, by=None, now=item.now)
        _execute(tx, sealer=sealer, recovery=recovery, now=item.now)


def _decide(
    tx: Tx,
    *,
    recovery: RecoveryRow,
    state: RecoveryState,
    by: UUID | None,
    now: datetime,
    takes_effect_at: datetime | None = None,
) -> None:
    recoveries.change_state(
        tx,
        recovery_id=recovery.recovery_id,
        state=state,
        decided_by=by,
        decided_at=now,
        takes_effect_at=takes_effect_at,
    )
    details = {"kind": recovery.kind.value, "recovery_id": str(recovery.recovery_id)}
    action = f"recovery:act:{state.value}"
    record(tx, action, person_id=recovery.person_id, now=now, **details)


def _stop(
    tx: Tx, *, recovery: RecoveryRow, act: RecoveryAct, by: UUID | None, now: datetime
) -> None:
    _decide(tx, recovery=recovery, state=recovery.after(act, now=now), by=by, now=now)
    tx.unschedule(TAKE_EFFECT, str(recovery.recovery_id))


def _execute(tx: Tx, *, sealer: Sealer, recovery: RecoveryRow, now: datetime) -> None:
    carry_out(tx, sealer=sealer, recovery=recovery, now=now)
    tx.emit(
        RecoveryExecuted,
        at=now,
        recovery_id=recovery.recovery_id,
        person_id=recovery.person_id,
        kind=recovery.kind,
        executed_at=now,
    )


def _postpone(tx: Tx, *, recovery: RecoveryRow, until: datetime, now: datetime) -> None:
    key = str(recovery.recovery_id)
    tx.schedule(TAKE_EFFECT, due_at=until, key=key, payload={"recovery_id": key})
    tx.emit(
        RecoveryApproved,
        at=now,
        recovery_id=recovery.recovery_id,
        person_id=recovery.person_id,
        kind=recovery.kind,
        takes_effect_at=until,
    )
