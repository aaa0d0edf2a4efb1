"""The page "State of the contract": what each reader sees there and may do."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import Office, Role, Section, StaffRole
from gateway.tests.portal import contract_sheet
from gateway.tests.portal.test_pages import CONTRACT, TENANT, VIEW
from servicekit.errors import Conflict

pytestmark = pytest.mark.unit

PAGE = f"{CONTRACT}/state"
TRIAL = {"ends_on": "2027-01-31", "closes_on": "2027-03-03", "converted_at": None}
ON_TRIAL = {**VIEW, "status": "trial", "status_since": VIEW["opened_at"], "trial": TRIAL}
CHANGE = {
    "number": 2,
    "before": "trial",
    "state": "suspended",
    "act": "suspend",
    "changed_at": "2026-11-20T09:00:00+00:00",
    "by": "provider",
    "reason": "<Unpaid>",
}
ALLOWED = {
    "act": "convert_trial",
    "allowed": True,
    "from_on": "2026-11-23",
    "refusal": None,
    "earliest_on": None,
    "possible_now": [],
    "mails": ["trial_converted"],
    "changes": [],
}
HELD = {
    **ALLOWED,
    "allowed": False,
    "from_on": None,
    "mails": [],
    "refusal": {
        "rule": "conversion-held",
        "code": "contract-held",
        "text_key": "rule-conversion-held",
        "details": {},
    },
}


@pytest.fixture
def portal(site: Any) -> Any:
    site.services.answers |= {
        **contract_sheet.ANSWERS,
        "tenancy.list_contracts": {"items": [ON_TRIAL], "next_cursor": None},
        "tenancy.get_contract": ON_TRIAL,
        "tenancy.foresee_conversion": ALLOWED,
        "tenancy.list_state_changes": {"items": [CHANGE], "next_cursor": None},
        "tenancy.convert_trial": {**ON_TRIAL, "status": "active"},
        "tenancy.suspend_contract": {**ON_TRIAL, "status": "suspended"},
    }
    return site


@pytest.fixture
def sales(portal: Any) -> Any:
    portal.sign_in(staff=(StaffRole.SALES,))
    asked = f"/back-office/reason?about={TENANT}&next={CONTRACT}"
    given = {"about": TENANT, "reason": "Relance 2", "next": CONTRACT}
    assert portal.send("/back-office/reason", given, page=asked).status_code == 303
    return portal


def test_referent_sees_his_trial_its_days_and_its_history(
    portal: Any, all_roles: dict[Section, Role]
) -> None:
    portal.sign_in(roles=all_roles, offices=(Office.REFERENT,))
    text = portal.get(PAGE).text
    for words in ("Essai", "31 janvier 2027", "3 mars 2027", "&lt;Unpaid&gt;", "Le fournisseur"):
        assert words in text
    assert f'action="{PAGE}/convert"' in text
    assert f'action="{PAGE}/suspend"' not in text
    assert f'href="{PAGE}"' in portal.get(CONTRACT).text
    assert "se termine le 31 janvier 2027" in portal.get(CONTRACT).text


def test_conversion_is_one_act_and_says_that_it_is_done(
    portal: Any, all_roles: dict[Section, Role]
) -> None:
    portal.sign_in(roles=all_roles, offices=(Office.REFERENT,))
    sent = portal.send(f"{PAGE}/convert", {}, page=PAGE)
    assert (sent.status_code, sent.headers["Location"]) == (303, PAGE)
    assert portal.services.of("tenancy.convert_trial") == [{"tenant": TENANT}]
    assert "L’essai est converti" in portal.get(PAGE).text


def test_who_is_not_the_referent_reads_and_does_nothing(
    portal: Any, all_roles: dict[Section, Role]
) -> None:
    portal.sign_in(roles=all_roles)
    text = portal.get(PAGE).text
    assert "/convert" not in text
    assert "31 janvier 2027" in text


def test_what_is_held_is_told_with_its_rule(portal: Any, all_roles: dict[Section, Role]) -> None:
    suspended = {**ON_TRIAL, "status": "suspended"}
    portal.services.answers["tenancy.get_contract"] = suspended
    portal.services.answers["tenancy.foresee_conversion"] = HELD
    portal.sign_in(roles=all_roles, offices=(Office.REFERENT,))
    text = portal.get(PAGE).text
    assert "Le fournisseur a suspendu ce contrat" in text
    assert "/convert" not in text


def test_sales_suspend_with_words_for_the_customer_and_a_reason_for_the_trail(sales: Any) -> None:
    said = {"explanation": "Facture impayée", "reason": "Relance 3 sans réponse"}
    sent = sales.send(f"{PAGE}/suspend", said, page=PAGE)
    assert sent.status_code == 303
    asked = {"tenant": TENANT, "explanation": "Facture impayée"}
    assert sales.services.of("tenancy.suspend_contract") == [asked]
    text = sales.get(PAGE).text
    assert f'action="{PAGE}/suspend"' in text
    assert f'action="{PAGE}/resume"' not in text


def test_refused_act_keeps_what_was_typed_and_says_why(sales: Any) -> None:
    illegal = Conflict("transition-illegal", {"status": "draining", "act": "suspend", "legal": []})
    sales.services.answers["tenancy.suspend_contract"] = illegal
    said = {"explanation": "Facture impayée", "reason": "Relance 3 sans réponse"}
    page = sales.send(f"{PAGE}/suspend", said, page=PAGE)
    assert page.status_code == 409
    assert 'value="Facture impayée"' in page.text
