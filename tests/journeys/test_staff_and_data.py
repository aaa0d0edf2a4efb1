"""Staff look after customers with a reason, two of them give access back, people own their data."""

from __future__ import annotations

import json
import secrets
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import requests
from tests.journeys.town import (
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    WELCOME,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.visitor import Api, Page, Visitor

pytestmark = pytest.mark.stack

STAFF_SCOPE = (
    "openid contracts.read users.read users.write audit.read staff people.read people.write "
    "recoveries clock mails.read"
)
WHY = {"Guichet_Reason": "Ticket 4711"}
HANDS = ("support", "operator")


@pytest.fixture(scope="module")
def john(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def support(town: Town) -> Api:
    return town.staff("support", STAFF_SCOPE)


@pytest.fixture(scope="module")
def operator(town: Town) -> Api:
    return town.staff("operator", STAFF_SCOPE)


def person_of(api: Api, login: str) -> dict[str, Any]:
    found = api.get(f"/people?search={quote(login)}")["items"]
    return next(one for one in found if one["login"] == login)


def refusal(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def invited(town: Town, john: Customer) -> tuple[str, str]:
    """A colleague of John's with a password: her e-mail and her login."""
    email = f"jane.{secrets.token_hex(4)}@acme.example"
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    user = api.post(
        f"/tenants/{john.tenant}/users",
        {
            "email": email,
            "given_name": "Jane",
            "family_name": "Roe",
            "language": "fr",
            "roles": {"invoices": "visitor"},
        },
        status=201,
    )
    assert (
        town.set_password(town.mail.wait_for(to=email, subject=WELCOME), PORTAL_PASSWORD).status
        == 200
    )
    return email, str(user["login"])


def test_staff_say_why_and_the_customer_reads_it(town: Town, support: Api) -> None:
    john = settled_customer(town)  # whose trail holds no other looks
    path = f"/tenants/{john.tenant}/users"
    assert refusal(support.call("GET", path)) == (422, "reason-required")
    assert support.call("GET", path, **WHY).status_code == 200
    customer = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    trail = customer.get(f"/tenants/{john.tenant}/audit/identity?limit=200")["items"]
    [entry] = [one for one in trail if one["action"] == "staff:data:read"]
    assert entry["reason"] == "Ticket 4711"
    assert entry["details"] == {"call": "identity.list_users"}
    assert entry["actor_name"]
    assert "@" not in entry["actor_name"]
    verified = customer.get(f"/tenants/{john.tenant}/audit/identity/verification")
    assert verified["verified"]


def test_the_customer_himself_gives_no_reason(town: Town, john: Customer) -> None:
    customer = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    assert customer.call("GET", f"/tenants/{john.tenant}/users").status_code == 200


def test_the_portal_asks_staff_once_and_shows_why(town: Town, john: Customer) -> None:
    visitor = Visitor(town.url)
    staff = town.demo["staff"]["support"]
    visitor.sign_in(staff["login"], staff["password"])
    asked = visitor.open(f"/contracts/{john.tenant}/users")
    assert "/back-office/reason" in asked.url
    page = visitor.submit(asked, "about", reason="Ticket 4712")
    assert page.url.endswith(f"/contracts/{john.tenant}/users")
    assert "Ticket 4712" in page.text
    assert "Ticket 4712" in visitor.open(f"/contracts/{john.tenant}").text
    visitor.submit(page, "/back-office/reason/end")
    assert "/back-office/reason" in visitor.open(f"/contracts/{john.tenant}").url


@pytest.mark.alone
def test_a_closed_login_ends_its_sessions_within_a_second(
    town: Town, john: Customer, operator: Api
) -> None:
    email, login = invited(town, john)
    jane = Visitor(town.url)
    assert jane.sign_in(login, PORTAL_PASSWORD).status == 200
    person = person_of(operator, login)
    path = f"/people/{person['person_id']}"
    assert refusal(operator.call("POST", f"{path}/disable", {})) == (422, "reason-required")
    told = time.monotonic()
    operator.post(f"{path}/disable", {}, **WHY)
    eventually(lambda: jane.open("/account").url, lambda url: "/sign-in" in url, within=5)
    assert time.monotonic() - told < 2
    assert Visitor(town.url).sign_in(login, PORTAL_PASSWORD).status == 401
    town.mail.wait_for(to=email, subject="Votre identifiant est fermé")
    operator.post(f"{path}/enable", {}, **WHY)
    assert Visitor(town.url).sign_in(login, PORTAL_PASSWORD).status == 200


def test_two_of_staff_give_access_back_and_one_does_not(
    town: Town, john: Customer, support: Api, operator: Api
) -> None:
    email, login = invited(town, john)
    person_id = person_of(support, login)["person_id"]
    new_email = f"jane.new.{secrets.token_hex(4)}@acme.example"
    asked = {
        "person_id": person_id,
        "kind": "change_email",
        "new_email": new_email,
        "evidence": "Called back at the number in the contract",
    }
    assert refusal(support.call("POST", "/recoveries", asked)) == (422, "reason-required")
    recovery = support.post("/recoveries", asked, 201, **WHY)
    act = f"/recoveries/{recovery['recovery_id']}"
    own, others = (town.desk(town.demo["staff"][role], STAFF_SCOPE) for role in HANDS)
    approve = f"{act}/approve"
    assert refusal(own.call("POST", approve, {}, **WHY)) == (403, "second-person-needed")
    town.mail.wait_for(to=email, subject="Quelqu'un demande l'accès à votre identifiant")
    assert refusal(operator.call("POST", approve, {}, **WHY)) == (403, "portal-only")
    assert others.post(approve, {}, **WHY)["state"] == "approved"
    assert refusal(others.call("POST", approve, {}, **WHY)) == (409, "recovery-not-open")
    town.mail.wait_for(to=email, subject="Une demande concernant votre identifiant est approuvée")
    # It was not she who asked: her own page stops it.
    jane = Visitor(town.url)
    jane.sign_in(login, PORTAL_PASSWORD)
    page = jane.open("/account/data")
    stopped = jane.submit(page, "/object")
    assert "arrêté" in stopped.text
    assert refusal(operator.call("GET", act)) == (422, "reason-required")
    assert operator.call("GET", act, **WHY).json()["state"] == "refused"


def test_one_takes_his_data_along(town: Town, john: Customer) -> None:
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    export = api.get("/account/export")
    assert export["schema_version"] == 1
    assert export["identity"]["login"] == john.login
    assert export["identity"]["tenants"][0]["tenant"] == john.tenant
    assert {office["office"] for office in export["contracts"]["offices"]} == {
        "referent",
        "domain_owner",
    }
    assert {mail["recipient"] for mail in export["mails"]["mails"]} == {john.email}
    assert export["sessions"]["sessions"]
    assert "argon2" not in json.dumps(export)


def test_the_page_hands_out_the_same_document(town: Town, john: Customer) -> None:
    visitor = Visitor(town.url)
    visitor.sign_in(john.login, PORTAL_PASSWORD)
    answer: Page = visitor.submit(visitor.open("/account/data"), "/account/data/export")
    assert answer.status == 200
    assert answer.response.headers["Content-Disposition"].startswith("attachment")
    assert answer.response.json()["identity"]["login"] == john.login


def test_who_holds_an_office_reads_what_to_hand_over_first(town: Town, john: Customer) -> None:
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    assert refusal(api.call("POST", "/account/erasure", {})) == (409, "office-held")
    visitor = Visitor(town.url)
    visitor.sign_in(john.login, PORTAL_PASSWORD)
    assert john.tenant in visitor.open("/account/data").text


def test_erasure_is_asked_for_and_taken_back(town: Town, john: Customer) -> None:
    email, login = invited(town, john)
    jane = Visitor(town.url)
    jane.sign_in(login, PORTAL_PASSWORD)
    asked = jane.submit(jane.open("/account/data/erase"), "idempotency_key")
    assert "Garder mes données" in asked.text
    town.mail.wait_for(to=email, subject="Vos données seront effacées")
    kept = jane.submit(asked, "/account/data/keep")
    assert "Vos données restent" in kept.text
    town.mail.wait_for(to=email, subject="Vos données restent")


def test_a_program_of_hers_asks_for_erasure_and_takes_it_back(town: Town, john: Customer) -> None:
    _, login = invited(town, john)
    api = town.api({"login": login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    before = api.get("/account/erasure")
    assert (before["state"], before["hindrances"]) == ("none", [])
    assert refusal(api.call("DELETE", "/account/erasure")) == (404, "erasure-unknown")
    asked = api.post("/account/erasure", {}, 202)
    week = datetime.fromisoformat(asked["due_at"]) - datetime.fromisoformat(asked["requested_at"])
    assert (week, asked["by_staff"]) == (timedelta(days=7), False)
    assert refusal(api.call("POST", "/account/erasure", {})) == (409, "erasure-requested")
    assert api.get("/account/erasure") == asked
    kept = api.call("DELETE", "/account/erasure")
    assert (kept.status_code, kept.json()["state"]) == (200, "cancelled")
    assert Visitor(town.url).sign_in(login, PORTAL_PASSWORD).status == 200


def test_the_installations_own_trail_is_read_by_auditors(town: Town) -> None:
    auditor = town.staff("auditor", STAFF_SCOPE)
    entries = auditor.get("/audit/identity?limit=200")["items"]
    appointed = [one for one in entries if one["action"] == "staff:roles:appointed"]
    assert appointed
    assert all(one["target"].startswith("person:") for one in appointed)
    assert all(one["target_name"] for one in appointed)
    assert auditor.get("/audit/identity/verification")["verified"]
    visitor = Visitor(town.url)
    staff = town.demo["staff"]["auditor"]
    visitor.sign_in(staff["login"], staff["password"])
    page = visitor.open("/back-office/audit")
    assert page.status == 200
    assert "staff:roles:appointed" in page.text


def test_sales_neither_find_nor_close_anybody(town: Town, john: Customer) -> None:
    sales = town.staff("sales", STAFF_SCOPE)
    assert refusal(sales.call("GET", "/people?search=john")) == (403, "staff-only")
    nobody = "018f0000-0000-7000-8000-000000000001"
    assert refusal(sales.call("POST", f"/people/{nobody}/disable", {}, **WHY)) == (
        403,
        "staff-only",
    )
    assert refusal(sales.call("GET", "/audit/identity")) == (403, "staff-only")


def test_after_a_week_nothing_is_left_of_who_asked_to_be_erased(
    town: Town, john: Customer, operator: Api
) -> None:
    email, login = invited(town, john)
    person = person_of(operator, login)
    jane = town.api({"login": login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    due = jane.post("/account/erasure", {}, 202)["due_at"]
    later = (datetime.fromisoformat(due) + timedelta(minutes=1)).isoformat()
    operator.post("/clock", {"now": later})
    customer = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    path = f"/tenants/{john.tenant}/users"
    eventually(
        lambda: {user["login"] for user in customer.get(path)["items"]},
        lambda logins: login not in logins,
    )
    assert Visitor(town.url).sign_in(login, PORTAL_PASSWORD).status == 401
    eventually(lambda: jane.call("GET", "/account").status_code, lambda status: status == 401)

    def trail(service: str) -> list[dict[str, Any]]:
        found = customer.get(f"/tenants/{john.tenant}/audit/{service}?limit=200")["items"]
        return list(found)

    for service in ("identity", "notifications"):
        # Names kept for a moment are forgotten by another message than the one that ends sessions.
        eventually(
            lambda service=service: json.dumps(trail(service)).lower(),
            lambda told: f'"{login.lower()}"' not in told and email.lower() not in told,
        )
        verification = f"/tenants/{john.tenant}/audit/{service}/verification"
        assert customer.get(verification)["verified"], service
    about = {one["target"]: one["target_name"] for one in trail("identity")}
    assert about[f"person:{person['person_id']}"].startswith("erased-")
    mails = operator.call("GET", f"/tenants/{john.tenant}/mails", **WHY).json()["items"]
    eventually(
        lambda: operator.call("GET", f"/tenants/{john.tenant}/mails", **WHY).json()["items"],
        lambda found: email not in json.dumps(found),
    )
    assert mails
    assert person_of_erased(operator, person["person_id"])["enabled"] is False


def person_of_erased(api: Api, person_id: str) -> dict[str, Any]:
    file: dict[str, Any] = api.call("GET", f"/people/{person_id}", **WHY).json()
    assert file["login"].startswith("erased-")
    assert file["tenants"] == file["locks"] == file["sign_ins"] == []
    return file
