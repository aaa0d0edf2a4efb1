"""Hearing events in a process with threads (the gateway).

    Subscriber(url, "gateway", [PasswordSet], end_sessions, broadcast=False)   # once for all
    Subscriber(url, "gateway", [RolesChanged], cache.forget, broadcast=True)   # once for each

``broadcast=False``: durable queues shared by all processes of that name; a failure is tried again
and then parked, as in a service. ``broadcast=True``: a queue of this process alone, gone with it;
what was said while it was away is not heard, so the handler of ``lost`` forgets everything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from contracts.declare import Event
from servicekit import metrics
from servicekit.broker import LOST, ConfirmedSender, connect, discard, drain
from servicekit.errors import Unavailable
from servicekit.facts import Fact, Unreadable, read_fact
from servicekit.parking import Letter, Parking
from servicekit.replies import RECONNECT_SECONDS
from servicekit.topology import DELAYS, EVENTS_EXCHANGE, declare_exchange, declare_listener

_log = structlog.get_logger("servicekit.subscriber")
_PREFETCH = 16

Handler = Callable[[Fact], None]


class Subscriber:
    """One background thread with its own connection, which it replaces when it is lost."""

    def __init__(
        self,
        amqp_url: str,
        name: str,
        events: Iterable[Event],
        handler: Handler,
        *,
        broadcast: bool,
        lost: Callable[[], None] | None = None,
        delays: tuple[float, ...] = DELAYS,
    ) -> None:
        """``lost`` is called after each new connection: facts may have been missed before it."""
        self._amqp_url = amqp_url
        self._name = name
        self._events = {event.type: event for event in events}
        self._handler = handler
        self._broadcast = broadcast
        self._lost = lost
        self._delays = delays
        self._sender = ConfirmedSender(amqp_url, name=f"{name} retries")
        self._stopping = threading.Event()
        kind = "broadcast" if broadcast else "listener"
        self._thread = threading.Thread(target=self._run, name=f"{name}-{kind}", daemon=True)
        self._stood = True
        self.up = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finishes the fact at hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        self._sender.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._serve()
            except LOST as error:
                if self._stood:  # said once, not for each attempt to come back
                    _log.warning("event connection lost", error=str(error))
                self._stood = False
            self._stopping.wait(RECONNECT_SECONDS)

    def _serve(self) -> None:
        connection = connect(self._amqp_url, name=f"{self._name} events")
        try:
            channel = connection.channel()
            self._consume(channel)
            if self._lost is not None:
                self._lost()
            self._stood = True
            self.up.set()
            drain(connection, self._stopping)
        finally:
            self.up.clear()
            discard(connection)

    def _consume(self, channel: Any) -> None:
        if self._broadcast:
            declare_exchange(channel)
            queue = channel.queue_declare("", exclusive=True, auto_delete=True).queue
            for kind in self._events:
                channel.queue_bind(queue, EVENTS_EXCHANGE, kind)
            channel.basic_consume(queue, no_ack=True, callback=self._on_broadcast)
            return
        channel.basic_qos(0, _PREFETCH, False)
        for event in self._events.values():
            queue = declare_listener(channel, listener=self._name, event=event)
            parking = Parking(self._sender, queue=queue, delays=self._delays)
            listening = _Listening(self._handler, event, parking, listener=self._name)
            channel.basic_consume(queue, callback=listening.hear)

    def _on_broadcast(self, message: Any) -> None:
        """Whatever goes wrong here, ``lost`` makes up for it."""
        event = self._events.get(message.delivery_info["routing_key"])
        try:
            if event is not None:
                self._handler(read_fact(message.body, event, listener=self._name))
        except Exception:  # noqa: BLE001 - logged, and made up for
            _log.exception("broadcast event failed")
            if self._lost is not None:
                self._lost()


class _Listening:
    """One durable queue."""

    def __init__(self, handler: Handler, event: Event, parking: Parking, *, listener: str) -> None:
        self._handler = handler
        self._listener = listener
        self._event = event
        self._parking = parking

    def hear(self, message: Any) -> None:
        letter = Letter.of(message)
        try:
            outcome = self._apply(letter)
        except Unavailable:
            time.sleep(RECONNECT_SECONDS)  # no copy is safe: let the broker deliver it again
            message.channel.basic_reject(message.delivery_tag, requeue=True)
            return
        message.channel.basic_ack(message.delivery_tag)
        metrics.EVENTS_HEARD.labels(self._event.type, outcome).inc()

    def _apply(self, letter: Letter) -> str:
        try:
            fact = read_fact(letter.body, self._event, listener=self._listener)
        except Unreadable as error:
            _log.error("event unreadable, parked", event_type=self._event.type, reason=str(error))
            self._parking.give_up(letter, str(error))
            return "unreadable"
        try:
            self._handler(fact)
        except Exception as error:  # noqa: BLE001 - logged, tried again, counted
            _log.exception("event failed", event_type=fact.type, event_id=str(fact.id))
            return self._parking.try_later(letter, error)
        return "applied"
