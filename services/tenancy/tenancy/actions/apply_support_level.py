"""The day of a change of support level begins: the level is in force. Due work, done once."""

from __future__ import annotations

from datetime import datetime

from contracts.tenancy import ContractStatus, SupportChangeStatus, SupportLevelChanged
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from tenancy.actions.read_support_level import support_terms
from tenancy.actions.remind_commitment import plan_commitment
from tenancy.domain.contracts import Contract
from tenancy.domain.support import SupportChange, SupportTerms, commitment_end
from tenancy.store import contracts, support

APPLY = "apply-support-level"  # the kind of due work


def apply_support_level(*, db: Database, item: DueItem) -> None:
    """The item's key is the change's id; it was scheduled in the tenant's own scope."""
    if item.tenant is None:
        raise ValueError("a change of support level belongs to a tenant")
    with db.write(item.context, tenant=item.tenant) as tx:
        # The contract before the item, as whoever replaces the change: else each holds what the
        # other waits for.
        contract = contracts.get_contract_to_change(tx, tenant=item.tenant)
        if not tx.settle(item):
            return
        terms = support_terms(tx, contract=contract, now=item.now)
        pending = terms.pending
        if pending is not None and str(pending.change_id) == item.key and terms.is_due:
            apply_due(tx, contract=contract, terms=terms, pending=pending, at=item.now)


def apply_due(
    tx: Tx, *, contract: Contract, terms: SupportTerms, pending: SupportChange, at: datetime
) -> SupportTerms:
    """What was asked for is in force from its own day on; of a contract that was closed meanwhile
    it lapses."""
    if terms.status is ContractStatus.TERMINATED:
        left = terms.without_pending(SupportChangeStatus.LAPSED, at=at)
    else:
        left = terms.applied()
        support.change_level(tx, tenant=contract.tenant, support_level=left.support_level)
        plan_commitment(tx, terms=left)
    change = left.change(pending.change_id)
    support.change_ended(tx, tenant=contract.tenant, change=change)
    _tell(tx, contract=contract, change=change, at=at)
    return left


def _tell(tx: Tx, *, contract: Contract, change: SupportChange, at: datetime) -> None:
    details = {
        "level_before": change.level_before,
        "support_level": change.support_level,
        "effective_on": change.effective_on,
    }
    if change.status is SupportChangeStatus.LAPSED:
        tx.record("contract:support-level:lapsed", target=contract.tenant, details=details, at=at)
        return
    tx.record("contract:support-level:changed", target=contract.tenant, details=details, at=at)
    tx.emit(
        SupportLevelChanged,
        at=at,
        tenant=contract.tenant,
        change_id=change.change_id,
        committed_until=commitment_end(change.effective_on),
        changed_at=at,
        referent_id=contract.referent.person_id,
        **details,
    )
