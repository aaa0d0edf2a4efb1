"""What the gateway counts, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from contracts.declare import Call
from servicekit.errors import GuichetError

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Meters:
    """One registry for one application, so that two in one process do not collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "guichet_gateway_request_seconds",
            "REST requests by route and status.",
            ("route", "method", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._rpc = Histogram(
            "guichet_gateway_rpc_seconds",
            "Calls to the services by outcome: ok, or the code of the error.",
            ("call", "outcome"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._rights = Counter(
            "guichet_gateway_rights_total",
            "Rights looked up, by where they were found: kept, fetched, shared.",
            ("found",),
            registry=self.registry,
        )

    @contextmanager
    def rpc(self, call: Call) -> Iterator[None]:
        started = time.perf_counter()
        outcome = "crash"
        try:
            yield
            outcome = "ok"
        except GuichetError as error:
            outcome = error.code
            raise
        finally:
            self._rpc.labels(call.full_name, outcome).observe(time.perf_counter() - started)

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method, str(status)).observe(seconds)

    def rights(self, found: str) -> None:
        self._rights.labels(found).inc()

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
