"""Staff who look at people leave an entry in the installation's trail, found or not."""

from __future__ import annotations

from datetime import datetime

from servicekit.context import Context
from servicekit.db import Tx
from servicekit.reasons import READ


def record_look(tx: Tx, *, context: Context, now: datetime, target: str, shown: int) -> None:
    """``target``: a pseudonym, or a kind of list. What was searched for may be a name: it is not
    kept. ``shown``: how many of them."""
    details = {"call": context.call, "shown": shown}
    tx.record(READ, target=target, details=details, at=now)
