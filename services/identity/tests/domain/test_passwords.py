"""What a new password must satisfy, and the codes that say what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.passwords import (
    Guessable,
    PasswordRules,
    character_classes,
    longest_run,
    loosened,
    objections,
    refuse_password,
    strictest,
    too_young,
)
from servicekit.errors import Invalid

pytestmark = pytest.mark.unit

PORTAL = PasswordRules(10, 128, 4, not_user_name=True)
API = PasswordRules(6, 32, 2, not_user_name=True)
FREE = PasswordRules(1, 256, 1, not_user_name=False)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

RULES = st.builds(
    PasswordRules,
    minimum_length=st.integers(6, 64),
    maximum_length=st.integers(64, 256),
    character_classes=st.integers(1, 4),
    not_user_name=st.booleans(),
    special_characters=st.none() | st.text("#!.@_-/+=*", min_size=1, max_size=6),
    identical_characters=st.integers(0, 32),
    history_count=st.integers(0, 10),
    minimum_age_minutes=st.integers(0, 1440),
    validity_days=st.integers(0, 180),
    breached_refused=st.booleans(),
    minimum_score=st.integers(0, 4),
)
PASSWORDS = st.text("abAB12#!.@ éjohn.doe", max_size=80)
GUESSABLE = st.builds(Guessable, breached=st.booleans(), score=st.integers(0, 4))


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
        (API, "my-John.Doe-9", ["password-contains-user-name"]),
        (API, "x9eod.NHOJ", ["password-contains-user-name"]),
        (API, "ｊｏｈｎ．ｄｏｅ 7", ["password-contains-user-name"]),
    ],
)
def test_each_fault_has_its_code(rules: PasswordRules, password: str, codes: list[str]) -> None:
    assert objections(rules, password=password, user_name="John.Doe") == codes


def test_name_counts_only_where_the_policy_says_so() -> None:
    assert objections(FREE, password="John.Doe", user_name="John.Doe") == []


def test_special_characters_are_those_of_the_policy_where_it_names_them() -> None:
    rules = PasswordRules(1, 256, 1, not_user_name=False, special_characters="#!:")
    assert objections(rules, password="open:sesame#!", user_name="x") == []
    assert objections(rules, password="épée 9", user_name="x") == [
        "password-special-characters:# ! :"
    ]


def test_identical_characters_in_a_row_have_a_limit_whatever_their_case() -> None:
    rules = PasswordRules(1, 256, 1, not_user_name=False, identical_characters=2)
    assert objections(rules, password="aabbaa", user_name="x") == []
    assert objections(rules, password="aabBb", user_name="x") == ["password-identical-characters:2"]


@given(st.text(max_size=60))
def test_longest_run_is_between_nought_and_the_length(password: str) -> None:
    assert (longest_run(password) > 0) == bool(password)
    assert longest_run(password + "xx") >= 2


def test_breached_and_guessable_are_said_once() -> None:
    rules = PasswordRules(1, 256, 1, not_user_name=False, breached_refused=True, minimum_score=3)

    def said(*, breached: bool, score: int) -> list[str]:
        return objections(
            rules, password="x", user_name="y", guessable=Guessable(breached=breached, score=score)
        )

    assert said(breached=True, score=0) == ["password-breached"]
    assert said(breached=False, score=2) == ["password-too-guessable"]
    assert said(breached=False, score=3) == []


def test_policy_that_allows_the_common_ones_still_has_its_score() -> None:
    rules = PasswordRules(1, 256, 1, not_user_name=False, minimum_score=1)
    guessable = Guessable(breached=True, score=0)
    assert objections(rules, password="x", user_name="y", guessable=guessable) == [
        "password-too-guessable"
    ]


def test_young_password_is_not_changed_again_before_its_time() -> None:
    rules = PasswordRules(6, 32, 2, not_user_name=True, minimum_age_minutes=30)
    changed = NOON - timedelta(minutes=29, seconds=59)
    assert too_young(rules, changed_at=changed, now=NOON) == ["password-too-young:30"]
    assert too_young(rules, changed_at=NOON - timedelta(minutes=30), now=NOON) == []
    assert too_young(rules, changed_at=None, now=NOON) == []
    assert too_young(API, changed_at=NOON, now=NOON) == []


def test_password_expires_when_its_days_are_over_or_never() -> None:
    rules = PasswordRules(6, 32, 2, not_user_name=True, validity_days=90)
    assert rules.expires_at(NOON) == NOON + timedelta(days=90)
    assert rules.expires_at(None) is None
    assert API.expires_at(NOON) is None


def test_refusal_blames_the_field_with_all_its_codes() -> None:
    codes = objections(PORTAL, password="short", user_name="John.Doe")
    with pytest.raises(Invalid) as refused:
        refuse_password(field="new_password", codes=codes)
    assert refused.value == Invalid(
        "password-refused",
        {"fields": {"new_password": ["password-too-short:10", "password-classes:4"]}},
    )


# --- several policies at once -------------------------------------------------------------------


@given(st.lists(RULES, min_size=1, max_size=4), PASSWORDS, GUESSABLE)
def test_what_satisfies_the_strictest_satisfies_each(
    policies: list[PasswordRules], password: str, guessable: Guessable
) -> None:
    def refused_by(rules: PasswordRules) -> bool:
        found = objections(rules, password=password, user_name="john.doe", guessable=guessable)
        return bool(found)

    together = strictest(policies)
    if not refused_by(together):
        assert not any(refused_by(rules) for rules in policies)


@given(st.lists(RULES, min_size=1, max_size=4))
def test_strictest_expires_first_remembers_most_and_waits_longest(
    policies: list[PasswordRules],
) -> None:
    together = strictest(policies)
    for rules in policies:
        assert together.history_count >= rules.history_count
        assert together.minimum_age_minutes >= rules.minimum_age_minutes
        if rules.validity_days:
            assert 0 < together.validity_days <= rules.validity_days
        assert loosened(together, floor=rules) == []


@given(st.lists(RULES, min_size=1, max_size=3))
def test_order_and_repetition_of_policies_do_not_matter(policies: list[PasswordRules]) -> None:
    told = {
        tuple(
            "".join(sorted(set(value))) if name == "special_characters" and value else value
            for name, value in _fields(strictest(order))
        )
        for order in permutations(policies * 2 if len(policies) < 3 else policies)
    }
    assert len(told) == 1


@given(RULES)
def test_policy_with_itself_is_itself(rules: PasswordRules) -> None:
    assert loosened(rules, floor=rules) == []
    assert strictest([rules]) == rules


@given(RULES, RULES)
def test_loosened_names_exactly_the_rules_that_the_floor_changes(
    rules: PasswordRules, floor: PasswordRules
) -> None:
    together = strictest([rules, floor])
    changed = {
        name
        for (name, one), (_, other) in zip(_fields(rules), _fields(together), strict=True)
        if one != other
    }
    assert set(loosened(rules, floor=floor)) == changed - {"maximum_length", "special_characters"}


def _fields(rules: PasswordRules) -> list[tuple[str, object]]:
    return [(name, getattr(rules, name)) for name in PasswordRules.__slots__]


@given(st.text(max_size=60))
def test_character_classes_are_between_none_and_four(password: str) -> None:
    assert 0 <= character_classes(password) <= 4


@given(st.text(min_size=10, max_size=100))
def test_longer_password_never_loses_a_class(password: str) -> None:
    assert character_classes(password + "x") >= character_classes(password)
