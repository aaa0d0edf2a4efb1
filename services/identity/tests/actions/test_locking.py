"""Two credentials, two locks, on real PostgreSQL and under real concurrency."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from contracts.codes import CredentialKind, Role, Section, TenantCode
from identity.actions.read_people import list_iam_users
from identity.actions.reset_failed_login import reset_failed_login, reset_own_failed_login
from servicekit.errors import NotFound, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
WRONG = "not the password 1A"


def refused(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except Unauthenticated:
        return True
    return False


def guess(john: Any, times: int = 5) -> None:
    for _ in range(times):
        assert refused(lambda: john.api_sign_in(password=WRONG))


def iam_user(john: Any) -> Any:
    found = list_iam_users(
        db=john.db,
        context=john.person(john.person_id()),
        now=john.now,
        tenant=TENANT,
        cursor=None,
        limit=10,
    )
    return found.items[0]


def test_five_wrong_api_passwords_lock_the_api_login_alone(john: Any) -> None:
    guess(john)
    assert refused(lambda: john.api_sign_in())
    assert john.sign_in().login == "John.Doe"
    assert john.web_sign_in().login == "John.Doe"
    seen = iam_user(john)
    assert seen.failed_logins == 6
    assert seen.locked_until == john.now + timedelta(minutes=15)


def test_five_wrong_portal_passwords_lock_portal_and_web_login_alone(john: Any) -> None:
    for _ in range(3):
        assert refused(lambda: john.sign_in(password=WRONG))
    for _ in range(2):
        assert refused(lambda: john.web_sign_in(password=WRONG))
    assert refused(lambda: john.sign_in())
    assert refused(lambda: john.web_sign_in())
    assert john.api_sign_in().login == "John.Doe"


def test_lock_is_told_and_recorded_once(john: Any) -> None:
    guess(john, times=8)
    john.do_what_is_due()
    locked = john.events("CredentialLocked")
    assert [(one["credential"], one["tenant"], one["user_name"]) for one in locked] == [
        ("api", TENANT, "John.Doe")
    ]
    actions = [action for action, _ in john.trail()]
    assert actions.count("api:login:locked") == 1
    assert actions.count("api:sign-in:refused") == 8


def test_locked_credential_never_gets_a_password_check(john: Any) -> None:
    guess(john)
    john.hasher.checked.clear()
    assert refused(lambda: john.api_sign_in())
    assert john.hasher.checked == [False]


def test_lock_ends_after_fifteen_minutes(john: Any) -> None:
    guess(john)
    john.pass_time(minutes=14, seconds=59)
    assert refused(lambda: john.api_sign_in())
    john.pass_time(seconds=1)
    assert john.api_sign_in().login == "John.Doe"


def test_right_password_starts_the_count_anew(john: Any) -> None:
    guess(john, times=4)
    john.api_sign_in()
    guess(john, times=4)
    assert john.api_sign_in().login == "John.Doe"


def test_reset_failed_login_unlocks_at_once_and_says_by_whom(john: Any, person: Any) -> None:
    guess(john)
    admin = john.invite(
        person("Jane", "Roe"), {Section.TECHNICAL_CONSOLE: Role.MANAGER}, by=john.person_id()
    )
    freed = reset_failed_login(
        db=john.db,
        context=john.person(admin.person_id),
        now=john.now,
        tenant=TENANT,
        iam_user_id=john.iam_user_id(),
    )
    assert (freed.failed_logins, freed.locked_until) == (0, None)
    assert john.api_sign_in().login == "John.Doe"
    told = john.events("FailedLoginReset")[0]
    assert told["reset_by"] == "Jane.Roe"
    assert told["reset_by_person_id"] == str(admin.person_id)
    assert ("api:failed-login:reset", f"iam-user:{john.iam_user_id()}") in john.trail()


def test_locked_person_frees_himself_by_the_portal(john: Any) -> None:
    guess(john)
    reset_own_failed_login(
        db=john.db,
        context=john.person(john.sign_in().person_id),
        now=john.now,
        iam_user_id=john.iam_user_id(),
    )
    assert john.api_sign_in().login == "John.Doe"
    assert ("api:failed-login:reset", f"iam-user:{john.iam_user_id()}") in john.trail()


def test_nobody_frees_another_ones_login_as_his_own(john: Any, person: Any) -> None:
    jane = john.invite(person("Jane", "Roe"), {}, by=john.person_id())
    with pytest.raises(NotFound, match="iam-user-unknown"):
        reset_own_failed_login(
            db=john.db,
            context=john.person(jane.person_id),
            now=john.now,
            iam_user_id=john.iam_user_id(),
        )


def test_reset_touches_no_user_of_another_domain(john: Any, person: Any) -> None:
    other = TenantCode("OCB0005678")
    john.open_tenant(tenant=other, referent=person("Eve", "Moon"))
    with pytest.raises(NotFound, match="iam-user-unknown"):
        reset_failed_login(
            db=john.db,
            context=john.person(john.person_id("Eve.Moon"), tenant=other),
            now=john.now,
            tenant=other,
            iam_user_id=john.iam_user_id(),
        )


def test_hundred_wrong_guesses_at_once_count_as_hundred_and_five_are_checked(john: Any) -> None:
    john.hasher.checked.clear()
    with ThreadPoolExecutor(max_workers=100) as pool:
        outcomes = [
            pool.submit(refused, lambda: john.api_sign_in(password=WRONG)) for _ in range(100)
        ]
        assert all(outcome.result() for outcome in outcomes)
    assert john.hasher.checked.count(True) == 5
    assert len(john.hasher.checked) == 100, "the same work for those turned away"
    assert iam_user(john).failed_logins == 100
    assert john.rows("SELECT count(*) AS n FROM sign_ins WHERE outcome IN ('wrong', 'locked')") == [
        {"n": 100}
    ]
    john.do_what_is_due()
    assert len(john.events("CredentialLocked")) == 1


def test_right_password_among_guesses_gets_one_of_the_checks_or_none(john: Any) -> None:
    """However they interleave, more wrong ones than the limit are never checked in a row."""
    john.hasher.checked.clear()
    barrier = threading.Barrier(20)

    def enter(number: int) -> bool:
        barrier.wait()
        return refused(lambda: john.api_sign_in(password="open7sesame" if number == 7 else WRONG))

    with ThreadPoolExecutor(max_workers=20) as pool:
        answers = list(pool.map(enter, range(20)))
    let_in = answers.count(False)
    assert let_in <= 1
    assert john.hasher.checked.count(True) <= 5 + let_in * 5


def test_many_right_sign_ins_at_once_all_succeed(john: Any) -> None:
    """A build farm signs in with one API user from thirty machines."""
    with ThreadPoolExecutor(max_workers=30) as pool:
        answers = list(pool.map(lambda _: refused(lambda: john.api_sign_in()), range(30)))
    assert answers == [False] * 30


def test_forgotten_password_clears_the_lock_of_that_credential(john: Any) -> None:
    guess(john)
    for _ in range(5):
        assert refused(lambda: john.sign_in(password=WRONG))
    john.forget_password(CredentialKind.API, "John.Doe", TENANT)
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), "other9sesame")
    assert john.api_sign_in(password="other9sesame").login == "John.Doe"
    assert refused(lambda: john.sign_in()), "the portal's lock stands"


def test_trail_says_who_reset_what(john: Any) -> None:
    guess(john)
    reset_failed_login(
        db=john.db,
        context=john.person(john.person_id()),
        now=john.now,
        tenant=TENANT,
        iam_user_id=john.iam_user_id(),
    )
    entry = john.rows(
        "SELECT actor, details FROM house.audit_entries WHERE action = 'api:failed-login:reset'"
    )[0]
    assert entry["actor"] == str(john.person_id())
    assert entry["details"] == {"failed_logins": 5, "was_locked": True}
