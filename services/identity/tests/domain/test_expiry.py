"""When a word comes before a password expires."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.expiry import ExpiryWindow, expires_soon
from identity.domain.passwords import PasswordRules

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAYS = st.integers(1, 180)


@pytest.mark.parametrize(
    ("left", "soon"),
    [
        (timedelta(days=15, seconds=1), False),
        (timedelta(days=15), True),
        (timedelta(seconds=1), True),
        (timedelta(0), False),
        (timedelta(days=-1), False),
    ],
)
def test_prompt_comes_within_fifteen_days_and_not_afterwards(left: timedelta, soon: bool) -> None:
    assert expires_soon(NOON + left, now=NOON) is soon


def test_password_that_does_not_expire_is_never_prompted() -> None:
    assert not expires_soon(None, now=NOON)


@given(DAYS, st.integers(0, 200 * 24))
def test_window_holds_exactly_the_passwords_that_expire_within_its_days(
    validity: int, hours: int
) -> None:
    window = ExpiryWindow(validity, NOON)
    said = window.params()
    changed_at = NOON - timedelta(hours=hours)
    rules = PasswordRules(8, 64, 1, not_user_name=False, validity_days=validity)
    expires_at = rules.expires_at(changed_at)
    assert expires_at is not None
    within = said["gone"] < changed_at <= said["first"]  # type: ignore[operator]
    assert within == (NOON < expires_at <= NOON + timedelta(days=window.first_days))


@given(DAYS)
def test_word_never_comes_with_the_new_password_itself(validity: int) -> None:
    first = ExpiryWindow(validity, NOON).first_days
    assert first in (3, 15)
    assert first < validity or validity <= 3


@given(DAYS)
def test_last_word_comes_no_sooner_than_the_first(validity: int) -> None:
    said = ExpiryWindow(validity, NOON).params()
    assert said["last"] <= said["first"]  # type: ignore[operator]
