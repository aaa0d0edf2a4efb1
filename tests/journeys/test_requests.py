"""A customer declares an incident, asks for a change, and follows both: by REST and on pages."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from tests.journeys.town import PORTAL_PASSWORD, Customer, Town, eventually, settled_customer
from tests.journeys.visitor import Api, Visitor

pytestmark = pytest.mark.stack

SCOPE = "openid contracts.read requests.read requests.write audit.read"
DOWN = {
    "severity": "blocking",
    "description": "Plus aucune machine ne répond\ndepuis ce matin.",
}


@pytest.fixture(scope="module")
def john(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture
def api(town: Town, john: Customer) -> Api:
    return town.api({"login": john.login, "password": PORTAL_PASSWORD}, SCOPE)


def declared(api: Api, john: Customer, subject: str) -> dict[str, Any]:
    asked = {"form": "incident", "subject": subject, "answers": DOWN}
    return api.post(f"/tenants/{john.tenant}/requests", asked, 201)


def test_an_incident_from_its_declaration_to_its_reopening(
    town: Town, api: Api, john: Customer
) -> None:
    subject = f"Réseau coupé {secrets.token_hex(4)}"
    incident = declared(api, john, subject)
    number = incident["number"]
    assert (incident["state"], incident["ball"]) == ("sent", "provider")
    assert incident["sent_by_name"] == "John Doe"
    mail = town.mail.wait_for(to=john.email, subject=f"Demande {number} transmise")
    assert subject in mail["Text"]
    assert f"/contracts/{john.tenant}/requests/{number}" in mail["Text"]

    here = f"/tenants/{john.tenant}/requests/{number}"
    api.post(f"{here}/comments", {"text": "Le commutateur\nclignote."})
    api.post(f"{here}/resolve", {"text": "Réparé"})
    town.mail.wait_for(to=john.email, subject=f"Demande {number} terminée")
    late = api.call("POST", f"{here}/comments", {"text": "Trop tard"})
    assert (late.status_code, late.json()["code"]) == (409, "transition-illegal")
    again = api.post(f"{here}/reopen", {"text": "De nouveau coupé"})
    assert (again["state"], again["ball"]) == ("in_progress", "provider")
    entries = api.get(f"{here}/entries")["items"]
    assert [entry["act"] for entry in entries] == ["send", "comment", "resolve", "reopen"]
    assert entries[1]["text"] == "Le commutateur\nclignote."
    assert {entry["author_name"] for entry in entries} == {"John Doe"}

    found = api.get(f"/requests?search={subject.split()[-1]}&state=in_progress")["items"]
    assert [item["number"] for item in found] == [number]
    trail = api.get(f"/tenants/{john.tenant}/audit/tenancy")["items"]
    told = [entry["action"] for entry in trail if entry["target"] == number]
    assert sorted(told) == [
        f"support:request:{act}" for act in ("commented", "reopened", "resolved", "sent")
    ]


def test_a_stranger_neither_sees_nor_touches_it(town: Town, api: Api, john: Customer) -> None:
    number = declared(api, john, "Rien que pour nous")["number"]
    eve = settled_customer(town)
    hers = town.api({"login": eve.login, "password": PORTAL_PASSWORD}, SCOPE)
    for tenant, refused in ((john.tenant, 403), (eve.tenant, 404)):
        here = f"/tenants/{tenant}/requests/{number}"
        assert hers.call("GET", here).status_code == refused
        assert hers.call("GET", f"{here}/entries").status_code == refused
        for act in ("comments", "resolve", "reopen", "withdraw"):
            assert hers.call("POST", f"{here}/{act}", {"text": "Moi"}).status_code == refused
    assert hers.get(f"/requests?search={number}")["items"] == []
    assert hers.get(f"/requests?contract={john.tenant}")["items"] == []


def test_a_change_is_asked_on_the_pages_and_nothing_typed_is_lost(
    town: Town, john: Customer
) -> None:
    browser = Visitor(town.url)
    browser.sign_in(john.login, PORTAL_PASSWORD)
    new = f"/contracts/{john.tenant}/requests/new"
    change = f"/contracts/{john.tenant}/support/change"
    catalogue = browser.open(f"{change}?catalogue=standard&category=quota-management")
    assert "Gestion des Quotas" in catalogue.text
    assert "Quota d'instances et de vCPU" in catalogue.text
    form = browser.open(f"{new}/quota-instances")
    typed = {
        "subject": "Montée en charge",
        "answers.region": "eu-west-0",
        "answers.instances": "beaucoup",
        "answers.vcpus": "512",
        "answers.reason": "Les soldes <de janvier>",
    }
    refused = browser.submit(form, "answers.vcpus", **typed)
    assert refused.status == 422
    kept = refused.form("answers.vcpus").fields
    assert {name: kept[name] for name in list(typed)[:4]} == dict(list(typed.items())[:4])
    assert "Les soldes <de janvier>" in refused.text
    assert "Nombre d'instances" in refused.text
    sent = browser.submit(refused, "answers.vcpus", **typed | {"answers.instances": "200"})
    assert sent.status == 200, sent.text
    assert "est transmise" in sent.text
    assert "Gestion des Quotas" in sent.text
    assert "eu-west-0 (Paris)" in sent.text
    done = browser.submit(sent, "comment", text="Et pour l'été aussi")
    assert "Et pour l'été aussi" in done.text
    gone = browser.submit(
        browser.open(f"{sent.url.partition('?')[0]}/withdraw"), "text", text="Plus besoin"
    )
    assert "Retirée" in gone.text
    listed = browser.open(f"/contracts/{john.tenant}/support/changes?state=done")
    assert "Montée en charge" in listed.text
    assert "Montée en charge" in browser.open("/requests?search=montee").text


def test_a_new_item_of_the_catalogue_needs_no_code(town: Town, john: Customer) -> None:
    operator = town.staff("operator", "openid forms.write requests.read")
    code = f"item-{secrets.token_hex(4)}"
    labels = {"fr": "Couleur du câble", "en": "Colour of the cable"}
    item = {
        "code": code,
        "kind": "change",
        "title": {"fr": f"Câble {code}", "en": f"Cable {code}"},
        "catalogue": {"code": "trial", "label": {"fr": "Catalogue d'essai", "en": "Trial"}},
        "category": {"code": "cables", "label": {"fr": "Câbles", "en": "Cables"}},
        "deadline_hours": 12,
        "fields": [{"code": "colour", "type": "text", "label": labels}],
    }
    wrong = operator.call("POST", "/request-forms", {"forms": [item | {"title": {"fr": "Câble"}}]})
    assert wrong.status_code == 422
    assert "forms.0.title.en" in str(wrong.json())
    published = operator.post("/request-forms", {"forms": [item]})
    assert published["items"] == [{"code": code, "version": 1, "changed": True}]
    browser = Visitor(town.url, language="en")
    browser.sign_in(john.login, PORTAL_PASSWORD)
    try:
        page = browser.open(f"/contracts/{john.tenant}/requests/new/{code}?lang=en")
        assert "Colour of the cable" in page.text
        sent = browser.submit(page, "answers.colour", **{"answers.colour": "Blue"})
        assert f"Cable {code}" in sent.text
    finally:
        operator.post("/request-forms", {"forms": [item | {"offered": False}]})
    again = browser.open(f"/contracts/{john.tenant}/requests/new/{code}?lang=en")
    assert again.status == 404
    eventually(lambda: browser.open(sent.url), lambda one: "Colour of the cable" in one.text)
