"""The only place that asks what time it is.

A demo or test installation runs on a simulated clock: real time plus an offset that only grows,
kept in ``house.clock`` of each service's database and moved by the event ClockMoved.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from servicekit.errors import Conflict

if TYPE_CHECKING:
    from servicekit.db import Database, Tx

_REFRESH_SECONDS = 0.5


class Clock(Protocol):
    @property
    def simulated(self) -> bool: ...

    def now(self) -> datetime:
        """Aware, UTC."""
        ...

    def move_to_offset(self, tx: Tx, seconds: int) -> int:
        """Let the clock stand ``seconds`` ahead of real time, unless it stands further already.

        Gives the offset in force. Conflict("clock-not-simulated") on a real clock.
        """
        ...


class SystemClock:
    simulated = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    def move_to_offset(self, tx: Tx, seconds: int) -> int:
        raise Conflict("clock-not-simulated")


class SimulatedClock:
    """Real time plus the installation's offset, read again at most every half second."""

    simulated = True

    def __init__(self, db: Database) -> None:
        self._db = db
        self._offset = timedelta(0)
        self._stale_after = float("-inf")

    def now(self) -> datetime:
        if time.monotonic() >= self._stale_after:
            self._refresh()
        return datetime.now(UTC) + self._offset

    def move_to_offset(self, tx: Tx, seconds: int) -> int:
        offset: int = tx.value(
            "INSERT INTO house.clock AS clock (singleton, offset_seconds)"
            " VALUES (true, %(seconds)s)"
            " ON CONFLICT (singleton) DO UPDATE"
            " SET offset_seconds = greatest(clock.offset_seconds, excluded.offset_seconds)"
            " RETURNING offset_seconds",
            {"seconds": seconds},
        )
        tx.after_commit(self._expire)
        return offset

    def _refresh(self) -> None:
        from servicekit.db import EVERYONE

        asked_at = time.monotonic()
        with self._db.read(tenant=EVERYONE) as tx:
            seconds = tx.value("SELECT offset_seconds FROM house.clock", {})
        # Two threads may refresh at once and the slower one come back with the older offset.
        self._offset = max(self._offset, timedelta(seconds=seconds or 0))
        self._stale_after = asked_at + _REFRESH_SECONDS

    def _expire(self) -> None:
        self._stale_after = float("-inf")


def clock_for(mode: str, db: Database) -> Clock:
    """``mode`` is GUICHET_MODE: a production installation has no simulated clock."""
    return SystemClock() if mode == "production" else SimulatedClock(db)
