from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.calendar import PARIS, beginning_of, day_of, first_of_next_month

pytestmark = pytest.mark.unit

instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    max_value=datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("instant", "first"),
    [
        ("2026-11-23T10:00Z", "2026-12-01"),
        ("2026-12-01T00:00+01:00", "2027-01-01"),
        ("2026-12-31T12:00Z", "2027-01-01"),
        ("2028-02-29T12:00Z", "2028-03-01"),
    ],
)
def test_termination_takes_effect_on_the_first_of_the_next_month(instant: str, first: str) -> None:
    assert first_of_next_month(datetime.fromisoformat(instant)) == date.fromisoformat(first)


def test_month_is_that_of_paris() -> None:
    """23:30 in Greenwich on the last of November is the first of December in Paris."""
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert first_of_next_month(late) == date(2027, 1, 1)
    assert first_of_next_month(late - timedelta(minutes=31)) == date(2026, 12, 1)


def test_day_begins_at_midnight_in_paris_in_winter_and_summer() -> None:
    assert beginning_of(date(2027, 1, 1)) == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert beginning_of(date(2027, 7, 1)) == datetime(2027, 6, 30, 22, tzinfo=UTC)


@given(instants)
def test_effect_comes_after_the_act_and_within_a_month(at: datetime) -> None:
    first = first_of_next_month(at)
    effect = beginning_of(first)
    assert first.day == 1
    assert at < effect <= at + timedelta(days=31, hours=1)
    assert effect.astimezone(PARIS).hour == 0
    assert day_of(effect) == first
    assert day_of(effect - timedelta(microseconds=1)) < first
