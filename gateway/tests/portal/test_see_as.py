"""See as a customer: begun by a proof, shown with a banner, ended by a button, for looking only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.codes import Role, Section, StaffRole, TenantCode
from gateway.oauth.views import View
from gateway.rights import Holding, PersonRights
from servicekit.errors import Conflict, NotFound, Unavailable

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PERSON = "018f0000-0000-7000-8000-000000000001"  # who is signed in
OTHER = "018f0000-0000-7000-8000-0000000000aa"
GRANT = "018f0000-0000-7000-8000-0000000000cc"
TENANT = TenantCode("OCB0001234")
HOME, LIST = "/back-office/see-as", f"/contracts/{TENANT}/support-access"
BEGIN = f"{HOME}/{GRANT}/begin"
AT, LATER = "2026-11-23T12:00:00+00:00", "2026-11-23T13:00:00+00:00"
NAMED = dict.fromkeys(
    (
        "given_by",
        "given_by_name",
        "proposed_by",
        "proposed_by_name",
        "approved_by",
        "approved_by_name",
        "expires_at",
        "begun_at",
        "ended_at",
        "ended_by",
        "ended_by_name",
    )
)
ROW = {
    **NAMED,
    "grant_id": GRANT,
    "tenant": TENANT,
    "state": "active",
    "operator_id": PERSON,
    "operator_name": "Bob <Help>",
    "operator_login": "Bob.Help",
    "as_person_id": OTHER,
    "as_name": "Jane <Roe>",
    "reason": "An invoice is missing",
    "minutes": 60,
    "given_by": OTHER,
    "given_by_name": "John Doe",
    "given_at": AT,
    "starts_at": AT,
    "ends_at": LATER,
}
PROPOSED = {
    **ROW,
    "state": "proposed",
    "given_by": None,
    "proposed_by": OTHER,
    "proposed_by_name": "Eve Help",
    "operator_id": OTHER,
    "starts_at": None,
    "ends_at": None,
    "expires_at": LATER,
}
VIEW = View(UUID(GRANT), TENANT, UUID(OTHER), NOW + timedelta(hours=1), NOW + timedelta(hours=1))
OPENED = {
    "grant_id": GRANT,
    "tenant": TENANT,
    "person_id": OTHER,
    "ends_at": LATER,
    "seconds": 3600,
}
CONTRACTS = {"items": [], "next_cursor": None}


def seen(**roles: Role) -> PersonRights:
    held = {TENANT: Holding({Section(name): role for name, role in roles.items()})}
    return PersonRights(UUID(OTHER), enabled=True, staff=frozenset(), tenants=held)


@pytest.fixture
def office(site: Any) -> Any:
    site.sign_in(staff=(StaffRole.SUPPORT,))
    page = {"items": [], "next_cursor": None}
    site.services.answers |= {
        "identity.list_own_impersonations": {**page, "items": [ROW]},
        "identity.list_impersonation_proposals": page,
        "identity.list_factor_kinds": {"factors": []},
        "identity.open_impersonation": OPENED,
        "tenancy.list_contracts": CONTRACTS,
    }
    return site


@pytest.fixture
def looking(office: Any) -> Any:
    """He sees as Jane, who reads the contract and the list of users."""
    office.parts.portal_sessions.view = VIEW
    office.services.seen = seen(contract=Role.VISITOR, users=Role.MANAGER)
    office.services.answers["identity.list_users"] = {"items": [], "next_cursor": None}
    return office


def test_who_proved_himself_lately_begins_and_every_cookie_is_another(office: Any) -> None:
    before = {cookie: office.client.get_cookie(cookie).value for cookie in COOKIES}
    answer = office.send(BEGIN, {}, page=HOME)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    asked = {"grant_id": GRANT, "operator_id": PERSON}
    assert office.services.of("identity.open_impersonation") == [asked]
    for cookie, value in before.items():
        assert office.client.get_cookie(cookie).value != value
    assert office.parts.portal_sessions.view == VIEW


COOKIES = ("guichet_session", "guichet_portal")


def test_an_old_proof_is_asked_for_again_before_anything_is_opened(office: Any) -> None:
    [(cookie, session)] = office.sessions.known.items()
    office.sessions.known[cookie] = replace(session, auth_time=NOW - timedelta(minutes=11))
    answer = office.send(BEGIN, {}, page=HOME)
    assert answer.headers["Location"].startswith("/account/step-up?")
    assert office.services.of("identity.open_impersonation") == []


def test_nobody_begins_by_a_link_a_foreign_form_or_without_a_staff_role(office: Any) -> None:
    assert office.get(BEGIN).status_code == 405
    foreign = office.client.post(BEGIN, data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    token = office.token(HOME)
    office.rights.held = replace(office.rights.held, staff=frozenset())
    assert office.client.post(BEGIN, data={"form_token": token}).status_code == 403
    assert office.services.of("identity.open_impersonation") == []


def test_what_is_not_open_is_told_on_the_page(office: Any) -> None:
    refused = Conflict("impersonation-not-open", {"state": "over"})
    office.services.answers["identity.open_impersonation"] = refused
    answer = office.send(BEGIN, {}, page=HOME)
    assert answer.status_code == 409
    assert "n’est pas, ou n’est plus, ouvert" in answer.text
    assert office.parts.portal_sessions.view is None


def test_each_page_says_whose_view_it_is_until_when_and_how_to_leave(looking: Any) -> None:
    for path in ("/", f"/contracts/{TENANT}/users"):
        page = looking.get(path)
        assert page.status_code == 200
        assert "comme Jane &lt;Roe&gt; jusqu’au" in page.text
        assert 'action="/see-as/end"' in page.text
        assert "/back-office" not in page.text


def test_buttons_that_would_change_something_are_not_shown(looking: Any) -> None:
    page = looking.get(f"/contracts/{TENANT}/users").text
    assert "/users/invite" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/account/sessions",
        "/account/second-factors",
        "/account/step-up",
        "/account/support-access",
        "/back-office",
        HOME,
        "/back-office/people",
        "/back-office/reason?about=OCB0009999",
        "/contracts/OCB0009999/users",
    ],
)
def test_neither_account_is_shown_nor_the_back_office_nor_another_contract(
    looking: Any, path: str
) -> None:
    page = looking.get(path)
    assert page.status_code == 403
    assert "ceci n’est pas montré" in page.text
    assert 'action="/see-as/end"' in page.text
    assert looking.services.asked == []


@pytest.mark.parametrize(
    "path",
    [
        f"/contracts/{TENANT}/users/invite",
        f"{LIST}/{GRANT}/end",
        BEGIN,
        "/account/sessions/end-all",
        "/account/step-up",
    ],
)
def test_nothing_is_sent(looking: Any, path: str) -> None:
    assert looking.send(path, {}, page="/").status_code == 403
    assert {call for call, _, _ in looking.services.asked} == {"tenancy.list_contracts"}


def test_the_button_leads_back_to_what_is_his_own(looking: Any) -> None:
    answer = looking.send("/see-as/end", {}, page="/")
    assert answer.headers["Location"] == HOME
    assert looking.parts.portal_sessions.view is None
    assert "de nouveau en votre nom" in looking.get(HOME).text


@pytest.mark.parametrize("late", [True, False])
def test_what_is_over_is_left_at_once(looking: Any, late: bool) -> None:
    """By its time, or because what it rests on is gone."""
    if late:
        looking.parts.portal_sessions.view = replace(VIEW, until=NOW)
    else:
        looking.services.seen = None
    answer = looking.get(f"/contracts/{TENANT}/users")
    assert answer.headers["Location"] == HOME
    assert looking.services.of("identity.list_users") == []
    assert looking.parts.portal_sessions.view is None


def test_a_proposal_is_decided_by_who_neither_proposed_it_nor_will_look(office: Any) -> None:
    queue = {"items": [PROPOSED], "next_cursor": None}
    office.services.answers["identity.list_impersonation_proposals"] = queue
    assert f"{HOME}/{GRANT}/approve" in office.get(HOME).text
    for mine in ("proposed_by", "operator_id"):
        queue["items"] = [{**PROPOSED, mine: PERSON}]
        page = office.get(HOME).text
        assert f"{HOME}/{GRANT}/approve" not in page
        assert f"{HOME}/{GRANT}/decline" in page


def test_the_customer_sees_who_looked_at_what_and_ends_it(site: Any) -> None:
    site.sign_in(roles={Section.USERS: Role.MANAGER, Section.CONTRACT: Role.MANAGER})
    entry = {
        "sequence": 7,
        "at": AT,
        "actor_kind": "person",
        "actor": OTHER,
        "actor_name": "Jane Roe",
        "act": f"person:{PERSON}",
        "act_name": "Bob Help",
        "action": "impersonation:data:read",
        "target": TENANT,
        "target_name": None,
        "details": {"call": "tenancy.get_contract", "grant": GRANT},
    }
    page = {"items": [], "next_cursor": None}
    for service in ("identity", "tenancy", "subscriptions", "notifications", "gateway"):
        found = [entry] if service == "tenancy" else []
        site.services.answers[f"{service}.list_audit_entries"] = {**page, "items": found}
    site.services.answers |= {
        "identity.list_impersonations": {**page, "items": [ROW]},
        "identity.get_impersonation": ROW,
        "identity.end_impersonation": {**ROW, "state": "ended"},
        "tenancy.list_contracts": CONTRACTS,
    }
    assert "Bob &lt;Help&gt;" in site.get(LIST).text
    one = site.get(f"{LIST}/{GRANT}").text
    assert "Voir le contrat" in one
    assert "Bob Help" in one
    assert all(asked["grant"] == GRANT for asked in site.services.of("tenancy.list_audit_entries"))
    answer = site.send(f"{LIST}/{GRANT}/end", {}, page=LIST)
    assert answer.headers["Location"] == LIST
    [ended] = site.services.of("identity.end_impersonation")
    assert ended == {"tenant": TENANT, "grant_id": GRANT}


LOOK = {
    "sequence": 7,
    "at": AT,
    "call": "tenancy.get_contract",
    "operator": f"person:{PERSON}",
    "operator_name": "Bob Help",
}
SERVICES = ("identity", "tenancy", "subscriptions", "notifications", "gateway")


def answered_looks(site: Any, call: str) -> None:
    for service in SERVICES:
        found = [LOOK] if service == "tenancy" else []
        site.services.answers[f"{service}.{call}"] = {"items": found, "next_cursor": None}


def test_who_manages_users_and_not_the_contract_sees_what_was_looked_at(site: Any) -> None:
    """To him the grant is given and mailed; the trail's details are not for him."""
    site.sign_in(roles={Section.USERS: Role.MANAGER})
    answered_looks(site, "list_looks")
    site.services.answers |= {
        "identity.get_impersonation": ROW,
        "tenancy.list_contracts": CONTRACTS,
    }
    page = site.get(f"{LIST}/{GRANT}").text
    assert "Voir le contrat" in page
    assert "Bob Help" in page
    asked = site.services.of("tenancy.list_looks")
    assert [(one["tenant"], one["grant_id"]) for one in asked] == [(TENANT, GRANT)]
    assert site.services.of("tenancy.list_audit_entries") == []


def test_who_is_seen_sees_what_was_looked_at_in_the_account_whatever_he_holds(site: Any) -> None:
    site.sign_in(roles={})
    answered_looks(site, "list_own_looks")
    page = {"items": [ROW], "next_cursor": None}
    site.services.answers |= {
        "identity.list_own_impersonations": page,
        "identity.get_own_impersonation": ROW,
    }
    own = f"/account/support-access/{GRANT}"
    assert f'href="{own}"' in site.get("/account/support-access").text
    shown = site.get(own).text
    assert "Voir le contrat" in shown
    assert "Bob Help" in shown
    assert f'action="{own}/end"' in shown
    assert {one["tenant"] for one in site.services.of("gateway.list_own_looks")} == {TENANT}


def test_a_silent_service_takes_its_own_looks_from_the_page_and_nothing_else(site: Any) -> None:
    """Above all not the button that ends it."""
    site.sign_in(roles={})
    answered_looks(site, "list_own_looks")
    site.services.answers["subscriptions.list_own_looks"] = Unavailable("service-timeout")
    site.services.answers["identity.get_own_impersonation"] = ROW
    own = f"/account/support-access/{GRANT}"
    shown = site.get(own)
    assert shown.status_code == 200
    assert "Voir le contrat" in shown.text
    assert "Un service ne répond pas" in shown.text
    assert f'action="{own}/end"' in shown.text
    for service in SERVICES:
        site.services.answers[f"{service}.list_own_looks"] = Unavailable("service-timeout")
    shown = site.get(own).text
    assert f'action="{own}/end"' in shown
    assert "Un service ne répond pas" in shown
    assert "Rien n’a été consulté" not in shown, "nobody says that nothing was looked at"


def test_a_grant_that_is_not_his_shows_nobody_anything(site: Any) -> None:
    site.sign_in(roles={})
    site.services.answers["identity.get_own_impersonation"] = NotFound("impersonation-unknown")
    assert site.get(f"/account/support-access/{GRANT}").status_code == 404
    assert site.services.of("tenancy.list_own_looks") == []


def test_a_proposal_to_look_is_told_in_words_of_its_own(office: Any) -> None:
    office.parts.given_reasons.kept[f"person:{OTHER}"] = "Ticket 42"
    file = {"given_name": "Jane", "family_name": "Roe", "person_id": OTHER, "tenants": []}
    office.services.answers |= {
        "identity.get_person_file": file,
        "identity.propose_impersonation": PROPOSED,
    }
    path = f"/back-office/people/{OTHER}/see-as"
    typed = {"tenant": TENANT, "operator": "Bob.Help", "minutes": "60", "reason": "Ticket 42"}
    answer = office.send(path, typed, page=HOME)
    assert answer.headers["Location"] == HOME
    assert "L’accès attend la décision" in office.get(HOME).text
