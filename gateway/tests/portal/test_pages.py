"""What each page of the portal shows, asks and keeps."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts.codes import Role, Section, StaffRole
from gateway.tests.portal import contract_sheet
from servicekit.errors import Conflict, Forbidden, Invalid, Unavailable

pytestmark = pytest.mark.unit

TENANT = "OCB0001234"
PERSON = "018f0000-0000-7000-8000-000000000001"
OTHER = "018f0000-0000-7000-8000-0000000000aa"
CONTRACT = f"/contracts/{TENANT}"


def holder(name: str) -> dict[str, Any]:
    return {
        "person_id": PERSON,
        "login": f"{name}.doe",
        "email": f"{name.lower()}@acme.example",
        "given_name": name,
        "family_name": "Doe",
    }


VIEW = {
    "tenant": TENANT,
    "name": "Production <Paris>",
    "contract_type": "single",
    "organisation": {"organisation_id": OTHER, "name": "Acme"},
    "status": "active",
    "support_level": "premium",
    "region": "eu-west-0",
    "referent": holder("John"),
    "domain_owner": holder("Marie"),
    "opened_at": "2026-11-01T09:00:00+00:00",
}
USER = {
    "tenant": TENANT,
    "person_id": OTHER,
    "login": "Jane.Roe",
    "email": "jane@acme.example",
    "given_name": "Jane",
    "family_name": "Roe",
    "roles": {"invoices": "visitor"},
    "offices": [],
    "activated": False,
    "mobile": None,
    "has_iam_user": False,
    "disabled_at": None,
    "invited_until": None,
}
OFFER = {
    "offer_id": "w.12",
    "product": "workspace",
    "region": "eu-west-0",
    "flavour": "standard-2",
    "package": "12-months",
    "term_months": 12,
    "upfront": False,
    "monthly_price": "1019.20",
    "upfront_price": "0.00",
    "currency": "EUR",
}
SUBSCRIPTION = {
    "subscription_id": OTHER,
    "tenant": TENANT,
    "offer": OFFER,
    "quantity": 3,
    "status": "active",
    "started_at": "2026-11-05T10:00:00+00:00",
    "committed_until": "2027-10-31",
    "terminations": [],
    "would_end_on": "2026-12-01",
}
IAM_USER = {
    "iam_user_id": OTHER,
    "tenant": TENANT,
    "person_id": PERSON,
    "user_name": "John.doe",
    "email": "john@acme.example",
    "mobile": None,
    "is_domain_owner": True,
    "api_password_set": True,
    "failed_logins": 5,
    "locked_until": "2026-11-23T12:15:00+00:00",
}
ACCOUNT = {
    **holder("John"),
    "mobile": None,
    "language": "fr",
    "password_changed_at": None,
    "rules": {
        "minimum_length": 12,
        "maximum_length": 128,
        "character_classes": 3,
        "not_user_name": True,
    },
    "iam_users": [IAM_USER],
}


def page(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": None}


@pytest.fixture
def portal(site: Any, all_roles: dict[Section, Role]) -> Any:
    """A manager of everything, before services that answer."""
    site.services.answers |= {
        "tenancy.list_contracts": page(VIEW),
        "tenancy.get_contract": VIEW,
        **contract_sheet.ANSWERS,
        "identity.list_users": page(USER),
        "identity.list_iam_users": page(IAM_USER),
        "identity.get_account": ACCOUNT,
        "identity.list_own_invitations": {"items": []},
        "identity.get_user": USER,
        "subscriptions.list_offers": page(OFFER),
        "subscriptions.list_subscriptions": page(SUBSCRIPTION),
        "subscriptions.get_subscription": SUBSCRIPTION,
    }
    site.sign_in(roles=all_roles)
    return site


def test_home_shows_the_contracts_and_their_consoles(portal: Any) -> None:
    text = portal.get("/").text
    assert "Production &lt;Paris&gt;" in text
    assert f'href="/console/{TENANT}"' in text
    assert "Back-office" not in text


def test_home_without_a_contract_says_what_to_expect(site: Any) -> None:
    site.sign_in()
    site.services.answers["tenancy.list_contracts"] = page()
    assert "pas encore de contrat" in site.get("/").text
    assert "Aucun contrat ne correspond" in site.get("/?search=x").text


def test_contract_page_shows_the_support_level(portal: Any) -> None:
    text = portal.get(CONTRACT).text
    assert "Premium" in text
    assert "1er novembre 2026" in text


def test_sections_without_a_right_are_not_shown(portal: Any) -> None:
    portal.sign_in(roles={Section.CONTRACT: Role.VISITOR})
    text = portal.get(CONTRACT).text
    assert "Utilisateurs" not in text
    assert "Console technique" not in text
    assert "Journal d’audit" not in text


def test_refused_page_says_who_can_give_the_right(portal: Any) -> None:
    portal.services.answers["identity.list_users"] = Forbidden("role-missing")
    answer = portal.get(f"{CONTRACT}/users")
    assert answer.status_code == 403
    assert "qui gère les utilisateurs" in answer.text


def test_tenant_code_that_is_none_is_an_unknown_address(portal: Any) -> None:
    assert portal.get("/contracts/OCB12").status_code == 404


def test_users_page_works_while_tenancy_is_away(portal: Any) -> None:
    portal.services.answers["tenancy.list_contracts"] = Unavailable("service-timeout")
    answer = portal.get(f"{CONTRACT}/users")
    assert answer.status_code == 200
    assert "Jane Roe" in answer.text


def test_invitation_asks_for_the_chosen_roles_only(portal: Any) -> None:
    portal.services.answers["identity.invite_user"] = USER
    answer = portal.send(
        f"{CONTRACT}/users/invite",
        {
            "given_name": "Jane",
            "family_name": "Roe",
            "email": "jane@acme.example",
            "mobile": "",
            "language": "en",
            "role-invoices": "visitor",
            "role-users": "",
            "idempotency_key": "one-key",
        },
    )
    assert answer.status_code == 303
    [asked] = portal.services.of("identity.invite_user")
    assert asked["roles"] == {"invoices": "visitor"}
    assert "mobile" not in asked
    assert portal.services.keys("identity.invite_user") == ["one-key"]
    assert "Jane Roe est invité" in portal.get(f"{CONTRACT}/users").text


def test_refused_invitation_keeps_every_field_and_takes_another_key(portal: Any) -> None:
    portal.services.answers["identity.invite_user"] = Conflict("user-exists")
    fields = {
        "given_name": "Jane",
        "family_name": "Roe",
        "email": "jane@acme.example",
        "language": "en",
        "role-invoices": "visitor",
        "idempotency_key": "one-key",
    }
    answer = portal.send(f"{CONTRACT}/users/invite", fields)
    assert answer.status_code == 409
    assert 'value="jane@acme.example"' in answer.text
    assert '<option value="visitor" selected>' in answer.text
    assert "one-key" not in answer.text


def test_fault_in_a_role_stands_at_its_section(portal: Any) -> None:
    fault = Invalid("role-not-in-section", {"fields": {"roles.invoices": ["invalid"]}})
    portal.services.answers["identity.change_roles"] = fault
    answer = portal.send(f"{CONTRACT}/users/{OTHER}/roles", {"role-invoices": "cust_admin"})
    assert answer.status_code == 422
    assert 'href="#f-role-invoices"' in answer.text


def test_removal_is_confirmed_first(portal: Any) -> None:
    portal.services.answers["identity.remove_user"] = {}
    path = f"{CONTRACT}/users/{OTHER}/remove"
    assert "perd tous ses rôles" in portal.get(path).text
    assert portal.services.of("identity.remove_user") == []
    assert portal.send(path, {"name": "Jane Roe"}).status_code == 303
    assert portal.services.of("identity.remove_user") == [{"tenant": TENANT, "person_id": OTHER}]


def test_welcome_mail_is_sent_again(portal: Any) -> None:
    portal.services.answers["identity.send_welcome_again"] = {}
    answer = portal.send(f"{CONTRACT}/users/{OTHER}/welcome", {"name": "Jane Roe"})
    assert answer.headers["Location"] == f"{CONTRACT}/users"


def test_order_goes_by_a_summary_with_price_and_notice(portal: Any) -> None:
    assert "standard-2" in portal.get(f"{CONTRACT}/services/workspace").text
    summary = f"{CONTRACT}/services/workspace/summary?offer_id=w.12&quantity=3"
    text = portal.get(summary).text
    assert "3\u202f057,60\xa0€ par mois, hors TVA" in text
    assert "ne garantit pas la disponibilité" in text
    assert portal.services.of("subscriptions.place_order") == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?quantity=1",
        "?offer_id=w.12&quantity=0&",
        "?offer_id=w.12&quantity=1&flavour=another",
        "?offer_id=w.12&quantity=x",
    ],
)
def test_incomplete_choice_is_named(portal: Any, query: str) -> None:
    answer = portal.get(f"{CONTRACT}/services/workspace/summary{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_order_is_placed_under_the_key_of_its_form(portal: Any) -> None:
    portal.services.answers["subscriptions.place_order"] = {"offer": OFFER, "quantity": 3}
    path = f"{CONTRACT}/services/workspace/summary"
    fields = {"offer_id": "w.12", "quantity": "3", "idempotency_key": "k"}
    answer = portal.send(path, fields, page=f"{path}?offer_id=w.12&quantity=3")
    assert answer.headers["Location"] == f"{CONTRACT}/subscriptions"
    assert portal.services.of("subscriptions.place_order")[0]["quantity"] == 3
    assert portal.services.keys("subscriptions.place_order") == ["k"]


def test_order_to_a_service_that_is_away_is_kept_with_its_key(portal: Any) -> None:
    portal.services.answers["subscriptions.place_order"] = Unavailable(
        "service-unavailable", {"service": "subscriptions", "retry_after": 7}
    )
    path = f"{CONTRACT}/services/workspace/summary"
    fields = {"offer_id": "w.12", "quantity": "3", "idempotency_key": "the-key"}
    answer = portal.send(path, fields, page=f"{path}?offer_id=w.12&quantity=3")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "7"
    assert 'name="idempotency_key" value="the-key"' in answer.text
    assert 'name="quantity" value="3"' in answer.text


def test_termination_states_its_day_before_it_is_asked(portal: Any) -> None:
    path = f"{CONTRACT}/subscriptions/{OTHER}/terminate"
    text = portal.get(f"{path}?quantity=2").text
    assert "le 1er décembre 2026" in text
    assert "1 instance reste" in text
    assert portal.services.of("subscriptions.terminate_subscription") == []


@pytest.mark.parametrize("quantity", ["0", "4", "all"])
def test_termination_of_more_than_there_is_is_named(portal: Any, quantity: str) -> None:
    answer = portal.get(f"{CONTRACT}/subscriptions/{OTHER}/terminate?quantity={quantity}")
    assert answer.status_code == 422


def test_termination_is_told_with_the_day_of_the_service(portal: Any) -> None:
    termination = {
        "termination_id": PERSON,
        "quantity": 2,
        "requested_at": "2026-11-23T12:00:00+00:00",
        "effective_on": "2026-12-01",
        "done": False,
    }
    after = {**SUBSCRIPTION, "terminations": [termination]}
    portal.services.answers["subscriptions.terminate_subscription"] = after
    path = f"{CONTRACT}/subscriptions/{OTHER}/terminate"
    portal.send(path, {"quantity": "2"}, page=f"{path}?quantity=2")
    assert "2 instances, au 1er décembre 2026" in portal.get(f"{CONTRACT}/subscriptions").text


def test_console_has_the_block_and_the_menu_of_the_faq(portal: Any) -> None:
    assert "Management and Deployment" in portal.get(f"/console/{TENANT}").text
    text = portal.get(f"/console/{TENANT}/iam").text
    assert "More" in text
    assert "Reset Failed Login" in text
    assert "Bloqué" in text


def test_reset_failed_login_from_the_console(portal: Any) -> None:
    portal.services.answers["identity.reset_failed_login"] = {**IAM_USER, "locked_until": None}
    path = f"/console/{TENANT}/iam"
    answer = portal.send(f"{path}/{OTHER}/reset-failed-login", {}, page=path)
    assert answer.headers["Location"] == path
    assert portal.services.of("identity.reset_failed_login")[0]["iam_user_id"] == OTHER


def test_locked_person_unlocks_himself_from_his_account(portal: Any) -> None:
    portal.services.answers["identity.reset_own_failed_login"] = IAM_USER
    assert "Bloqué" in portal.get("/account").text
    path = f"/account/iam-users/{OTHER}/reset-failed-login"
    assert portal.send(path, {}, page="/account").status_code == 303


def test_password_change_spares_the_session_that_made_it(portal: Any) -> None:
    portal.services.answers["identity.change_password"] = {}
    fields = {
        "current_password": "Old-password-1",
        "new_password": "New-password-2",
        "password_again": "New-password-2",
    }
    assert portal.send("/account/password", fields).status_code == 303
    _, _, about = next(one for one in portal.services.asked if one[0] == "identity.change_password")
    assert portal.sessions.spared[1] == about["call_id"]


def test_wrong_current_password_is_told_and_nothing_typed_comes_back(portal: Any) -> None:
    portal.services.answers["identity.change_password"] = Forbidden("current-password-wrong")
    fields = {
        "current_password": "Old-password-1",
        "new_password": "New-password-2",
        "password_again": "New-password-2",
    }
    answer = portal.send("/account/password", fields)
    assert answer.status_code == 403
    assert "-password-" not in answer.text.replace("f-new_password", "")


def test_form_sent_after_the_session_ended_is_kept(portal: Any) -> None:
    token = portal.token(f"{CONTRACT}/users/invite")
    portal.parts.portal_sessions.tokens["access_token"] = "refused"
    answer = portal.client.post(
        f"{CONTRACT}/users/invite",
        data={"form_token": token, "given_name": "Jane", "idempotency_key": "k"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 403
    assert "Votre session est terminée" in answer.text
    assert 'name="given_name" value="Jane"' in answer.text


def test_disabled_person_sees_no_page_and_no_endless_way(portal: Any) -> None:
    portal.rights.held = replace(portal.rights.held, enabled=False)
    assert portal.get("/").status_code == 403


def test_back_office_is_for_staff(portal: Any) -> None:
    assert portal.get("/back-office").status_code == 403
    portal.sign_in(staff=(StaffRole.SALES,))
    text = portal.get("/back-office").text
    assert "Ouvrir un tenant" in text
    assert "Horloge" not in text


def test_opening_a_tenant_asks_for_the_people_by_their_fields(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.SALES,))
    portal.services.answers["tenancy.open_tenant"] = VIEW
    fields = {
        "organisation_name": "Acme",
        "name": "Production",
        "support_level": "business",
        "referent_given_name": "John",
        "referent_family_name": "Doe",
        "referent_email": "john@acme.example",
        "referent_language": "fr",
        "owner": "same",
        "owner_given_name": "ignored",
    }
    answer = portal.send("/back-office/tenants/new", fields)
    assert answer.headers["Location"] == f"/back-office?search={TENANT}"
    [asked] = portal.services.of("tenancy.open_tenant")
    assert asked["referent"]["email"] == "john@acme.example"
    assert "domain_owner" not in asked


def test_faults_of_a_new_tenant_stand_at_their_fields(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.SALES,))
    fields = {"name": "P", "support_level": "basic", "referent_email": "no", "owner": "same"}
    answer = portal.send("/back-office/tenants/new", fields)
    assert answer.status_code == 422
    assert 'href="#f-referent_email"' in answer.text
    assert 'href="#f-referent_given_name"' in answer.text
    assert portal.services.of("tenancy.open_tenant") == []


def test_clock_moves_by_paris_time(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.OPERATOR,))
    portal.services.answers["tenancy.get_clock"] = {
        "now": "2026-11-23T12:00:00+00:00",
        "simulated": True,
    }
    portal.services.answers["tenancy.move_clock"] = {
        "now": "2026-12-01T07:30:00+00:00",
        "simulated": True,
    }
    portal.send("/back-office/clock", {"now": "2026-12-01T08:30"})
    assert portal.services.of("tenancy.move_clock") == [{"now": "2026-12-01T08:30:00+01:00"}]
    assert portal.send("/back-office/clock", {"now": "soon"}).status_code == 422


def test_staff_acting_on_a_customer_is_asked_why(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.SUPPORT,))
    portal.services.answers["identity.send_welcome_again"] = {}
    path = f"{CONTRACT}/users/{OTHER}/welcome"
    asked = portal.get(path)
    assert asked.headers["Location"].startswith(f"/back-office/reason?about={TENANT}&next=")
    assert portal.services.asked == []
    given = portal.send(
        "/back-office/reason",
        {"about": TENANT, "next": path, "reason": "Ticket 42"},
        page=asked.headers["Location"],
    )
    assert given.headers["Location"] == path
    page = portal.get(path).text
    assert "Ticket 42" in page
    assert "/back-office/reason/end" in page
    portal.send(path, {"name": "Jane Roe"})
    assert portal.services.asked[-1][2]["reason"] == "Ticket 42"


def test_what_staff_typed_is_not_lost_where_the_reason_ran_out(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.SUPPORT,))
    portal.services.answers["identity.send_welcome_again"] = {}
    path = f"{CONTRACT}/users/{OTHER}/welcome"
    sent = portal.send(path, {"name": "Jane <Roe>"}, page="/back-office/reason?about=OCB0001234")
    assert sent.status_code == 422
    assert 'name="name" value="Jane &lt;Roe&gt;"' in sent.text
    assert 'name="reason"' in sent.text
    assert portal.services.of("identity.send_welcome_again") == []


def test_looking_ends_where_staff_say_so(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.SUPPORT,))
    portal.parts.given_reasons.kept[TENANT] = "Ticket 42"
    assert portal.get(CONTRACT).status_code == 200
    portal.send("/back-office/reason/end", {"about": TENANT}, page=CONTRACT)
    assert portal.get(CONTRACT).status_code == 303


def test_who_holds_something_there_himself_gives_no_reason(
    portal: Any, all_roles: dict[Section, Role]
) -> None:
    portal.sign_in(roles=all_roles, staff=(StaffRole.SUPPORT,))
    assert portal.get(CONTRACT).status_code == 200
    assert portal.services.asked[-1][2]["reason"] is None


@pytest.mark.parametrize("about", ["", "OCB", "person:x", "https://evil.example"])
def test_a_reason_is_about_a_contract_or_a_person(portal: Any, about: str) -> None:
    portal.sign_in(staff=(StaffRole.SUPPORT,))
    assert portal.get(f"/back-office/reason?about={about}").status_code == 404


def test_reasons_are_asked_of_staff_only(portal: Any) -> None:
    assert portal.get(f"/back-office/reason?about={TENANT}").status_code == 403


@pytest.mark.parametrize("reason", ["x" * 501, "x" * 60_000, "two\nlines", "\x00"])
def test_a_reason_unfit_for_the_signed_context_goes_nowhere(portal: Any, reason: str) -> None:
    portal.sign_in(staff=(StaffRole.SUPPORT,))
    portal.services.answers["identity.send_welcome_again"] = {}
    portal.parts.given_reasons.kept[TENANT] = "Ticket 42"
    path = f"{CONTRACT}/users/{OTHER}/welcome"
    answer = portal.send(path, {"name": "Jane Roe", "reason": reason})
    assert answer.status_code == 422
    assert portal.services.of("identity.send_welcome_again") == []


@pytest.mark.parametrize("key", ["k" * 256, "k" * 60_000, "clé", "a b"])
def test_an_idempotency_key_that_is_none_of_ours_goes_nowhere(portal: Any, key: str) -> None:
    portal.services.answers["identity.change_account"] = ACCOUNT
    fields = {"language": "en", "idempotency_key": key}
    assert portal.send("/account", fields, page="/account").status_code == 400
    assert portal.services.of("identity.change_account") == []


def test_a_quantity_of_thousands_of_digits_is_no_number_and_no_crash(portal: Any) -> None:
    path = f"{CONTRACT}/services/workspace/summary?quantity={'9' * 5000}"
    assert portal.get(path).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/account",
        "/account/password",
        CONTRACT,
        f"{CONTRACT}/users",
        f"{CONTRACT}/users/invite",
        f"{CONTRACT}/users/{OTHER}/roles",
        f"{CONTRACT}/users/{OTHER}/remove",
        f"{CONTRACT}/users/{OTHER}/welcome",
        f"{CONTRACT}/services/workspace",
        f"{CONTRACT}/services/workspace/summary?offer_id=w.12&quantity=3",
        f"{CONTRACT}/subscriptions",
        f"{CONTRACT}/subscriptions/{OTHER}/terminate",
        f"{CONTRACT}/subscriptions/{OTHER}/terminate?quantity=2",
        f"/console/{TENANT}/iam",
    ],
)
def test_every_form_leads_to_a_page_that_takes_it(portal: Any, path: str) -> None:
    """No template writes None, and each form's address and method are routed."""
    text = portal.get(path).text
    assert "None" not in text
    adapter = portal.app.url_map.bind("localhost")
    for tag in re.findall(r"<form[^>]*>", text):
        action = re.search(r'action="([^"]*)"', tag)
        method = "POST" if 'method="post"' in tag else "GET"
        adapter.match(urlsplit(action[1] if action else path).path, method=method)


def test_another_tenant_is_opened_for_the_same_organisation(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.SALES,))
    portal.parts.given_reasons.kept[TENANT] = "Ticket 42"
    link = f"/back-office/tenants/new?beside={TENANT}"
    assert link in portal.get(CONTRACT).text
    portal.services.answers["tenancy.open_tenant"] = VIEW
    page = portal.get(link).text
    assert f'name="organisation_id" value="{OTHER}"' in page
    fields = {
        "organisation_id": OTHER,
        "organisation_name": "Acme",
        "name": "Staging",
        "support_level": "basic",
        "referent_given_name": "John",
        "referent_family_name": "Doe",
        "referent_email": "john@acme.example",
        "owner": "same",
    }
    portal.send("/back-office/tenants/new", fields)
    [asked] = portal.services.of("tenancy.open_tenant")
    assert asked["organisation_id"] == OTHER
    assert "organisation_name" not in asked
