"""A circuit breaker: a service that does not answer is not waited for by everybody.

After ``threshold`` failures in a row nobody is let through for ``pause`` seconds; then one call
at a time is, and the first success lets everybody through again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import IntEnum

from servicekit import metrics


class State(IntEnum):
    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    def __init__(
        self,
        service: str,
        *,
        threshold: int = 5,
        pause: float = 0.5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = service
        self.state = State.CLOSED
        self._threshold = threshold
        self._pause = pause
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._shut_until = 0.0
        metrics.BREAKER_STATE.labels(service).set(State.CLOSED)

    def admits(self) -> bool:
        """Whether a call may go now. Whoever is let in must tell how it ended."""
        with self._lock:
            state = self.state
            if state is State.OPEN and self._monotonic() >= self._shut_until:
                self._become(State.HALF_OPEN)
                return True
        return state is State.CLOSED

    def succeeded(self) -> None:
        if self._failures == 0 and self.state is State.CLOSED:
            return
        with self._lock:
            self._failures = 0
            self._become(State.CLOSED)

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self.state is State.HALF_OPEN or self._failures >= self._threshold:
                self._shut()

    def undecided(self) -> None:
        """The call ended without telling anything about the service (the broker went away)."""
        with self._lock:
            if self.state is State.HALF_OPEN:
                self._shut()

    def stay_shut(self) -> None:
        """The service is known to be away still: no call needs to find out."""
        with self._lock:
            if self.state is State.OPEN:
                self._shut_until = self._monotonic() + self._pause

    def _shut(self) -> None:
        if self.state is State.CLOSED:
            metrics.BREAKER_OPENED.labels(self.service).inc()
        self._shut_until = self._monotonic() + self._pause
        self._become(State.OPEN)

    def _become(self, state: State) -> None:
        self.state = state
        metrics.BREAKER_STATE.labels(self.service).set(state)


class Breakers:
    """One for each service, made when first asked for."""

    def __init__(self) -> None:
        self._breakers: dict[str, Breaker] = {}
        self._lock = threading.Lock()

    def of(self, service: str) -> Breaker:
        breaker = self._breakers.get(service)
        if breaker is None:
            with self._lock:
                breaker = self._breakers.setdefault(service, Breaker(service))
        return breaker

    def shut(self) -> list[Breaker]:
        return [breaker for breaker in list(self._breakers.values()) if breaker.state is State.OPEN]
