"""How a call is answered: read, verify, permit, load; the method; dump, send, acknowledge.

The request is acknowledged after its answer was sent. A crash in between makes it come again:
a WRITE then finds its remembered answer, an ATTEMPT is not tried a second time.
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from typing import Any, cast

import eventlet
import structlog
from kombu import Exchange, Queue
from marshmallow import Schema, ValidationError
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.exceptions import ContainerBeingKilled
from nameko.rpc import Rpc, RpcConsumer

from contracts.declare import Call, Effect
from servicekit import metrics
from servicekit.clock import SystemClock
from servicekit.context import Context, ContextVerifier
from servicekit.errors import (
    Conflict,
    Forbidden,
    GuichetError,
    Invalid,
    Unauthenticated,
    Unavailable,
)
from servicekit.faults import fields_invalid
from servicekit.freshness import demand_fresh_proof
from servicekit.idempotency import Replayed
from servicekit.intake import Intake
from servicekit.reasons import demand_reason, record_reading
from servicekit.responder import Responder
from servicekit.topology import CALLS_EXCHANGE, CONTEXT_HEADER, calls_queue

_log = structlog.get_logger("servicekit.calls")

_BREATH_SECONDS = 0.2
_REAL = SystemClock()  # people prove who they are on real time, also where ours is simulated
_IN_FLIGHT = Conflict("request-in-flight", {"retry_after": 1})

ExcInfo = tuple[Any, Any, Any]


class CallConsumer(RpcConsumer):  # type: ignore[misc]
    """The queue ``rpc-<service>``, shared by all calls of the service."""

    queue_consumer = Intake()

    def __init__(self) -> None:
        super().__init__()
        self.queue: Queue | None = None
        self._by_key: dict[str, Answers] = {}
        self._running: set[str] = set()

    def setup(self) -> None:
        if self.queue is None:
            service = self.container.service_name
            self.queue = Queue(
                calls_queue(service),
                exchange=Exchange(CALLS_EXCHANGE, durable=True, type="topic"),
                routing_key=f"{service}.*",
                durable=True,
            )
            self.prefetch = self.container.config["workers"]
            self.responder = Responder(self.container.config[AMQP_URI_CONFIG_KEY], name=service)
            self.queue_consumer.register_provider(self)

    def register_provider(self, provider: Answers) -> None:
        super().register_provider(provider)
        self._by_key[provider.call.full_name] = provider

    def handle_message(self, message: Any) -> None:
        key = message.delivery_info["routing_key"]
        arrival = Arrival(self, message)
        if not arrival.enter():
            return
        provider = self._by_key.get(key)
        if provider is None:
            arrival.refuse(key, Unavailable("call-unknown", {"call": key, "retry_after": 60}))
        else:
            provider.handle_message(arrival)

    def stop(self) -> None:
        super().stop()
        self.responder.close()


class Arrival:
    """One request that arrived, until its answer is sent."""

    def __init__(self, consumer: CallConsumer, message: Any) -> None:
        self.message = message
        self.started = time.perf_counter()
        self.redelivered = bool(message.delivery_info.get("redelivered"))
        self._consumer = consumer
        self._reply_to: str | None = message.properties.get("reply_to")
        self._correlation_id: str | None = message.properties.get("correlation_id")
        self._id = f"{self._reply_to}/{self._correlation_id}"

    def enter(self) -> bool:
        """False for a request that came again while its first delivery is being answered."""
        running = self._consumer._running
        if self.redelivered and self._id in running:
            self._consumer.queue_consumer.ack_message(self.message)
            return False
        running.add(self._id)
        return True

    def read(self) -> tuple[str, dict[str, Any]]:
        """The signed context and the payload as JSON values."""
        try:
            payload = json.loads(self.message.body)
        except (ValueError, RecursionError):
            raise Invalid("request-unreadable") from None
        token = self.message.headers.get(CONTEXT_HEADER)
        if not isinstance(token, str):
            raise Unauthenticated("context-refused")
        if not isinstance(payload, dict):
            raise Invalid("request-unreadable")
        return token, payload

    def answer(self, call: str, body: bytes, *, outcome: str = "ok") -> None:
        self._finish(call, body, outcome)

    def refuse(self, call: str, error: GuichetError) -> None:
        wire = {"kind": type(error).__name__, "code": error.code, "details": error.details}
        reply = {"result": None, "error": wire}
        self._finish(call, json.dumps(reply, default=str).encode(), error.code)

    def put_back(self) -> None:
        self._consumer._running.discard(self._id)
        self._consumer.queue_consumer.requeue_message(self.message)

    def _finish(self, call: str, body: bytes, outcome: str) -> None:
        if self._reply_to is not None:
            self._consumer.responder.send(
                body, reply_to=self._reply_to, correlation_id=self._correlation_id
            )
        self._consumer._running.discard(self._id)
        self._consumer.queue_consumer.ack_message(self.message)
        seconds = time.perf_counter() - self.started
        metrics.CALLS_ANSWERED.labels(call, outcome).observe(seconds)
        _log.info("call answered", call=call, outcome=outcome, ms=round(seconds * 1000, 2))


class Answers(Rpc):  # type: ignore[misc]
    """The entrypoint of one call."""

    rpc_consumer = CallConsumer()

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call
        self._request: Schema = call.request()
        self._response: Schema = call.response()
        # Dumping leaves out what is not there, without a word.
        fields = self._response.fields.items()
        self._promised = {name for name, field in fields if field.required}

    def handle_message(self, arrival: Arrival) -> None:
        call = self.call.full_name
        structlog.contextvars.clear_contextvars()
        try:
            context, payload = self._admit(arrival)
        except GuichetError as error:
            arrival.refuse(call, error)
            return
        except Exception:  # noqa: BLE001 - logged; raised here it would end the process
            arrival.refuse(call, self._internal("call could not be read", None, sys.exc_info()))
            return
        try:
            self.container.spawn_worker(
                self,
                (context, payload),
                {},
                handle_result=partial(self.handle_result, arrival, context, dict(payload)),
            )
        except ContainerBeingKilled:
            arrival.put_back()

    def _admit(self, arrival: Arrival) -> tuple[Context, dict[str, Any]]:
        token, raw = arrival.read()
        verifier = cast(ContextVerifier, self.container.config["parts"].verifier)
        context = verifier.verify(token, self.call.full_name, raw)
        structlog.contextvars.bind_contextvars(call_id=context.call_id, tenant=context.tenant)
        missing = self.call.refusal(context.caller)
        if missing is not None:
            raise Forbidden(missing)
        demand_fresh_proof(self.call, context.caller, now=_REAL.now())
        demand_reason(self.call, context.caller, context.reason)
        try:
            payload = cast(dict[str, Any], self._request.load(raw))
        except ValidationError as error:
            raise fields_invalid(error) from None
        field = self.call.tenant_field
        if field is not None and payload.get(field) != context.tenant:
            raise Forbidden("tenant-foreign")
        if arrival.redelivered and self.call.effect is Effect.ATTEMPT:
            # It may have been tried before the connection broke, and every try counts.
            raise Unavailable("interrupted", {"retry_after": 1})
        return context, payload

    def handle_result(
        self,
        arrival: Arrival,
        context: Context,
        asked: dict[str, Any],
        worker_ctx: Any,
        result: Any = None,
        exc_info: ExcInfo | None = None,
    ) -> tuple[Any, ExcInfo | None]:
        call = self.call.full_name
        error = None if exc_info is None else exc_info[1]
        if arrival.redelivered and error == _IN_FLIGHT:
            # The first delivery died with its service and its transaction is about to: this
            # request is the only one left to answer the caller, until its deadline.
            eventlet.sleep(_BREATH_SECONDS)
            arrival.put_back()
        elif isinstance(error, Replayed):
            arrival.answer(call, _encoded(error.answer), outcome="replayed")
        elif isinstance(error, GuichetError):
            arrival.refuse(call, error)
        elif error is not None:
            arrival.refuse(call, self._internal("call failed", context, exc_info))
        else:
            self._dump(arrival, context, asked, result)
        return result, exc_info

    def _dump(self, arrival: Arrival, context: Context, asked: dict[str, Any], result: Any) -> None:
        try:
            answer = self._response.dump(result)
            missing = self._promised - answer.keys()
            if missing:
                raise ValueError(f"{self.call.full_name} promised {sorted(missing)}")
            body = _encoded(answer)
            parts = self.container.config["parts"]
            record_reading(parts.db, parts.clock, self.call, context, asked)
        except GuichetError as refused:
            arrival.refuse(self.call.full_name, refused)
        except Exception:  # noqa: BLE001 - logged, and refused
            error = self._internal("answer does not fit its schema", context, sys.exc_info())
            arrival.refuse(self.call.full_name, error)
        else:
            arrival.answer(self.call.full_name, body)

    def _internal(
        self, what: str, context: Context | None, exc_info: ExcInfo | None
    ) -> Unavailable:
        """The caller learns where to look, never what went wrong."""
        call_id = None if context is None else context.call_id
        _log.error(what, call=self.call.full_name, call_id=call_id, exc_info=exc_info)
        return Unavailable("internal", {"call_id": call_id, "retry_after": 1})


_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def _encoded(answer: Any) -> bytes:
    return _encode({"result": answer, "error": None}).encode()
