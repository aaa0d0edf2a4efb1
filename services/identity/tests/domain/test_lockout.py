"""The lock of one credential, rule by rule, and whatever order tries may come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from identity.domain.lockout import ABANDONED_AFTER, Guard, LockRule, Turn

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FIVE = LockRule(limit=5, window=timedelta(minutes=15), duration=timedelta(minutes=15))
MINUTE = timedelta(minutes=1)


def wrong(guard: Guard, now: datetime) -> Guard:
    reserved, turn = guard.reserve(now, FIVE)
    assert turn is Turn.CHECK
    return reserved.fail(now, now, FIVE)


def failed(times: int, *, every: timedelta = MINUTE) -> tuple[Guard, datetime]:
    guard, now = Guard(), NOON
    for _ in range(times):
        guard, now = wrong(guard, now), now + every
    return guard, now


def test_fifth_failure_locks_for_fifteen_minutes() -> None:
    guard, now = failed(4)
    assert guard.locked_until is None
    guard = wrong(guard, now)
    assert guard.locked_until == now + FIVE.duration


def test_locked_credential_turns_even_the_right_password_away() -> None:
    guard, now = failed(5)
    _, turn = guard.reserve(now, FIVE)
    assert turn is Turn.AWAY


def test_trying_a_locked_credential_makes_its_lock_no_longer() -> None:
    guard, now = failed(5)
    locked_until = guard.locked_until
    for _ in range(20):
        guard, _ = guard.reserve(now, FIVE)
    assert guard.locked_until == locked_until
    assert guard.failures() == 25


def test_lock_ends_by_itself_and_leaves_a_clean_counter() -> None:
    guard, _ = failed(5)
    assert guard.locked_until is not None
    later, turn = guard.reserve(guard.locked_until, FIVE)
    assert turn is Turn.CHECK
    assert later.failures() == 0


def test_failures_outside_the_window_are_forgotten_one_by_one() -> None:
    guard, now = failed(4, every=timedelta(minutes=5))
    guard = wrong(guard, now)  # five in 20 minutes, four of them inside 15
    assert guard.locked_until is None
    assert len(guard.failed_at) == 3


def test_right_password_forgives_what_failed_before() -> None:
    guard, now = failed(4)
    guard, _ = guard.reserve(now, FIVE)
    assert guard.succeed(now) == Guard()


def test_reset_clears_counter_and_lock_at_once() -> None:
    guard, now = failed(5)
    _, turn = guard.reset().reserve(now, FIVE)
    assert turn is Turn.CHECK


def test_tries_under_way_make_others_wait_and_not_fail() -> None:
    guard = Guard()
    for _ in range(5):
        guard, turn = guard.reserve(NOON, FIVE)
        assert turn is Turn.CHECK
    same, turn = guard.reserve(NOON, FIVE)
    assert turn is Turn.WAIT
    assert same == guard


def test_try_without_a_check_is_given_back() -> None:
    guard, _ = Guard().reserve(NOON, FIVE)
    assert guard.release(NOON) == Guard()


def test_try_that_nobody_settled_counts_as_a_failure() -> None:
    guard, _ = Guard().reserve(NOON, FIVE)
    later = guard.seen_at(NOON + ABANDONED_AFTER, FIVE)
    assert later.pending_at == ()
    assert later.failures() == 1
    assert later.succeed(NOON) == Guard()


@given(st.integers(min_value=6, max_value=200))
def test_of_many_guesses_at_once_the_limit_is_checked_and_all_are_counted(guesses: int) -> None:
    guard, checks, waiting = Guard(), 0, 0
    for _ in range(guesses):
        guard, turn = guard.reserve(NOON, FIVE)
        checks += turn is Turn.CHECK
        waiting += turn is Turn.WAIT
    for _ in range(checks):
        guard = guard.fail(NOON, NOON, FIVE)
    for _ in range(waiting):
        guard, turn = guard.reserve(NOON, FIVE)
        assert turn is Turn.AWAY
    assert checks == FIVE.limit
    assert guard.failures() == guesses


class AnyOrder(RuleBasedStateMachine):
    """Tries are taken, settled and abandoned in whatever order while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.guard = Guard()
        self.under_way: list[datetime] = []
        self.checks_since_forgiven: list[datetime] = []

    @rule()
    def take(self) -> None:
        before = self.guard.seen_at(self.now, FIVE)
        self.guard, turn = self.guard.reserve(self.now, FIVE)
        shut = before.locked_until is not None or len(before.failed_at) >= FIVE.limit
        assert (turn is Turn.AWAY) is shut
        if turn is Turn.CHECK:
            self.under_way.append(self.now)
            self.checks_since_forgiven.append(self.now)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        at = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self.guard = self.guard.fail(at, self.now, FIVE)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        at = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self.guard = self.guard.succeed(at)
        # One that was abandoned had failed before, so it is forgiven too.
        self.checks_since_forgiven = [
            at for at in self.under_way if self.now - at < ABANDONED_AFTER
        ]

    @rule(seconds=st.sampled_from([1, 10, 29, 31, 600, 901]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def no_window_sees_more_checks_than_the_limit(self) -> None:
        recent = [at for at in self.checks_since_forgiven if self.now - at < FIVE.window]
        assert len(recent) <= FIVE.limit
        seen = self.guard.seen_at(self.now, FIVE)
        assert len(seen.failed_at) <= FIVE.limit

    @invariant()
    def lock_is_never_longer_than_its_duration(self) -> None:
        if self.guard.locked_until is not None:
            assert self.guard.locked_until <= self.now + FIVE.duration


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=2 * settings.default.max_examples, deadline=None)
TestAnyOrder.pytestmark = [pytest.mark.unit]
