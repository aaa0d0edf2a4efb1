"""Two programs do the same, or change the same, at the same moment: through the gateway."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.journeys.town import CUSTOMER_SCOPE, PORTAL_PASSWORD, Customer, Town, settled_customer
from tests.journeys.visitor import Api

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture
def api(town: Town, customer: Customer) -> Api:
    return town.api({"login": customer.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


def test_of_two_who_have_read_the_same_the_second_is_told(api: Api, customer: Customer) -> None:
    path = f"/contracts/{customer.tenant}"
    read = api.call("GET", path).headers["ETag"]
    first = api.call("PATCH", path, {"name": "Le premier"}, If_Match=read)
    second = api.call("PATCH", path, {"name": "Le second"}, If_Match=read)

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (412, "changed-meanwhile")
    now = api.call("GET", path)
    assert now.json()["name"] == "Le premier"
    assert first.headers["ETag"] == now.headers["ETag"] != read
    assert api.call("PATCH", path, {"name": "Le second"}, If_Match=now.headers["ETag"]).ok


def test_what_is_known_is_not_sent_again(api: Api, customer: Customer) -> None:
    path = f"/contracts/{customer.tenant}"
    read = api.call("GET", path)
    again = api.call("GET", path, If_None_Match=read.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_the_same_key_at_the_same_moment_is_one_order(api: Api, customer: Customer) -> None:
    offer = api.get("/catalogue/offers?limit=1")["items"][0]["offer_id"]
    orders, key = f"/tenants/{customer.tenant}/orders", secrets.token_hex(16)

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: api.call(
                    "POST", orders, {"offer_id": offer, "quantity": 3}, Idempotency_Key=key
                ),
                range(16),
            )
        )

    done = [answer.json() for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code != 201]
    assert done
    assert all(answer == done[0] for answer in done)
    assert all(
        (answer.status_code, answer.json()["code"]) == (409, "request-in-flight")
        for answer in waiting
    )
    running = api.get(f"/tenants/{customer.tenant}/subscriptions")["items"]
    assert [one["quantity"] for one in running] == [3]


def test_one_key_of_two_callers_is_two_keys(town: Town, api: Api, customer: Customer) -> None:
    key, path = secrets.token_hex(16), f"/contracts/{customer.tenant}"
    other = settled_customer(town)
    neighbour = town.api({"login": other.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    mine = api.call("PATCH", path, {"name": "Le nôtre"}, Idempotency_Key=key)
    theirs = neighbour.call(
        "PATCH", f"/contracts/{other.tenant}", {"name": "Le leur"}, Idempotency_Key=key
    )
    assert (mine.json()["name"], theirs.json()["name"]) == ("Le nôtre", "Le leur")
