"""How a service sends its answers: neither persistent nor confirmed, over one connection.

Publishing the answer was half the cost of a call when each went through a pool of confirmed
producers; here it is one frame on a channel that stays open.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import Any

from servicekit.broker import LOST, connect, discard, publish

_log = logging.getLogger(__name__)


class Responder:
    """For green threads: one writes, another waits for what the broker has to say."""

    def __init__(self, amqp_url: str, *, name: str) -> None:
        self._amqp_url = amqp_url
        self._name = name
        self._lock = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None

    def send(self, body: bytes, *, reply_to: str, correlation_id: str | None) -> None:
        """An answer that cannot be sent is logged: the caller's deadline covers it."""
        with self._lock:
            try:
                self._publish(body, reply_to, correlation_id)
                return
            except LOST:
                self._drop(self._connection)
            try:
                self._publish(body, reply_to, correlation_id)
            except LOST as error:
                self._drop(self._connection)
                _log.warning("an answer could not be sent: %s", error)

    def close(self) -> None:
        with self._lock:
            connection, self._connection, self._channel = self._connection, None, None
            if connection is not None:
                # Closing politely lets the answers written last reach the broker.
                with suppress(*LOST):
                    connection.send_method((10, 50), "BsBB", (0, "", 0, 0))
                discard(connection)

    def _publish(self, body: bytes, reply_to: str, correlation_id: str | None) -> None:
        if self._channel is None:
            self._open()
        publish(
            self._channel,
            body,
            routing_key=reply_to,
            content_type="application/json",
            delivery_mode=1,
            correlation_id=correlation_id,
        )

    def _open(self) -> None:
        self._connection = connect(self._amqp_url, name=f"{self._name} answers")
        self._channel = self._connection.channel()
        threading.Thread(
            target=self._listen, args=(self._connection,), name="answers", daemon=True
        ).start()

    def _listen(self, connection: Any) -> None:
        """Notice a broker that closes the connection, or is silent for two heartbeats."""
        try:
            while connection is self._connection:
                with suppress(TimeoutError):
                    connection.drain_events(timeout=1.0)
                connection.heartbeat_tick()
        except LOST as error:
            if connection is self._connection:
                _log.warning("answer connection lost: %s", error)
        self._drop(connection)

    def _drop(self, connection: Any) -> None:
        discard(connection)
        if connection is self._connection:
            self._connection, self._channel = None, None
