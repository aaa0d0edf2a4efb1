"""Until when a subscription is committed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from contracts.codes import Month
from servicekit.calendar import day_of


def committed_until(*, started_at: datetime, term_months: int) -> date:
    """The last day of the commitment.

    A subscription that starts at once is billed for the whole month it starts in (domain facts,
    reserved instances), so that month is the first of the term and the term ends with a month.
    """
    month = Month.of(day_of(started_at))
    for _ in range(term_months):
        month = month.next()
    return month.first_day() - timedelta(days=1)
