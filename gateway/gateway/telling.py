"""What a gateway process tells the services, and does when it falls due: the same outbox and the
same due work as in a service, in threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import structlog

from servicekit.clock import Clock
from servicekit.db import Database
from servicekit.due import DueRunner, Handler
from servicekit.relay import Relay

_PAUSE = 1.0
_SECONDS_TO_STOP = 3.0
_log = structlog.get_logger(__name__)


class Telling:
    def __init__(
        self, *, db: Database, clock: Clock, amqp_url: str, handlers: Mapping[str, Handler]
    ) -> None:
        self._relay = Relay(db, amqp_url, db.service)
        self._due = DueRunner(db, clock, handlers)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._guarded, args=(run,), name=name, daemon=True)
            for name, run in (("due", self._due.run), ("relay", self._relay.run))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """What falls due first, so that what it tells is told."""
        self._stopping.set()
        for thread, end in zip(self._threads, (self._due.stop, self._relay.stop), strict=True):
            end()
            if thread.is_alive():
                thread.join(timeout=_SECONDS_TO_STOP)

    def _guarded(self, run: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                run()
            except Exception:  # noqa: BLE001 - the thread must outlive every fault
                _log.exception("telling-failed", part=threading.current_thread().name)
                self._stopping.wait(_PAUSE)
