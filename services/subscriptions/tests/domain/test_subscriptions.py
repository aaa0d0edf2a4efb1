from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.codes import TenantCode
from contracts.subscriptions import OrderStatus, Product, SubscriptionStatus
from servicekit.calendar import beginning_of
from servicekit.errors import Conflict
from subscriptions.domain import orders
from subscriptions.domain.offers import Offer
from subscriptions.domain.subscriptions import TRANSITIONS, Act, Subscription, Termination, after

pytestmark = pytest.mark.unit

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OFFER = Offer(
    price_list_id=UUID(int=1),
    offer_id="workspace.eu-west-0.standard-2.12-months",
    product=Product.WORKSPACE,
    region="eu-west-0",
    flavour="standard-2",
    package="12-months",
    term_months=12,
    upfront=False,
    monthly_price=Decimal("19.20"),
    upfront_price=Decimal(0),
    currency="EUR",
)


def running(quantity: int) -> Subscription:
    return orders.placed(
        order_id=uuid4(),
        subscription_id=uuid4(),
        tenant=TenantCode("OCB0001001"),
        offer=OFFER,
        quantity=quantity,
        placed_by="person-1",
        at=AT,
    )[1]


def terminate(
    subscription: Subscription, quantity: int | None, *, at: datetime = AT
) -> tuple[Subscription, Termination]:
    return subscription.terminated(
        termination_id=uuid4(), quantity=quantity, requested_by="person-1", at=at
    )


def test_order_is_accepted_and_runs_at_once() -> None:
    order, subscription = orders.placed(
        order_id=uuid4(),
        subscription_id=uuid4(),
        tenant=TenantCode("OCB0001001"),
        offer=OFFER,
        quantity=3,
        placed_by="person-1",
        at=AT,
    )
    assert order.status is OrderStatus.ACCEPTED
    assert order.subscription_id == subscription.subscription_id
    assert subscription.status is SubscriptionStatus.ACTIVE
    assert (subscription.quantity, subscription.started_at) == (3, AT)
    assert subscription.committed_until == date(2027, 10, 31)


def test_some_units_end_on_the_first_of_next_month_and_run_until_then() -> None:
    subscription, termination = terminate(running(5), 2)
    assert termination.effective_on == date(2026, 12, 1)
    assert (subscription.quantity, subscription.remaining) == (5, 3)
    assert subscription.status is SubscriptionStatus.ACTIVE


def test_terminating_all_that_is_left_makes_the_subscription_terminating() -> None:
    some, _ = terminate(running(5), 2)
    everything, termination = terminate(some, None)
    assert termination.quantity == 3
    assert everything.status is SubscriptionStatus.TERMINATING


def test_more_than_what_is_left_is_refused_with_what_is_left() -> None:
    subscription, _ = terminate(running(5), 2)
    with pytest.raises(Conflict, match="quantity-exceeds-remaining") as refused:
        terminate(subscription, 4)
    assert refused.value.details == {"remaining": 3}


def test_all_of_nothing_is_refused() -> None:
    subscription, _ = terminate(running(1), None)
    with pytest.raises(Conflict, match="quantity-exceeds-remaining"):
        terminate(subscription, None)


def test_ended_subscription_cannot_be_terminated() -> None:
    subscription, termination = terminate(running(1), None)
    ended = subscription.ended(termination)
    assert (ended.quantity, ended.status) == (0, SubscriptionStatus.ENDED)
    with pytest.raises(Conflict, match="subscription-ended"):
        terminate(ended, 1)


def test_effect_of_a_termination_happens_once() -> None:
    subscription, termination = terminate(running(5), 2)
    once = subscription.ended(termination)
    assert once.quantity == 3
    assert once.ended(once.termination(termination.termination_id)) == once


def test_commitment_does_not_hold_a_workspace_back() -> None:
    """FAQ: effective on the first day of the month after the act, no condition."""
    _, termination = terminate(running(1), None, at=AT + timedelta(minutes=1))
    assert termination.effective_on < running(1).committed_until


@pytest.mark.parametrize("status", [None, *SubscriptionStatus])
@pytest.mark.parametrize("act", Act)
def test_only_what_the_table_says_is_legal(status: SubscriptionStatus | None, act: Act) -> None:
    if (status, act) in TRANSITIONS:
        assert after(status, act) is TRANSITIONS[status, act]
        return
    with pytest.raises(Conflict, match="transition-illegal") as refused:
        after(status, act)
    legal = [one.value for start, one in TRANSITIONS if start is status]
    assert refused.value.details["legal"] == legal


def test_order_that_was_accepted_is_not_placed_again() -> None:
    with pytest.raises(Conflict, match="transition-illegal"):
        orders.after(OrderStatus.ACCEPTED, orders.OrderAct.PLACE)


class Life(RuleBasedStateMachine):
    """Any terminations at any times, each carried out when its day has come, or later."""

    @initialize(quantity=st.integers(1, 30))
    def order(self, quantity: int) -> None:
        self.ordered = quantity
        self.now = AT
        self.subscription = running(quantity)

    @rule(quantity=st.one_of(st.none(), st.integers(1, 40)))
    def terminate(self, quantity: int | None) -> None:
        left = self.subscription.remaining
        try:
            self.subscription, known = terminate(self.subscription, quantity, at=self.now)
        except Conflict:
            assert left == 0 or (quantity is not None and quantity > left)
        else:
            assert known.quantity == (left if quantity is None else quantity)
            assert beginning_of(known.effective_on) > self.now

    @rule(days=st.integers(1, 70), late=st.booleans())
    def wait(self, days: int, late: bool) -> None:
        self.now += timedelta(days=days)
        if not late:
            self.carry_out()

    @rule()
    def carry_out(self) -> None:
        for one in self.subscription.terminations:
            if not one.done and beginning_of(one.effective_on) <= self.now:
                self.subscription = self.subscription.ended(one)

    @invariant()
    def units_add_up(self) -> None:
        one = self.subscription
        gone = sum(t.quantity for t in one.terminations if t.done)
        assert one.quantity == self.ordered - gone >= 0
        assert sum(t.quantity for t in one.terminations) <= self.ordered
        assert 0 <= one.remaining <= one.quantity

    @invariant()
    def state_says_how_many_are_left(self) -> None:
        one = self.subscription
        expected = SubscriptionStatus.ACTIVE
        if one.quantity == 0:
            expected = SubscriptionStatus.ENDED
        elif one.remaining == 0:
            expected = SubscriptionStatus.TERMINATING
        assert one.status is expected


TestLife = Life.TestCase


def test_the_day_of_a_termination_is_foreseen_while_units_are_left() -> None:
    subscription = running(2)
    assert subscription.foreseen(AT).would_end_on == date(2026, 12, 1)
    ending, _ = terminate(subscription, None)
    assert ending.foreseen(AT).would_end_on is None
