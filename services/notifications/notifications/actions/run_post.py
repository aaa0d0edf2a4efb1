"""The post: a few carriers who deliver what waits, as long as the process lives."""

from __future__ import annotations

import threading

import structlog

from notifications.actions.deliver_mail import Desk, deliver_next
from servicekit.errors import Unavailable

CARRIERS = 4  # mails on the way at once; each takes a database connection now and then
_POLL_SECONDS = 1.0
_STUMBLE_SECONDS = 5.0

_log = structlog.get_logger("notifications.post")


class Post:
    """Under eventlet its threads are green ones."""

    def __init__(self, desk: Desk, *, carriers: int = CARRIERS) -> None:
        self._desk = desk
        self._stopping = threading.Event()
        self._awake = threading.Condition()
        self._news = 0
        self._threads = [
            threading.Thread(target=self._carry, name=f"carrier-{number}", daemon=True)
            for number in range(carriers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """What is being handed over is finished, for some seconds at most."""
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout=3.0)

    def wake(self) -> None:
        """Mails wait: called after the commit that added them."""
        with self._awake:
            self._news += 1
            self._awake.notify_all()

    def _carry(self) -> None:
        while not self._stopping.is_set():
            seen = self._news
            pause = _POLL_SECONDS
            try:
                while not self._stopping.is_set() and deliver_next(self._desk):
                    pass
            except Unavailable as error:
                _log.warning("mails wait", code=error.code)
            except Exception:  # noqa: BLE001 - logged; the mail stays claimed and comes again
                _log.exception("mail not delivered")
                pause = _STUMBLE_SECONDS
            with self._awake:
                if self._news == seen or pause > _POLL_SECONDS:
                    self._awake.wait(pause)
