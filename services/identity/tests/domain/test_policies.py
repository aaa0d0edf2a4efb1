"""Which policies are possible, and what a tenant may make of the installation's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import CredentialKind
from identity.domain.passwords import strictest
from identity.domain.policies import (
    PasswordPolicy,
    check_installation_policy,
    check_notice,
    check_tenant_policy,
    differences,
    of_tenant,
    seen_policy,
)
from servicekit.errors import Invalid

pytestmark = pytest.mark.unit

PORTAL = PasswordPolicy(
    kind=CredentialKind.PORTAL,
    minimum_length=10,
    maximum_length=128,
    character_classes=4,
    special_characters=None,
    not_user_name=True,
    identical_characters=0,
    history_count=0,
    minimum_age_minutes=0,
    validity_days=0,
    breached_refused=True,
    minimum_score=3,
    failure_limit=5,
    window_minutes=15,
    lock_minutes=15,
    version=1,
)
API = replace(
    PORTAL, kind=CredentialKind.API, minimum_length=6, maximum_length=32, character_classes=2
)


def faults(check: object, policy: PasswordPolicy, **more: object) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        check(policy, **more)  # type: ignore[operator]
    assert refused.value.code == "policy-refused"
    fields: dict[str, list[str]] = refused.value.details["fields"]
    return fields


def test_each_kind_has_its_ranges() -> None:
    check_installation_policy(PORTAL)
    check_installation_policy(API)
    assert faults(check_installation_policy, replace(PORTAL, minimum_length=7)) == {
        "minimum_length": ["range:8:64"]
    }
    assert faults(check_installation_policy, replace(PORTAL, maximum_length=63)) == {
        "maximum_length": ["range:64:256"]
    }
    wrong = replace(API, minimum_length=33, character_classes=1)
    assert faults(check_installation_policy, wrong) == {
        "minimum_length": ["range:6:32"],
        "character_classes": ["range:2:4"],
    }


def test_special_characters_are_neither_letters_nor_digits_nor_space() -> None:
    check_installation_policy(replace(PORTAL, special_characters="#!.@_-/"))
    for wrong in ("#a", "#1", "# !", "é"):
        assert faults(check_installation_policy, replace(API, special_characters=wrong)) == {
            "special_characters": ["special-characters"]
        }


def test_lock_of_an_api_password_is_a_domain_s_own_and_needed() -> None:
    loose = replace(API, failure_limit=10, validity_days=0, minimum_score=0, not_user_name=False)
    check_tenant_policy(loose, installation=replace(API, validity_days=90, minimum_score=4))
    assert faults(check_tenant_policy, replace(API, lock_minutes=None), installation=API) == {
        "lock_minutes": ["required"]
    }


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"minimum_length": 9}, "policy-below-installation:10"),
        ({"minimum_length": 7}, "range:8:64"),
        ({"character_classes": 3}, "policy-below-installation:4"),
        ({"not_user_name": False}, "policy-below-installation:✓"),
        ({"identical_characters": 0}, "policy-below-installation:3"),
        ({"identical_characters": 4}, "policy-below-installation:3"),
        ({"history_count": 4}, "policy-below-installation:5"),
        ({"validity_days": 0}, "policy-below-installation:90"),
        ({"validity_days": 91}, "policy-below-installation:90"),
        ({"breached_refused": False}, "policy-below-installation:✓"),
        ({"minimum_score": 2}, "policy-below-installation:3"),
    ],
)
def test_tenant_asks_no_less_of_a_portal_password_than_the_installation(
    asked: dict[str, object], code: str
) -> None:
    floor = replace(PORTAL, identical_characters=3, history_count=5, validity_days=90)
    policy = of_tenant(replace(floor, **asked))  # type: ignore[arg-type]
    assert faults(check_tenant_policy, policy, installation=floor) == {next(iter(asked)): [code]}


def test_tenant_may_ask_more_of_a_portal_password() -> None:
    more = replace(
        PORTAL, minimum_length=16, identical_characters=2, validity_days=30, minimum_score=4
    )
    check_tenant_policy(of_tenant(more), installation=PORTAL)


def test_lock_and_special_characters_of_the_portal_stay_the_installation_s() -> None:
    asked = replace(PORTAL, maximum_length=64, special_characters="#", failure_limit=10)
    own = of_tenant(asked)
    assert own.maximum_length is own.special_characters is own.failure_limit is None
    assert seen_policy(own, PORTAL) == PORTAL
    assert seen_policy(of_tenant(API), replace(API, minimum_length=9)) == API
    assert seen_policy(None, PORTAL) == replace(PORTAL, version=0, own=False)
    assert differences(PORTAL, seen_policy(own, PORTAL)) == {}


PORTAL_POLICIES = st.builds(
    PasswordPolicy,
    kind=st.just(CredentialKind.PORTAL),
    minimum_length=st.integers(8, 64),
    maximum_length=st.none(),
    character_classes=st.integers(1, 4),
    special_characters=st.none(),
    not_user_name=st.booleans(),
    identical_characters=st.integers(0, 32),
    history_count=st.integers(0, 10),
    minimum_age_minutes=st.integers(0, 1440),
    validity_days=st.integers(0, 180),
    breached_refused=st.booleans(),
    minimum_score=st.integers(0, 4),
    failure_limit=st.none(),
    window_minutes=st.none(),
    lock_minutes=st.none(),
)


@given(st.lists(PORTAL_POLICIES, max_size=5), st.integers(64, 256))
def test_all_contracts_of_a_person_can_be_satisfied_at_once(
    tenants: list[PasswordPolicy], longest: int
) -> None:
    installation = replace(PORTAL, maximum_length=longest)
    rules = strictest([installation.rules, *(policy.rules for policy in tenants)])
    assert rules.minimum_length <= rules.maximum_length
    assert rules.special_characters is None


@pytest.mark.parametrize("char", "@#%&<>\\$^*")
def test_notice_has_none_of_the_characters_that_the_console_refuses(char: str) -> None:
    check_notice(None)
    check_notice("Authorised users only.")
    with pytest.raises(Invalid):
        check_notice(f"a {char} b")
