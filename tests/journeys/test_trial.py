"""TN-2 and the life of a contract, told through the gateway: begun by a stranger, suspended and
resumed by sales, converted by its referent."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.journeys.town import (
    API_PASSWORD,
    CONSOLE_WELCOME,
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    Customer,
    Town,
    eventually,
)
from tests.journeys.trials import ask_for_trial, confirm_trial, trial_customer, trial_link
from tests.journeys.visitor import Api, Visitor, told_by

pytestmark = pytest.mark.stack

WHY = {"Guichet_Reason": "The invoice of November is unpaid"}
STAFF_SCOPE = "openid contracts.read contracts.write"


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return trial_customer(town)


@pytest.fixture
def john(town: Town, customer: Customer) -> Api:
    return town.api({"login": customer.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


def test_a_stranger_learns_nothing_and_an_opened_link_opens_nothing(town: Town) -> None:
    stranger, known = (f"{who}.{secrets.token_hex(4)}@acme.example" for who in ("new", "known"))
    first = ask_for_trial(town, known)
    confirm_trial(town, trial_link(town, known))
    again = [ask_for_trial(town, email) for email in (known, stranger)]
    answers = [told_by(page.response) for page in (first, *again)]
    assert answers[0] == answers[1] == answers[2]
    link = trial_link(town, stranger)
    opened = [Visitor(town.url).open(link) for _ in range(3)]
    assert [page.status for page in opened] == [200] * 3
    assert "Essais Réunis" in opened[0].text
    refused = confirm_trial(town, trial_link(town, known, count=2))
    assert refused.status == 409
    assert "douze derniers mois" in refused.text
    assert Visitor(town.url).open("/trial/made-up").status == 404


def test_what_is_typed_wrong_is_told_and_kept(town: Town) -> None:
    visitor = Visitor(town.url)
    page = visitor.submit(
        visitor.open("/trial"),
        "organisation_name",
        organisation_name="http://evil.example/",
        given_name="Ada",
        family_name="Lovelace",
        email="not an address",
    )
    assert page.status == 422
    form = page.form("organisation_name")
    assert (form.fields["given_name"], form.fields["family_name"]) == ("Ada", "Lovelace")


def test_a_trial_is_suspended_resumed_and_converted_with_all_that_follows(
    town: Town, customer: Customer, john: Api
) -> None:
    path = f"/contracts/{customer.tenant}"
    contract = john.get(path)
    assert contract["status"] == "trial"
    begun = datetime.fromisoformat(contract["opened_at"]).date()
    assert date.fromisoformat(contract["trial"]["ends_on"]) > begun + timedelta(days=57)
    welcome = town.mail.wait_for(to=customer.email, subject=CONSOLE_WELCOME)
    assert town.set_password(welcome, API_PASSWORD).status == 200
    assert town.api_sign_in(customer.tenant, customer.login, API_PASSWORD).status == 200
    sales = town.staff("sales", STAFF_SCOPE)

    refused = john.call("POST", f"{path}/suspension", {"explanation": "non"})
    assert (refused.status_code, refused.json()["code"]) == (403, "staff-only")
    told = {"explanation": "Votre facture de novembre est impayée"}
    unsaid = sales.call("POST", f"{path}/suspension", told)
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "reason-required")
    suspended = sales.post(f"{path}/suspension", told, **WHY)
    assert suspended["status"] == "suspended"
    mail = town.mail.wait_for(to=customer.email, subject=f"Le contrat {customer.tenant} est susp")
    assert told["explanation"] in mail["Text"]
    eventually(
        lambda: town.api_sign_in(customer.tenant, customer.login, API_PASSWORD).status,
        lambda status: status == 401,
    )
    assert john.get(path)["status"] == "suspended"
    offer = john.get("/catalogue/offers?limit=1")["items"][0]["offer_id"]
    ordered = {"offer_id": offer, "quantity": 1}
    order = eventually(
        lambda: john.call("POST", f"/tenants/{customer.tenant}/orders", ordered),
        lambda answer: answer.status_code == 409,
    )
    assert order.json()["code"] == "contract-not-active"
    held = john.call("POST", f"{path}/conversion", {})
    assert (held.status_code, held.json()["code"]) == (409, "contract-held")

    assert sales.post(f"{path}/resumption", {}, **WHY)["status"] == "trial"
    illegal = sales.call("POST", f"{path}/resumption", {}, **WHY)
    assert illegal.status_code == 409
    assert illegal.json()["code"] == "transition-illegal"
    assert illegal.json()["legal"] == ["convert", "suspend", "terminate"]

    assert john.get(f"{path}/outlook/conversion")["allowed"] is True
    converted = john.post(f"{path}/conversion", {})
    assert converted["status"] == "active"
    assert converted["name"] == contract["name"]
    town.mail.wait_for(to=customer.email, subject="Votre essai du contrat")
    acts = [change["act"] for change in john.get(f"{path}/state-changes")["items"]]
    assert acts == ["convert", "resume", "suspend", "start_trial"]
    page = eventually(
        lambda: john.call("POST", f"/tenants/{customer.tenant}/orders", ordered),
        lambda answer: answer.status_code == 201,
    )
    assert page.json()["status"] == "accepted"


def test_what_staff_of_support_or_a_stranger_may_not(
    town: Town, customer: Customer, john: Api
) -> None:
    path = f"/contracts/{customer.tenant}"
    support: Any = town.staff("support", STAFF_SCOPE)
    for act in ("suspension", "resumption", "conversion"):
        body = {"explanation": "x"} if act == "suspension" else {}
        refused = support.call("POST", f"{path}/{act}", body, **WHY)
        assert refused.status_code == 403, act
    stranger = town.api(town.demo["people"]["hannah"], CUSTOMER_SCOPE)
    for route in ("state-changes", "outlook/conversion"):
        assert stranger.call("GET", f"{path}/{route}").status_code in (403, 404)
