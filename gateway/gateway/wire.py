"""One signed call over the wire, sent again only where again is harmless."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from contracts.codes import Language
from contracts.declare import Call, Effect
from contracts.rights import Caller
from servicekit.context import Context, deadline_in
from servicekit.errors import Conflict, Unauthenticated, Unavailable

_log = structlog.get_logger(__name__)

JsonObject = dict[str, Any]

LONGEST_DEADLINE = 60.0
_PAUSES = (0.1, 0.25, 0.5, 1.0, 2.0)
_RECONNECTING = 1.0  # seconds to wait for a broker that was there a moment ago


class Rpc(Protocol):
    def call(
        self, call: Call, payload: Mapping[str, Any], context_token: str, timeout: float
    ) -> JsonObject: ...

    def ping(self, timeout: float = 1.0) -> bool: ...


class Signer(Protocol):
    def sign(self, context: Context, payload: Mapping[str, Any]) -> str: ...


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What one HTTP request says about itself, beside what it asks."""

    language: Language
    call_id: str
    trace: str | None = None
    idempotency_key: str | None = None
    reason: str | None = None


class Wire:
    """Signs each call with its deadline and sends it.

    Where the broker is lost under a call nobody knows whether it was carried out: a READ is sent
    once more, a WRITE too (it always has an idempotency key, made here where the client sent
    none), an ATTEMPT never, since every try counts.
    """

    def __init__(self, *, rpc: Rpc, signer: Signer) -> None:
        self._rpc = rpc
        self._signer = signer

    def send(
        self, call: Call, payload: Mapping[str, Any], caller: Caller, about: Circumstances
    ) -> JsonObject:
        """``payload`` and the answer hold JSON values. Raises the seven kinds of error."""
        seconds = min(call.deadline, LONGEST_DEADLINE)
        ends = time.monotonic() + seconds
        token = self._signer.sign(context_of(call, caller, about, seconds), payload)
        stood = self._rpc.ping(0.0)
        try:
            return self._rpc.call(call, payload, token, seconds)
        except Unavailable as error:
            lost_under_way = stood and error.code == "broker"
            if not lost_under_way or call.effect is Effect.ATTEMPT:
                raise
            if not self._rpc.ping(min(_RECONNECTING, ends - time.monotonic())):
                raise
        except Unauthenticated as error:
            raise _unverified(call, error) from None
        return self._again(call, payload, token, ends)

    def _again(self, call: Call, payload: Mapping[str, Any], token: str, ends: float) -> JsonObject:
        """The second try; one still being carried out from the first is waited for."""
        for pause in _PAUSES:
            left = ends - time.monotonic()
            try:
                return self._rpc.call(call, payload, token, max(left, 0.001))
            except Conflict as error:
                if error.code != "request-in-flight" or left <= pause:
                    raise
            time.sleep(pause)
        raise Unavailable("service-timeout", {"service": call.service, "retry_after": 1})


def _unverified(call: Call, error: Unauthenticated) -> Unauthenticated | Unavailable:
    """A service that does not trust our key is our fault, not that of the caller's token."""
    if error.code != "context-refused":
        return error
    _log.error("context-refused", call=call.full_name)
    return Unavailable("context-refused", {"service": call.service, "retry_after": 5})


def context_of(call: Call, caller: Caller, about: Circumstances, seconds: float) -> Context:
    key = None
    if call.effect is Effect.WRITE:
        key = about.idempotency_key or f"gateway-{uuid.uuid4().hex}"
    return Context(
        caller=caller,
        call=call.full_name,
        call_id=about.call_id,
        deadline=deadline_in(seconds),
        language=about.language,
        trace=about.trace,
        idempotency_key=key,
        reason=about.reason,
    )
