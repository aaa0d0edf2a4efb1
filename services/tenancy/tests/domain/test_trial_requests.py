"""How often strangers may ask, and how they are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.codes import Language
from servicekit.errors import NotFound
from tenancy.domain.people import Contact
from tenancy.domain.trial_requests import (
    LIFETIME,
    Asked,
    TrialRequest,
    email_hash,
    source_of,
    token_hash,
)

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "enough"),
    [
        (Asked(0, 0, 0), False),
        (Asked(2, 19, 999), False),
        (Asked(3, 3, 3), True),
        (Asked(0, 20, 20), True),
        (Asked(0, 0, 1000), True),
    ],
)
def test_a_mailbox_a_network_and_everybody_have_their_bounds(asked: Asked, enough: bool) -> None:
    assert asked.is_enough is enough


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("not-an-address", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_subscriber_is_one_network(address: str | None, source: str) -> None:
    assert source_of(address) == source


def test_two_spellings_of_a_mailbox_are_one() -> None:
    assert email_hash("Ada@Example.com") == email_hash("ada@example.COM")
    assert email_hash("ada@example.com") != email_hash("ida@example.com")


def test_a_link_is_used_up_to_its_last_moment() -> None:
    contact = Contact("ada@example.com", "Ada", "Lovelace", Language.FRENCH)
    request = TrialRequest(uuid4(), "Essais", contact, "192.0.2.7", NOON, NOON + LIFETIME)
    request.check_usable(NOON + LIFETIME - timedelta(microseconds=1))
    with pytest.raises(NotFound, match="link-not-usable"):
        request.check_usable(NOON + LIFETIME)


def test_a_token_is_kept_as_its_hash() -> None:
    assert len(token_hash("token")) == 32
    assert b"token" not in token_hash("token")
