"""What counts as one address, and when it must wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.throttle import (
    NOWHERE,
    Doorstep,
    Guess,
    Pressure,
    Throttle,
    source_of,
    turn_away,
)
from servicekit.errors import TooMany

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
QUIET = Pressure(full_since=None, crowded=False)
CROWDED = Pressure(full_since=None, crowded=True)


def doorstep(**rule: object) -> Doorstep:
    return Doorstep(Guess.PASSWORD, "192.0.2.7", NOON, Throttle(**rule))  # type: ignore[arg-type]


@given(st.ip_addresses(v=4))
def test_ipv4_address_is_its_own_source(address: object) -> None:
    assert source_of(str(address)) == str(address)


@given(st.integers(1, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_all_of_one_ipv6_customer_are_one_source(prefix: int, one: int, other: int) -> None:
    first, second = (IPv6Address((prefix << 64) + host) for host in (one, other))
    assert source_of(str(first)) == source_of(str(second)) == f"{IPv6Address(prefix << 64)}/64"


@given(st.ip_addresses(v=4))
def test_ipv4_address_written_as_ipv6_is_the_same_source(address: object) -> None:
    assert source_of(f"::ffff:{address}") == str(address)


@pytest.mark.parametrize("address", [None, "", "unknown", "192.0.2", "192.0.2.7:443", "fe80::1%"])
def test_what_is_no_address_is_no_source(address: str | None) -> None:
    assert source_of(address) in (None, "fe80::/64")


@given(st.text(max_size=64))
def test_no_text_breaks_it(text: str) -> None:
    assert source_of(text) is None or isinstance(source_of(text), str)


def test_quiet_doorstep_lets_everybody_on() -> None:
    turn_away(doorstep(), QUIET, familiar=False)


@given(st.integers(0, 899))
def test_full_doorstep_says_how_long_it_is_full(passed: int) -> None:
    full = Pressure(full_since=NOON - timedelta(seconds=passed), crowded=False)
    with pytest.raises(TooMany) as refused:
        turn_away(doorstep(window=timedelta(minutes=15)), full, familiar=True)
    assert refused.value.details["retry_after"] == 900 - passed
    assert refused.value.details["minutes"] == -(-(900 - passed) // 60)


def test_crowd_keeps_strangers_out_and_nobody_else() -> None:
    turn_away(doorstep(), CROWDED, familiar=True)
    with pytest.raises(TooMany, match="sign-in-throttled"):
        turn_away(doorstep(), CROWDED, familiar=False)


def test_who_is_signed_in_stands_on_no_doorstep() -> None:
    assert NOWHERE.source is None
    turn_away(NOWHERE, QUIET, familiar=True)
