"""TN-3, TN-4, TN-5 and TN-16 through the gateway: one company grows by itself, by a second login,
by an order form; and its people keep to one contract or see them all."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from tests.journeys.town import (
    PORTAL_PASSWORD,
    WELCOME,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.visitor import Api, Visitor

pytestmark = pytest.mark.stack

WHY = {"Guichet_Reason": "The customer asked by mail"}
STAFF_SCOPE = "openid organisations.read organisations.write contracts.read contracts.write"
OWN_SCOPE = "openid contracts.read contracts.write contracts.open"
SECOND = "Votre second identifiant"
OTHER_PASSWORD = "Une-Autre.Porte+Encore8"


@pytest.fixture(scope="module")
def john(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def sales(town: Town) -> Api:
    return town.staff("sales", STAFF_SCOPE)


@pytest.fixture(scope="module")
def company(john: Customer, sales: Api) -> dict[str, Any]:
    """With John among those whom sales may name."""
    contract = sales.call("GET", f"/contracts/{john.tenant}", **WHY).json()
    organisation_id = contract["organisation"]["organisation_id"]
    people = eventually(
        lambda: sales.get(f"/organisations/{organisation_id}/people")["items"], bool
    )
    return {**contract["organisation"], "john": people[0]["person_id"]}


def signed_in(town: Town, login: str, password: str = PORTAL_PASSWORD) -> Visitor:
    visitor = Visitor(town.url)
    assert visitor.sign_in(login, password).status == 200
    return visitor


def new_key() -> str:
    return secrets.token_hex(16)


def holders(customer: Customer) -> dict[str, str]:
    names = {"referent_given_name": "John", "referent_family_name": "Doe"}
    return {**names, "referent_email": customer.email, "referent_language": "fr", "owner": "same"}


def test_named_user_opens_a_contract_alone_until_that_is_withdrawn(
    town: Town, john: Customer, sales: Api, company: dict[str, Any]
) -> None:
    visitor = signed_in(town, john.login)
    assert "Créer nouveau contrat" not in visitor.open("/").text
    assert visitor.open("/contracts/new").status == 403
    option = f"/organisations/{company['organisation_id']}/online-opening"
    named = {"person_id": company["john"], "daily_limit": 1}
    assert sales.call("PUT", option, named, **WHY).status_code == 200
    town.mail.wait_for(to=john.email, subject="Vous pouvez ouvrir des contrats")
    assert "Créer nouveau contrat" in visitor.open("/").text
    page = visitor.open("/contracts/new")
    done = visitor.submit(page, "referent_email", name="Recette autonome", **holders(john))
    opened = re.search(r"(OCB\d{7}) est ouvert", done.text)
    assert opened, done.text
    town.mail.wait_for(to=john.email, subject=f"Vous avez ouvert le contrat {opened[1]}")
    own = town.api({"login": john.login, "password": PORTAL_PASSWORD}, OWN_SCOPE)
    eventually(
        lambda: [one["tenant"] for one in own.get("/contracts")["items"]],
        lambda shown: {john.tenant, opened[1]} <= set(shown),
    )
    body = {
        "name": "Encore un",
        "referent": {"email": john.email, "given_name": "John", "family_name": "Doe"},
    }
    contracts = f"/organisations/{company['organisation_id']}/contracts"
    refused = own.call("POST", contracts, body, Idempotency_Key=new_key())
    assert (refused.status_code, refused.json()["code"]) == (429, "openings-too-many")
    assert sales.call("DELETE", option, **WHY).status_code == 200
    assert "Créer nouveau contrat" not in visitor.open("/").text
    refused = own.call("POST", contracts, body, Idempotency_Key=new_key())
    assert (refused.status_code, refused.json()["code"]) == (404, "organisation-unknown")


def test_second_login_sees_and_opens_all_and_keeps_to_one_if_it_likes(
    town: Town, john: Customer, sales: Api, company: dict[str, Any]
) -> None:
    option = f"/organisations/{company['organisation_id']}/multi-tenant-management"
    assert sales.call("PUT", option, {"person_id": company["john"]}, **WHY).status_code == 200
    mailed = town.mail.wait_for(to=john.email, subject=SECOND)
    login = re.search(r"second identifiant : (\S+)", mailed["Text"])
    assert login
    assert login[1] != john.login
    assert town.set_password(mailed, OTHER_PASSWORD).status == 200
    second = signed_in(town, login[1], OTHER_PASSWORD)
    eventually(lambda: second.open("/").text, lambda text: john.tenant in text)
    page = second.open("/contracts/new")
    done = second.submit(page, "referent_email", name="Par le second", **holders(john))
    opened = re.search(r"(OCB\d{7}) est ouvert", done.text)
    assert opened, done.text
    home = eventually(lambda: second.open("/").text, lambda text: "Par le second" in text)
    assert "Périmètre : tous les contrats" in home
    page = second.open("/perimeter")
    chosen = second.submit(page, "/perimeter", perimeter=john.tenant)
    assert f"Périmètre : {john.tenant}" in chosen.text
    assert "Par le second" not in chosen.text
    assert signed_in(town, john.login).open("/").status == 200, "the first login is as it was"
    assert sales.call("DELETE", option, **WHY).status_code == 200
    eventually(lambda: second.open("/").url, lambda url: "/sign-in" in url)
    again = Visitor(town.url).sign_in(login[1], OTHER_PASSWORD)
    assert again.status in (401, 403, 422)
    assert signed_in(town, john.login).open("/").status == 200


def test_ordered_tenant_is_owed_within_a_day_and_its_people_are_told(
    town: Town, john: Customer, sales: Api
) -> None:
    orders = f"/contracts/{john.tenant}/order-forms"
    sent = sales.call("POST", orders, {}, Idempotency_Key=new_key(), **WHY)
    assert sent.status_code == 201, sent.text
    town.mail.wait_for(to=john.email, subject="Bon de commande d'un nouveau tenant")
    visitor = signed_in(town, john.login)
    one = f"{orders}/{sent.json()['order_form_id']}"
    given = {**holders(john), "referent_email": f"new.{john.email}"}
    done = visitor.submit(visitor.open(one), "referent_email", name="Commandé", **given)
    assert "les 24 heures courent" in done.text
    owed = sales.get("/order-forms/owed?limit=200")["items"]
    [order] = [each for each in owed if each["tenant"] == john.tenant]
    assert order["late"] is False
    fulfilled = sales.call("POST", f"{one}/fulfil", {}, Idempotency_Key=new_key(), **WHY)
    assert fulfilled.json()["state"] == "fulfilled", fulfilled.text
    welcome = town.mail.wait_for(to=f"new.{john.email}", subject=WELCOME)
    assert order["new_tenant"] in welcome["Text"]
