"""TN-2: the month of subscription and two calendar months more (FAQ, "Free Trial")."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.domain.trials import Trial, started

pytestmark = pytest.mark.unit

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 12, 31))
DAY = timedelta(days=1)
NOON = datetime(2027, 1, 20, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("subscribed", "last_day"),
    [
        ("2026-11-01", "2027-01-31"),
        ("2026-11-23", "2027-01-31"),
        ("2026-11-30", "2027-01-31"),
        ("2026-12-31", "2027-02-28"),
        ("2027-12-01", "2028-02-29"),
        ("2027-01-31", "2027-03-31"),
        ("2027-02-28", "2027-04-30"),
    ],
)
def test_trial_lasts_the_month_of_subscription_and_two_more(subscribed: str, last_day: str) -> None:
    assert started(date.fromisoformat(subscribed)).ends_on == date.fromisoformat(last_day)


@given(days)
def test_trial_ends_with_a_month_that_is_two_months_on(day: date) -> None:
    trial = started(day)
    end = trial.ends_on
    assert end.day == calendar.monthrange(end.year, end.month)[1]
    assert (end.year - day.year) * 12 + end.month - day.month == 2
    assert timedelta(days=58) <= end - day <= timedelta(days=91)


@given(days)
def test_whoever_subscribes_in_one_month_ends_on_one_day(day: date) -> None:
    assert started(day) == started(day.replace(day=1))


@given(days)
def test_letter_comes_three_weeks_before_the_end_and_closing_thirty_days_after(day: date) -> None:
    trial = started(day)
    assert day < trial.reminder_on == trial.ends_on - timedelta(days=21)
    assert trial.suspended_on == trial.ends_on + DAY
    assert trial.closes_on == trial.suspended_on + timedelta(days=30)


@given(days)
def test_trial_lapses_the_day_after_its_last_and_never_once_converted(day: date) -> None:
    trial = started(day)
    assert not trial.has_lapsed(trial.ends_on)
    assert trial.has_lapsed(trial.suspended_on)
    assert not trial.converted(NOON).has_lapsed(trial.suspended_on)


@given(days, st.integers(min_value=0, max_value=400))
def test_lapsed_trial_whose_termination_is_taken_back_has_a_whole_grace_period(
    day: date, later: int
) -> None:
    trial = started(day)
    today = day + timedelta(days=later)
    kept = trial.kept(today)
    if trial.has_lapsed(today):
        assert kept.closes_on >= today + timedelta(days=30)
    else:
        assert kept == trial
    assert kept.ends_on == trial.ends_on


def test_converted_trial_is_kept_as_it_was() -> None:
    trial = Trial(date(2027, 1, 31), date(2027, 3, 3), NOON)
    assert trial.kept(date(2029, 1, 1)) == trial
