"""A manager of subscriptions ends n of m units, or all that are left, on the first of next month.

The act only makes the end known; ``end_units`` carries it out when the day begins.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.subscriptions import TerminationScheduled
from servicekit.calendar import beginning_of
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.ids import new_id
from subscriptions.domain.subscriptions import Subscription, Termination
from subscriptions.store import subscriptions, terminations

END_UNITS = "end-units"  # the kind of due work


def terminate_subscription(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    subscription_id: UUID,
    quantity: int | None,
) -> Subscription:
    with db.write(context, tenant=tenant) as tx:
        running = subscriptions.get_subscription(
            tx, tenant=tenant, subscription_id=subscription_id, lock=True
        )
        ending, termination = running.terminated(
            termination_id=new_id(),
            quantity=quantity,
            requested_by=context.caller.subject,
            at=now,
        )
        subscriptions.change_units(tx, subscription=ending)
        terminations.add_termination(
            tx, tenant=tenant, subscription_id=subscription_id, termination=termination
        )
        tx.schedule(
            END_UNITS,
            due_at=beginning_of(termination.effective_on),
            key=str(termination.termination_id),
            payload={"subscription_id": subscription_id},
        )
        _tell(tx, subscription=ending, termination=termination, at=now)
        return tx.answer(ending)


def _tell(tx: Tx, *, subscription: Subscription, termination: Termination, at: datetime) -> None:
    tx.record(
        "subscriptions:termination:scheduled",
        target=str(subscription.subscription_id),
        details={
            "termination_id": termination.termination_id,
            "quantity": termination.quantity,
            "remaining": subscription.remaining,
            "effective_on": termination.effective_on,
        },
        at=at,
    )
    tx.emit(
        TerminationScheduled,
        at=at,
        subscription_id=subscription.subscription_id,
        termination_id=termination.termination_id,
        tenant=subscription.tenant,
        offer=subscription.offer,
        quantity=termination.quantity,
        remaining=subscription.remaining,
        effective_on=termination.effective_on,
        requested_by=termination.requested_by,
    )
