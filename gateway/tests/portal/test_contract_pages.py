"""The page "Contrat" and the acts that it leads to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contracts.codes import Office, Role, Section, StaffRole
from gateway.tests.portal.contract_sheet import (
    ANSWERS,
    BILLING,
    CHANGE,
    REFERENCES,
    TENANT,
    TERMS,
    allowed,
    outlook,
)
from gateway.tests.portal.test_pages import VIEW
from servicekit.editions import edition_of
from servicekit.errors import Conflict, Invalid

pytestmark = pytest.mark.unit

CONTRACT = f"/contracts/{TENANT}"
LEVEL = f"{CONTRACT}/support-level"
NAME = f"{CONTRACT}/services/name"
REFS = f"{CONTRACT}/services/references"
DETAILS = f"{CONTRACT}/billing-details"
VISITOR = {Section.CONTRACT: Role.VISITOR}
PENDING = {**CHANGE, "status": "pending", "ended_at": None, "effective_on": "2026-12-01"}


@pytest.fixture
def portal(site: Any) -> Any:
    site.services.answers |= {
        **ANSWERS,
        "tenancy.list_contracts": {"items": [VIEW], "next_cursor": None},
        "tenancy.get_contract": VIEW,
        "tenancy.foresee_support_level": outlook,
        "tenancy.list_forms": {"items": [{"code": "support-level"}], "next_cursor": None},
        "subscriptions.list_offers": {"items": [], "next_cursor": None},
    }
    site.sign_in(roles=VISITOR)
    return site


@pytest.fixture
def referent(portal: Any) -> Any:
    portal.sign_in(roles=VISITOR, offices=(Office.REFERENT,))
    return portal


@pytest.fixture
def sales(portal: Any) -> Any:
    portal.sign_in(staff=(StaffRole.SALES,))
    asked = f"/back-office/reason?about={TENANT}&next={CONTRACT}"
    given = {"about": TENANT, "reason": "D0001234", "next": CONTRACT}
    assert portal.send("/back-office/reason", given, page=asked).status_code == 303
    return portal


def test_contract_shows_all_that_the_faq_says_it_shows(portal: Any) -> None:
    text = portal.get(CONTRACT).text
    for words in (
        "Production &lt;Paris&gt;",
        TENANT,
        "Acme",
        "eu-west-0",
        "Premium",
        "Jusqu’au 30 avril 2027",
        "John Doe",
        "Marie Doe",
        "AA00606838",
        "&lt;PJ00010399&gt;",
        "Acme &lt;France&gt;",
        "75013 Paris",
        "Anne Le Goff",
        "comptabilite@acme.example",
        "au lieu de Standard",
        "Historique",
    ):
        assert words in text, words


def test_visitor_of_a_contract_is_led_to_no_act(portal: Any) -> None:
    text = portal.get(CONTRACT).text
    for address in (NAME, REFS, DETAILS):
        assert f'href="{address}"' not in text
        assert portal.get(address).status_code == 403


def test_referent_finds_his_services_in_the_catalogue(referent: Any) -> None:
    text = referent.get(f"{CONTRACT}/services").text
    assert "Modifier le nom de votre contrat" in text
    assert "Éditer les références externes de vos factures" in text
    assert 'href="/contracts/OCB0001234/services"' in referent.get(CONTRACT).text


def test_who_orders_and_is_not_the_referent_does_not_find_them(portal: Any) -> None:
    portal.sign_in(roles={Section.SERVICES: Role.MANAGER})
    assert "Modifier le nom" not in portal.get(f"{CONTRACT}/services").text


def test_referent_renames_and_is_told(referent: Any) -> None:
    referent.services.answers["tenancy.rename_contract"] = VIEW
    answer = referent.send(NAME, {"name": "Recette", "edition": edition_of(VIEW)})
    assert answer.headers["Location"] == CONTRACT
    [asked] = referent.services.of("tenancy.rename_contract")
    assert asked == {"tenant": TENANT, "name": "Recette", "edition": edition_of(VIEW)}
    assert "nouveau nom" in referent.get(CONTRACT).text


def test_name_that_somebody_else_gave_meanwhile_stands_beside_what_was_typed(
    referent: Any,
) -> None:
    referent.services.answers["tenancy.rename_contract"] = Conflict("changed-meanwhile")
    answer = referent.send(NAME, {"name": "Recette", "edition": "0" * 32})
    assert answer.status_code == 409
    assert 'value="Recette"' in answer.text
    assert "<dd>Production &lt;Paris&gt;</dd>" in answer.text
    assert edition_of(VIEW) in answer.text


def test_references_are_sent_whole_and_an_emptied_one_is_left_out(referent: Any) -> None:
    referent.services.answers["tenancy.change_references"] = REFERENCES
    fields = {"ref1": " AA1 ", "ref2": "", "ref3": "", "edition": edition_of(REFERENCES)}
    assert referent.send(REFS, fields).status_code == 303
    [asked] = referent.services.of("tenancy.change_references")
    assert asked == {"tenant": TENANT, "ref1": "AA1", "edition": edition_of(REFERENCES)}


def test_references_of_a_grouping_contract_lead_its_referent_to_sales(referent: Any) -> None:
    grouped = {**REFERENCES, "editable_by": "sales"}
    referent.services.answers["tenancy.get_references"] = grouped
    text = referent.get(REFS).text
    assert "sur votre demande" in text
    assert 'name="ref1"' not in text
    assert f'href="{REFS}"' not in referent.get(CONTRACT).text


def test_support_page_says_of_each_level_what_asking_would_do(portal: Any) -> None:
    text = portal.get(LEVEL).text
    assert text.count("engage jusqu&#39;au 30 avril 2027") == 3
    assert "à partir du 1er avril 2027" in text
    assert "six mois" in text
    assert 'name="support_level"' not in text
    assert len(portal.services.of("tenancy.foresee_support_level")) == 3


def test_sales_ask_for_the_level_that_they_saw(sales: Any) -> None:
    terms = {**TERMS, "support_level": "standard", "changes": []}
    sales.services.answers |= {
        "tenancy.get_support_level": terms,
        "tenancy.foresee_support_level": allowed,
        "tenancy.change_support_level": {**terms, "pending": PENDING, "changes": [PENDING]},
    }
    text = sales.get(LEVEL).text
    assert 'value="premium"' in text
    assert "en vigueur le 1er décembre 2026" in text
    fields = {"support_level": "premium", "edition": edition_of(terms)}
    assert sales.send(LEVEL, fields).status_code == 303
    [asked] = sales.services.of("tenancy.change_support_level")
    assert asked["edition"] == edition_of(terms)
    assert "Premium sera en vigueur le 1er décembre 2026" in sales.get(LEVEL).text


def test_refused_level_names_rule_and_day_and_keeps_the_choice(sales: Any) -> None:
    terms = {**TERMS, "support_level": "standard"}
    sales.services.answers |= {
        "tenancy.get_support_level": terms,
        "tenancy.foresee_support_level": allowed,
        "tenancy.change_support_level": Conflict(
            "support-level-committed",
            {
                "support_level": "standard",
                "committed_until": "2027-04-30",
                "earliest": "2027-04-01",
                "earliest_effect": "2027-05-01",
                "possible_now": ["business", "premium"],
            },
        ),
    }
    answer = sales.send(LEVEL, {"support_level": "premium", "edition": edition_of(terms)})
    assert answer.status_code == 409
    assert "Possible maintenant : Business, Premium." in answer.text


def test_pending_change_is_shown_to_all_and_taken_back_by_sales(portal: Any) -> None:
    pending = {**TERMS, "support_level": "standard", "pending": PENDING, "changes": [PENDING]}
    portal.services.answers |= {
        "tenancy.get_support_level": pending,
        "tenancy.withdraw_support_level_change": TERMS,
    }
    assert "Premium, en vigueur le 1er décembre 2026" in portal.get(CONTRACT).text
    assert "Annuler ce changement" not in portal.get(LEVEL).text


def test_who_manages_the_contract_is_led_to_the_request(portal: Any) -> None:
    asking = f"{CONTRACT}/requests/new/support-level"
    assert asking not in portal.get(LEVEL).text
    portal.sign_in(roles={Section.CONTRACT: Role.MANAGER})
    assert portal.get(LEVEL).text.count(asking) == 1
    portal.services.answers["tenancy.list_forms"] = {"items": [], "next_cursor": None}
    assert asking not in portal.get(LEVEL).text


def test_answers_of_a_request_stand_in_the_fields_of_sales(sales: Any) -> None:
    terms = {**TERMS, "support_level": "standard"}
    sales.services.answers |= {
        "tenancy.get_support_level": terms,
        "tenancy.foresee_support_level": allowed,
    }
    text = sales.get(f"{LEVEL}?support-level=business").text
    assert re.search(r'value="business"[^>]* checked', text)
    text = sales.get(f"{DETAILS}?company-name=Acme+SAS&recipient_email=a@b.example").text
    assert 'value="Acme SAS"' in text
    assert 'value="a@b.example"' in text
    assert 'value="Le Goff"' in text


def test_sales_take_a_change_back(sales: Any) -> None:
    pending = {**TERMS, "support_level": "standard", "pending": PENDING, "changes": [PENDING]}
    sales.services.answers |= {
        "tenancy.get_support_level": pending,
        "tenancy.withdraw_support_level_change": TERMS,
    }
    assert sales.send(f"{LEVEL}/withdraw", {}, page=LEVEL).status_code == 303
    assert sales.services.of("tenancy.withdraw_support_level_change") == [{"tenant": TENANT}]


def test_sales_set_billing_details_as_one(sales: Any) -> None:
    sales.services.answers["tenancy.change_billing_details"] = BILLING
    assert 'value="Acme &lt;France&gt;"' in sales.get(DETAILS).text
    fields = {
        "company_name": "Acme SAS",
        "street": "2 rue du Port",
        "street_more": "",
        "postal_code": "13002",
        "city": "Marseille",
        "country": "FR",
        "recipient_given_name": "Anne",
        "recipient_family_name": "Le Goff",
        "recipient_email": "a@acme.example",
        "edition": edition_of(BILLING),
    }
    assert sales.send(DETAILS, fields).headers["Location"] == CONTRACT
    [asked] = sales.services.of("tenancy.change_billing_details")
    assert asked["address"] == {
        "street": "2 rue du Port",
        "postal_code": "13002",
        "city": "Marseille",
        "country": "FR",
    }
    assert asked["recipient"]["email"] == "a@acme.example"


def test_fault_in_the_address_stands_at_its_field_and_nothing_is_lost(sales: Any) -> None:
    fault = Invalid("fields-invalid", {"fields": {"address.city": ["required"]}})
    sales.services.answers["tenancy.change_billing_details"] = fault
    fields = {"company_name": "Acme SAS", "street": "2 rue du Port", "country": "BE"}
    answer = sales.send(DETAILS, fields)
    assert answer.status_code == 422
    assert 'href="#f-city"' in answer.text
    assert 'value="2 rue du Port"' in answer.text
    assert '<option value="BE" selected>' in answer.text
