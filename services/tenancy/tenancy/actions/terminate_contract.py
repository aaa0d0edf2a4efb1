"""Sales terminate a contract that its customer asked to end; he may take it back meanwhile."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.tenancy import ContractAct
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import Database
from tenancy.actions.change_state import move
from tenancy.domain.outlook import Outlook
from tenancy.domain.terminations import Termination, foresee_termination, termination_of
from tenancy.store import contracts, inventories


def terminate_contract(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> Termination:
    """It drains until nothing remains, which may be at once. Why staff do it stands in the trail,
    not in the history that the customer reads. Raises Conflict ``transition-illegal``."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        inventory = inventories.find_inventory(tx, tenant=tenant)
        foresee_termination(contract, inventory=inventory, today=day_of(now)).demanded()
        draining = move(tx, contract=contract, act=ContractAct.TERMINATE, now=now)
        return tx.answer(termination_of(draining, inventory=inventory))


def keep_contract(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> Termination:
    """It is what it was before, or suspended where its trial is over meanwhile."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        kept = move(tx, contract=contract, act=ContractAct.KEEP, now=now)
        inventory = inventories.find_inventory(tx, tenant=tenant)
        return tx.answer(termination_of(kept, inventory=inventory))


def outlook_of_termination(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> Outlook:
    with db.read(tenant=tenant, context=context) as tx:
        contract = contracts.get_contract(tx, tenant=tenant)
        inventory = inventories.find_inventory(tx, tenant=tenant)
    return foresee_termination(contract, inventory=inventory, today=day_of(now))
