"""One quota for all gateway processes, at the price of one statement every half second.

Each process lets requests through by what it knows, tells what it let through and learns what the
others did. What they had not told each other yet is the error: ``n`` processes can let at most
``n`` times the amount through in one burst; it is charged to the bucket all the same, so the long
run stays at the rate. Where the database is away each process goes on by what it knows.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from gateway.limits.buckets import Buckets, Holder, Kind, Spending
from gateway.oauth.acting import acting
from gateway.rounds import Rounds
from gateway.store.spent_quotas import add_spending, remove_full_quotas, remove_quota
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx

_EVERY = 0.5
_SWEEP_AFTER = 600  # exchanges
_MOST_AT_ONCE = 5_000


class Sharing:
    """One thread. Without requests it asks nothing of the database but an occasional sweep."""

    def __init__(self, *, db: Database, clock: Clock, buckets: Buckets) -> None:
        self._db = db
        self._clock = clock
        self._buckets = buckets
        self._done = 0
        says = "limits-not-shared"
        self.rounds = Rounds("limits", [(_EVERY, self._round)], waits=says, failed=says)

    def exchange(self) -> None:
        """Raises Unavailable; what was to be told is then told next time."""
        as_of, spending = self._buckets.take_spending()
        if not spending:
            return
        # Who has spent most is told first; a flood of addresses must not hold the exchange up.
        spending.sort(key=lambda one: one.spent, reverse=True)
        told, later = spending[:_MOST_AT_ONCE], spending[_MOST_AT_ONCE:]
        self._buckets.put_back(later)
        try:
            missing = self._tell(told, as_of)
        except Exception:
            self._buckets.put_back(told)
            raise
        self._buckets.learn(missing, as_of=as_of)

    def sweep(self) -> None:
        """Full buckets say nothing, and an address is not kept longer than it serves."""
        with self._db.write(acting("limits.sweep"), tenant=EVERYONE) as tx:
            remove_full_quotas(tx, now=self._clock.now())

    def _tell(self, spending: list[Spending], as_of: int) -> dict[Holder, int]:
        now = self._clock.now()
        holders = {holder_digest(one.holder): one.holder for one in spending}
        with self._db.write(acting("limits.share"), tenant=EVERYONE) as tx:
            known = add_spending(
                tx,
                holders=list(holders),
                since=[now - _span(as_of - one.since) for one in spending],
                spent=[_span(one.spent) for one in spending],
            )
        return {holders[row.holder]: _nanoseconds(row.full_at - now) for row in known}

    def _round(self) -> None:
        self._done += 1
        self.exchange()
        if self._done % _SWEEP_AFTER == 0:
            self.sweep()


def forget_spending(tx: Tx, *, client_id: str) -> None:
    """Its quota is another one from now on; each process forgets its part as it learns of it."""
    remove_quota(tx, holder=holder_digest(Holder(Kind.CLIENT, client_id)))


def holder_digest(holder: Holder) -> bytes:
    """Neither address nor person can be read in the table."""
    text = f"{holder.kind.value}:{holder.name}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _span(nanoseconds: int) -> timedelta:
    return timedelta(microseconds=nanoseconds / 1000)


def _nanoseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1) * 1000
