from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.errors import Invalid
from tenancy.domain.clocks import seconds_ahead

pytestmark = pytest.mark.unit

REAL = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)


@given(st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=5000)))
def test_the_clock_reaches_its_target_and_at_most_a_second_more(ahead: timedelta) -> None:
    target = REAL + ahead
    reached = REAL + timedelta(seconds=seconds_ahead(target=target, now=REAL, real=REAL))
    assert timedelta(0) <= reached - target < timedelta(seconds=1)


def test_the_clock_does_not_go_back() -> None:
    now = REAL + timedelta(days=30)
    with pytest.raises(Invalid, match="clock-only-forward"):
        seconds_ahead(target=now, now=now, real=REAL)


def test_the_clock_does_not_leave_the_century() -> None:
    with pytest.raises(Invalid, match="fields-invalid"):
        seconds_ahead(target=datetime(9999, 1, 1, tzinfo=UTC), now=REAL, real=REAL)
