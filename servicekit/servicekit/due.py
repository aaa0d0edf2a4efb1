"""Runs what has fallen due, in the order of due times, once in effect, on any number of replicas.

    def end_trial(item: DueItem) -> None:
        with db.write(item.context, tenant=item.tenant) as tx:
            if tx.settle(item):  # False: another runner did it
                ...

A handler that does not settle its item gets it taken off after it returns: at least once then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from servicekit import due_store, housekeeping
from servicekit.clock import Clock, SystemClock
from servicekit.context import system_context
from servicekit.db import EVERYONE, Database
from servicekit.due_store import DueCounts, DueItem, DueRow
from servicekit.errors import GuichetError, Unavailable
from servicekit.ids import new_id

__all__ = ["DueCounts", "DueItem", "DueRunner", "Handler"]

Handler = Callable[[DueItem], None]

LEASE = timedelta(seconds=60)  # as long as a timer's own context lives
RETRY_SECONDS = (1, 5, 30, 120, 600, 1800, 7200)
MAX_ATTEMPTS = len(RETRY_SECONDS) + 1
_POLL_SECONDS = 0.5
_SWEEP_EVERY = timedelta(hours=1)

_log = structlog.get_logger(__name__)


class DueRunner:
    def __init__(self, db: Database, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._db = db
        self._clock = clock
        self._real = SystemClock()
        self._handlers = dict(handlers)
        self._awake = threading.Event()
        self._stopping = False
        self._next_sweep = self._real.now()
        db.when_scheduled(self._awake.set)

    def run(self) -> None:
        """Until ``stop()``; a database that is away is waited for."""
        while not self._stopping:
            self._awake.clear()
            try:
                while not self._stopping and self.step():
                    pass
                self._sweep()
            except Unavailable as error:
                _log.warning("due-work-waits", code=error.code)
            self._awake.wait(_POLL_SECONDS)

    def stop(self) -> None:
        self._stopping = True
        self._awake.set()

    def step(self) -> bool:
        """Do the next due item; False when there is none."""
        if not self._handlers:
            return False
        row = self._claim()
        if row is None:
            return False
        item = self._item(row)
        try:
            self._handlers[row.kind](item)
            self._take_off(item)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is counted and retried
            self._postpone(row, error)
        return True

    def counts(self) -> DueCounts:
        with self._db.read(tenant=EVERYONE) as tx:
            return due_store.count_rows(tx)

    def _claim(self) -> DueRow | None:
        real_now = self._real.now()
        now = self._clock.now()
        context = system_context(service=self._db.service, call="due.claim")
        with self._db.write(context, tenant=EVERYONE) as tx:
            return due_store.claim_row(
                tx,
                kinds=list(self._handlers),
                now=now,
                real_now=real_now,
                lease=new_id(),
                leased_until=real_now + LEASE,
            )

    def _item(self, row: DueRow) -> DueItem:
        context = system_context(
            service=self._db.service, call=f"due.{row.kind}", tenant=row.tenant
        )
        return DueItem(
            due_id=row.due_id,
            lease=row.lease,
            kind=row.kind,
            key=row.key,
            tenant=row.tenant,
            due_at=row.due_at,
            now=row.due_at if self._clock.simulated else self._clock.now(),
            payload=row.payload,
            attempts=row.attempts,
            context=context,
        )

    def _take_off(self, item: DueItem) -> None:
        with self._db.write(item.context, tenant=EVERYONE) as tx:
            tx.settle(item)

    def _postpone(self, row: DueRow, error: Exception) -> None:
        dead = row.attempts >= MAX_ATTEMPTS
        real_now = self._real.now()
        told = error.code if isinstance(error, GuichetError) else type(error).__name__
        _log.error(
            "due-work-dead" if dead else "due-work-failed",
            kind=row.kind,
            key=row.key,
            attempts=row.attempts,
            error=told,
            exc_info=None if isinstance(error, GuichetError) else error,
        )
        context = system_context(service=self._db.service, call="due.postpone")
        with self._db.write(context, tenant=EVERYONE) as tx:
            due_store.postpone(
                tx,
                row=row,
                error=told,
                retry_at=real_now + _pause(row.attempts),
                dead_at=real_now if dead else None,
            )

    def _sweep(self) -> None:
        now = self._real.now()
        if now >= self._next_sweep:
            self._next_sweep = now + _SWEEP_EVERY
            housekeeping.sweep(self._db, now=now)


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1])
