"""What is counted, for Prometheus. One process, one registry: prometheus-client's own."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

CALLS_ANSWERED = Histogram(
    "guichet_calls_seconds",
    "Calls answered by this service, by outcome: ok, replayed, or the code of the error.",
    ("call", "outcome"),
    buckets=_SECONDS,
)
CALLS_MADE = Histogram(
    "guichet_rpc_client_seconds",
    "Calls made to services, by outcome: answered, or the code of the wire's own failure.",
    ("service", "outcome"),
    buckets=_SECONDS,
)
PASSWORD_CHECKS = Counter(
    "guichet_password_checks_total",
    "Passwords checked, against a hash or, where none may be, against a decoy.",
    ("against",),
)
BREAKER_STATE = Gauge(
    "guichet_breaker_state", "Breaker of a service: 0 closed, 1 half-open, 2 open.", ("service",)
)
BREAKER_OPENED = Counter("guichet_breaker_opened_total", "Times a breaker opened.", ("service",))
EVENTS_HEARD = Counter(
    "guichet_events_heard_total",
    "Events heard, by outcome: applied, retried, dead, unreadable.",
    ("event", "outcome"),
)
EVENTS_TOLD = Counter("guichet_events_told_total", "Events the broker has taken over.", ("event",))
EVENTS_WAITING = Gauge(
    "guichet_outbox_rows", "Events the relay found when it last looked: a hundred at most."
)
BROKER_CONNECTED = Gauge("guichet_broker_connected", "1 while the consumers stand at the broker.")
