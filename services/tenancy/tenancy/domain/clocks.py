"""How far ahead of real time a simulated installation lives."""

from __future__ import annotations

import math
from datetime import datetime

from servicekit.errors import Invalid

FURTHEST = 2**31 - 1  # seconds, 68 years: what the event ClockMoved can say


def seconds_ahead(*, target: datetime, now: datetime, real: datetime) -> int:
    """The offset that brings the clock from ``now`` to ``target``, in whole seconds.

    Rounded up, so that what falls due at ``target`` is due. Raises Invalid ``clock-only-forward``.
    """
    if target <= now:
        raise Invalid("clock-only-forward", {"fields": {"now": ["invalid"]}})
    seconds = math.ceil((target - real).total_seconds())
    if seconds > FURTHEST:
        raise Invalid("fields-invalid", {"fields": {"now": ["invalid"]}})
    return seconds
