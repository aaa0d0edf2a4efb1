"""One signed call over the wire, sent again only where again is harmless."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.codes import Language
from contracts.declare import Call, Effect
from contracts.rights import Caller
from gateway.meters import Meters
from servicekit.context import Context, deadline_in
from servicekit.errors import Conflict, Unavailable

JsonObject = dict[str, Any]

LONGEST_DEADLINE = 60.0
_PAUSES = (0.1, 0.25, 0.5, 1.0, 2.0)
_LOST = frozenset({"broker-unavailable", "broker-lost"})


class Rpc(Protocol):
    def call(
        self, call: Call, payload: Mapping[str, Any], context_token: str, timeout: float
    ) -> JsonObject: ...


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

    def __init__(self, *, rpc: Rpc, signer: Signer, meters: Meters | None = None) -> None:
        self._rpc = rpc
        self._signer = signer
        self.meters = meters or Meters()

    def send(
        self, call: Call, payload: Mapping[str, Any], caller: Caller, about: Circumstances
    ) -> JsonObject:
        """``payload`` and the answer hold JSON values. Raises the seven kinds of error."""
        seconds = min(call.deadline, LONGEST_DEADLINE)
        ends = time.monotonic() + seconds
        context = _context(call, caller, about, seconds)
        token = self._signer.sign(context, payload)
        try:
            return self._try(call, payload, token, seconds)
        except Unavailable as error:
            if error.code not in _LOST or call.effect is Effect.ATTEMPT:
                raise
        return self._again(call, payload, token, ends)

    def _try(
        self, call: Call, payload: Mapping[str, Any], token: str, timeout: float
    ) -> JsonObject:
        with self.meters.rpc(call):
            return self._rpc.call(call, payload, token, timeout)

    def _again(self, call: Call, payload: Mapping[str, Any], token: str, ends: float) -> JsonObject:
        """The second try; one still being carried out from the first is waited for."""
        for pause in _PAUSES:
            left = ends - time.monotonic()
            if left <= pause:
                break
            time.sleep(pause)
            try:
                return self._try(call, payload, token, left - pause)
            except Conflict as error:
                if error.code != "request-in-flight":
                    raise
        raise Unavailable("service-timeout", {"service": call.service, "retry_after": 1})


def _context(call: Call, caller: Caller, about: Circumstances, seconds: float) -> Context:
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
