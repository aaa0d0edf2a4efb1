"""Calling services from a process with threads: the gateway, tools, tests.

    rpc = RpcClient(amqp_url)
    answer = rpc.call(get_contract, {"tenant": "OCB0000001"}, token, timeout=10)

Threads share one client. It connects when first used, reconnects by itself, and every call ends
by its deadline: with the answer, with the service's error, or with Unavailable

    service-timeout      no answer in time; whether it was done is unknown
    service-unavailable  nobody answers for the service, or its breaker is open
    broker               the broker is away, or went away with the call in flight
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from queue import Empty
from typing import Any

from contracts.declare import Call
from servicekit import metrics
from servicekit.breaker import Breakers
from servicekit.errors import KINDS, GuichetError, Unavailable
from servicekit.replies import Replies, Waiters
from servicekit.requests import Requests, away
from servicekit.topology import CONTEXT_HEADER

_FIRST_CONNECTION_SECONDS = 3.0


class RpcClient:
    def __init__(self, amqp_url: str, *, name: str = "gateway") -> None:
        self._waiters = Waiters()
        self._breakers = Breakers()
        self._replies = Replies(amqp_url, name=name, waiters=self._waiters)
        self._requests = Requests(
            amqp_url, name=name, waiters=self._waiters, breakers=self._breakers
        )
        self._starting = threading.Lock()
        self._started_at: float | None = None
        self._was_connected = False

    def call(
        self,
        call: Call,
        payload: Mapping[str, Any],
        context_token: str,
        timeout: float,
    ) -> dict[str, Any]:
        """``payload`` and the answer hold JSON values. Raises the seven kinds of error."""
        breaker = self._breakers.of(call.service)
        if not breaker.admits():
            raise away(call.service)
        started = time.perf_counter()
        outcome = "answered"
        try:
            body = self._exchange(call, payload, context_token, timeout)
        except Unavailable as error:
            outcome = error.code
            breaker.undecided() if error.code == "broker" else breaker.failed()
            raise
        except BaseException:
            outcome = "crash"
            breaker.undecided()
            raise
        finally:
            seconds = time.perf_counter() - started
            metrics.CALLS_MADE.labels(call.service, outcome).observe(seconds)
        breaker.succeeded()
        return _answer(body)

    def ping(self, timeout: float = 1.0) -> bool:
        """Whether calls can be made now: both connections stand, or come up within ``timeout``."""
        self._start()
        until = time.monotonic() + timeout
        return all(
            side.up.wait(max(0.0, until - time.monotonic()))
            for side in (self._requests, self._replies)
        )

    def close(self) -> None:
        """Calls in flight fail as Unavailable("broker")."""
        with self._starting:
            if self._started_at is not None:
                self._requests.stop()
                self._replies.stop()

    def _exchange(
        self, call: Call, payload: Mapping[str, Any], token: str, timeout: float
    ) -> bytes:
        until = time.monotonic() + timeout
        self._connected(timeout)
        waiter = self._waiters.add(call.service)
        try:
            if not self._replies.up.is_set():  # lost since: nobody will fail this waiter
                raise Unavailable("broker", {"retry_after": 1})
            self._requests.send(
                json.dumps(payload, separators=(",", ":")).encode(),
                call=call.full_name,
                timeout=timeout,
                content_type="application/json",
                reply_to=self._replies.queue,
                correlation_id=waiter.correlation_id,
                expiration=str(max(1, int(timeout * 1000))),
                application_headers={CONTEXT_HEADER: token},
            )
            answer = waiter.inbox.get(timeout=max(0.001, until - time.monotonic()))
        except Empty:
            details = {"service": call.service, "retry_after": 1}
            raise Unavailable("service-timeout", details) from None
        finally:
            self._waiters.remove(waiter)
        if isinstance(answer, GuichetError):
            # One error may fail many calls: raised by many threads it would share its traceback.
            raise type(answer)(answer.code, answer.details)
        return answer

    def _connected(self, timeout: float) -> None:
        """Wait for the first connection; a broker lost later is reported at once."""
        if self._requests.up.is_set() and self._replies.up.is_set():
            return
        patience = self._start() + _FIRST_CONNECTION_SECONDS - time.monotonic()
        if self._was_connected or not self.ping(max(0.0, min(timeout, patience))):
            raise Unavailable("broker", {"retry_after": 1})
        self._was_connected = True

    def _start(self) -> float:
        with self._starting:
            if self._started_at is None:
                self._started_at = time.monotonic()
                self._requests.start()
                self._replies.start()
            return self._started_at


def _answer(body: bytes) -> dict[str, Any]:
    reply = json.loads(body)
    error = reply.get("error")
    if error is None:
        answer: dict[str, Any] = reply["result"]
        return answer
    kind = KINDS.get(error["kind"], Unavailable)
    raise kind(error["code"], error["details"])
