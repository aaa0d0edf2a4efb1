"""The commercial calendar: which day an instant falls in, when a day begins.

Trials, commitments and terminations speak of days and months. Whose? The contract is made with a
French provider and invoiced there, so theirs is the calendar of Europe/Paris for every region: an
act on 30 November at 23:30 UTC is an act of 1 December. INFERENCE: the FAQ names no time zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from contracts.codes import Month

PARIS = ZoneInfo("Europe/Paris")


def day_of(instant: datetime) -> date:
    return instant.astimezone(PARIS).date()


def beginning_of(day: date) -> datetime:
    """The instant, in UTC, at which the day begins in Paris."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def first_of_next_month(instant: datetime) -> date:
    return Month.of(day_of(instant)).next().first_day()
