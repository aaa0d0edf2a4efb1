from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.calendar import day_of
from subscriptions.domain.commitments import committed_until

pytestmark = pytest.mark.unit

instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    max_value=datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("started", "months", "until"),
    [
        ("2026-11-23T10:00Z", 12, "2027-10-31"),
        ("2026-11-23T10:00Z", 24, "2028-10-31"),
        ("2026-12-31T23:30Z", 12, "2027-12-31"),
        ("2027-03-01T00:00+01:00", 12, "2028-02-29"),
        ("2027-03-31T12:00Z", 36, "2030-02-28"),
    ],
)
def test_term_counts_the_month_it_starts_in(started: str, months: int, until: str) -> None:
    day = committed_until(started_at=datetime.fromisoformat(started), term_months=months)
    assert day == date.fromisoformat(until)


@given(instants, st.sampled_from([12, 24, 36]))
def test_commitment_ends_with_a_month_that_many_months_on(at: datetime, term: int) -> None:
    start, end = day_of(at), committed_until(started_at=at, term_months=term)
    after = end + timedelta(days=1)
    assert after.day == 1
    assert (after.year - start.year) * 12 + after.month - start.month == term
