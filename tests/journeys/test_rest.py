"""What a program of the customer relies on: keys, pages, rights and sessions that count at once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
import requests
from tests.journeys.town import (
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    WELCOME,
    Customer,
    Town,
    settled_customer,
)
from tests.journeys.visitor import Api

pytestmark = pytest.mark.stack

ANOTHER_PASSWORD = "Encore.Un-Guichet+9"
# The promise is a second; the machine that tests may be busy with other things.
SOON = 5.0


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture
def api(town: Town, customer: Customer) -> Api:
    return town.api({"login": customer.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


def soon(happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.05)
    return False


def status(api: Api, path: str) -> int:
    return api.call("GET", path).status_code


def test_the_same_key_is_the_same_order(api: Api, customer: Customer) -> None:
    offer = api.get("/catalogue/offers?limit=1")["items"][0]["offer_id"]
    orders, key = f"/tenants/{customer.tenant}/orders", secrets.token_hex(16)
    asked = {"offer_id": offer, "quantity": 2}

    first = api.post(orders, asked, 201, Idempotency_Key=key)
    again = api.post(orders, asked, 201, Idempotency_Key=key)
    other = api.call("POST", orders, {**asked, "quantity": 3}, Idempotency_Key=key)

    assert again == first
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    running = api.get(f"/tenants/{customer.tenant}/subscriptions")["items"]
    assert [one["quantity"] for one in running] == [2]


def test_pages_lead_to_one_another_until_the_last(api: Api) -> None:
    everything = api.get("/catalogue/offers?limit=200")["items"]
    path, found = "/catalogue/offers?limit=3", []
    while path:
        answer = api.call("GET", path)
        found += answer.json()["items"]
        following = answer.links.get("next", {}).get("url")
        path = following and following.removeprefix("/api/v1")
    assert len(everything) > 3
    assert found == everything


def test_a_cursor_of_no_page_is_refused_by_name(api: Api) -> None:
    answer = api.call("GET", "/catalogue/offers?cursor=bogus")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


def test_a_role_that_is_taken_counts_at_once(town: Town, api: Api, customer: Customer) -> None:
    email = f"ann.{secrets.token_hex(4)}@acme.example"
    invited = api.post(
        f"/tenants/{customer.tenant}/users",
        {
            "email": email,
            "given_name": "Ann",
            "family_name": "Poe",
            "roles": {"contract": "visitor"},
        },
        status=201,
    )
    town.set_password(town.mail.wait_for(to=email, subject=WELCOME), PORTAL_PASSWORD)
    ann = town.api({"login": invited["login"], "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    contract = f"/contracts/{customer.tenant}"
    assert status(ann, contract) == 200

    roles = f"/tenants/{customer.tenant}/users/{invited['person_id']}/roles"
    assert api.call("PUT", roles, {"roles": {"invoices": "visitor"}}).status_code == 200

    assert soon(lambda: status(ann, contract) == 403)
    assert ann.call("GET", contract).json()["code"] == "role-missing"


def test_a_new_password_ends_the_other_sessions_and_not_ones_own(town: Town) -> None:
    customer = settled_customer(town)
    john = {"login": customer.login, "password": PORTAL_PASSWORD}
    here, elsewhere = town.api(john, CUSTOMER_SCOPE), town.api(john, CUSTOMER_SCOPE)
    assert status(elsewhere, "/account") == 200

    here.post(
        "/account/password",
        {"current_password": PORTAL_PASSWORD, "new_password": ANOTHER_PASSWORD},
    )

    assert soon(lambda: status(elsewhere, "/account") == 401)
    assert status(here, "/account") == 200


def test_the_reference_is_open_to_everybody(town: Town) -> None:
    page = requests.get(urljoin(town.url, "/api/docs"), timeout=15)
    assert page.status_code == 200
    assert "default-src" in page.headers["Content-Security-Policy"]
    sheet = requests.get(urljoin(town.url, "/static/api/docs.css"), timeout=15)
    assert sheet.status_code == 200
