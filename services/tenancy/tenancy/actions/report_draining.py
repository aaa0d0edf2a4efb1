"""Every week the referent is told what remains in a tenant that is terminated, and its cost."""

from __future__ import annotations

from contracts.tenancy import ContractStatus, DrainingReported
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from tenancy.actions.draining import REPORT
from tenancy.domain.contracts import Contract
from tenancy.domain.inventories import Inventory
from tenancy.domain.terminations import TOLD_EVERY, daily_costs
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
        _tell(tx, contract=contract, inventory=inventory, item=item)
        tx.schedule(REPORT, due_at=item.due_at + TOLD_EVERY, key=item.tenant, payload={})


def _tell(tx: Tx, *, contract: Contract, inventory: Inventory | None, item: DueItem) -> None:
    tx.emit(
        DrainingReported,
        at=item.now,
        tenant=contract.tenant,
        referent_id=contract.referent.person_id,
        draining_since=contract.status_since,
        known=inventory is not None,
        observed_at=None if inventory is None else inventory.observed_at,
        remaining=0 if inventory is None else inventory.remaining,
        parts=() if inventory is None else inventory.parts,
        daily_costs=daily_costs(inventory),
    )
