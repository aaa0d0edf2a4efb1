"""The free trial (FAQ, "Free Trial"): the month of subscription and two calendar months more.

Free, without bank details, with all functions. Some weeks before it ends its holder is written to;
a conversion keeps every setting. INFERENCE, as the FAQ names no day: the letter goes three weeks
before the end, and what nobody converts is closed thirty days after it was suspended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contracts.codes import Month, SupportLevel

# By telephone and mail (FAQ): the first level that has them.
SUPPORT_LEVEL = SupportLevel.STANDARD
_REMINDED_BEFORE = timedelta(days=21)
_CLOSED_AFTER = timedelta(days=30)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """``ends_on`` is its last day. What is converted stays known as what began on trial."""

    ends_on: date
    closes_on: date
    converted_at: datetime | None = None

    @property
    def reminder_on(self) -> date:
        return self.ends_on - _REMINDED_BEFORE

    @property
    def suspended_on(self) -> date:
        """The first day without it, where nobody has converted it."""
        return self.ends_on + _DAY

    @property
    def is_converted(self) -> bool:
        return self.converted_at is not None

    def has_lapsed(self, today: date) -> bool:
        """It is over, and nobody has converted it."""
        return not self.is_converted and today > self.ends_on

    def converted(self, now: datetime) -> Trial:
        return replace(self, converted_at=now)

    def kept(self, today: date) -> Trial:
        """Its termination was taken back: where it has lapsed meanwhile, a grace period anew."""
        if not self.has_lapsed(today):
            return self
        return replace(self, closes_on=max(self.closes_on, today + _CLOSED_AFTER))


def started(day: date) -> Trial:
    """The trial that somebody subscribes to on ``day``, in Paris."""
    month = Month.of(day)
    for _ in range(3):
        month = month.next()
    ends_on = month.first_day() - _DAY
    return Trial(ends_on=ends_on, closes_on=ends_on + _DAY + _CLOSED_AFTER)
