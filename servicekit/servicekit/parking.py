"""What happens to an event that could not be applied: it waits and comes again, or is given up."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from servicekit.broker import ConfirmedSender, Outgoing
from servicekit.errors import GuichetError, Unavailable
from servicekit.facts import CONTENT_TYPE
from servicekit.topology import (
    ATTEMPTS_HEADER,
    DELAYS,
    REASON_HEADER,
    dead_queue,
    declare_delay,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it lay in its queue, free of any connection."""

    message_id: str
    body: bytes
    headers: Mapping[str, Any]

    @classmethod
    def of(cls, message: Any) -> Letter:
        """From a message of kombu or of py-amqp."""
        properties = message.properties
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        headers = properties.get("application_headers") or {}
        return cls(str(properties.get("message_id") or uuid.uuid4()), body, headers)

    @property
    def attempts(self) -> int:
        """How often it failed so far."""
        counted = self.headers.get(ATTEMPTS_HEADER, 0)
        return counted if isinstance(counted, int) else 0

    def outgoing(self, *, to: str, attempts: int, reason: str) -> Outgoing:
        # The broker's own notes of the way (x-death) would grow with each turn.
        kept = {k: v for k, v in self.headers.items() if not k.startswith(("x-death", "x-first-"))}
        return Outgoing(
            message_id=self.message_id,
            routing_key=to,
            body=self.body,
            content_type=CONTENT_TYPE,
            headers=kept | {ATTEMPTS_HEADER: attempts, REASON_HEADER: reason},
        )


class Parking:
    """The places beside one queue. Both ways raise Unavailable("broker") when the copy is not
    known to be safe: the original must then stay where it is.
    """

    def __init__(
        self, sender: ConfirmedSender, *, queue: str, delays: tuple[float, ...] = DELAYS
    ) -> None:
        self._sender = sender
        self._queue = queue
        self._delays = delays

    def try_later(self, letter: Letter, error: Exception) -> str:
        """``retried``, or ``dead`` after the last delay."""
        if letter.attempts >= len(self._delays):
            return self.give_up(letter, reason_of(error))
        seconds = self._delays[letter.attempts]
        declare = partial(declare_delay, queue=self._queue, seconds=seconds)
        delay_queue = self._sender.declare(declare)
        attempts = letter.attempts + 1
        self._put(letter.outgoing(to=delay_queue, attempts=attempts, reason=reason_of(error)))
        return "retried"

    def give_up(self, letter: Letter, reason: str) -> str:
        to = dead_queue(self._queue)
        self._put(letter.outgoing(to=to, attempts=letter.attempts, reason=reason))
        return "dead"

    def _put(self, message: Outgoing) -> None:
        if self._sender.send([message]):
            raise Unavailable("broker", {"retry_after": 1})


def reason_of(error: Exception) -> str:
    """For whoever looks at the dead letter; the traceback is in the log, under its call id."""
    kind = type(error).__name__
    return f"{kind} {error.code}" if isinstance(error, GuichetError) else kind
