"""A second of staff decides; the holder, or time, may put an end to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import TenantCode
from contracts.tenancy import (
    ContractStatus,
    HandoverEnd,
    OfficeRecoveryMatured,
    OfficeRecoveryState,
)
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.due_store import DueItem
from servicekit.errors import Forbidden, NotFound
from tenancy.actions.callers import person_of
from tenancy.actions.telling_of_recoveries import MATURE, change, end, record, tell
from tenancy.domain.contracts import Contract
from tenancy.domain.handovers import check_alive
from tenancy.domain.recoveries import (
    Recovery,
    RecoveryAct,
    RecoveryRow,
    check_not_concerned,
    check_second,
)
from tenancy.store import contracts, people, recoveries


def approve_office_recovery(
    *,
    db: Database,
    context: Context,
    now: datetime,
    delay: timedelta,
    tenant: TenantCode,
    recovery_id: UUID,
) -> Recovery:
    """Of several who approve at once one does. That both are of staff, and neither has made the
    other, identity looks at in the moment it moves the office."""
    actor = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        contract, recovery = _to_decide(tx, tenant=tenant, recovery_id=recovery_id)
        check_second(actor=actor, proposed_by=recovery.proposed_by)
        _check_not_concerned(tx, recovery, actor=actor)
        check_alive(contract.status)
        until = now + delay
        state = change(
            tx,
            recovery=recovery,
            act=RecoveryAct.APPROVE,
            now=now,
            decided_by=actor,
            decided_at=now,
            takes_effect_at=until,
        )
        key = str(recovery_id)
        tx.schedule(MATURE, due_at=until, key=key, payload={"recovery_id": key})
        record(tx, recovery=recovery, what=state.value, now=now)
        tell(tx, recovery=recovery, state=state, takes_effect_at=until, now=now)
        return tx.answer(recoveries.get_recovery(tx, tenant=tenant, recovery_id=recovery_id))


def refuse_office_recovery(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, recovery_id: UUID
) -> Recovery:
    """The proposer may refuse too: to stop an act takes one."""
    actor = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        _, recovery = _to_decide(tx, tenant=tenant, recovery_id=recovery_id)
        _check_not_concerned(tx, recovery, actor=actor)
        first = recovery.state is OfficeRecoveryState.PROPOSED
        end(
            tx,
            recovery=recovery,
            act=RecoveryAct.REFUSE,
            now=now,
            decided_by=actor if first else None,
            decided_at=now if first else None,
        )
        return tx.answer(recoveries.get_recovery(tx, tenant=tenant, recovery_id=recovery_id))


def withdraw_office_recovery(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, recovery_id: UUID
) -> Recovery:
    with db.write(context, tenant=tenant) as tx:
        _, recovery = _to_decide(tx, tenant=tenant, recovery_id=recovery_id)
        if recovery.proposed_by != person_of(context):
            raise Forbidden("not-proposer")
        end(tx, recovery=recovery, act=RecoveryAct.WITHDRAW, now=now)
        return tx.answer(recoveries.get_recovery(tx, tenant=tenant, recovery_id=recovery_id))


def object_to_office_recovery(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, recovery_id: UUID
) -> Recovery:
    """Of an office that is somebody else's it is as unknown as one that never was."""
    with db.write(context, tenant=tenant) as tx:
        shown = recoveries.get_recovery(tx, tenant=tenant, recovery_id=recovery_id)
        if shown.from_person_id != person_of(context):
            raise NotFound("office-recovery-unknown")
        _, recovery = _to_decide(tx, tenant=tenant, recovery_id=recovery_id)
        end(tx, recovery=recovery, act=RecoveryAct.OBJECT, now=now)
        return tx.answer(recoveries.get_recovery(tx, tenant=tenant, recovery_id=recovery_id))


def run_out(*, db: Database, item: DueItem) -> None:
    """Decided meanwhile: nothing is left to do."""
    tenant = _tenant(item)
    with db.write(item.context, tenant=tenant) as tx:
        _, recovery = _to_decide(tx, tenant=tenant, recovery_id=_id(item))
        if tx.settle(item) and recovery.state is OfficeRecoveryState.PROPOSED:
            end(tx, recovery=recovery, act=RecoveryAct.RUN_OUT, now=item.now)


def mature(*, db: Database, item: DueItem) -> None:
    """The delay is over and nobody objected."""
    tenant = _tenant(item)
    with db.write(item.context, tenant=tenant) as tx:
        contract, recovery = _to_decide(tx, tenant=tenant, recovery_id=_id(item))
        if not tx.settle(item) or recovery.state is not OfficeRecoveryState.APPROVED:
            return
        if contract.status is ContractStatus.TERMINATED:
            why = HandoverEnd.CONTRACT_TERMINATED
            end(tx, recovery=recovery, act=RecoveryAct.VOID, now=item.now, why=why)
            return
        change(tx, recovery=recovery, act=RecoveryAct.MATURE, now=item.now)
        tx.emit(
            OfficeRecoveryMatured,
            at=item.now,
            recovery_id=recovery.recovery_id,
            tenant=tenant,
            office=recovery.office,
            holder_id=recovery.from_person_id,
            successor=recovery.successor,
            drop_rights=recovery.drop_rights,
            proposed_by=recovery.proposed_by,
            proposed_at=recovery.proposed_at,
            decided_by=recovery.decided_by,
            decided_at=recovery.decided_at,
        )


def _to_decide(tx: Tx, *, tenant: TenantCode, recovery_id: UUID) -> tuple[Contract, RecoveryRow]:
    """Under the contract's lock, before due work is taken off: whoever decides does the same."""
    contract = contracts.get_contract_to_change(tx, tenant=tenant)
    return contract, recoveries.get_recovery_to_decide(tx, tenant=tenant, recovery_id=recovery_id)


def _check_not_concerned(tx: Tx, recovery: RecoveryRow, *, actor: UUID) -> None:
    check_not_concerned(
        actor=actor,
        actor_email_key=people.find_email_key(tx, person_id=actor),
        holder_id=recovery.from_person_id,
        successor_email=recovery.email,
    )


def _tenant(item: DueItem) -> TenantCode:
    if item.tenant is None:
        raise ValueError("a recovery is a tenant's")
    return item.tenant


def _id(item: DueItem) -> UUID:
    return UUID(item.payload["recovery_id"])
