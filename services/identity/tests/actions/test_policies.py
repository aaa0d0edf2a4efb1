"""Policies as data: who changes them, what follows at once, what at the next new password."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from services.identity.tests.actions.ruling import (
    API,
    GOOD,
    GOOD_API,
    OTHER,
    PORTAL,
    TENANT,
    accept,
    api_reset,
    change_entry,
    change_house,
    change_own,
    change_policy,
    objections,
    policy,
)

from contracts.codes import Role, Section
from contracts.identity import EntryRulesView, HouseEntryRules
from contracts.identity import PasswordPolicy as ShownPolicy
from identity.actions.change_entry_rules import (
    change_installation_entry_rules,
    get_entry_rules,
    get_installation_entry_rules,
)
from identity.actions.change_policies import (
    drop_password_policy,
    get_installation_policy,
)
from identity.domain.policies import InstallationEntryRules
from servicekit.db import EVERYONE
from servicekit.editions import edition_of
from servicekit.errors import Conflict, Forbidden, Unauthenticated

pytestmark = pytest.mark.servers


# --- reading and changing -------------------------------------------------------------------------


def test_tenant_without_a_policy_follows_the_installation(john: Any) -> None:
    seen = policy(john, API)
    assert (seen.own, seen.version, seen.minimum_length, seen.failure_limit) == (False, 0, 6, 5)
    change_house(john, API, minimum_length=9)
    assert policy(john, API).minimum_length == 9


def test_change_is_seen_recorded_with_before_and_after_and_told_once(john: Any) -> None:
    changed = change_policy(john, API, minimum_length=12, failure_limit=3)
    assert (changed.own, changed.version, changed.minimum_length) == (True, 1, 12)
    assert changed == policy(john, API)
    entry = john.rows(
        "SELECT target, details FROM house.audit_entries WHERE action = 'policies:password:changed'"
    )[0]
    assert entry["target"] == TENANT
    assert entry["details"]["before"] == {"minimum_length": 6, "failure_limit": 5, "own": False}
    assert entry["details"]["after"] == {"minimum_length": 12, "failure_limit": 3, "own": True}
    told = john.events("PolicyChanged")
    assert [(one["tenant"], one["part"], one["person_id"]) for one in told] == [
        (TENANT, "api", str(john.person_id()))
    ]


def test_saving_what_is_there_already_leaves_no_trace(john: Any) -> None:
    change_policy(john, API, minimum_length=12)
    change_policy(john, API)
    assert len(john.events("PolicyChanged")) == 1


def test_policy_of_one_tenant_is_not_another_s(john: Any) -> None:
    john.open_tenant(tenant=OTHER)
    change_policy(john, API, minimum_length=12)
    assert policy(john, API, OTHER).own is False
    assert policy(john, API, OTHER).minimum_length == 6


def test_of_two_editors_who_saw_the_same_the_second_is_told(john: Any) -> None:
    change_policy(john, API, minimum_length=7)

    def edit(length: int) -> int | None:
        try:
            return change_policy(john, API, version=1, minimum_length=length).minimum_length
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        done = [length for length in pool.map(edit, range(8, 16)) if length is not None]
    assert len(done) == 1
    assert (policy(john, API).minimum_length, policy(john, API).version) == (done[0], 2)


def test_of_two_first_editors_one_wins_too(john: Any) -> None:
    def edit(days: int) -> bool:
        try:
            change_entry(john, version=0, disable_idle_days=days)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(edit, range(30, 38))) == 1


def test_version_of_a_policy_dropped_meanwhile_is_old(john: Any) -> None:
    change_policy(john, API, minimum_length=12)
    context = john.person(john.person_id())
    dropped = drop_password_policy(
        db=john.db, context=context, now=john.now, tenant=TENANT, kind=API, version=1
    )
    assert (dropped.own, dropped.minimum_length) == (False, 6)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        change_policy(john, API, version=1, minimum_length=13)


def test_what_was_read_over_rest_and_the_version_must_both_be_what_is_there(john: Any) -> None:
    """The edition is of all that was shown: of a tenant without rules the installation's."""
    context = john.person(john.person_id(), tenant=TENANT)
    known: dict[str, Any] = {"db": john.db, "context": context}
    shown_api = edition_of(ShownPolicy().dump(policy(john, API)))
    shown_house = edition_of(
        ShownPolicy().dump(get_installation_policy(**known, kind=API)),
    )
    shown_rules = edition_of(EntryRulesView().dump(get_entry_rules(**known, tenant=TENANT)))
    shown_portal = edition_of(HouseEntryRules().dump(get_installation_entry_rules(**known)))
    made_up = "0" * 32
    house_rules = {**asdict(get_installation_entry_rules(**known)), "now": john.now, **known}
    acts: list[tuple[Callable[..., Any], str]] = [
        (lambda edition: change_policy(john, API, minimum_length=9, edition=edition), shown_api),
        (lambda edition: change_house(john, API, minimum_length=8, edition=edition), shown_house),
        (lambda edition: change_entry(john, idle_minutes=30, edition=edition), shown_rules),
        (
            lambda edition: change_installation_entry_rules(**house_rules, edition=edition),
            shown_portal,
        ),
    ]
    for act, shown in acts:
        with pytest.raises(Conflict, match="changed-meanwhile"):
            act(made_up)
        assert act(shown)
    dropping = {**known, "now": john.now, "tenant": TENANT, "kind": API, "version": 1}
    own = edition_of(ShownPolicy().dump(policy(john, API)))
    with pytest.raises(Conflict, match="changed-meanwhile"):
        drop_password_policy(**dropping, edition=shown_api)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        drop_password_policy(**{**dropping, "version": 2}, edition=own)
    assert drop_password_policy(**dropping, edition=own).own is False


def test_tenant_asks_no_less_of_portal_passwords_than_the_installation(john: Any) -> None:
    assert objections(lambda: change_policy(john, PORTAL, minimum_length=9)) == [
        "policy-below-installation:10"
    ]
    assert policy(john, PORTAL).own is False


def test_installation_s_entry_rules_hold_where_a_tenant_says_nothing(john: Any) -> None:
    context = john.person(john.person_id())
    before = get_installation_entry_rules(db=john.db, context=context)
    assert before == InstallationEntryRules(60, show_last_sign_in=False, notice=None, version=1)
    change_installation_entry_rules(
        db=john.db,
        context=context,
        now=john.now,
        version=1,
        idle_minutes=30,
        show_last_sign_in=True,
        notice="Authorised users only.",
    )
    seen = get_entry_rules(db=john.db, context=context, tenant=TENANT)
    assert (seen.idle_minutes, seen.notice, seen.own) == (30, "Authorised users only.", False)


def test_notice_refuses_what_the_console_refuses(john: Any) -> None:
    assert objections(lambda: change_entry(john, notice="<b>")) == ["notice-characters"]


# --- at the next new password ---------------------------------------------------------------------


def test_policy_of_the_domain_holds_for_its_next_api_password(john: Any) -> None:
    change_policy(john, API, minimum_length=20, minimum_score=0)
    assert john.api_sign_in(password=GOOD_API).login == "John.Doe", "the present one stays good"
    assert objections(lambda: api_reset(john, "other9sesame")) == ["password-too-short:20"]
    api_reset(john, "other9sesame-and-more")
    assert john.api_sign_in(password="other9sesame-and-more").login == "John.Doe"


def test_portal_password_follows_the_strictest_of_all_accepted_contracts(john: Any) -> None:
    john.open_tenant(tenant=OTHER)
    change_policy(john, PORTAL, tenant=TENANT, minimum_length=14)
    change_policy(john, PORTAL, tenant=OTHER, identical_characters=2)
    accept(john, OTHER)
    assert objections(lambda: change_own(john, GOOD, "Sesame2026!!!")) == [
        "password-too-short:14",
        "password-identical-characters:2",
    ]
    change_own(john, GOOD, "Sesame-Ouvert-2026!")
    assert john.sign_in(password="Sesame-Ouvert-2026!").login == "John.Doe"


def test_contract_not_accepted_yet_asks_nothing_of_a_person(john: Any, person: Any) -> None:
    change_policy(john, PORTAL, minimum_length=40)
    stranger = person("Ada", "Love")
    john.open_tenant(tenant=OTHER, referent=stranger)
    john.set_password(
        john.token("WelcomeLinkIssued", of=str(john.person_id("Ada.Love"))), "Another-2026!"
    )
    john.invite(stranger, {Section.USERS: Role.VISITOR}, by=john.person_id())
    found = john.rows(
        "SELECT password_policies_of('portal', %(id)s, NULL) AS held",
        id=john.person_id("Ada.Love"),
    )
    assert [one["minimum_length"] for one in found[0]["held"]] == [10]


def test_former_passwords_are_refused_as_far_back_as_the_policy_says(john: Any) -> None:
    change_house(john, PORTAL, history_count=2)
    used = [GOOD, "First-one-2026!", "Second-one-2026!", "Third-one-2026!"]
    for current, new in pairwise(used):
        change_own(john, current, new)
    assert objections(lambda: change_own(john, used[-1], used[-1])) == ["password-unchanged"]
    for former in used[1:3]:
        assert objections(lambda old=former: change_own(john, used[-1], old)) == [
            "password-reused:2"
        ]
    change_own(john, used[-1], used[0])
    kept = john.rows("SELECT 1 FROM password_history")
    assert len(kept) == 2, "no more is kept than is asked for"


def test_history_is_forgotten_when_nobody_asks_for_it_any_more(john: Any) -> None:
    change_house(john, PORTAL, history_count=5)
    change_own(john, GOOD, "First-one-2026!")
    assert len(john.rows("SELECT 1 FROM password_history")) == 1
    change_house(john, PORTAL, history_count=0)
    change_own(john, "First-one-2026!", "Second-one-2026!")
    assert john.rows("SELECT 1 FROM password_history") == []


def test_stolen_session_cannot_try_former_passwords_without_the_current_one(john: Any) -> None:
    change_house(john, PORTAL, history_count=5)
    change_own(john, GOOD, "First-one-2026!")
    with pytest.raises(Forbidden, match="current-password-wrong"):
        change_own(john, "a-guess", GOOD)


def test_minimum_age_binds_one_s_own_change_and_not_a_reset(john: Any) -> None:
    change_house(john, PORTAL, minimum_age_minutes=60)
    assert objections(lambda: change_own(john, GOOD, "Another-2026!")) == ["password-too-young:60"]
    john.forget_password(PORTAL, "John.Doe")
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), "Another-2026!")
    john.pass_time(minutes=60)
    change_own(john, "Another-2026!", "Third-2026!")


# --- at once --------------------------------------------------------------------------------------


def test_lock_of_an_api_login_follows_its_domain_at_once(john: Any) -> None:
    change_policy(john, API, failure_limit=3, lock_minutes=60)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            john.api_sign_in(password="wrong")
    with pytest.raises(Unauthenticated):
        john.api_sign_in(password=GOOD_API)
    john.pass_time(minutes=59)
    with pytest.raises(Unauthenticated):
        john.api_sign_in(password=GOOD_API)
    john.pass_time(minutes=1)
    assert john.api_sign_in(password=GOOD_API).login == "John.Doe"


def test_expiry_follows_at_once_and_is_said_at_the_door(john: Any) -> None:
    set_at = john.now
    assert john.sign_in().password_expires_at is None
    change_policy(john, PORTAL, validity_days=90)
    welcome = john.sign_in()
    assert welcome.password_expires_at == set_at + timedelta(days=90)
    assert not welcome.password_expired
    john.pass_time(days=90)
    assert john.sign_in().password_expired
    assert john.web_sign_in().password_expired, "also where the scope is one tenant"
    assert not john.api_sign_in().password_expired


def test_idle_time_is_the_shortest_of_the_contracts_at_the_portal(john: Any) -> None:
    john.open_tenant(tenant=OTHER)
    accept(john, OTHER)
    change_entry(john, tenant=TENANT, idle_minutes=45, notice="Essai only")
    change_entry(john, tenant=OTHER, idle_minutes=15)
    assert john.sign_in().idle_minutes == 15
    assert john.web_sign_in().idle_minutes == 15, "the portal password opens all of them"
    entered = john.api_sign_in()
    assert (entered.idle_minutes, entered.notice) == (45, "Essai only")


def test_rows_of_policies_are_their_tenant_s_alone(john: Any) -> None:
    change_policy(john, API, minimum_length=12)
    change_entry(john, idle_minutes=20)
    with john.db.read(tenant=OTHER) as tx:
        for table in ("tenant_policies", "entry_rules"):
            assert tx.rows(f"SELECT 1 FROM {table}", {}, dict) == []
    with john.db.read(tenant=EVERYONE) as tx:
        assert len(tx.rows("SELECT 1 FROM tenant_policies", {}, dict)) == 1
