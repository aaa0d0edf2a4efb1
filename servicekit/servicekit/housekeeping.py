"""Forget what no longer guards anything: answered keys after two days, heard events after sixty."""

from __future__ import annotations

from datetime import datetime, timedelta

from servicekit.context import system_context
from servicekit.db import EVERYONE, Database

KEYS_KEPT = timedelta(days=2)
EVENTS_KEPT = timedelta(days=60)


def sweep(db: Database, *, now: datetime) -> int:
    """``now`` is real time. Gives the number of rows removed."""
    context = system_context(service=db.service, call="house.sweep")
    with db.write(context, tenant=EVERYONE) as tx:
        keys = tx.run(
            "DELETE FROM house.idempotency_keys WHERE answered_at < %(before)s",
            {"before": now - KEYS_KEPT},
        )
        events = tx.run(
            "DELETE FROM house.inbox WHERE applied_at < %(before)s", {"before": now - EVENTS_KEPT}
        )
    return keys + events
