"""A customer's administrator registers a program; the program reads the contract, and no other."""

from __future__ import annotations

import secrets
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


def test_who_administers_it_is_mailed_of_a_program_and_of_its_secret(
    town: Town, api: Api, customer: Customer
) -> None:
    everything = f"/tenants/{customer.tenant}/clients"
    asked = {"name": "Relance", "kind": "service", "scopes": ["contracts.read"]}
    client = api.post(everything, asked, 201)
    made = api.post(f"{everything}/{client['client_id']}/secrets", {}, 201)

    def told() -> str:
        found = town.mail.messages(to=customer.email, subject="Application modifiée")
        texts = [town.mail.read(one["ID"])["Text"] for one in found]
        return "\n".join(text for text in texts if client["client_id"] in text)

    assert eventually(lambda: "a été enregistrée" in told() and "nouveau secret" in told())
    assert made["client_secret"] not in told()
    assert "John Doe" in told(), "who did it"


def test_an_application_of_another_contract_is_unknown_to_its_manager(
    town: Town, api: Api, customer: Customer
) -> None:
    theirs = settled_customer(town)
    other = town.api({"login": theirs.login, "password": PORTAL_PASSWORD}, SCOPE)
    said = {"name": "Leur", "kind": "service", "scopes": ["contracts.read"]}
    client = other.post(f"/tenants/{theirs.tenant}/clients", said, 201)
    one = f"/tenants/{customer.tenant}/clients/{client['client_id']}"
    for method, path, body in (
        ("GET", one, None),
        ("PUT", one, {"name": "Mien", "scopes": ["contracts.read"]}),
        ("POST", f"{one}/secrets", {}),
        ("DELETE", one, None),
    ):
        told = {"If_Match": "*"} if method == "PUT" else {}
        answer = api.call(method, path, body, **told)
        assert (answer.status_code, answer.json()["code"]) == (404, "client-unknown"), method
    there = f"/tenants/{theirs.tenant}/clients/{client['client_id']}"
    assert api.call("GET", there).json()["code"] == "tenant-foreign"
    assert api.call("GET", "/clients").json()["code"] == "staff-only"


def test_an_operator_registers_a_client_with_a_reason(town: Town) -> None:
    member = town.demo["staff"]["operator"]
    office = town.api(member, "openid clients.read clients.write")
    name = f"own-{secrets.token_hex(4)}"
    said = {
        "client_id": name,
        "name": "Banc",
        "kind": "confidential",
        "grants": ["client_credentials"],
        "scopes": ["contracts.read"],
        "tenants": [min(town.demo["tenants"])],
    }
    assert office.call("POST", "/clients", said).json()["code"] == "reason-required"
    why = {"Guichet_Reason": "ticket 7"}
    anybody = {**said, "tenants": ["*"]}
    refused = office.call("POST", "/clients", anybody, **why)
    assert (refused.status_code, refused.json()["code"]) == (403, "command-line-only")
    made = office.call("POST", "/clients", said, **why)
    assert made.status_code == 201, made.text
    secret = office.call("POST", f"/clients/{name}/secrets", {}, **why).json()["client_secret"]
    token = client_token(town.url, name, secret, "contracts.read")
    program = Api(town.url, token)
    assert program.get("/contracts")["items"]
    quota = {**said, "quota": {"requests": 3, "seconds": 3600}}
    quota.pop("kind")
    quota.pop("client_id")
    read = office.call("GET", f"/clients/{name}").headers["ETag"]
    changed = office.call("PUT", f"/clients/{name}", quota, If_Match=read, **why)
    assert changed.status_code == 200, changed.text
    assert eventually(lambda: program.call("GET", "/contracts").status_code == 429)
    assert office.call("DELETE", f"/clients/{name}", **why).status_code == 200
    assert eventually(lambda: program.call("GET", "/contracts").status_code == 401)


def test_support_that_ends_all_sessions_tells_the_person(town: Town) -> None:
    john = settled_customer(town)
    scope = "openid account people.read people.write"
    his = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    office = town.api(town.demo["staff"]["operator"], scope)
    person = his.get("/account")["person_id"]
    path = f"/people/{person}/sessions/end-all"
    assert office.call("POST", path, Guichet_Reason="ticket 7").status_code == 200
    mail = town.mail.wait_for(to=john.email, subject="Vos sessions ont été fermées")
    assert "par notre support" in mail["Text"]
    assert eventually(lambda: his.call("GET", "/account").status_code == 401)
