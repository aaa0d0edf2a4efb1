"""Two of staff end a contract though resources remain: one proposes, another one approves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.tenancy import ContractAct, ForcedClosingProposed, ForcedClosingState
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.ids import new_id
from tenancy.actions.callers import person_of
from tenancy.actions.close_contract import close
from tenancy.actions.read_termination import present
from tenancy.domain.contracts import Contract
from tenancy.domain.terminations import PROPOSAL_OPEN_FOR, ForcedClosing, Termination
from tenancy.store import contracts, inventories, terminations


def propose_forced_closing(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> ForcedClosing:
    """What could not be done now is not proposed either: Conflict ``transition-illegal``."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        contract.after(ContractAct.FORCE, today=day_of(now))
        _give_up_expired(tx, tenant=tenant, now=now)
        closing = ForcedClosing(
            closing_id=new_id(),
            tenant=tenant,
            state=ForcedClosingState.PROPOSED,
            reason=context.reason or "",
            proposed_by=person_of(context),
            proposed_at=now,
            expires_at=now + PROPOSAL_OPEN_FOR,
            decided_by=None,
            decided_at=None,
        )
        terminations.add_forced_closing(tx, closing=closing)
        _tell_proposed(tx, contract=contract, closing=closing)
        return tx.answer(closing)


def approve_forced_closing(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, closing_id: UUID
) -> Termination:
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        closing = terminations.get_forced_closing_to_change(
            tx, tenant=tenant, closing_id=closing_id
        )
        closing.require_open(now=now)
        closing.require_other_hand(person_of(context))
        _decide(tx, closing=closing, state=ForcedClosingState.APPROVED, context=context, now=now)
        close(
            tx,
            contract=contract,
            inventory=inventories.find_inventory(tx, tenant=tenant),
            act=ContractAct.FORCE,
            now=now,
        )
        return tx.answer(present(tx, context=context, tenant=tenant, now=now))


def withdraw_forced_closing(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, closing_id: UUID
) -> ForcedClosing:
    """To stop an act takes one: either hand may."""
    with db.write(context, tenant=tenant) as tx:
        closing = terminations.get_forced_closing_to_change(
            tx, tenant=tenant, closing_id=closing_id
        )
        closing.require_open(now=now)
        state = ForcedClosingState.WITHDRAWN
        return tx.answer(_decide(tx, closing=closing, state=state, context=context, now=now))


def _give_up_expired(tx: Tx, *, tenant: TenantCode, now: datetime) -> None:
    waiting = terminations.find_open_forced_closing(tx, tenant=tenant)
    if waiting is not None and waiting.expires_at <= now:
        terminations.change_open_forced_closing(
            tx, tenant=tenant, state=ForcedClosingState.EXPIRED, at=now
        )


def _decide(
    tx: Tx, *, closing: ForcedClosing, state: ForcedClosingState, context: Context, now: datetime
) -> ForcedClosing:
    decided = replace(closing, state=state, decided_by=person_of(context), decided_at=now)
    terminations.change_forced_closing(tx, closing=decided)
    tx.record(
        f"contract:forced-closing:{state.value}",
        target=closing.tenant,
        details={"closing_id": closing.closing_id, "proposed_by": closing.proposed_by},
        at=now,
    )
    return decided


def _tell_proposed(tx: Tx, *, contract: Contract, closing: ForcedClosing) -> None:
    tx.record(
        "contract:forced-closing:proposed",
        target=closing.tenant,
        details={"closing_id": closing.closing_id, "reason": closing.reason},
        at=closing.proposed_at,
    )
    tx.emit(
        ForcedClosingProposed,
        at=closing.proposed_at,
        closing_id=closing.closing_id,
        tenant=closing.tenant,
        referent_id=contract.referent.person_id,
        proposed_at=closing.proposed_at,
        expires_at=closing.expires_at,
    )
