from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from servicekit.clock import Clock, SimulatedClock, SystemClock, clock_for
from servicekit.db import EVERYONE, Database
from servicekit.errors import Conflict

pytestmark = pytest.mark.servers

DAY = 86_400


def move(db: Database, notes: Any, clock: Clock, seconds: int) -> int:
    with db.write(notes.context(), tenant=EVERYONE) as tx:
        return clock.move_to_offset(tx, seconds)


def ahead(clock: Clock) -> timedelta:
    return clock.now() - datetime.now(UTC)


def test_it_runs_with_real_time_until_it_is_moved(db: Database) -> None:
    assert abs(ahead(SimulatedClock(db))) < timedelta(seconds=1)


def test_a_move_is_seen_at_once_by_who_moved_and_soon_by_others(db: Database, notes: Any) -> None:
    mine, other = SimulatedClock(db), SimulatedClock(db)
    mine.now(), other.now()
    assert move(db, notes, mine, DAY) == DAY
    assert ahead(mine) > timedelta(hours=23)
    other._stale_after = 0.0  # half a second later
    assert ahead(other) > timedelta(hours=23)


def test_it_goes_forward_only(db: Database, notes: Any) -> None:
    clock = SimulatedClock(db)
    move(db, notes, clock, 2 * DAY)
    assert move(db, notes, clock, DAY) == 2 * DAY, "an event that comes late changes nothing"
    assert ahead(clock) > timedelta(hours=47)


def test_a_move_that_is_rolled_back_did_not_happen(db: Database, notes: Any) -> None:
    clock = SimulatedClock(db)
    with pytest.raises(ZeroDivisionError), db.write(notes.context(), tenant=EVERYONE) as tx:  # noqa: PT012
        clock.move_to_offset(tx, DAY)
        1 / 0  # noqa: B018
    clock._stale_after = 0.0
    assert ahead(clock) < timedelta(hours=1)


def test_it_outlives_the_process(db: Database, notes: Any) -> None:
    move(db, notes, SimulatedClock(db), DAY)
    assert ahead(SimulatedClock(db)) > timedelta(hours=23)


def test_it_asks_the_database_at_most_twice_a_second(db: Database) -> None:
    clock = SimulatedClock(db)
    clock.now()
    before = db.statistics()["requests_num"]
    for _ in range(100):
        clock.now()
    assert db.statistics()["requests_num"] - before <= 1


def test_production_has_a_real_clock_that_cannot_be_moved(db: Database, notes: Any) -> None:
    clock = clock_for("production", db)
    assert isinstance(clock, SystemClock)
    assert isinstance(clock_for("demo", db), SimulatedClock)
    with pytest.raises(Conflict, match="clock-not-simulated"):
        move(db, notes, clock, DAY)
