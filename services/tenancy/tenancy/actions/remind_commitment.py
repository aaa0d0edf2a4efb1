"""The month begins in which a support level's commitment ends: its referent is told that a lower
one may be asked for. Whoever puts a level in force plans that day."""

from __future__ import annotations

from contracts.tenancy import ContractStatus, SupportCommitmentEndApproached
from servicekit.calendar import beginning_of
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from tenancy.actions.read_support_level import support_terms
from tenancy.domain.support import SupportTerms, first_after
from tenancy.store import contracts

COMMITMENT = "support:commitment"  # the kind of due work; the key is the tenant


def plan_commitment(tx: Tx, *, terms: SupportTerms) -> None:
    """For the level that is in force from now on; the one before is forgotten."""
    if terms.lower_asked_from is None:
        tx.unschedule(COMMITMENT, terms.tenant)
        return
    tx.schedule(
        COMMITMENT,
        due_at=beginning_of(terms.lower_asked_from),
        key=terms.tenant,
        payload={},
        tenant=terms.tenant,
    )


def remind_of_commitment(*, db: Database, item: DueItem) -> None:
    """Nobody is told of a contract that does not run, nor who has asked for a level already."""
    if item.tenant is None:
        raise ValueError("a commitment belongs to a tenant")
    with db.write(item.context, tenant=item.tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=item.tenant)
        if not tx.settle(item):
            return
        terms = support_terms(tx, contract=contract, now=item.now)
        until = terms.committed_until
        if contract.status is not ContractStatus.ACTIVE or terms.pending or until is None:
            return
        tx.emit(
            SupportCommitmentEndApproached,
            at=item.now,
            tenant=contract.tenant,
            support_level=terms.support_level,
            committed_until=until,
            lower_from_on=first_after(until),
            referent_id=contract.referent.person_id,
        )
