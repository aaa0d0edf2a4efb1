"""A subscription: units that run, and when how many of them end.

Workspace (FAQ): all units or n of m may be terminated at any time, effective on the first day of
the month after the act. INFERENCE: the FAQ names no condition, so the commitment is not one; what
remains of it is the invoice's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import TenantCode
from contracts.subscriptions import SubscriptionStatus
from servicekit.calendar import first_of_next_month
from servicekit.errors import Conflict
from subscriptions.domain.commitments import committed_until
from subscriptions.domain.offers import Offer


class Act(StrEnum):
    START = "start"
    TERMINATE_SOME = "terminate some"
    TERMINATE_ALL = "terminate all that are left"
    END_SOME = "some units end"
    END_LAST = "the last units end"


TRANSITIONS: Mapping[tuple[SubscriptionStatus | None, Act], SubscriptionStatus] = {
    (None, Act.START): SubscriptionStatus.ACTIVE,
    (SubscriptionStatus.ACTIVE, Act.TERMINATE_SOME): SubscriptionStatus.ACTIVE,
    (SubscriptionStatus.ACTIVE, Act.TERMINATE_ALL): SubscriptionStatus.TERMINATING,
    (SubscriptionStatus.ACTIVE, Act.END_SOME): SubscriptionStatus.ACTIVE,
    (SubscriptionStatus.TERMINATING, Act.END_SOME): SubscriptionStatus.TERMINATING,
    (SubscriptionStatus.TERMINATING, Act.END_LAST): SubscriptionStatus.ENDED,
}


def after(status: SubscriptionStatus | None, act: Act) -> SubscriptionStatus:
    """The state that ``act`` leads to; None is before the subscription exists."""
    reached = TRANSITIONS.get((status, act))
    if reached is None:
        legal = [legal.value for start, legal in TRANSITIONS if start is status]
        details = {"status": status and status.value, "act": act.value, "legal": legal}
        raise Conflict("transition-illegal", details)
    return reached


@dataclass(frozen=True, slots=True)
class Termination:
    """``quantity`` units end when the day ``effective_on`` begins in Paris."""

    termination_id: UUID
    quantity: int
    requested_by: str
    requested_at: datetime
    effective_on: date
    done: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    """``quantity`` units run now; ``offer`` is what was on offer when it was ordered.

    ``would_end_on`` is told to a reader (``foreseen``), it is not part of what is kept.
    """

    subscription_id: UUID
    order_id: UUID
    tenant: TenantCode
    offer: Offer
    quantity: int
    status: SubscriptionStatus
    started_at: datetime
    committed_until: date
    terminations: tuple[Termination, ...] = ()
    would_end_on: date | None = None

    @property
    def remaining(self) -> int:
        """Units that run now and of which no end is known."""
        return self.quantity - sum(one.quantity for one in self.terminations if not one.done)

    def foreseen(self, at: datetime) -> Subscription:
        """With the day on which units terminated at that instant would end, if any are left."""
        return replace(self, would_end_on=first_of_next_month(at) if self.remaining else None)

    def terminated(
        self, *, termination_id: UUID, quantity: int | None, requested_by: str, at: datetime
    ) -> tuple[Subscription, Termination]:
        """With the end of ``quantity`` units known, or of all that are left where None.

        Raises Conflict ``subscription-ended`` or ``quantity-exceeds-remaining``.
        """
        if self.status is SubscriptionStatus.ENDED:
            raise Conflict("subscription-ended")
        asked = self.remaining if quantity is None else quantity
        if not 1 <= asked <= self.remaining:
            raise Conflict("quantity-exceeds-remaining", {"remaining": self.remaining})
        termination = Termination(
            termination_id=termination_id,
            quantity=asked,
            requested_by=requested_by,
            requested_at=at,
            effective_on=first_of_next_month(at),
            done=False,
        )
        act = Act.TERMINATE_ALL if asked == self.remaining else Act.TERMINATE_SOME
        known = (*self.terminations, termination)
        return replace(self, status=after(self.status, act), terminations=known), termination

    def termination(self, termination_id: UUID) -> Termination:
        """The termination of that id; it must be one of this subscription's."""
        return next(one for one in self.terminations if one.termination_id == termination_id)

    def ended(self, termination: Termination) -> Subscription:
        """With the units of that termination gone. Again: unchanged."""
        if termination.done:
            return self
        left = self.quantity - termination.quantity
        done = tuple(
            replace(one, done=True) if one == termination else one for one in self.terminations
        )
        act = Act.END_LAST if left == 0 else Act.END_SOME
        return replace(self, quantity=left, status=after(self.status, act), terminations=done)


def started(
    *,
    subscription_id: UUID,
    order_id: UUID,
    tenant: TenantCode,
    offer: Offer,
    quantity: int,
    at: datetime,
) -> Subscription:
    return Subscription(
        subscription_id=subscription_id,
        order_id=order_id,
        tenant=tenant,
        offer=offer,
        quantity=quantity,
        status=after(None, Act.START),
        started_at=at,
        committed_until=committed_until(started_at=at, term_months=offer.term_months),
    )
