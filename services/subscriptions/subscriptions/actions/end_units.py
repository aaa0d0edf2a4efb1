"""The day of a termination begins: its units end. Due work, done once however often it is run."""

from __future__ import annotations

from uuid import UUID

from contracts.subscriptions import TerminationTookEffect
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from subscriptions.domain.subscriptions import Subscription, Termination
from subscriptions.store import subscriptions, terminations


def end_units(*, db: Database, item: DueItem) -> None:
    """The item's key is the termination's id; it was scheduled in the tenant's own scope."""
    if item.tenant is None:
        raise ValueError("a termination belongs to a tenant")
    with db.write(item.context, tenant=item.tenant) as tx:
        if not tx.settle(item):
            return
        running = subscriptions.get_subscription(
            tx,
            tenant=item.tenant,
            subscription_id=UUID(item.payload["subscription_id"]),
            lock=True,
        )
        termination = running.termination(UUID(item.key))
        if termination.done:
            return
        left = running.ended(termination)
        subscriptions.change_units(tx, subscription=left)
        terminations.change_to_done(
            tx,
            tenant=item.tenant,
            termination_id=termination.termination_id,
            done_at=item.now,
        )
        _tell(tx, subscription=left, termination=termination, item=item)


def _tell(tx: Tx, *, subscription: Subscription, termination: Termination, item: DueItem) -> None:
    tx.record(
        "subscriptions:termination:effective",
        target=str(subscription.subscription_id),
        details={
            "termination_id": termination.termination_id,
            "quantity": termination.quantity,
            "remaining": subscription.quantity,
        },
        at=item.now,
    )
    tx.emit(
        TerminationTookEffect,
        at=item.now,
        subscription_id=subscription.subscription_id,
        termination_id=termination.termination_id,
        tenant=subscription.tenant,
        offer=subscription.offer,
        quantity=termination.quantity,
        remaining=subscription.quantity,
        effective_on=termination.effective_on,
        requested_by=termination.requested_by,
    )
