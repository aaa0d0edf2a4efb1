"""A thread that goes its rounds whatever happens on them."""

from __future__ import annotations

import threading

import pytest

from gateway.rounds import Rounds
from servicekit.errors import Unavailable

pytestmark = pytest.mark.unit


def test_faults_end_no_round_and_each_act_has_its_own_pace() -> None:
    seen, often = [], threading.Event()

    def wait_for_server() -> None:
        seen.append("waits")
        raise Unavailable("database")

    def fail() -> None:
        seen.append("fails")
        if seen.count("fails") == 3:
            often.set()
        raise ZeroDivisionError

    rounds = Rounds(
        "test", [(60.0, wait_for_server), (0.01, fail)], waits="test-waits", failed="test-failed"
    )
    rounds.start()
    assert often.wait(5)
    rounds.stop()
    assert rounds.stopping
    assert seen.count("waits") == 1
