"""How an event is heard: applied, then acknowledged; or tried again later; or parked.

The message leaves its queue only when the action has committed, or when the broker has confirmed
the copy that waits in the delay queue or lies in the dead-letter queue.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import eventlet
import structlog
from kombu import Exchange, Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from contracts.declare import Event
from servicekit import metrics
from servicekit.errors import Unavailable
from servicekit.facts import Fact, Unreadable, read_fact
from servicekit.intake import EVENTS_AT_ONCE, Intake
from servicekit.parking import Letter, Parking
from servicekit.topology import DELAYS, EVENTS_EXCHANGE, declare_listener, work_queue

_log = structlog.get_logger("servicekit.events")
_BREATH_SECONDS = 1.0


class Hears(Entrypoint):  # type: ignore[misc]
    """The entrypoint of one event in one service."""

    intake = Intake()

    def __init__(self, event: Event, delays: tuple[float, ...] = DELAYS) -> None:
        super().__init__()
        self.event = event
        self._delays = delays

    def setup(self) -> None:
        listener = self.container.service_name
        name = work_queue(listener, self.event)
        exchange = Exchange(EVENTS_EXCHANGE, type="topic", durable=True)
        self.queue = Queue(name, exchange=exchange, routing_key=self.event.type, durable=True)
        self._parking = Parking(self.intake.sender, queue=name, delays=self._delays)
        self.intake.register_provider(self)

    def declare(self, channel: Any) -> None:
        declare_listener(channel, listener=self.container.service_name, event=self.event)

    def stop(self) -> None:
        self.intake.unregister_provider(self)

    @property
    def prefetch(self) -> int:
        return EVENTS_AT_ONCE

    def handle_message(self, message: Any) -> None:
        self.intake.room.acquire()
        if self.intake.hands_back(self, message) or not self._start(message):
            self.intake.room.release()

    def _start(self, message: Any) -> bool:
        """Whether a worker was started, which gives the room back when it ends."""
        letter = Letter.of(message)
        structlog.contextvars.clear_contextvars()
        try:
            fact = read_fact(letter.body, self.event, listener=self.container.service_name)
        except Unreadable as error:
            _log.error("event unreadable, parked", event_type=self.event.type, reason=str(error))
            self._settle(message, "unreadable", partial(self._parking.give_up, letter, str(error)))
            return False
        done = partial(self.handle_result, message, letter, fact)
        try:
            self.container.spawn_worker(self, (fact,), {}, handle_result=done)
        except ContainerBeingKilled:
            self.intake.requeue_message(message)
            return False
        return True

    def handle_result(
        self,
        message: Any,
        letter: Letter,
        fact: Fact,
        worker_ctx: Any,
        result: Any = None,
        exc_info: tuple[Any, Any, Any] | None = None,
    ) -> tuple[Any, Any]:
        try:
            self._conclude(message, letter, fact, exc_info)
        finally:
            self.intake.room.release()
        return result, exc_info

    def _conclude(
        self, message: Any, letter: Letter, fact: Fact, exc_info: tuple[Any, Any, Any] | None
    ) -> None:
        if exc_info is None:
            self.intake.ack_message(message)
            self._count("applied")
            _log.info("event applied", event_type=fact.type, event_id=str(fact.id))
            return
        self._report(letter, fact, exc_info)
        self._settle(message, None, partial(self._parking.try_later, letter, exc_info[1]))

    def _settle(self, message: Any, outcome: str | None, park: partial[str]) -> None:
        try:
            parked = park()
        except Unavailable:
            eventlet.sleep(_BREATH_SECONDS)  # no copy is safe: let the broker deliver it again
            self.intake.requeue_message(message)
            return
        self.intake.ack_message(message)
        self._count(outcome or parked)
        if parked == "dead":
            _log.error("event given up", event_type=self.event.type, queue=self.queue.name)

    def _count(self, outcome: str) -> None:
        metrics.EVENTS_HEARD.labels(self.event.type, outcome).inc()

    def _report(self, letter: Letter, fact: Fact, exc_info: tuple[Any, Any, Any]) -> None:
        """A fact that came before the one it builds on is daily business; the rest is not."""
        about = {
            "event_type": fact.type,
            "event_id": str(fact.id),
            "attempt": letter.attempts + 1,
        }
        if isinstance(exc_info[1], Unavailable):
            _log.warning("event comes again", code=exc_info[1].code, **about)
        else:
            _log.error("event failed", exc_info=exc_info, **about)
