"""Staff among themselves: who appoints, who is appointed, and that two hands are two wills."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import requests
from tests.journeys.town import PORTAL_PASSWORD, Customer, Town, settled_customer
from tests.journeys.visitor import Api, Visitor

pytestmark = pytest.mark.stack

SCOPE = "openid staff people.read people.write recoveries contracts.read users.read audit.read"
WHY = {"Guichet_Reason": "Ticket 4715: called back"}
EVIDENCE = "Called back at the number in the contract"


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def path_of(api: Api, email: str) -> str:
    [found] = api.get(f"/people?search={email}")["items"]
    return f"/people/{found['person_id']}"


@pytest.fixture(scope="module")
def operator(town: Town) -> Api:
    return town.staff("operator", SCOPE)


@pytest.fixture(scope="module")
def support(town: Town) -> Api:
    return town.staff("support", SCOPE)


@pytest.fixture(scope="module")
def john(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def sue(town: Town, operator: Api) -> dict[str, Any]:
    """Whom the operator has made support a moment ago."""
    email = f"sue.{secrets.token_hex(4)}@cloudstore.example"
    named = {"email": email, "given_name": "Sue", "family_name": "Help", "roles": ["support"]}
    member = operator.post("/staff", named, 201)
    welcome = town.mail.wait_for(to=email, subject="Bienvenue sur l'espace client")
    assert town.set_password(welcome, PORTAL_PASSWORD).status == 200
    return dict(member)


def api_of(town: Town, member: dict[str, Any]) -> Api:
    return town.api({"login": member["login"], "password": PORTAL_PASSWORD}, SCOPE)


def test_administration_of_staff_is_the_operators_and_never_about_oneself(
    town: Town, operator: Api, support: Api, sue: dict[str, Any]
) -> None:
    hers = api_of(town, sue)
    everybody = {one["login"]: one for one in operator.get("/staff?limit=200")["items"]}
    own = everybody[town.demo["staff"]["operator"]["login"]]
    for api in (support, hers):
        for method, path, body in (
            ("POST", "/staff", {**named_nobody(), "roles": ["operator"]}),
            ("GET", "/staff", None),
            ("PUT", f"/staff/{sue['person_id']}/roles", {"roles": ["operator"]}),
            ("DELETE", f"/staff/{own['person_id']}", None),
            ("PUT", "/staff-rules", {"second_factor_required": False}),
        ):
            assert refusal(api.call(method, path, body)) == (403, "staff-only"), path
    auditor = town.staff("auditor", SCOPE)
    assert auditor.get("/staff?limit=200")["items"]
    assert refusal(auditor.call("POST", "/staff", {**named_nobody(), "roles": ["billing"]})) == (
        403,
        "staff-only",
    )
    himself = f"/staff/{own['person_id']}"
    for method, path, body in (
        ("PUT", f"{himself}/roles", {"roles": ["auditor"]}),
        ("DELETE", himself, None),
    ):
        assert refusal(operator.call(method, path, body)) == (403, "own-staff-roles")
    closing = operator.call("POST", f"/people/{own['person_id']}/disable", {}, **WHY)
    assert refusal(closing) == (403, "own-login")
    assert hers.call("GET", "/people?search=john").status_code == 200
    visitor = Visitor(town.url)
    visitor.sign_in(sue["login"], PORTAL_PASSWORD)
    assert visitor.open("/back-office/people").status == 200
    assert visitor.open("/back-office/staff").status == 403


def named_nobody() -> dict[str, Any]:
    email = f"nobody.{secrets.token_hex(4)}@cloudstore.example"
    return {"email": email, "given_name": "No", "family_name": "Body"}


def test_support_touches_no_login_of_staff(
    operator: Api, support: Api, sue: dict[str, Any]
) -> None:
    path = f"/people/{sue['person_id']}"
    for act in ("disable", "enable", "unlock"):
        assert refusal(support.call("POST", f"{path}/{act}", {}, **WHY)) == (403, "operator-needed")
    asked = {"person_id": sue["person_id"], "kind": "reset_factors", "evidence": EVIDENCE}
    proposed = support.call("POST", "/recoveries", asked, **WHY)
    assert refusal(proposed)[0] in (403, 409)
    closed = operator.call("POST", f"{path}/disable", {}, **WHY)
    assert closed.status_code == 200, closed.text
    assert operator.call("POST", f"{path}/enable", {}, **WHY).status_code == 200


def test_two_hands_are_two_wills(
    town: Town, operator: Api, support: Api, john: Customer, sue: dict[str, Any]
) -> None:
    hers = api_of(town, sue)
    person_id = path_of(support, john.email).removeprefix("/people/")

    def propose(api: Api) -> str:
        email = f"john.new.{secrets.token_hex(4)}@acme.example"
        asked = {
            "person_id": person_id,
            "kind": "change_email",
            "new_email": email,
            "evidence": EVIDENCE,
        }
        act = api.post("/recoveries", asked, 201, **WHY)
        return f"/recoveries/{act['recovery_id']}"

    act = propose(support)
    own, others, sues = (
        town.desk(who, SCOPE)
        for who in (
            town.demo["staff"]["support"],
            town.demo["staff"]["operator"],
            {"login": sue["login"], "password": PORTAL_PASSWORD},
        )
    )
    assert refusal(operator.call("POST", "/recoveries", again(operator, act), **WHY)) == (
        409,
        "recovery-open",
    )
    assert refusal(own.call("POST", f"{act}/approve", {}, **WHY)) == (403, "second-person-needed")
    late = sues.call("POST", f"{act}/approve", {}, **WHY)
    assert refusal(late) == (403, "appointed-too-lately")
    assert refusal(hers.call("POST", f"{act}/withdraw", {})) == (403, "not-proposer")
    assert support.post(f"{act}/withdraw", {})["state"] == "withdrawn"
    assert refusal(others.call("POST", f"{act}/approve", {}, **WHY)) == (409, "recovery-not-open")

    town.pass_time(days=4)  # she is no longer new; but the operator has made her, for good
    act = propose(operator)
    sues = town.desk({"login": sue["login"], "password": PORTAL_PASSWORD}, SCOPE)
    assert refusal(sues.call("POST", f"{act}/approve", {}, **WHY)) == (
        403,
        "appointed-by-other-hand",
    )
    assert support.post(f"{act}/refuse", {}, **WHY)["state"] == "refused"


def again(api: Api, act: str) -> dict[str, Any]:
    found = api.get(act, **WHY)
    return {name: found[name] for name in ("person_id", "kind", "new_email", "evidence")}
