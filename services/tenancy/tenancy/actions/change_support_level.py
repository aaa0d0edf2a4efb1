"""A sales person gives a contract another support level, as its customer has asked him to (FAQ,
"changement du niveau de support"): in force on the first of the next month.

Who asks is the customer, by a request; who acts is sales, as the FAQ says and because it binds the
customer for six months. See docs/decisions/0010-support-level-by-sales.md.
"""

from __future__ import annotations

from datetime import datetime

from contracts.codes import SupportLevel, TenantCode
from contracts.tenancy import (
    SupportChangeStatus,
    SupportLevelChangeAsked,
    SupportLevelChangeWithdrawn,
)
from contracts.tenancy import SupportTerms as SupportTermsShown
from servicekit.calendar import beginning_of
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.editions import demand_edition
from servicekit.errors import Conflict
from servicekit.ids import new_id
from tenancy.actions.apply_support_level import APPLY, apply_due
from tenancy.actions.read_support_level import SHOWN, support_terms
from tenancy.domain.contracts import Contract
from tenancy.domain.support import (
    SupportChange,
    SupportTerms,
    commitment_end,
    foresee_support_level,
)
from tenancy.store import contracts, support


def change_support_level(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    support_level: SupportLevel,
    edition: str | None = None,
) -> SupportTerms:
    """Raises Conflict with the rule, the earliest day and the levels that are possible now."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        terms = _terms_today(tx, contract=contract, now=now)
        demand_edition(edition, shown_as=SupportTermsShown, present=terms)
        foresee_support_level(terms, support_level).demanded()
        change = SupportChange(
            change_id=new_id(),
            level_before=terms.support_level,
            support_level=support_level,
            effective_on=terms.would_apply_on,
            status=SupportChangeStatus.PENDING,
            asked_by=context.caller.subject,
            asked_at=now,
        )
        _replace(tx, tenant=tenant, pending=terms.pending, at=now)
        support.add_change(tx, tenant=tenant, change=change)
        tx.schedule(
            APPLY,
            due_at=beginning_of(change.effective_on),
            key=str(change.change_id),
            payload={},
        )
        _tell_asked(tx, contract=contract, change=change, replaced=terms.pending)
        return tx.answer(terms.asked(change).with_last(SHOWN))


def withdraw_support_level_change(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> SupportTerms:
    """Raises Conflict ``support-level-nothing-pending``, also once its day has come."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        terms = _terms_today(tx, contract=contract, now=now)
        pending = terms.pending
        if pending is None:
            raise Conflict("support-level-nothing-pending")
        left = terms.without_pending(SupportChangeStatus.WITHDRAWN, at=now)
        change = left.change(pending.change_id)
        support.change_ended(tx, tenant=tenant, change=change)
        tx.unschedule(APPLY, str(change.change_id))
        _tell_withdrawn(tx, contract=contract, change=change, at=now)
        return tx.answer(left)


def _terms_today(tx: Tx, *, contract: Contract, now: datetime) -> SupportTerms:
    """A change whose day has come is in force before anything else is asked for."""
    terms = support_terms(tx, contract=contract, now=now)
    pending = terms.pending
    if pending is None or not terms.is_due:
        return terms
    tx.unschedule(APPLY, str(pending.change_id))
    return apply_due(tx, contract=contract, terms=terms, pending=pending, at=now)


def _replace(tx: Tx, *, tenant: TenantCode, pending: SupportChange | None, at: datetime) -> None:
    if pending is None:
        return
    ended = pending.ended(SupportChangeStatus.REPLACED, at=at)
    support.change_ended(tx, tenant=tenant, change=ended)
    tx.unschedule(APPLY, str(pending.change_id))


def _tell_asked(
    tx: Tx, *, contract: Contract, change: SupportChange, replaced: SupportChange | None
) -> None:
    known = {
        "level_before": change.level_before,
        "support_level": change.support_level,
        "replaced": replaced and replaced.support_level,
        "effective_on": change.effective_on,
        "committed_until": commitment_end(change.effective_on),
    }
    tx.record(
        "contract:support-level:asked", target=contract.tenant, details=known, at=change.asked_at
    )
    tx.emit(
        SupportLevelChangeAsked,
        at=change.asked_at,
        tenant=contract.tenant,
        change_id=change.change_id,
        asked_at=change.asked_at,
        referent_id=contract.referent.person_id,
        **known,
    )


def _tell_withdrawn(tx: Tx, *, contract: Contract, change: SupportChange, at: datetime) -> None:
    known = {
        "level_before": change.level_before,
        "support_level": change.support_level,
        "effective_on": change.effective_on,
    }
    tx.record("contract:support-level:withdrawn", target=contract.tenant, details=known, at=at)
    tx.emit(
        SupportLevelChangeWithdrawn,
        at=at,
        tenant=contract.tenant,
        change_id=change.change_id,
        withdrawn_at=at,
        referent_id=contract.referent.person_id,
        **known,
    )
