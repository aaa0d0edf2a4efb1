"""A contract goes from one state to another: the row, its history, the trail and those who hear.

Whoever changes a state does so here, in the transaction of his own act.
"""

from __future__ import annotations

from datetime import datetime

from contracts.tenancy import ContractAct, ContractStateChanged, ContractStatus
from servicekit.calendar import day_of
from servicekit.db import Tx
from tenancy.actions.draining import begin_draining, end_draining
from tenancy.actions.remind_commitment import plan_commitment
from tenancy.actions.run_trial import plan_kept_trial, unplan_trial
from tenancy.domain.contracts import Contract
from tenancy.domain.state_changes import StateChange, acted_by
from tenancy.domain.support import terms_of
from tenancy.store import contracts, state_changes

_BEGINS_TO_RUN = (ContractAct.ACTIVATE, ContractAct.CONVERT)


def begin(tx: Tx, *, contract: Contract, act: ContractAct, now: datetime) -> None:
    """The first line of a contract's history; ``TenantOpened`` tells the others."""
    _add(tx, contract=contract, before=None, act=act, number=1, now=now, reason=None)
    _commit(tx, contract=contract, now=now)


def move(
    tx: Tx, *, contract: Contract, act: ContractAct, now: datetime, reason: str | None = None
) -> Contract:
    """``contract`` as ``get_contract_to_change`` gave it in this transaction; back comes what it
    is now. Raises Conflict ``transition-illegal``, whose details name what would be legal."""
    moved = contract.moved(act, now=now)
    number = state_changes.find_last_number(tx, tenant=contract.tenant) + 1
    contracts.change_state(tx, contract=moved)
    change = _add(
        tx,
        contract=moved,
        before=contract.status,
        act=act,
        number=number,
        now=now,
        reason=reason,
    )
    _tell(tx, contract=moved, change=change)
    if moved.status is ContractStatus.DRAINING:
        begin_draining(tx, contract=moved, now=now)
    elif contract.status is ContractStatus.DRAINING:
        end_draining(tx, contract=moved, now=now)
    if act is ContractAct.CONVERT:
        unplan_trial(tx, contract=moved)
    elif act is ContractAct.KEEP and moved.is_on_trial:
        plan_kept_trial(tx, contract=moved)
    if act in _BEGINS_TO_RUN:
        _commit(tx, contract=moved, now=now)
    return moved


def _commit(tx: Tx, *, contract: Contract, now: datetime) -> None:
    """To its first support level, from today on."""
    terms = terms_of(contract, last_applied=None, changes=(), today=day_of(now))
    plan_commitment(tx, terms=terms)


def _add(
    tx: Tx,
    *,
    contract: Contract,
    before: ContractStatus | None,
    act: ContractAct,
    number: int,
    now: datetime,
    reason: str | None,
) -> StateChange:
    assert tx.context is not None, "who changes a state acts as somebody"
    change = StateChange(
        tenant=contract.tenant,
        number=number,
        before=before,
        state=contract.status,
        act=act,
        changed_at=now,
        by=acted_by(tx.context.caller),
        subject=tx.context.caller.subject,
        reason=reason,
    )
    state_changes.add_state_change(tx, change=change)
    return change


def _tell(tx: Tx, *, contract: Contract, change: StateChange) -> None:
    tx.record(
        "contract:state:changed",
        target=contract.tenant,
        tenant=contract.tenant,
        details={
            "act": change.act,
            "from": change.before,
            "to": change.state,
            "reason": change.reason,
        },
        at=change.changed_at,
    )
    if change.before is ContractStatus.REQUESTED:
        return  # nobody has been told of it yet: TenantOpened tells what runs
    tx.emit(
        ContractStateChanged,
        at=change.changed_at,
        tenant=contract.tenant,
        number=change.number,
        before=change.before,
        state=change.state,
        act=change.act,
        console_open=contract.console_open,
        changed_at=change.changed_at,
        by=change.by,
        reason=change.reason,
        referent_id=contract.referent.person_id,
        trial_ends_on=contract.trial and contract.trial.ends_on,
        trial_closes_on=contract.trial and contract.trial.closes_on,
    )
