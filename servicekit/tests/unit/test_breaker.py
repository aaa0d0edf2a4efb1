from __future__ import annotations

import pytest

from servicekit.breaker import Breaker, State

pytestmark = pytest.mark.unit


class Clockwork:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


@pytest.fixture
def breaker(clockwork: Clockwork) -> Breaker:
    return Breaker("sample", threshold=5, pause=0.5, monotonic=clockwork)


def trip(breaker: Breaker) -> None:
    for _ in range(5):
        assert breaker.admits()
        breaker.failed()


def test_it_opens_after_five_failures_in_a_row(breaker: Breaker) -> None:
    for _ in range(4):
        breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()


def test_a_success_in_between_begins_anew(breaker: Breaker) -> None:
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert breaker.admits()


def test_one_probe_at_a_time_and_spaced(breaker: Breaker, clockwork: Clockwork) -> None:
    trip(breaker)
    clockwork.now += 0.4
    assert not breaker.admits()
    clockwork.now += 0.2
    assert breaker.admits()
    assert not breaker.admits(), "the probe is under way"
    breaker.failed()
    assert not breaker.admits()
    clockwork.now += 0.6
    assert breaker.admits()


def test_a_probe_that_succeeds_lets_all_through(breaker: Breaker, clockwork: Clockwork) -> None:
    trip(breaker)
    clockwork.now += 1
    assert breaker.admits()
    breaker.succeeded()
    assert all(breaker.admits() for _ in range(10))


def test_a_probe_that_tells_nothing_is_tried_again(breaker: Breaker, clockwork: Clockwork) -> None:
    trip(breaker)
    clockwork.now += 1
    assert breaker.admits()
    breaker.undecided()
    assert breaker.state is State.OPEN
    clockwork.now += 1
    assert breaker.admits()


def test_a_service_known_to_be_away_is_not_probed(breaker: Breaker, clockwork: Clockwork) -> None:
    trip(breaker)
    for _ in range(10):
        clockwork.now += 0.3
        breaker.stay_shut()
        assert not breaker.admits()


def test_staying_shut_concerns_an_open_one_only(breaker: Breaker) -> None:
    breaker.stay_shut()
    assert breaker.admits()
