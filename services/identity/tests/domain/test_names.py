"""One name however it is spelt; a login from every name."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.attempts import decoy_name
from identity.domain.names import (
    login_stem,
    mobile_key,
    name_key,
    numbered_logins,
    search_key,
    searched,
    sort_key,
)

pytestmark = pytest.mark.unit

LOGIN = re.compile(r"[A-Za-z0-9._-]{5,64}")


@pytest.mark.parametrize(
    "spelling",
    [
        "John.Doe",
        "john.doe",
        "JOHN.DOE",
        " John.Doe ",
        "John . Doe",
        "Ｊｏｈｎ．Ｄｏｅ",
        "John.\u00a0Doe",
    ],
)
def test_variants_of_a_name_are_one_name(spelling: str) -> None:
    assert name_key(spelling) == "john.doe"


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("+33612345678", "+33612345678"),
        ("+33 (6) 12-34.56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
    ],
)
def test_mobile_number_is_one_number_however_typed(typed: str, meant: str) -> None:
    assert mobile_key(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "John.Doe", "0612345678", "+", "00", "+33six", "0033x612", "3+361", "00_33612", "++33612"],
)
def test_text_that_is_no_international_number_means_none(typed: str) -> None:
    assert mobile_key(typed) is None


@pytest.mark.parametrize(
    ("given_name", "family_name", "login"),
    [
        ("John", "Doe", "John.Doe"),
        ("Élodie", "Lefèvre", "Elodie.Lefevre"),
        ("Jean Pierre", "de La Tour", "Jean-Pierre.de-La-Tour"),
        ("Bjørn", "Strauß", "Bjorn.Strauss"),
        ("A", "B", "A.B00"),
        ("Дмитрий", "Иванов", "dmitri"),
        ("O'Brien", "", "O-Brien"),
    ],
)
def test_login_is_made_from_the_name(given_name: str, family_name: str, login: str) -> None:
    made = login_stem(given_name=given_name, family_name=family_name, email="dmitri@example.com")
    assert made == login


@given(st.text(max_size=64), st.text(max_size=64), st.emails())
def test_every_name_gives_a_login(given_name: str, family_name: str, email: str) -> None:
    stem = login_stem(given_name=given_name, family_name=family_name, email=email)
    for _, login in itertools.islice(numbered_logins(stem, first=1), 3):
        assert LOGIN.fullmatch(login)
    _, far = next(numbered_logins(stem, first=99_999))
    assert LOGIN.fullmatch(far)


def test_logins_are_numbered_from_the_second_on() -> None:
    assert list(itertools.islice(numbered_logins("John.Doe", first=1), 3)) == [
        (1, "John.Doe"),
        (2, "John.Doe2"),
        (3, "John.Doe3"),
    ]


def test_people_are_sorted_by_family_name_without_accents() -> None:
    people = [("Zoé", "Ébert"), ("Anna", "Zola"), ("Bruno", "eber")]
    ordered = sorted(people, key=lambda one: sort_key(given_name=one[0], family_name=one[1]))
    assert ordered == [("Bruno", "eber"), ("Zoé", "Ébert"), ("Anna", "Zola")]


@given(st.text(max_size=64), st.text(max_size=64))
def test_sort_key_fits_into_a_cursor(given_name: str, family_name: str) -> None:
    assert len(sort_key(given_name=given_name, family_name=family_name)) <= 64


@pytest.mark.parametrize("typed", ["lefèvre", "LEFEVRE", "elodie lef", "Lefevre Élodie", "@exa"])
def test_search_finds_by_any_name(typed: str) -> None:
    key = search_key(
        given_name="Élodie",
        family_name="Lefèvre",
        login="Elodie.Lefevre",
        email="e.lefevre@example.com",
    )
    assert searched(typed) in key


LOGIN_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in LOGIN_SIGNS}


@given(st.text(LOGIN_SIGNS, min_size=5, max_size=64), st.integers(0, 64), st.booleans())
def test_case_width_and_white_space_make_no_other_name(login: str, at: int, wide: bool) -> None:
    """Nor another counter: what somebody bears and what nobody bears are counted alike."""
    spelt = login.translate(FULL_WIDTH) if wide else login
    for other in (spelt, spelt.upper(), spelt.swapcase(), spelt[:at] + "\u3000\t " + spelt[at:]):
        assert name_key(other) == name_key(login)
        assert decoy_name(other) == decoy_name(login)
