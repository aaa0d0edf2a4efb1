"""What the days bring under a policy: expiry, the word before it, idle users."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from services.identity.tests.actions.ruling import (
    API,
    GOOD,
    OTHER,
    PORTAL,
    TENANT,
    VISIT,
    accept,
    change_entry,
    change_house,
    change_own,
    change_policy,
    objections,
    watch,
)

from contracts.codes import Role, Section
from identity.actions.change_iam_user import enable_iam_user
from identity.actions.replace_expired import read_expired_password, replace_expired_password
from servicekit.errors import Conflict, Invalid, Unauthenticated

pytestmark = pytest.mark.servers


# --- expired --------------------------------------------------------------------------------------


def replace_expired(counter: Any, password: str, *, iam_user_id: Any = None) -> None:
    replace_expired_password(
        db=counter.db,
        hasher=counter.hasher,
        sealer=counter.sealer,
        context=counter.gateway(),
        now=counter.now,
        person_id=counter.person_id(),
        iam_user_id=iam_user_id,
        password=password,
        visit=VISIT,
    )


def test_expired_password_makes_way_for_another_one(john: Any) -> None:
    change_house(john, PORTAL, validity_days=30)
    with pytest.raises(Conflict, match="password-not-expired"):
        replace_expired(john, "Another-2026!")
    john.pass_time(days=30)
    known = read_expired_password(
        db=john.db,
        context=john.gateway(),
        now=john.now,
        person_id=john.person_id(),
        iam_user_id=None,
    )
    assert (known.user_name, known.expired_at, known.rules.validity_days) == (
        "John.Doe",
        john.now,
        30,
    )
    assert objections(lambda: replace_expired(john, GOOD)) == ["password-unchanged"]
    replace_expired(john, "Another-2026!")
    assert not john.sign_in(password="Another-2026!").password_expired
    told = john.events("PasswordSet")[-1]
    assert (told["credential"], bool(told["not_me_link"])) == ("portal", True)
    assert john.trail()[-2][0] == "portal:password:changed"
    with pytest.raises(Conflict, match="password-not-expired"):
        replace_expired(john, "Third-2026!")


def test_expired_api_password_is_the_domain_s_own_affair(john: Any) -> None:
    change_policy(john, API, validity_days=30)
    john.pass_time(days=30)
    assert john.api_sign_in().password_expired
    assert not john.sign_in().password_expired
    replace_expired(john, "other9sesame", iam_user_id=john.iam_user_id())
    assert not john.api_sign_in(password="other9sesame").password_expired
    told = john.events("PasswordSet")[-1]
    assert (told["credential"], told["tenant"]) == ("api", TENANT)


def test_of_two_replacements_at_once_one_wins(john: Any) -> None:
    change_house(john, PORTAL, validity_days=30)
    john.pass_time(days=30)

    def replace(password: str) -> bool:
        try:
            replace_expired(john, password)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(replace, ["Another-2026!", "Third-one-2026!"])) == 1


def test_somebody_else_s_iam_user_is_no_way_to_a_password(john: Any, person: Any) -> None:
    change_policy(john, API, validity_days=30)
    john.invite(
        person("Ada", "Love"), {Section.TECHNICAL_CONSOLE: Role.MANAGER}, by=john.person_id()
    )
    john.set_password(john.token("IamUserCreated"), "other9sesame")
    john.pass_time(days=30)
    with pytest.raises(Conflict, match="password-not-expired"):
        replace_expired(john, "third9sesame", iam_user_id=john.iam_user_id("Ada.Love"))


# --- told before ----------------------------------------------------------------------------------


def test_word_comes_fifteen_days_before_and_three(john: Any) -> None:
    set_at = john.now
    change_policy(john, PORTAL, validity_days=90)
    change_policy(john, API, validity_days=60)
    told: list[tuple[int, str]] = []
    for day in range(1, 95):
        john.pass_time(days=1)
        before = len(john.events("PasswordExpiryApproached"))
        watch(john)
        told += [
            (day, one["credential"]) for one in john.events("PasswordExpiryApproached")[before:]
        ]
    assert told == [(45, "api"), (57, "api"), (75, "portal"), (87, "portal")]
    assert john.events("PasswordExpiryApproached")[-1]["expires_at"].startswith(
        (set_at + timedelta(days=90)).strftime("%Y-%m-%d")
    )


def test_new_password_starts_the_days_anew(john: Any) -> None:
    change_house(john, PORTAL, validity_days=40)
    john.pass_time(days=26)
    watch(john)
    assert len(john.events("PasswordExpiryApproached")) == 1
    change_own(john, GOOD, "Another-2026!")
    john.pass_time(days=24)
    watch(john)
    assert len(john.events("PasswordExpiryApproached")) == 1
    john.pass_time(days=2)
    watch(john)
    assert len(john.events("PasswordExpiryApproached")) == 2


def test_one_word_of_the_strictest_rule_however_many_ask(john: Any) -> None:
    john.open_tenant(tenant=OTHER)
    accept(john, OTHER)
    change_house(john, PORTAL, validity_days=90)
    for tenant in (TENANT, OTHER):
        change_policy(john, PORTAL, tenant=tenant, validity_days=60)
    john.pass_time(days=50)
    watch(john)
    assert len(john.events("PasswordExpiryApproached")) == 1


def test_nothing_is_watched_where_no_rule_asks(john: Any) -> None:
    change_policy(john, API, minimum_length=9)
    assert john.rows("SELECT 1 FROM house.due_work WHERE kind = 'policies:watch'") == []
    change_policy(john, API, validity_days=30)
    assert len(john.rows("SELECT 1 FROM house.due_work WHERE kind = 'policies:watch'")) == 1
    change_policy(john, API, validity_days=0)
    assert john.rows("SELECT 1 FROM house.due_work WHERE kind = 'policies:watch'") == []


# --- idle users -----------------------------------------------------------------------------------


def ada(john: Any, person: Any) -> None:
    console = {Section.TECHNICAL_CONSOLE: Role.MANAGER}
    john.invite(person("Ada", "Love"), console, by=john.person_id())
    john.set_password(john.token("IamUserCreated"), "other9sesame")
    john.set_password(john.token("WelcomeLinkIssued"), "Another-2026!")


def disabled(john: Any, login: str) -> bool:
    found = john.rows("SELECT disabled_at FROM iam_users WHERE user_name = %(login)s", login=login)
    return found[0]["disabled_at"] is not None


def test_idle_iam_user_is_disabled_and_refused_like_everybody(john: Any, person: Any) -> None:
    ada(john, person)
    change_entry(john, disable_idle_days=30)
    john.pass_time(days=29)
    watch(john)
    assert not disabled(john, "Ada.Love")
    john.pass_time(days=1)
    watch(john)
    assert disabled(john, "Ada.Love")
    assert not disabled(john, "John.Doe"), "the domain owner never"
    with pytest.raises(Unauthenticated, match="sign-in-refused"):
        john.api_sign_in("Ada.Love", "other9sesame")
    with pytest.raises(Unauthenticated, match="sign-in-refused"):
        john.web_sign_in("Ada.Love", "Another-2026!")
    assert john.sign_in("Ada.Love", "Another-2026!").login == "Ada.Love", "the portal stays open"
    assert len(john.events("IamUserDisabled")) == 1
    assert ("iam:user:disabled", f"iam-user:{john.iam_user_id('Ada.Love')}") in john.trail()


@pytest.mark.parametrize("door", ["portal", "web", "api"])
def test_who_comes_in_by_any_door_is_not_idle(john: Any, person: Any, door: str) -> None:
    ada(john, person)
    change_entry(john, disable_idle_days=30)
    john.pass_time(days=20)
    if door == "api":
        john.api_sign_in("Ada.Love", "other9sesame")
    elif door == "web":
        john.web_sign_in("Ada.Love", "Another-2026!")
    else:
        john.sign_in("Ada.Love", "Another-2026!")
    john.pass_time(days=20)
    watch(john)
    assert not disabled(john, "Ada.Love")


def test_enabled_again_he_has_all_the_days_again(john: Any, person: Any) -> None:
    ada(john, person)
    change_entry(john, disable_idle_days=30)
    john.pass_time(days=31)
    watch(john)
    enable_iam_user(
        db=john.db,
        context=john.person(john.person_id()),
        now=john.now,
        tenant=TENANT,
        iam_user_id=john.iam_user_id("Ada.Love"),
    )
    john.pass_time(days=2)
    watch(john)
    assert not disabled(john, "Ada.Love")
    john.pass_time(days=29)
    watch(john)
    assert disabled(john, "Ada.Love")


def test_idle_days_that_the_history_does_not_reach_are_refused_with_the_most(john: Any) -> None:
    with pytest.raises(Invalid, match="policy-refused") as refused:
        change_entry(john, disable_idle_days=30, kept_for=timedelta(days=30))
    assert refused.value.details["fields"] == {"disable_idle_days": ["range:0:29"]}
    changed = change_entry(john, disable_idle_days=29, kept_for=timedelta(days=30))
    assert changed.disable_idle_days == 29
    assert not change_entry(john, disable_idle_days=0, kept_for=timedelta(days=1)).disable_idle_days


def test_nobody_is_idle_by_a_history_that_is_shorter_than_the_rule(john: Any, person: Any) -> None:
    ada(john, person)
    change_entry(john, disable_idle_days=30)
    john.pass_time(days=60)
    watch(john, kept_for=timedelta(days=30))
    assert not disabled(john, "Ada.Love")
