"""A trial becomes a contract that is paid for, with everything as it is set (FAQ, "Free Trial")."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.tenancy import ContractAct
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import Database
from tenancy.actions.change_state import move
from tenancy.domain.contracts import Contract
from tenancy.domain.conversions import foresee_conversion
from tenancy.domain.outlook import Outlook
from tenancy.store import contracts


def convert_trial(*, db: Database, context: Context, now: datetime, tenant: TenantCode) -> Contract:
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        foresee_conversion(
            contract, by_staff=bool(context.caller.staff), today=day_of(now)
        ).demanded()
        return tx.answer(move(tx, contract=contract, act=ContractAct.CONVERT, now=now))


def read_conversion_outlook(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> Outlook:
    with db.read(tenant=tenant, context=context) as tx:
        contract = contracts.get_contract(tx, tenant=tenant)
    return foresee_conversion(contract, by_staff=bool(context.caller.staff), today=day_of(now))
