"""A customer's administrator registers a program; the program reads the contract, and no other."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests
from tests.journeys.town import CUSTOMER_SCOPE, PORTAL_PASSWORD, Customer, Town, settled_customer
from tests.journeys.visitor import Api, client_token

pytestmark = pytest.mark.stack

SCOPE = f"{CUSTOMER_SCOPE} clients.read clients.write"
SOON = 5.0


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def api(town: Town, customer: Customer) -> Api:
    return town.api({"login": customer.login, "password": PORTAL_PASSWORD}, SCOPE)


def eventually(happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.05)
    return False


def test_a_program_works_for_its_contract_until_it_is_removed(
    town: Town, api: Api, customer: Customer
) -> None:
    everything = f"/tenants/{customer.tenant}/clients"
    asked = {"name": "Facturation", "kind": "service", "scopes": ["contracts.read"]}
    client = api.post(everything, asked, 201)
    one = f"{everything}/{client['client_id']}"
    made = api.post(f"{one}/secrets", {}, 201)
    token = client_token(town.url, client["client_id"], made["client_secret"], "contracts.read")
    program = Api(town.url, token)
    assert program.get(f"/contracts/{customer.tenant}")["tenant"] == customer.tenant
    other = min(town.demo["tenants"])
    assert program.call("GET", f"/contracts/{other}").json()["code"] == "tenant-foreign"
    assert program.call("GET", everything).status_code == 403

    assert api.call("DELETE", one).status_code == 200

    assert eventually(
        lambda: program.call("GET", f"/contracts/{customer.tenant}").status_code == 401
    )
    secret = (client["client_id"], made["client_secret"])
    form = {"grant_type": "client_credentials"}

    def token_status() -> int:
        answer = requests.post(f"{town.url}/oauth/token", data=form, auth=secret, timeout=15)
        return answer.status_code

    assert eventually(lambda: token_status() == 401)


def test_a_change_says_what_it_was_read_from(api: Api, customer: Customer) -> None:
    everything = f"/tenants/{customer.tenant}/clients"
    asked = {"name": "Relève", "kind": "service", "scopes": ["contracts.read"]}
    client = api.post(everything, asked, 201)
    one = f"{everything}/{client['client_id']}"
    read = api.call("GET", one).headers["ETag"]
    said = {"name": "Relève 2", "scopes": ["contracts.read"]}
    blind = api.call("PUT", one, said)
    assert (blind.status_code, blind.json()["code"]) == (428, "precondition-required")
    changed = api.call("PUT", one, said, If_Match=read)
    assert (changed.status_code, changed.json()["name"]) == (200, "Relève 2")
    late = api.call("PUT", one, said, If_Match=read)
    assert (late.status_code, late.json()["code"]) == (412, "changed-meanwhile")


def test_what_one_may_not_give_is_refused_by_field(api: Api, customer: Customer) -> None:
    asked = {"name": "Trop", "kind": "service", "scopes": ["contracts.read", "tenants.write"]}
    answer = api.call("POST", f"/tenants/{customer.tenant}/clients", asked)
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [
        ("scopes", "scope-not-grantable")
    ]
