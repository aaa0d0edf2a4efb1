"""A contract ends: by itself once nothing remains, or by two of staff."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.tenancy import ContractAct, ContractClosed
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from tenancy.actions.change_state import move
from tenancy.domain.contracts import Contract
from tenancy.domain.inventories import Inventory
from tenancy.domain.terminations import certified, is_over
from tenancy.store import contracts, inventories, terminations


def close_if_empty(*, db: Database, item: DueItem) -> None:
    """Due the moment a contract begins to drain: an empty one has nothing to wait for."""
    if item.tenant is None:
        raise ValueError("a contract that drains is one tenant's")
    with db.write(item.context, tenant=item.tenant) as tx:
        if tx.settle(item):
            close_if_over(tx, tenant=item.tenant, now=item.now)


def close_if_over(tx: Tx, *, tenant: TenantCode, now: datetime) -> None:
    contract = contracts.get_contract_to_change(tx, tenant=tenant)
    inventory = inventories.find_inventory(tx, tenant=tenant)
    if is_over(contract, inventory):
        close(tx, contract=contract, inventory=inventory, act=ContractAct.CLOSE, now=now)


def close(
    tx: Tx,
    *,
    contract: Contract,
    inventory: Inventory | None,
    act: ContractAct,
    now: datetime,
) -> Contract:
    """``act`` is ``close`` or ``force``. With the certificate that it has ended."""
    closed = move(tx, contract=contract, act=act, now=now)
    certificate = certified(contract, inventory=inventory, forced=act is ContractAct.FORCE, now=now)
    terminations.add_certificate(tx, certificate=certificate)
    tx.record(
        "contract:certificate:issued",
        target=contract.tenant,
        tenant=contract.tenant,
        details={"forced": certificate.forced, "remaining": certificate.remaining},
        at=now,
    )
    tx.emit(
        ContractClosed,
        at=now,
        tenant=contract.tenant,
        referent_id=contract.referent.person_id,
        certificate=certificate,
    )
    return closed
