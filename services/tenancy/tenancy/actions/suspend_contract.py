"""Staff suspend a contract, with a reason that its customer reads, or let it go on."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.tenancy import ContractAct
from servicekit.context import Context
from servicekit.db import Database
from tenancy.actions.change_state import move
from tenancy.domain.contracts import Contract
from tenancy.store import contracts


def suspend_contract(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, explanation: str
) -> Contract:
    """``explanation`` is told to the customer; why staff did it stands in the trail beside."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        suspended = move(
            tx, contract=contract, act=ContractAct.SUSPEND, now=now, reason=explanation
        )
        return tx.answer(suspended)


def resume_contract(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> Contract:
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        return tx.answer(move(tx, contract=contract, act=ContractAct.RESUME, now=now))
