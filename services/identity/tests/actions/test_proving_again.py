"""Somebody who is signed in gives his password again; guessing it there is guessing it anywhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from identity.actions.prove_password import list_factor_kinds, prove_password
from servicekit.errors import Forbidden, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

PORTAL, API = "Sesame-2026!", "open7sesame"


def prove(john: Any, password: str, *, iam_user_id: UUID | None = None) -> None:
    asked = {name: value for name, value in john._proving().items() if name != "throttle"}
    answer = prove_password(
        **asked, person_id=john.person_id(), iam_user_id=iam_user_id, password=password
    )
    assert answer == {}


def refused(john: Any, password: str, **about: Any) -> bool:
    try:
        prove(john, password, **about)
    except Forbidden as error:
        return error.code == "current-password-wrong"
    return False


def test_each_way_in_is_proved_by_its_own_password(john: Any) -> None:
    api = john.iam_user_id()
    prove(john, PORTAL)
    prove(john, API, iam_user_id=api)
    assert refused(john, API)
    assert refused(john, PORTAL, iam_user_id=api)


def test_five_wrong_ones_lock_that_login_and_no_other(john: Any) -> None:
    for _ in range(5):
        assert refused(john, "wrong")
    assert refused(john, PORTAL), "locked: right or wrong, the answer is one"
    with pytest.raises(Unauthenticated):
        john.sign_in()
    assert john.api_sign_in().login == "John.Doe"
    john.do_what_is_due()
    assert len(john.events("CredentialLocked")) == 1
    john.pass_time(minutes=16)
    prove(john, PORTAL)


def test_of_many_at_once_no_more_than_the_limit_are_checked(john: Any) -> None:
    john.hasher.checked.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: refused(john, f"guess {number}"), range(24)))
    assert answers == [True] * 24
    assert sum(john.hasher.checked) <= 5
    with pytest.raises(Unauthenticated):
        john.sign_in()


def test_accepted_proof_is_recorded_and_is_no_sign_in(john: Any) -> None:
    count = "SELECT count(*) AS n FROM sign_ins"
    before = john.rows(count)[0]["n"]
    prove(john, PORTAL)
    assert john.rows(count)[0]["n"] == before
    target = f"person:{john.person_id()}"
    assert ("portal:password:proved", target) in john.trail()
    assert refused(john, "wrong")
    assert john.rows(count)[0]["n"] == before + 1


def test_password_of_somebody_elses_iam_user_proves_nothing(john: Any) -> None:
    asked = {name: value for name, value in john._proving().items() if name != "throttle"}
    with pytest.raises(NotFound, match="iam-user-unknown"):
        prove_password(**asked, person_id=uuid4(), iam_user_id=john.iam_user_id(), password=API)


def test_who_has_no_second_factor_has_none_to_prove_by(john: Any) -> None:
    known = list_factor_kinds(db=john.db, context=john.gateway(), person_id=john.person_id())
    assert known == {"factors": []}
