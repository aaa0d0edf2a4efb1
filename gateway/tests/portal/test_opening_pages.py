"""Créer nouveau contrat: for whom it shows, what it sends; organisations and order forms."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import Office, Role, Section, StaffRole
from servicekit.errors import Conflict, TooMany

pytestmark = pytest.mark.unit
COMPANY = "018f0000-0000-7000-8000-0000000000c0"
ANN = "018f0000-0000-7000-8000-0000000000a0"
FORM = "018f0000-0000-7000-8000-0000000000f0"
NAMED = {"organisation_id": COMPANY, "name": "Exemple <SA>", "daily_limit": 5, "left_today": 2}
ACCOUNT = {
    "person_id": ANN, "login": "Ann.Roe", "email": "ann@example.com", "given_name": "Ann",
    "family_name": "Roe", "mobile": None, "language": "fr",
}  # fmt: skip
TYPED = {
    "organisation_id": COMPANY, "name": "Recette", "support_level": "basic", "owner": "same",
    "referent_given_name": "Ann", "referent_family_name": "Roe",
    "referent_email": "ann@example.com", "referent_mobile": "", "referent_language": "fr",
}  # fmt: skip
ORGANISATION = {
    "organisation_id": COMPANY, "name": "Exemple <SA>", "known_since": "2026-11-23T10:00:00+00:00",
    "online_opening": None, "multi_tenant_management": None,
}  # fmt: skip
PEOPLE = [
    {"person_id": ANN, "login": "Ann.Roe", "given_name": "Ann", "family_name": "Roe",
     "tenant": "OCB0001234"}
]  # fmt: skip
ORDER = {
    "order_form_id": FORM, "tenant": "OCB0001234", "state": "sent",
    "organisation": {"organisation_id": COMPANY, "name": "Exemple <SA>"},
    "request_number": None, "sent_at": "2026-11-23T10:00:00+00:00", "returned_at": None,
    "due_at": None, "late": False, "new_tenant": None, "ended_at": None,
}  # fmt: skip
RETURNED = {
    **ORDER, "state": "returned", "returned_at": "2026-11-23T11:00:00+00:00",
    "due_at": "2026-11-24T11:00:00+00:00", "late": True, "new_tenant": "OCB0001235",
}  # fmt: skip
NO_ITEMS = {"items": [], "next_cursor": None}


@pytest.fixture
def named(site: Any, all_roles: Any) -> Any:
    site.sign_in(roles=all_roles)
    site.services.answers |= {
        "tenancy.list_contracts": NO_ITEMS,
        "tenancy.list_own_openings": {"items": [{**NAMED, "ground": "online_opening"}]},
        "identity.get_account": ACCOUNT,
    }
    return site


def test_link_shows_to_who_is_named_and_to_nobody_else(named) -> None:
    assert "Créer nouveau contrat" in named.get("/").text
    named.services.answers["tenancy.list_own_openings"] = {"items": []}
    assert "Créer nouveau contrat" not in named.get("/").text
    assert named.get("/contracts/new").status_code == 403


def test_form_comes_with_himself_as_the_referent(named) -> None:
    page = named.get("/contracts/new").text
    assert 'value="ann@example.com"' in page
    assert "encore 2 contrats sur 5" in page
    assert "Exemple &lt;SA&gt;" in page


def test_what_is_typed_is_what_is_opened(named) -> None:
    named.services.answers["tenancy.open_contract"] = {"tenant": "OCB0001235"}
    answer = named.send("/contracts/new", TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    [sent] = named.services.of("tenancy.open_contract")
    assert sent["organisation_id"] == COMPANY
    assert sent["referent"] == {
        "given_name": "Ann", "family_name": "Roe", "email": "ann@example.com", "language": "fr",
    }  # fmt: skip
    assert "domain_owner" not in sent


def test_refused_opening_loses_nothing(named) -> None:
    named.services.answers["tenancy.open_contract"] = TooMany("openings-too-many", {"limit": 5})
    page = named.send("/contracts/new", TYPED)
    assert page.status_code == 429
    assert "5 contrats par jour" in page.text
    assert 'value="Recette"' in page.text


@pytest.fixture
def sales(site: Any) -> Any:
    site.sign_in(staff=(StaffRole.SALES,))
    site.services.answers |= {
        "tenancy.get_organisation": ORGANISATION,
        "tenancy.list_organisation_contracts": NO_ITEMS,
        "tenancy.list_nameable_people": {"items": PEOPLE},
    }
    return site


def test_organisations_are_listed_and_searched(sales) -> None:
    item = {**ORGANISATION, "contracts": 100}
    sales.services.answers["tenancy.list_organisations"] = {"items": [item], "next_cursor": "c"}
    page = sales.get("/back-office/organisations?search=exem").text
    assert sales.services.of("tenancy.list_organisations")[-1]["search"] == "exem"
    for words in ("Exemple &lt;SA&gt;", "100 ou plus", "search=exem&amp;cursor=c"):
        assert words in page


@pytest.mark.parametrize(
    ("kind", "call", "more"),
    [
        ("opening", "activate_online_opening", {"daily_limit": 7}),
        ("management", "activate_multi_tenant_management", {}),
    ],
)
def test_option_is_given_to_a_user_of_the_organisation(sales, kind, call, more) -> None:
    path = f"/back-office/organisations/{COMPANY}/{kind}"
    assert "Ann Roe (Ann.Roe)" in sales.get(path).text
    sales.services.answers[f"tenancy.{call}"] = {}
    fields = {"person_id": ANN, "daily_limit": "7", "reason": "Demande du client"}
    assert sales.send(path, fields).status_code == 303
    [sent] = sales.services.of(f"tenancy.{call}")
    assert sent == {"organisation_id": COMPANY, "person_id": ANN, **more}


def test_active_option_is_shown_and_ended(sales) -> None:
    active = {"person_id": ANN, "daily_limit": 5, "activated_at": "2026-11-23T10:00:00+00:00"}
    sales.services.answers["tenancy.get_organisation"] = {
        **ORGANISATION,
        "online_opening": active,
    }
    path = f"/back-office/organisations/{COMPANY}"
    assert "Jane &lt;Roe&gt;" in sales.get(path).text
    sales.services.answers["tenancy.withdraw_online_opening"] = {}
    ended = sales.send(f"{path}/opening/end", {"reason": "Fini"}, page=f"{path}/opening")
    assert ended.status_code == 303


def test_refused_option_says_why(sales) -> None:
    refusal = Conflict("multi-tenant-active")
    sales.services.answers["tenancy.activate_multi_tenant_management"] = refusal
    path = f"/back-office/organisations/{COMPANY}/management"
    page = sales.send(path, {"person_id": ANN, "reason": "Demande"})
    assert page.status_code == 409
    assert "déjà active" in page.text


def test_staff_who_are_not_sales_look_only(site) -> None:
    site.sign_in(staff=(StaffRole.SUPPORT,))
    site.services.answers |= {
        "tenancy.get_organisation": ORGANISATION,
        "tenancy.list_organisation_contracts": NO_ITEMS,
    }
    path = f"/back-office/organisations/{COMPANY}"
    assert "/opening" not in site.get(path).text
    assert site.get(f"{path}/opening").status_code == 403


@pytest.mark.parametrize(
    ("order", "offices", "staff", "offered"),
    [
        (ORDER, (Office.REFERENT,), (), ("return", "withdraw")),
        (ORDER, (), (), ()),
        (RETURNED, (Office.REFERENT,), (), ("withdraw",)),
        (RETURNED, (), (StaffRole.SALES,), ("fulfil", "withdraw")),
    ],
)
def test_order_form_offers_what_one_may(site, order, offices, staff, offered) -> None:
    site.sign_in(roles={Section.CONTRACT: Role.VISITOR}, offices=offices, staff=staff)
    site.services.answers |= {
        "tenancy.get_order_form": order,
        "tenancy.list_contracts": NO_ITEMS,
    }
    page = site.get(f"/contracts/OCB0001234/order-forms/{FORM}").text
    for act in ("return", "fulfil", "withdraw"):
        assert (f"{FORM}/{act}" in page) is (act in offered)
    assert ("En retard" in page) is order["late"]


def test_owed_tenants_are_listed_for_staff(sales) -> None:
    sales.services.answers["tenancy.list_owed_tenants"] = {"items": [RETURNED], "next_cursor": None}
    page = sales.get("/back-office/owed-tenants").text
    for words in ("OCB0001235", "Exemple &lt;SA&gt;", "En retard"):
        assert words in page
