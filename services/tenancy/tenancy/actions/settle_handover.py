"""The calendar's part of a handover: an offer runs out, a cooling-off is over and identity is asked
to move the office."""

from __future__ import annotations

from uuid import UUID

from contracts.codes import TenantCode
from contracts.tenancy import ContractStatus, HandoverEnd, HandoverMatured, HandoverState
from servicekit.db import Database, Tx
from servicekit.due_store import DueItem
from tenancy.actions.telling_of_handovers import change, end
from tenancy.domain.handovers import HandoverAct, HandoverRow
from tenancy.store import contracts, handovers


def run_out(*, db: Database, item: DueItem) -> None:
    """Answered meanwhile: nothing is left to do."""
    tenant = _tenant(item)
    with db.write(item.context, tenant=tenant) as tx:
        contracts.get_contract_to_change(tx, tenant=tenant)
        handover = _settled(tx, item, tenant=tenant)
        if handover is not None and handover.state is HandoverState.OFFERED:
            end(tx, handover=handover, act=HandoverAct.RUN_OUT, now=item.now)


def mature(*, db: Database, item: DueItem) -> None:
    tenant = _tenant(item)
    with db.write(item.context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        handover = _settled(tx, item, tenant=tenant)
        if handover is None or handover.state is not HandoverState.ACCEPTED:
            return
        if contract.status is ContractStatus.TERMINATED:
            why = HandoverEnd.CONTRACT_TERMINATED
            end(tx, handover=handover, act=HandoverAct.VOID, now=item.now, why=why)
            return
        change(tx, handover=handover, act=HandoverAct.MATURE, now=item.now)
        tx.emit(
            HandoverMatured,
            at=item.now,
            handover_id=handover.handover_id,
            tenant=tenant,
            office=handover.office,
            holder_id=handover.from_person_id,
            successor_id=handover.to_person_id,
            drop_rights=handover.drop_rights,
        )


def _tenant(item: DueItem) -> TenantCode:
    if item.tenant is None:
        raise ValueError("a handover is a tenant's")
    return item.tenant


def _settled(tx: Tx, item: DueItem, *, tenant: TenantCode) -> HandoverRow | None:
    """After the contract's lock, as who answers it does: taken off first, they would wait for each
    other."""
    if not tx.settle(item):
        return None
    handover_id = UUID(item.payload["handover_id"])
    return handovers.find_handover_to_change(tx, tenant=tenant, handover_id=handover_id)
