"""Identity has moved an office, or has not: the contract and whatever was open about it follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import Office, TenantCode
from contracts.tenancy import HandoverEnd, HandoverState, OfficeRecoveryState
from servicekit.context import Context
from servicekit.db import Database, Tx
from tenancy.actions import telling_of_handovers, telling_of_recoveries
from tenancy.domain.handovers import HandoverAct
from tenancy.domain.people import Holder
from tenancy.domain.recoveries import RecoveryAct
from tenancy.store import contracts, handovers, offices, recoveries


@dataclass(frozen=True, slots=True)
class Procedure:
    """A handover or a recovery, by its id."""

    tenant: TenantCode
    office: Office
    procedure_id: UUID


def follow_handed_over(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    procedure: Procedure,
    holder: Holder,
    person_id: UUID,
    rights_dropped: bool,
    at: datetime,
) -> None:
    with db.write(context, tenant=procedure.tenant) as tx:
        if not tx.once(event_id):
            return
        tenant, office = procedure.tenant, procedure.office
        contracts.get_contract_to_change(tx, tenant=tenant)
        offices.change_holder(tx, tenant=tenant, office=office, holder=holder, held_since=at)
        _finish_handover(tx, procedure, rights_dropped=rights_dropped, at=at)
        _finish_recovery(tx, procedure, person_id=person_id, rights_dropped=rights_dropped, at=at)
        _void_what_else_is_open(tx, procedure, at=at)


def follow_kept(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    procedure: Procedure,
    why: HandoverEnd,
    at: datetime,
) -> None:
    with db.write(context, tenant=procedure.tenant) as tx:
        if not tx.once(event_id):
            return
        tenant, which = procedure.tenant, procedure.procedure_id
        contracts.get_contract_to_change(tx, tenant=tenant)
        handover = handovers.find_handover_to_change(tx, tenant=tenant, handover_id=which)
        if handover is not None and handover.state is HandoverState.SETTLING:
            void = HandoverAct.VOID
            telling_of_handovers.end(tx, handover=handover, act=void, now=at, why=why)
        recovery = recoveries.find_recovery_to_decide(tx, tenant=tenant, recovery_id=which)
        if recovery is not None and recovery.state is OfficeRecoveryState.SETTLING:
            telling_of_recoveries.end(tx, recovery=recovery, act=RecoveryAct.VOID, now=at, why=why)


def _finish_handover(tx: Tx, done: Procedure, *, rights_dropped: bool, at: datetime) -> None:
    handover = handovers.find_handover_to_change(
        tx, tenant=done.tenant, handover_id=done.procedure_id
    )
    if handover is not None and handover.state is HandoverState.SETTLING:
        telling_of_handovers.end(
            tx,
            handover=handover,
            act=HandoverAct.HAND_OVER,
            now=at,
            rights_dropped=rights_dropped,
        )


def _finish_recovery(
    tx: Tx, done: Procedure, *, person_id: UUID, rights_dropped: bool, at: datetime
) -> None:
    recovery = recoveries.find_recovery_to_decide(
        tx, tenant=done.tenant, recovery_id=done.procedure_id
    )
    if recovery is not None and recovery.state is OfficeRecoveryState.SETTLING:
        recoveries.change_done(
            tx, recovery=recovery, to_person_id=person_id, rights_dropped=rights_dropped
        )
        telling_of_recoveries.end(tx, recovery=recovery, act=RecoveryAct.HAND_OVER, now=at)


def _void_what_else_is_open(tx: Tx, done: Procedure, *, at: datetime) -> None:
    """It was about a holder who is none any more. What identity was asked for already, it answers
    itself."""
    tenant, office, why = done.tenant, done.office, HandoverEnd.HOLDER_CHANGED
    handover_id = handovers.find_open(tx, tenant=tenant, office=office)
    if handover_id is not None:
        handover = handovers.get_handover_to_change(tx, tenant=tenant, handover_id=handover_id)
        if handover.state is not HandoverState.SETTLING:
            void = HandoverAct.VOID
            telling_of_handovers.end(tx, handover=handover, act=void, now=at, why=why)
    recovery_id = recoveries.find_open(tx, tenant=tenant, office=office)
    if recovery_id is not None:
        recovery = recoveries.get_recovery_to_decide(tx, tenant=tenant, recovery_id=recovery_id)
        if recovery.state is not OfficeRecoveryState.SETTLING:
            telling_of_recoveries.end(tx, recovery=recovery, act=RecoveryAct.VOID, now=at, why=why)
