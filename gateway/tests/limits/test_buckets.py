"""What a bucket lets through, alone and beside others that tell each other late."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.buckets import Buckets, Holder, Kind, Standing
from servicekit.setting_kinds import Quota, quota

pytestmark = pytest.mark.unit

SECOND = 1_000_000_000
TEN_A_MINUTE = Quota(10, 60)
JOHN = Holder(Kind.PERSON, "john")
JANE = Holder(Kind.PERSON, "jane")


class Hand:
    def __init__(self) -> None:
        self.now = 5 * SECOND

    def __call__(self) -> int:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture
def hand() -> Hand:
    return Hand()


def buckets(hand: Hand, rule: Quota | None = TEN_A_MINUTE, size: int = 1000) -> Buckets:
    return Buckets({Kind.PERSON: rule, Kind.ADDRESS: rule}, monotonic_ns=hand, size=size)


def passes(kept: Buckets, holder: Holder = JOHN) -> bool:
    standing = kept.spend(holder)
    assert standing is not None
    return standing.retry_after is None


def burst(kept: Buckets, tries: int, holder: Holder = JOHN) -> int:
    return sum(passes(kept, holder) for _ in range(tries))


def test_a_burst_passes_up_to_the_amount_and_no_further(hand: Hand) -> None:
    assert burst(buckets(hand), 50) == 10


def test_what_was_spent_comes_back_evenly(hand: Hand) -> None:
    kept = buckets(hand)
    burst(kept, 10)
    hand.move(5.999)
    assert not passes(kept)
    hand.move(0.002)
    assert passes(kept)
    assert not passes(kept)
    hand.move(60)
    assert burst(kept, 50) == 10


def test_a_refusal_costs_nothing_so_asking_on_does_not_lock_out(hand: Hand) -> None:
    kept = buckets(hand)
    burst(kept, 10_000)
    hand.move(6.001)
    assert passes(kept)


def test_who_is_refused_learns_when_to_come_back_and_then_passes(hand: Hand) -> None:
    kept = buckets(hand)
    burst(kept, 10)
    refused = kept.spend(JOHN)
    assert refused == Standing("person", TEN_A_MINUTE, remaining=0, full_in=60, retry_after=6)
    hand.move(refused.retry_after or 0)
    assert passes(kept)


def test_what_is_left_counts_down(hand: Hand) -> None:
    kept = buckets(hand)
    left = [standing.remaining for _ in range(10) if (standing := kept.spend(JOHN))]
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_one_holder_takes_nothing_from_another(hand: Hand) -> None:
    kept = buckets(hand)
    assert burst(kept, 50, JOHN) == 10
    assert burst(kept, 50, JANE) == 10
    assert burst(kept, 50, Holder(Kind.ADDRESS, "john")) == 10


def test_nothing_limits_where_no_quota_is_set(hand: Hand) -> None:
    assert buckets(hand, None).spend(JOHN) is None
    assert buckets(hand).spend(Holder(Kind.CLIENT, "billing")) is None


@given(st.lists(st.floats(min_value=0, max_value=30), max_size=200))
def test_no_window_ever_sees_more_than_the_amount_and_what_came_back(waits: list[float]) -> None:
    hand = Hand()
    kept, passed = buckets(hand), []
    for wait in waits:
        hand.move(wait)
        if passes(kept):
            passed.append(hand.now)
    for index, start in enumerate(passed):
        for count, end in enumerate(passed[index:], 1):
            assert count <= 10 + (end - start) / SECOND * 10 / 60 + 1e-6


def test_threads_do_not_let_more_through_than_there_is(hand: Hand) -> None:
    kept, through = buckets(hand, Quota(500, 60)), []

    def hammer() -> None:
        through.append(burst(kept, 400))

    threads = [threading.Thread(target=hammer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through) == 500


def test_a_flood_of_addresses_neither_fills_the_memory_nor_frees_the_flooder(hand: Hand) -> None:
    kept = buckets(hand, size=1000)
    for number in range(5_000):
        kept.spend(Holder(Kind.ADDRESS, str(number)))
        if number % 500 == 0:
            burst(kept, 20)
    assert len(kept._full_at) <= 1000
    assert burst(kept, 50) == 0


# --- several processes --------------------------------------------------------------------------


def exchange(table: dict[Holder, int], *processes: Buckets) -> None:
    """As the database does it: what is told is added up, the sum is learnt."""
    for process in processes:
        as_of, spending = process.take_spending()
        for one in spending:
            table[one.holder] = max(table.get(one.holder, one.since), one.since) + one.spent
        known = {one.holder: table[one.holder] - as_of for one in spending}
        process.learn(known, as_of=as_of)


def test_what_is_spent_at_one_is_spent_at_the_other(hand: Hand) -> None:
    here, there, table = buckets(hand), buckets(hand), {}
    assert burst(here, 8) == 8
    exchange(table, here)
    assert burst(there, 1) == 1  # it has not asked yet
    exchange(table, there)
    assert burst(there, 9) == 1


def test_what_two_let_through_too_much_is_paid_back(hand: Hand) -> None:
    here, there, table = buckets(hand), buckets(hand), {}
    assert burst(here, 50) + burst(there, 50) == 20
    exchange(table, here, there, here)
    hand.move(60)
    assert burst(there, 50) == 0, "twenty were spent: after a minute ten of them are owed still"
    hand.move(60)
    assert burst(there, 50) == 10


def test_in_the_long_run_many_processes_let_the_rate_through(hand: Hand) -> None:
    processes, table = [buckets(hand) for _ in range(4)], {}
    passed = 0
    for _ in range(1200):  # ten minutes in half seconds
        passed += sum(burst(one, 2) for one in processes)
        exchange(table, *processes)
        hand.move(0.5)
    assert passed <= 100 + 4 * 10
    assert passed >= 100


def test_alone_the_exchange_takes_nothing_away(hand: Hand) -> None:
    alone, sharing, table = buckets(hand), buckets(hand), {}
    for step in range(600):
        hand.move(0.37 if step % 7 else 9.0)
        assert passes(alone) == passes(sharing)
        if step % 3 == 0:
            exchange(table, sharing)


def test_what_could_not_be_told_is_told_later(hand: Hand) -> None:
    here, there, table = buckets(hand), buckets(hand), {}
    burst(here, 4)
    _, lost = here.take_spending()
    here.put_back(lost)
    burst(here, 3)
    exchange(table, here)
    burst(there, 1)
    exchange(table, there)
    assert burst(there, 50) == 2


@pytest.mark.parametrize("given", ["", "0/60", "60", "60/0", "60/60s", "-1/5", "1/2/3", "none"])
def test_what_is_no_quota_is_refused_at_start(given: str) -> None:
    with pytest.raises(ValueError, match="expected requests/seconds"):
        quota(given)


def test_a_quota_is_read_from_the_setting() -> None:
    assert (quota("600/60"), quota("off")) == (Quota(600, 60), None)
