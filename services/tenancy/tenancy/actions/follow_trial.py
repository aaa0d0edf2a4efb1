"""A day of a trial has come. Whatever became of the contract meanwhile decides what it means.

The contract is locked before its day is taken off, as by who converts or keeps it: else each would
hold what the other waits for.
"""

from __future__ import annotations

from contracts.codes import TenantCode
from contracts.tenancy import ContractAct, ContractStatus, TrialEndApproached
from servicekit.calendar import day_of
from servicekit.db import Database
from servicekit.due import DueItem
from tenancy.actions.change_state import move
from tenancy.store import contracts


def remind_of_end(*, db: Database, item: DueItem) -> None:
    """Its holder is written to, unless it is converted, draining or gone."""
    tenant = TenantCode(item.key)
    with db.write(item.context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        if not tx.settle(item):
            return
        if contract.trial is None or not contract.awaits_conversion:
            return
        tx.record("contract:trial:reminded", target=tenant, at=item.now)
        tx.emit(
            TrialEndApproached,
            at=item.now,
            tenant=tenant,
            referent_id=contract.referent.person_id,
            ends_on=contract.trial.ends_on,
            closes_on=contract.trial.closes_on,
        )


def end_trial(*, db: Database, item: DueItem) -> None:
    """What nobody has converted is suspended."""
    _expire(db=db, item=item, only_from=ContractStatus.TRIAL)


def close_trial(*, db: Database, item: DueItem) -> None:
    """And drained, where nobody has converted it since."""
    _expire(db=db, item=item, only_from=ContractStatus.SUSPENDED)


def _expire(*, db: Database, item: DueItem, only_from: ContractStatus) -> None:
    tenant = TenantCode(item.key)
    with db.write(item.context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        if not tx.settle(item):
            return
        legal = contract.legal_acts(day_of(item.now))
        if contract.status is only_from and ContractAct.EXPIRE in legal:
            move(tx, contract=contract, act=ContractAct.EXPIRE, now=item.now)
