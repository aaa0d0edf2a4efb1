"""Connections to RabbitMQ, for threads and green threads alike.

py-amqp's connection belongs to one thread at a time; who shares one (``ConfirmedSender``,
``client``) does so under a lock. Messages are written by ``publish`` and not by the library's
``basic_publish``, which first reads from the socket and so meets the thread that waits there.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import amqp
from amqp import spec

from servicekit.errors import Unavailable

T = TypeVar("T")

HEARTBEAT_SECONDS = 5  # a broker that died without a word is noticed after two of them
CONNECT_SECONDS = 3.0
_READ_BYTES = 65536
# What can go wrong on a connection: the network, or the broker closing it or the channel.
LOST = (OSError, amqp.AMQPError)


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int
    user: str
    password: str
    vhost: str
    tls: bool

    @classmethod
    def parse(cls, amqp_url: str) -> Address:
        parts = urlsplit(amqp_url)
        if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
            raise ValueError("AMQP_URL: expected amqp[s]://user:password@host:port/vhost")
        tls = parts.scheme == "amqps"
        return cls(
            host=parts.hostname,
            port=parts.port or (5671 if tls else 5672),
            user=unquote(parts.username or "guest"),
            password=unquote(parts.password or "guest"),
            vhost=unquote(parts.path[1:]) or "/",
            tls=tls,
        )

    @property
    def host_and_port(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def tls_options(self) -> dict[str, Any] | bool:
        """The broker's certificate is checked, against the system's authorities."""
        if not self.tls:
            return False
        return {"server_hostname": self.host, "cert_reqs": ssl.CERT_REQUIRED}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One persistent message; ``message_id`` tells which one came back."""

    message_id: str
    routing_key: str
    body: bytes
    exchange: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, Any] = field(default_factory=dict)


def connect(amqp_url: str, *, name: str, heartbeat: int = HEARTBEAT_SECONDS) -> amqp.Connection:
    """An open connection, shown in the broker's listings as ``name``."""
    address = Address.parse(amqp_url)
    connection = amqp.Connection(
        host=address.host_and_port,
        userid=address.user,
        password=address.password,
        virtual_host=address.vhost,
        login_method="PLAIN",
        ssl=address.tls_options(),
        connect_timeout=CONNECT_SECONDS,
        heartbeat=heartbeat,
        client_properties={"connection_name": f"guichet {name}"},
    )
    try:
        connection.connect()
    except BaseException:
        connection.collect()
        raise
    read_ahead(connection)
    return connection


def drain(connection: amqp.Connection, stopping: threading.Event) -> None:
    """Hand what arrives to the consumers of the connection, and keep it alive, until told."""
    ticked = time.monotonic()
    while not stopping.is_set():
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.5)
        if time.monotonic() - ticked >= 1.0:
            connection.heartbeat_tick()
            ticked = time.monotonic()


def read_ahead(connection: amqp.Connection) -> None:
    """Let the library ask the socket for more than it needs next; it keeps the rest by itself.

    It reads a message in nine small pieces, each a system call and a turn of the hub or of the
    interpreter's lock: a tenth of what a call cost.
    """
    transport = connection.transport
    receive = transport._quick_recv
    transport._quick_recv = lambda wanted: receive(max(wanted, _READ_BYTES))


def has_read_ahead(connection: amqp.Connection) -> bool:
    """Whether something waits that the socket no longer shows, here or decrypted by TLS."""
    transport = connection.transport
    return bool(transport._read_buffer) or bool(getattr(transport.sock, "pending", int)())


def publish(
    channel: amqp.Channel,
    body: bytes,
    *,
    exchange: str = "",
    routing_key: str,
    mandatory: bool = False,
    **properties: Any,
) -> None:
    channel.send_method(
        spec.Basic.Publish,
        "Bssbb",
        (0, exchange, routing_key, mandatory, False),
        amqp.Message(body, **{k: v for k, v in properties.items() if v is not None}),
    )


def discard(connection: amqp.Connection | None) -> None:
    """Let go of a connection at once, without asking the broker, which may be gone."""
    if connection is not None and connection.channels is not None:
        connection.collect()


class ConfirmedSender:
    """Sends persistent messages and waits until the broker has them safe.

    One connection, used by one thread at a time and made anew when it broke. It has no heartbeat
    because nobody reads it in between: that it died is found out at the next sending, which then
    starts again on a fresh one (a message may arrive twice, never not at all).
    """

    def __init__(
        self,
        amqp_url: str,
        *,
        name: str,
        prepare: Callable[[amqp.Channel], None] | None = None,
    ) -> None:
        self._amqp_url = amqp_url
        self._name = name
        self._prepare = prepare
        self._lock = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None
        self._published = 0
        self._unconfirmed: dict[int, str] = {}
        self._refused: set[str] = set()

    def send(self, messages: Sequence[Outgoing], *, timeout: float = 5.0) -> set[str]:
        """Returns the ids of the messages that no queue wanted or the broker refused.

        Unavailable("broker") when none is known to be safe.
        """
        with self._lock:
            fresh = self._connection is None
            try:
                return self._send(messages, timeout)
            except LOST as error:
                self._forget()
                if fresh:
                    raise Unavailable("broker", {"retry_after": 1}) from error
            try:
                return self._send(messages, timeout)
            except LOST as error:
                self._forget()
                raise Unavailable("broker", {"retry_after": 1}) from error

    def declare(self, declaration: Callable[[amqp.Channel], T]) -> T:
        """Run a declaration on this connection. Unavailable("broker") when that fails."""
        with self._lock:
            try:
                self._open()
                return declaration(self._channel)
            except LOST as error:
                self._forget()
                raise Unavailable("broker", {"retry_after": 1}) from error

    def close(self) -> None:
        with self._lock:
            self._forget()

    def _send(self, messages: Sequence[Outgoing], timeout: float) -> set[str]:
        self._open()
        self._refused = set()
        for message in messages:
            self._published += 1
            self._unconfirmed[self._published] = message.message_id
            publish(
                self._channel,
                message.body,
                exchange=message.exchange,
                routing_key=message.routing_key,
                mandatory=True,
                message_id=message.message_id,
                content_type=message.content_type,
                application_headers=dict(message.headers),
                delivery_mode=2,
            )
        until = time.monotonic() + timeout
        while self._unconfirmed:
            self._connection.drain_events(timeout=max(0.001, until - time.monotonic()))
        return self._refused

    def _open(self) -> None:
        if self._connection is not None and self._channel.is_open:
            return
        self._forget()
        self._connection = connect(self._amqp_url, name=self._name, heartbeat=0)
        self._channel = self._connection.channel()
        if self._prepare is not None:
            self._prepare(self._channel)
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)

    def _forget(self) -> None:
        discard(self._connection)
        self._connection, self._channel = None, None
        self._published, self._unconfirmed = 0, {}

    def _on_ack(self, tag: int, multiple: bool) -> None:
        for settled in [t for t in self._unconfirmed if t == tag or (multiple and t < tag)]:
            del self._unconfirmed[settled]

    def _on_nack(self, tag: int, multiple: bool) -> None:
        settled = [t for t in self._unconfirmed if t == tag or (multiple and t < tag)]
        self._refused.update(self._unconfirmed[t] for t in settled)
        self._on_ack(tag, multiple)

    def _on_return(self, error: Exception, exchange: str, key: str, message: amqp.Message) -> None:
        self._refused.add(str(message.properties.get("message_id")))
