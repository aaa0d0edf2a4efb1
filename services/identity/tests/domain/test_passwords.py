"""What a new password must satisfy, and the codes that say what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.passwords import (
    PasswordRules,
    character_classes,
    check_new_password,
    objections,
)
from servicekit.errors import Invalid

pytestmark = pytest.mark.unit

PORTAL = PasswordRules(10, 128, 4, not_user_name=True)
API = PasswordRules(6, 32, 2, not_user_name=True)


@pytest.mark.parametrize("password", ["Sesame-2026!", "Mot de passe 9", "Æther…est1", "aB3€aaaaaa"])
def test_portal_takes_any_special_character(password: str) -> None:
    assert objections(PORTAL, password=password, user_name="John.Doe") == []


@pytest.mark.parametrize(
    ("rules", "password", "codes"),
    [
        (PORTAL, "Aa1!", ["password-too-short:10"]),
        (PORTAL, "sesame-2026!", ["password-classes:4"]),
        (PORTAL, "Sesame2026xx", ["password-classes:4"]),
        (PORTAL, "aaa", ["password-too-short:10", "password-classes:4"]),
        (API, "abcdef", ["password-classes:2"]),
        (API, "abc12", ["password-too-short:6"]),
        (API, "a1" * 17, ["password-too-long:32"]),
        (API, "john.doe", ["password-is-user-name"]),
        (API, "EOD.nhoj", ["password-is-user-name"]),
    ],
)
def test_each_fault_has_its_code(rules: PasswordRules, password: str, codes: list[str]) -> None:
    assert objections(rules, password=password, user_name="John.Doe") == codes


def test_refusal_blames_the_field() -> None:
    with pytest.raises(Invalid) as refused:
        check_new_password(PORTAL, password="short", user_name="John.Doe", field="new_password")
    assert refused.value == Invalid(
        "password-refused",
        {"fields": {"new_password": ["password-too-short:10", "password-classes:4"]}},
    )


@given(st.text(max_size=60))
def test_character_classes_are_between_none_and_four(password: str) -> None:
    assert 0 <= character_classes(password) <= 4


@given(st.text(min_size=10, max_size=100))
def test_longer_password_never_loses_a_class(password: str) -> None:
    assert character_classes(password + "x") >= character_classes(password)
