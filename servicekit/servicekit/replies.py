"""Where answers come back to a client: an exclusive queue, read by one background thread."""

from __future__ import annotations

import itertools
import logging
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from servicekit.broker import HEARTBEAT_SECONDS, LOST, connect, discard, drain
from servicekit.errors import GuichetError, Unavailable

_log = logging.getLogger(__name__)
RECONNECT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Waiter:
    """One call in flight. What is put first into ``inbox`` counts: an answer or an error."""

    correlation_id: str
    service: str
    since: float
    inbox: SimpleQueue[bytes | GuichetError] = field(default_factory=SimpleQueue)


class Waiters:
    """The calls in flight, by correlation id."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiter] = {}
        self._numbers = itertools.count()

    def add(self, service: str) -> Waiter:
        waiter = Waiter(str(next(self._numbers)), service, time.monotonic())
        self._waiting[waiter.correlation_id] = waiter
        return waiter

    def remove(self, waiter: Waiter) -> None:
        self._waiting.pop(waiter.correlation_id, None)

    def answer(self, correlation_id: str, answer: bytes | GuichetError) -> None:
        """Nobody waits any more: the answer came after the deadline and is of no use."""
        waiter = self._waiting.pop(correlation_id, None)
        if waiter is not None:
            waiter.inbox.put(answer)

    def fail(self, error: GuichetError, *, service: str | None = None) -> None:
        """Fail all that wait, or all that wait for ``service``."""
        for waiter in list(self._waiting.values()):
            if service is None or waiter.service == service:
                self.answer(waiter.correlation_id, error)

    def waiting_since(self, moment: float) -> dict[str, int]:
        """Services that owe an answer since before ``moment`` (monotonic): how many in all."""
        waiting = list(self._waiting.values())
        overdue = {waiter.service for waiter in waiting if waiter.since < moment}
        return Counter(waiter.service for waiter in waiting if waiter.service in overdue)


class Replies:
    """Keeps a connection with a reply queue; a lost one fails what waits for it, and is replaced.

    The queue is exclusive: it dies with its connection, and so do the answers in it.
    """

    def __init__(self, amqp_url: str, *, name: str, waiters: Waiters) -> None:
        self._amqp_url = amqp_url
        self._name = name
        self._waiters = waiters
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"replies-{name}", daemon=True)
        self._stood = True
        self.up = threading.Event()
        self.queue = ""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=2 * HEARTBEAT_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._serve()
            except LOST as error:
                _log.log(
                    logging.WARNING if self._stood else logging.DEBUG,
                    "reply connection lost: %s",
                    error,
                )
                self._stood = False  # said once, not for each attempt to come back
            self._waiters.fail(Unavailable("broker", {"retry_after": 1}))
            self._stopping.wait(RECONNECT_SECONDS)

    def _serve(self) -> None:
        connection = connect(self._amqp_url, name=f"{self._name} replies")
        try:
            channel = connection.channel()
            self.queue = f"rpc.reply-{self._name}-{uuid.uuid4()}"
            channel.queue_declare(self.queue, exclusive=True, durable=False, auto_delete=True)
            channel.basic_consume(self.queue, no_ack=True, callback=self._on_reply)
            self._stood = True
            self.up.set()
            drain(connection, self._stopping)
        finally:
            self.up.clear()
            discard(connection)

    def _on_reply(self, message: Any) -> None:
        self._waiters.answer(str(message.properties.get("correlation_id")), message.body)
