"""What counts as one address, and when it must wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.throttle import (
    Doorstep,
    Guess,
    Pressure,
    Throttle,
    admit_to_check,
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


@pytest.mark.parametrize("address", [None, "", "unknown", "192.0.2", "192.0.2.7:443", "%eth0"])
def test_what_is_no_address_is_no_source(address: str | None) -> None:
    assert source_of(address) is None


@pytest.mark.parametrize("address", ["fe80::1", "fe80::1%", "fe80::1%eth0"])
def test_the_zone_of_an_address_makes_no_other_source(address: str) -> None:
    assert source_of(address) == "fe80::/64"


@given(st.text(max_size=64))
def test_no_text_breaks_it(text: str) -> None:
    assert source_of(text) is None or isinstance(source_of(text), str)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:7:1ff::1", "2001:db8:7::/48"),
        ("192.0.2.7", "192.0.2.7"),
        (None, None),
    ],
)
def test_guesses_of_one_site_are_counted_one_after_another(
    address: str | None, network: str | None
) -> None:
    assert Doorstep(Guess.PASSWORD, source_of(address), NOON).network == network


def test_a_network_is_allowed_more_than_an_address_and_less_than_its_addresses() -> None:
    rule = Throttle(of_address=20)
    assert 20 < rule.of_56 < rule.of_48 < 20 * 256


@pytest.mark.parametrize("familiar", [True, False])
def test_quiet_doorstep_lets_everybody_on(familiar: bool) -> None:
    turn_away(doorstep(), QUIET)
    assert admit_to_check(doorstep(), QUIET, familiar=familiar) is None


@given(st.integers(0, 899))
def test_full_doorstep_says_how_long_it_is_full(passed: int) -> None:
    full = Pressure(full_since=NOON - timedelta(seconds=passed), crowded=False)
    step = doorstep(window=timedelta(minutes=15))
    with pytest.raises(TooMany) as refused:
        turn_away(step, full)
    assert refused.value.details["retry_after"] == 900 - passed
    assert refused.value.details["minutes"] == -(-(900 - passed) // 60)
    for familiar in (True, False):
        assert admit_to_check(step, full, familiar=familiar) == refused.value


@pytest.mark.parametrize("familiar", [True, False])
def test_swamped_doorstep_checks_nobody(familiar: bool) -> None:
    swamped = Pressure(full_since=NOON, crowded=False, swamped=True)
    with pytest.raises(TooMany, match="sign-in-throttled"):
        admit_to_check(doorstep(), swamped, familiar=familiar)


def test_others_who_are_swamped_are_no_matter_of_a_quiet_doorstep() -> None:
    quiet = Pressure(full_since=None, crowded=False, swamped=True)
    assert admit_to_check(doorstep(), quiet, familiar=False) is None


def test_crowd_keeps_strangers_out_and_nobody_else() -> None:
    assert admit_to_check(doorstep(), CROWDED, familiar=True) is None
    with pytest.raises(TooMany, match="sign-in-throttled"):
        admit_to_check(doorstep(), CROWDED, familiar=False)
