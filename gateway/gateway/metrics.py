"""What the gateway counts beside servicekit's own, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Histogram(
    "guichet_http_seconds",
    "HTTP requests to the API by route, method and status.",
    ("route", "method", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
RIGHTS = Counter(
    "guichet_rights_total",
    "Rights looked up, by where they were found: kept, fetched, shared with another request.",
    ("found",),
)
EVENTS = Counter(
    "guichet_gateway_facts_total",
    "Broadcast events that emptied what the gateway keeps.",
    ("type",),
)
LIMITED = Counter(
    "guichet_limited_total",
    "Requests refused because a quota was spent, by whose: address, person, client or staff.",
    ("policy",),
)
LOGOUTS = Counter(
    "guichet_logout_deliveries_total",
    "Attempts to tell applications that a session ended: delivered, refused, given-up, again.",
    ("outcome",),
)
