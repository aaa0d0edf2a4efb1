"""Three ways in, one answer for whoever stays outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contracts.codes import CredentialKind, Role, Section, TenantCode
from identity.clients.hashing import Cost
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.errors import Unauthenticated, Unavailable

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
WRONG = "not the password 1A"


def refused(attempt: Callable[[], Any]) -> bool:
    with pytest.raises(Unauthenticated) as error:
        attempt()
    return bool(error.value == Unauthenticated("sign-in-refused"))


@pytest.mark.parametrize("spelling", ["John.Doe", "john.doe", " JOHN.DOE ", "Ｊohn.doe"])
def test_portal_login_in_any_spelling(john: Any, spelling: str) -> None:
    signed_in = john.sign_in(spelling)
    assert signed_in.person_id == john.person_id()
    assert (signed_in.login, signed_in.tenant, signed_in.iam_user_id) == ("John.Doe", None, None)


@pytest.mark.parametrize("domain", [TENANT, "ocb0001234", " OCB0001234 "])
def test_web_login_takes_the_portal_password(john: Any, domain: str) -> None:
    signed_in = john.web_sign_in(domain=domain)
    assert (signed_in.tenant, signed_in.iam_user_id) == (TENANT, john.iam_user_id())


@pytest.mark.parametrize(
    "identifier", ["John.Doe", "JOHN.DOE", "John.Doe@Example.com", "+33 6 12 34 56 78"]
)
def test_api_login_takes_three_identifiers(counter: Any, person: Any, identifier: str) -> None:
    counter.open_tenant(referent=person("John", "Doe", mobile="+33612345678"))
    counter.set_password(counter.token("IamUserCreated"), "open7sesame")
    signed_in = counter.api_sign_in(identifier)
    assert (signed_in.tenant, signed_in.iam_user_id) == (TENANT, counter.iam_user_id())


def test_login_that_looks_like_another_users_mobile_opens_its_own_door_alone(
    john: Any, person: Any
) -> None:
    console = {Section.DASHBOARD: Role.VISITOR}
    victim = john.invite(person("Jane", "Roe", mobile="+33612345678"), console, by=john.person_id())
    double = john.invite(
        person("0033", "612345678", email="double@example.com"), console, by=john.person_id()
    )
    assert double.login == "0033.612345678"
    for who, password in ((victim, "open7sesame"), (double, "shut8sesame")):
        john.set_password(john.token("IamUserCreated", of=str(who.person_id)), password)
    named = john.api_sign_in("0033.612345678", "shut8sesame")
    assert named.person_id == double.person_id
    assert refused(lambda: john.api_sign_in("0033.612345678", "open7sesame"))
    assert john.api_sign_in("+33 612345678", "open7sesame").person_id == victim.person_id
    john.forget_password(CredentialKind.API, "0033.612345678", TENANT)
    john.do_what_is_due()
    told = john.events("PasswordResetRequested")
    assert [event["person_id"] for event in told] == [str(double.person_id)]


def test_each_password_opens_its_own_doors_only(john: Any) -> None:
    assert refused(lambda: john.sign_in(password="open7sesame"))
    assert refused(lambda: john.web_sign_in(password="open7sesame"))
    assert refused(lambda: john.api_sign_in(password="Sesame-2026!"))


@pytest.mark.parametrize("domain", ["OCB0009999", "nowhere", "", "OCB1", "x" * 60])
def test_unknown_domain_is_refused_like_a_wrong_password(john: Any, domain: str) -> None:
    assert refused(lambda: john.api_sign_in(domain=domain))
    assert refused(lambda: john.web_sign_in(domain=domain))


def test_console_stays_shut_without_a_console_role(john: Any, person: Any) -> None:
    jane = john.invite(
        person("Jane", "Roe"), {Section.DASHBOARD: Role.VISITOR}, by=john.person_id()
    )
    token = john.token("WelcomeLinkIssued", of=str(jane.person_id))
    john.set_password(token, "Sesame-2026!")
    assert john.web_sign_in("Jane.Roe").person_id == jane.person_id
    _run(john, "DELETE FROM memberships WHERE person_id = %(id)s", id=jane.person_id)
    for _ in range(6):
        assert refused(lambda: john.web_sign_in("Jane.Roe"))
    assert john.sign_in("Jane.Roe").login == "Jane.Roe", "her portal login is not locked by that"


def test_disabled_person_is_refused_with_the_right_password(john: Any) -> None:
    _run(john, "UPDATE persons SET enabled = false")
    assert refused(lambda: john.sign_in())
    assert refused(lambda: john.web_sign_in())
    assert refused(lambda: john.api_sign_in())


def test_sign_ins_stand_in_the_trail_of_each_tenant_of_the_person(john: Any, person: Any) -> None:
    other = TenantCode("OCB0005678")
    john.open_tenant(tenant=other, referent=person("John", "Doe"))
    _run(john, "UPDATE users SET accepted_at = %(now)s", now=john.now)
    john.sign_in()
    assert refused(lambda: john.sign_in(password=WRONG))
    john.do_what_is_due()
    for tenant in (TENANT, other):
        assert john.trail(tenant)[-2:] == [
            ("portal:sign-in:accepted", f"person:{john.person_id()}"),
            ("portal:sign-in:refused", f"person:{john.person_id()}"),
        ]


def test_console_sign_ins_stand_in_the_trail_of_the_domain_alone(john: Any, person: Any) -> None:
    other = TenantCode("OCB0005678")
    john.open_tenant(tenant=other, referent=person("John", "Doe"))
    john.api_sign_in()
    john.web_sign_in()
    assert refused(lambda: john.api_sign_in(password=WRONG))
    john.do_what_is_due()
    assert [action for action, _ in john.trail()][-3:] == [
        "api:sign-in:accepted",
        "portal:sign-in:accepted",
        "api:sign-in:refused",
    ]
    assert not any("sign-in" in action for action, _ in john.trail(other))


def test_history_keeps_the_reason_and_no_name_that_nobody_bears(john: Any) -> None:
    john.sign_in()
    assert refused(lambda: john.sign_in(password=WRONG))
    assert refused(lambda: john.sign_in("hunter2"))
    john.do_what_is_due()
    found = john.rows("SELECT * FROM sign_ins WHERE outcome <> 'password-set' ORDER BY id")
    assert [row["outcome"] for row in found] == ["accepted", "wrong", "unknown"]
    assert [row["person_id"] for row in found] == [john.person_id(), john.person_id(), None]
    assert not any("hunter2" in str(row) for row in found)


def test_stored_hash_is_renewed_when_parameters_rise(john: Any) -> None:
    before = _hash(john)
    john.hasher = type(john.hasher)(cost=Cost(passes=2, memory_kib=16, lanes=1))
    john.sign_in()
    after = _hash(john)
    assert "t=1" in before
    assert "t=2" in after
    john.sign_in()
    assert _hash(john) == after, "once"


def test_full_house_turns_the_next_away_without_counting_a_try(john: Any) -> None:
    john.hasher = type(john.hasher)(room=1)
    with john.hasher.place(), pytest.raises(Unavailable) as busy:
        john.sign_in()
    assert busy.value == Unavailable("sign-in-busy", {"retry_after": 1})
    assert john.rows("SELECT 1 FROM credentials WHERE pending_at <> '{}'") == []
    assert john.sign_in().login == "John.Doe"


def _hash(john: Any) -> str:
    found = john.rows("SELECT hash FROM credentials WHERE kind = 'portal' AND hash IS NOT NULL")
    return str(found[0]["hash"])


def _run(john: Any, sql: str, **params: Any) -> None:
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run(sql, params)
