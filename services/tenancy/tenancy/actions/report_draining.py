"""Every week the referent is told what remains in a tenant that is terminated, and its cost."""

from __future__ import annotations

from contracts.tenancy import ContractStatus, DrainingReported
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from tenancy.actions.draining import REPORT
from tenancy.domain.contracts import Contract
from tenancy.domain.terminations import TOLD_EVERY, Termination, termination_of
from tenancy.store import contracts, inventories


def report_draining(*, db: Database, item: DueItem) -> None:
    if item.tenant is None:
        raise ValueError("a contract that drains is one tenant's")
    with db.write(item.context, tenant=item.tenant) as tx:
        if not tx.settle(item):
            return
        contract = contracts.get_contract_to_change(tx, tenant=item.tenant)
        if contract.status is not ContractStatus.DRAINING:
            return
        inventory = inventories.find_inventory(tx, tenant=item.tenant)
        _tell(tx, contract=contract, left=termination_of(contract, inventory=inventory), item=item)
        tx.schedule(REPORT, due_at=item.due_at + TOLD_EVERY, key=item.tenant, payload={})


def _tell(tx: Tx, *, contract: Contract, left: Termination, item: DueItem) -> None:
    tx.emit(
        DrainingReported,
        at=item.now,
        tenant=contract.tenant,
        referent_id=contract.referent.person_id,
        draining_since=left.draining_since,
        known=left.known,
        observed_at=left.observed_at,
        remaining=left.remaining,
        parts=left.parts,
        daily_costs=left.daily_costs,
    )
