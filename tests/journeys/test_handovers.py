"""An office goes to another user by two words and a night's sleep; staff give it by two, in vain
while its holder can still say no."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from tests.journeys.town import (
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    WELCOME,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.visitor import Api

pytestmark = pytest.mark.stack

STAFF_SCOPE = "openid recoveries contracts.read"
WHY = {"Guichet_Reason": "Letter of the company, called back"}


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture
def john(town: Town, customer: Customer) -> Api:
    return town.api({"login": customer.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


def settled_user(town: Town, api: Api, tenant: str) -> dict[str, Any]:
    """One more user, who has set her password."""
    email = f"jane.{secrets.token_hex(4)}@acme.example"
    wanted = {"email": email, "given_name": "Jane", "family_name": "Roe"}
    roles = {"invoices": "visitor"}
    user = api.post(f"/tenants/{tenant}/users", {**wanted, "roles": roles}, 201)
    town.set_password(town.mail.wait_for(to=email, subject=WELCOME), PORTAL_PASSWORD)
    return dict(user)


def test_referent_hands_over_and_is_referent_no_more(
    town: Town, john: Api, customer: Customer
) -> None:
    tenant = customer.tenant
    jane = settled_user(town, john, tenant)
    hers = town.api({"login": jane["login"], "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    offer = {"office": "referent", "person_id": jane["person_id"]}
    refused = hers.call("POST", f"/contracts/{tenant}/handovers", offer)
    assert refused.status_code == 403
    path = f"/contracts/{tenant}/outlook/handover?office=referent&person_id={jane['person_id']}"
    eventually(lambda: john.get(path)["allowed"], bool)
    handover = john.post(f"/contracts/{tenant}/handovers", offer, 201)
    mine = f"/account/handovers/{tenant}/{handover['handover_id']}"
    assert john.call("POST", f"{mine}/accept").json()["code"] == "handover-unknown"
    assert hers.post(f"{mine}/accept", None)["state"] == "accepted"
    assert town.mail.wait_for(to=jane["email"], subject="Changement de référent proposé")
    assert town.mail.wait_for(to=customer.email, subject="Changement de référent accepté")
    town.pass_time(hours=25)
    done = eventually(lambda: john.get(mine), lambda one: one["state"] == "done")
    assert done["rights_dropped"] is False
    contract = john.get(f"/contracts/{tenant}")
    assert contract["referent"]["login"] == jane["login"]
    assert contract["domain_owner"]["login"] == customer.login
    name = {"name": "Sous un autre nom"}
    answer = eventually(
        lambda: hers.call("PATCH", f"/contracts/{tenant}", name), lambda one: one.status_code == 200
    )
    assert answer.json()["name"] == name["name"]
    assert john.call("PATCH", f"/contracts/{tenant}", name).status_code == 403
    assert hers.call("DELETE", f"/account/tenants/{tenant}").json()["code"] == "office-held"


def test_two_of_staff_give_an_office_and_its_holder_stops_them(
    town: Town, john: Api, customer: Customer
) -> None:
    tenant = customer.tenant
    sales, operator = (
        town.desk(town.demo["staff"][role], STAFF_SCOPE) for role in ("sales", "operator")
    )
    person = {"email": "nora@acme.example", "given_name": "Nora", "family_name": "New"}
    wanted = {
        "office": "domain_owner",
        "successor": person,
        "evidence": "Letter on the company's paper, of Monday",
    }
    path = f"/contracts/{tenant}/office-recoveries"
    assert john.call("POST", path, wanted, **WHY).status_code == 403
    proposed = sales.post(path, wanted, 201, **WHY)
    approval = f"{path}/{proposed['recovery_id']}/approve"
    alone = sales.call("POST", approval, **WHY)
    assert (alone.status_code, alone.json()["code"]) == (403, "second-person-needed")
    assert operator.post(approval, None, **WHY)["state"] == "approved"
    assert town.mail.wait_for(to=customer.email, subject="Un nouveau domain owner sera désigné")
    (own,) = john.get("/account/handovers")["recoveries"]
    assert own.keys().isdisjoint({"evidence", "proposed_by", "reason"})
    stop = f"/account/office-recoveries/{tenant}/{proposed['recovery_id']}/object"
    assert john.post(stop, None)["state"] == "objected"
    town.pass_time(hours=73)
    assert john.get(f"/contracts/{tenant}")["domain_owner"]["login"] == customer.login
