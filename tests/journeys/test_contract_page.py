"""What a contract says and who changes it, through the gateway: support level, references, billing
details, name; by REST and by the pages, on behalf of its referent and of sales."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import requests
from tests.journeys.town import (
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.visitor import Api, Visitor

pytestmark = pytest.mark.stack

SALES_SCOPE = "openid contracts.read contracts.write"
WHY = {"Guichet_Reason": "D0004711"}
ADDRESS = {"street": "1 place des Alpes", "postal_code": "75013", "city": "Paris", "country": "FR"}
ANNE = {"given_name": "Anne", "family_name": "Le Goff", "email": "comptabilite@acme.example"}


@pytest.fixture(scope="module")
def john(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def referent(town: Town, john: Customer) -> Api:
    return town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


@pytest.fixture(scope="module")
def sales(town: Town) -> Api:
    return town.staff("sales", SALES_SCOPE)


def put(api: Api, path: str, said: dict[str, Any], **headers: str) -> requests.Response:
    """As a form does: with what was read as its condition."""
    read = api.call("GET", path, **headers)
    assert read.ok, read.text
    return api.call("PUT", path, said, If_Match=read.headers["ETag"], **headers)


def refusal(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_support_level_goes_by_sales_and_the_rules(
    town: Town, john: Customer, referent: Api, sales: Api
) -> None:
    path = f"/contracts/{john.tenant}/support-level"
    terms = referent.get(path)
    assert (terms["support_level"], terms["possible_now"]) == ("business", ["premium"])
    assert refusal(referent.call("PUT", path, {"support_level": "premium"})) == (403, "staff-only")
    refused = sales.call("PUT", path, {"support_level": "basic"})
    assert refusal(refused) == (422, "reason-required")

    refused = sales.call("PUT", path, {"support_level": "basic"}, **WHY)
    assert refusal(refused) == (409, "support-level-committed")
    told = refused.json()
    assert told["rule"] == "support-commitment"
    assert told["possible_now"] == ["premium"]
    assert "Possible maintenant : Premium." in told["detail"]
    foreseen = referent.get(f"/contracts/{john.tenant}/outlook/support-level?support_level=basic")
    assert foreseen["earliest_on"] == told["earliest"] > terms["since_on"]

    asked = put(sales, path, {"support_level": "premium"}, **WHY)
    assert asked.status_code == 200, asked.text
    pending = referent.get(path)["pending"]
    assert pending["support_level"] == "premium"
    assert date.fromisoformat(pending["effective_on"]).day == 1
    town.mail.wait_for(to=john.email, subject="Niveau de support Premium à partir du")
    withdrawn = sales.call("DELETE", f"{path}/pending", **WHY)
    assert withdrawn.status_code == 200, withdrawn.text
    assert referent.get(path)["pending"] is None
    town.mail.wait_for(to=john.email, subject="Changement de niveau de support annulé")


def test_references_are_the_referents_and_two_do_not_undo_one_another(
    town: Town, john: Customer, referent: Api, sales: Api
) -> None:
    path = f"/contracts/{john.tenant}/references"
    said = {"ref1": "AA00606838", "ref2": "PJ00010399"}
    assert refusal(referent.call("PUT", path, said)) == (428, "precondition-required")
    read = referent.call("GET", path).headers["ETag"]
    assert referent.call("PUT", path, said, If_Match=read).json()["ref1"] == "AA00606838"
    again = referent.call("PUT", path, {"ref1": "other"}, If_Match=read)
    assert refusal(again) == (412, "changed-meanwhile")
    assert refusal(put(sales, path, said, **WHY)) == (409, "references-by-referent")
    town.mail.wait_for(to=john.email, subject="Références de vos factures modifiées")


def test_billing_details_are_set_by_sales_and_seen_by_the_customer(
    town: Town, john: Customer, referent: Api, sales: Api
) -> None:
    path = f"/contracts/{john.tenant}/billing-details"
    before = referent.get(path)
    assert (before["address"], before["recipient"]["email"]) == (None, john.email)
    said = {"company_name": "Acme SAS", "address": ADDRESS, "recipient": ANNE}
    assert refusal(put(referent, path, said)) == (403, "staff-only")
    wrong = {**said, "address": {**ADDRESS, "country": "ZZ"}}
    refused = put(sales, path, wrong, **WHY)
    assert [one["field"] for one in refused.json()["errors"]] == ["address.country"]
    changed = put(sales, path, said, **WHY)
    assert changed.status_code == 200, changed.text
    after = referent.get(path)
    assert (after["company_name"], after["recipient"]) == ("Acme SAS", ANNE)
    town.mail.wait_for(to=john.email, subject="Données de facturation modifiées")


def test_contract_page_says_it_all_and_the_catalogue_renames_it(
    town: Town, john: Customer, referent: Api
) -> None:
    contract = f"/contracts/{john.tenant}"
    put(referent, f"{contract}/references", {"ref1": "BC-2027-0042"})
    visitor = Visitor(town.url)
    visitor.sign_in(john.login, PORTAL_PASSWORD)
    catalogue = visitor.open(f"{contract}/services")
    assert "Modifier le nom de votre contrat" in catalogue.text
    renamed = visitor.submit(visitor.open(f"{contract}/services/name"), "name", name="Recette 2")
    assert renamed.status == 200, renamed.text
    for words in ("Recette 2", "Business", "BC-2027-0042", "Engagement", john.email, "Historique"):
        assert words in renamed.text, words
    eventually(lambda: referent.get(contract)["name"], lambda name: name == "Recette 2")
    english = visitor.open(f"{contract}/support-level?lang=en").text
    assert "What asking for another level would do" in english


def test_neighbour_neither_reads_nor_changes_what_the_contract_says(
    town: Town, john: Customer
) -> None:
    eve = settled_customer(town)
    stranger = town.api({"login": eve.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    contract = f"/contracts/{john.tenant}"
    for path in (
        f"{contract}/support-level",
        f"{contract}/outlook/support-level?support_level=premium",
        f"{contract}/references",
        f"{contract}/billing-details",
    ):
        assert refusal(stranger.call("GET", path)) == (403, "tenant-foreign")
    edition = '"' + "0" * 32 + '"'
    answer = stranger.call("PUT", f"{contract}/references", {"ref1": "x"}, If_Match=edition)
    assert refusal(answer) == (403, "tenant-foreign")
