"""Where a client's calls go out: one connection, written under a lock, watched by one thread.

The thread reads only what the broker says by itself (returned messages, blocking, closing) and,
under the same lock, so that never two threads are on the connection. It also looks whether a
service that owes an answer has anybody at its queue: if not, its callers need not wait.
"""

from __future__ import annotations

import logging
import selectors
import sys
import threading
import time
from typing import Any, NamedTuple

import amqp

from servicekit.breaker import Breakers
from servicekit.broker import LOST, connect, discard, has_read_ahead, publish
from servicekit.errors import Unavailable
from servicekit.replies import RECONNECT_SECONDS, Waiters
from servicekit.topology import CALLS_EXCHANGE, calls_queue, declare_calls_exchange

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.25
_PATIENCE_SECONDS = 1.0  # a call this old makes us look whether anybody is there
_ANSWER_SECONDS = 5.0  # how long the broker may take over a declaration


class _Queue(NamedTuple):
    consumers: int
    lying: int  # messages nobody has taken


class Requests:
    def __init__(self, amqp_url: str, *, name: str, waiters: Waiters, breakers: Breakers) -> None:
        self._amqp_url = amqp_url
        self._name = name
        self._waiters = waiters
        self._breakers = breakers
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"requests-{name}", daemon=True)
        self._connection: Any = None
        self._channel: Any = None
        self._blocked = False
        self._looked = 0.0
        self._ticked = 0.0
        self._stood = True
        self.up = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=_ANSWER_SECONDS)

    def send(self, body: bytes, *, call: str, timeout: float, **properties: Any) -> None:
        """Hand a call to the broker. Unavailable("broker") when it cannot be taken now."""
        if not self._lock.acquire(timeout=timeout):
            raise Unavailable("broker", {"retry_after": 1})
        try:
            if self._channel is None or self._blocked:
                raise Unavailable("broker", {"retry_after": 1})
            publish(
                self._channel,
                body,
                exchange=CALLS_EXCHANGE,
                routing_key=call,
                mandatory=True,
                **properties,
            )
        except LOST as error:
            self._drop()
            raise Unavailable("broker", {"retry_after": 1}) from error
        finally:
            self._lock.release()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._open()
                self._watch()
            except LOST as error:
                _log.log(
                    logging.WARNING if self._stood else logging.DEBUG,
                    "request connection lost: %s",
                    error,
                )
                self._stood = False  # said once, not for each attempt to come back
            with self._lock:
                self._drop()
            self._waiters.fail(Unavailable("broker", {"retry_after": 1}))
            self._stopping.wait(RECONNECT_SECONDS)

    def _open(self) -> None:
        connection = connect(self._amqp_url, name=f"{self._name} requests")
        connection.transport.sock.settimeout(_ANSWER_SECONDS)
        connection.on_blocked = self._on_blocked
        connection.on_unblocked = self._on_unblocked
        channel = connection.channel()
        declare_calls_exchange(channel)
        channel.events["basic_return"].add(self._on_return)
        with self._lock:
            self._blocked = False
            self._connection, self._channel = connection, channel
        self._stood = True
        self.up.set()

    def _drop(self) -> None:
        self.up.clear()
        discard(self._connection)
        self._connection, self._channel = None, None

    def _watch(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket(), selectors.EVENT_READ)
            while not self._stopping.is_set():
                readable = bool(selector.select(_LOOK_SECONDS))
                with self._lock:
                    self._step(readable)

    def _socket(self) -> Any:
        with self._lock:
            if self._connection is None:
                raise amqp.RecoverableConnectionError("dropped by a caller")
            return self._connection.transport.sock

    def _step(self, readable: bool) -> None:
        if self._connection is None:
            raise amqp.RecoverableConnectionError("dropped by a caller")
        if readable:
            self._read()
        now = time.monotonic()
        if now - self._ticked >= 1.0:
            self._ticked = now
            self._connection.heartbeat_tick()
        if now - self._looked >= _LOOK_SECONDS:
            self._looked = now
            self._look(now)

    def _read(self) -> None:
        try:
            self._connection.drain_events(timeout=0.05)
            while has_read_ahead(self._connection):  # the socket does not show it any more
                self._connection.drain_events(timeout=0.05)
        except TimeoutError:
            return  # half a frame: the library keeps it for the next time

    def _look(self, now: float) -> None:
        for breaker in self._breakers.shut():
            if not self._queue(breaker.service).consumers:
                breaker.stay_shut()
        for service, waiting in self._waiters.waiting_since(now - _PATIENCE_SECONDS).items():
            queue = self._queue(service)
            # A service that is stopping has left its queue and still answers what it took from
            # it: only calls that all lie in the queue are certain to have nobody.
            if not queue.consumers and queue.lying >= waiting:
                self._waiters.fail(away(service), service=service)

    def _queue(self, service: str) -> _Queue:
        channel = self._connection.channel()
        try:
            declared = channel.queue_declare(calls_queue(service), passive=True)
        except amqp.NotFound:
            return _Queue(0, sys.maxsize)  # the broker closed the channel: its way to say so
        channel.close()
        return _Queue(declared.consumer_count, declared.message_count)

    def _on_return(self, error: Exception, exchange: str, key: str, message: Any) -> None:
        service = key.partition(".")[0]
        self._waiters.answer(str(message.properties.get("correlation_id")), away(service))

    def _on_blocked(self, reason: str) -> None:
        _log.warning("the broker takes no messages for now: %s", reason)
        self._blocked = True

    def _on_unblocked(self) -> None:
        _log.warning("the broker takes messages again")
        self._blocked = False


def away(service: str) -> Unavailable:
    """Nobody answers for this service."""
    return Unavailable("service-unavailable", {"service": service, "retry_after": 1})
