"""What every act on a recovery of an office leaves: its state, its entry in the trail, and
word to those who manage users of the tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.tenancy import HandoverEnd, OfficeRecoveryDecided, OfficeRecoveryState
from servicekit.db import Tx
from servicekit.pseudonyms import person_target
from tenancy.domain.recoveries import RecoveryAct, RecoveryRow
from tenancy.store import recoveries

RUN_OUT = "office-recovery.run-out"
MATURE = "office-recovery.mature"
_PROPOSED = OfficeRecoveryState.PROPOSED


def change(
    tx: Tx, *, recovery: RecoveryRow, act: RecoveryAct, now: datetime, **known: Any
) -> OfficeRecoveryState:
    """``known``: what the store keeps of the step beside the state. Raises Conflict where the act
    is not legal."""
    state = recovery.after(act, now=now)
    recoveries.change_state(tx, recovery=recovery, state=state, **known)
    tx.unschedule(RUN_OUT if recovery.state is _PROPOSED else MATURE, str(recovery.recovery_id))
    return state


def end(
    tx: Tx,
    *,
    recovery: RecoveryRow,
    act: RecoveryAct,
    now: datetime,
    why: HandoverEnd | None = None,
    **known: Any,
) -> None:
    """Of one that nobody had approved nobody was told: nobody is told of its end."""
    state = change(tx, recovery=recovery, act=act, now=now, ended_at=now, ended_why=why, **known)
    record(tx, recovery=recovery, what=state.value, now=now, why=why)
    if recovery.state is not _PROPOSED or state is OfficeRecoveryState.OBJECTED:
        tell(tx, recovery=recovery, state=state, takes_effect_at=None, now=now)


def record(
    tx: Tx,
    *,
    recovery: RecoveryRow,
    what: str,
    now: datetime,
    why: HandoverEnd | None = None,
) -> None:
    """In the tenant's trail: its people see what staff do about them."""
    details = {"recovery": str(recovery.recovery_id), "office": recovery.office.value}
    tx.record(
        f"offices:recovery:{what}",
        target=person_target(recovery.from_person_id),
        details=details if why is None else {**details, "why": why.value},
        tenant=recovery.tenant,
        at=now,
    )


def tell(
    tx: Tx,
    *,
    recovery: RecoveryRow,
    state: OfficeRecoveryState,
    takes_effect_at: datetime | None,
    now: datetime,
) -> None:
    tx.emit(
        OfficeRecoveryDecided,
        at=now,
        recovery_id=recovery.recovery_id,
        tenant=recovery.tenant,
        office=recovery.office,
        state=state,
        holder_id=recovery.from_person_id,
        successor_name=recovery.successor_name,
        takes_effect_at=takes_effect_at,
    )
