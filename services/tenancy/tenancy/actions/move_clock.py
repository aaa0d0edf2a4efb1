"""An operator moves a simulated installation forward; the other services hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.tenancy import ClockMoved
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.errors import Conflict
from tenancy.domain.clocks import seconds_ahead


@dataclass(frozen=True, slots=True)
class ClockReading:
    now: datetime
    simulated: bool


def move_clock(
    *,
    db: Database,
    context: Context,
    clock: Clock,
    now: datetime,
    real_now: datetime,
    target: datetime,
) -> ClockReading:
    """``now`` is the installation's time and ``real_now`` the world's, both before the move."""
    if not clock.simulated:
        raise Conflict("clock-not-simulated")
    with db.write(context, tenant=EVERYONE) as tx:
        offset = clock.move_to_offset(tx, seconds_ahead(target=target, now=now, real=real_now))
        moved = real_now + timedelta(seconds=offset)
        tx.record(
            "clock:installation:moved",
            target="installation",
            details={"from": now, "to": moved, "offset_seconds": offset},
            at=now,
        )
        tx.emit(ClockMoved, at=now, offset_seconds=offset)
        return tx.answer(ClockReading(now=moved, simulated=True))
