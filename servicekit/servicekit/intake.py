"""nameko's consumer of queues, as a service of ours needs it: one for calls and events.

It hands on messages as they came (what cannot be decoded is the entrypoint's business), comes
back within a second after the broker does, and stops only when every message it took is settled.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import Any

from eventlet.semaphore import Semaphore
from kombu import Connection, Consumer
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.messaging import QueueConsumer

from servicekit import metrics
from servicekit.broker import HEARTBEAT_SECONDS, LOST, Address, ConfirmedSender, read_ahead

_log = logging.getLogger(__name__)
EVENTS_AT_ONCE = 8


class _Bounded(Consumer):  # type: ignore[misc]
    """A consumer with a limit of its own: the broker gives it the one that was set last before."""

    limit = 1

    def consume(self, no_ack: bool | None = None) -> None:
        self.qos(prefetch_count=self.limit)
        super().consume(no_ack)


class Intake(QueueConsumer):  # type: ignore[misc]
    """Providers have ``prefetch``; ``declare(channel)``, if any, is called on each new connection.

    What may run at once is bounded here and nowhere else: nameko's own pool of workers is so large
    that nobody who was let in waits there with his deadline running.
    """

    def __init__(self) -> None:
        super().__init__()
        self.connected = False
        self._unsettled: set[Any] = set()
        self._sender: ConfirmedSender | None = None
        self.room = Semaphore(EVENTS_AT_ONCE)  # shared by all events: calls are not crowded out

    @property
    def connection(self) -> Connection:
        address = Address.parse(self.amqp_uri)
        return Connection(
            self.amqp_uri,
            heartbeat=HEARTBEAT_SECONDS,
            login_method="PLAIN",
            ssl=address.tls_options(),
            transport_options={
                "client_properties": {"connection_name": f"guichet {self.container.service_name}"}
            },
        )

    @property
    def sender(self) -> ConfirmedSender:
        """What must not be lost on its way back to the broker goes through this."""
        if self._sender is None:
            url = self.container.config[AMQP_URI_CONFIG_KEY]
            self._sender = ConfirmedSender(url, name=f"{self.container.service_name} retries")
        return self._sender

    def run(self, **kwargs: Any) -> None:
        super().run(safety_interval=0.25, **kwargs)

    @contextmanager
    def establish_connection(self) -> Any:
        try:
            with self.create_connection() as connection:
                connection.ensure_connection(
                    self.on_connection_error,
                    self.connect_max_retries,
                    interval_start=0.2,
                    interval_step=0.2,
                    interval_max=1.0,
                )
                read_ahead(connection.connection)
                yield connection
        finally:
            self._stands(False)

    def get_consumers(self, consumer_cls: Callable[..., Any], channel: Any) -> Any:
        for provider in self._providers:
            if hasattr(provider, "declare"):
                provider.declare(channel)
            receive = partial(self.handle_message, provider)
            consumer = _Bounded(
                channel,
                queues=[provider.queue],
                on_message=receive,
                on_decode_error=lambda message, _error, receive=receive: receive(message),
            )
            consumer.limit = provider.prefetch
            self._consumers[provider] = consumer
        self._unsettled.clear()  # what the connection before took belongs to the broker again
        return self._consumers.values()

    def handle_message(self, provider: Any, message: Any) -> None:
        self._unsettled.add(message)
        self.container.spawn_managed_thread(
            partial(provider.handle_message, message), identifier=type(provider).__name__
        )

    def hands_back(self, provider: Any, message: Any) -> bool:
        """Whether a message that had to wait here is no longer ours to begin with."""
        if message.channel.connection is not None and provider in self._consumers:
            return False
        self.requeue_message(message)
        return True

    def ack_message(self, message: Any) -> None:
        self._settle(message, message.ack)

    def requeue_message(self, message: Any) -> None:
        self._settle(message, message.requeue)

    def on_iteration(self) -> None:
        self._cancel_consumers_if_requested()
        if not self._consumers and not self._unsettled:
            self.should_stop = True

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        _log.warning("broker not reached (%s), again in %.1f s", type(exc).__name__, interval)

    def on_consume_ready(self, *args: Any, **kwargs: Any) -> None:
        self._stands(True)
        super().on_consume_ready(*args, **kwargs)

    def stop(self) -> None:
        super().stop()
        if self._sender is not None:
            self._sender.close()

    def _settle(self, message: Any, settle: Callable[[], None]) -> None:
        """On a connection that is gone there is nothing to do: the broker delivers it again."""
        self._unsettled.discard(message)
        if message.channel.connection is None:
            return
        try:
            settle()
        except LOST as error:
            _log.warning("a message could not be settled and will come again: %s", error)

    def _stands(self, connected: bool) -> None:
        if self.connected and not connected:
            _log.warning("consumers left the broker")
        self.connected = connected
        metrics.BROKER_CONNECTED.set(connected)
