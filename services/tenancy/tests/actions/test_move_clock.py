from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from servicekit import audit
from servicekit.clock import SimulatedClock, SystemClock
from servicekit.errors import Conflict, Invalid
from tenancy.actions.move_clock import ClockReading, move_clock

pytestmark = pytest.mark.servers

MONTH = timedelta(days=30)


def move(house, clock, target: datetime) -> ClockReading:
    return move_clock(
        db=house.db,
        context=house.by_staff("tenancy.move_clock"),
        clock=clock,
        now=clock.now(),
        real_now=SystemClock().now(),
        target=target,
    )


def test_simulated_clock_goes_on_from_its_target(house) -> None:
    clock = SimulatedClock(house.db)
    target = clock.now() + MONTH
    reading = move(house, clock, target)
    assert reading.simulated
    assert target <= reading.now < target + timedelta(seconds=2)
    assert target <= clock.now() < target + timedelta(seconds=5)


def test_move_is_told_once_with_its_offset_and_recorded(house) -> None:
    clock = SimulatedClock(house.db)
    move(house, clock, clock.now() + MONTH)
    [(kind, offset)] = house.rows("SELECT type, data ->> 'offset_seconds' FROM house.outbox")
    assert kind == "guichet.tenancy.ClockMoved.v1"
    assert int(offset) - MONTH.total_seconds() in (0, 1)
    assert house.rows("SELECT action FROM house.audit_entries") == [("clock:installation:moved",)]
    assert audit.verify_chain(db=house.db, tenant=audit.HOUSE).verified


def test_clock_only_moves_forward(house) -> None:
    clock = SimulatedClock(house.db)
    move(house, clock, clock.now() + MONTH)
    with pytest.raises(Invalid, match="clock-only-forward"):
        move(house, clock, clock.now() - timedelta(seconds=1))
    assert house.rows("SELECT count(*) FROM house.outbox") == [(1,)]


def test_production_refuses(house) -> None:
    clock = SystemClock()
    with pytest.raises(Conflict, match="clock-not-simulated"):
        move(house, clock, clock.now() + MONTH)
    assert house.rows("SELECT count(*) FROM house.outbox") == [(0,)]
