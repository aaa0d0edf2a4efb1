"""Handing an office over, answering, and what staff do about an office whose holder cannot act."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import Office, Role, Section, StaffRole
from contracts.tenancy import HandoverEnd, HandoverState, OfficeRecoveryState
from servicekit.errors import Conflict, Forbidden, NotFound, Unavailable

pytestmark = pytest.mark.unit

TENANT = "OCB0001234"
ME = "018f0000-0000-7000-8000-000000000001"  # who is signed in
JANE = "018f0000-0000-7000-8000-0000000000aa"
ONE = "018f0000-0000-7000-8000-0000000000bb"
AT = "2026-11-23T12:00:00+00:00"
USERS = f"/contracts/{TENANT}/users"
OFFER = f"{USERS}/handover/referent"
PAGE = f"/contracts/{TENANT}/handovers/{ONE}"
QUEUE = "/back-office/offices"


def party(person_id: str, name: str) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "login": f"{name}.Doe",
        "given_name": name,
        "family_name": "<D>",
    }


def handover(*, offered_by_me: bool = True, **said: Any) -> dict[str, Any]:
    me, jane = party(ME, "John"), party(JANE, "Jane")
    return {
        "handover_id": ONE,
        "tenant": TENANT,
        "contract_name": "Production",
        "office": "referent",
        "state": "offered",
        "holder": me if offered_by_me else jane,
        "successor": jane if offered_by_me else me,
        "drop_rights": False,
        "offered_at": AT,
        "expires_at": AT,
        "accepted_at": None,
        "takes_effect_at": None,
        "ended_at": None,
        "ended_why": None,
        "rights_dropped": None,
        **said,
    }


def outlook(**said: Any) -> dict[str, Any]:
    return {
        "act": "offer_handover",
        "allowed": True,
        "from_on": "2026-11-24",
        "refusal": None,
        "earliest_on": None,
        "possible_now": [],
        "mails": ["handover"],
        "changes": [],
        **said,
    }


OWN_RECOVERY = {
    "recovery_id": ONE,
    "tenant": TENANT,
    "contract_name": "Production",
    "office": "referent",
    "state": "approved",
    "given_name": "Nora",
    "family_name": "<New>",
    "proposed_at": AT,
    "takes_effect_at": AT,
}
RECOVERY = {
    **OWN_RECOVERY,
    "holder": party(JANE, "Jane"),
    "email": "nora@acme.example",
    "drop_rights": True,
    "reason": "Ticket 42",
    "evidence": "Letter of the company",
    "proposed_by": JANE,
    "proposed_by_name": "Bob Sales",
    "state": "proposed",
    "expires_at": AT,
    "decided_by": None,
    "decided_by_name": None,
    "decided_at": None,
    "takes_effect_at": None,
    "ended_at": None,
    "ended_why": None,
}


def user(person_id: str, name: str, **said: Any) -> dict[str, Any]:
    return {
        **party(person_id, name),
        "tenant": TENANT,
        "email": "x@acme.example",
        "roles": {"users": "manager"},
        "offices": [],
        "activated": True,
        "mobile": None,
        "has_iam_user": False,
        "disabled_at": None,
        "invited_until": None,
        **said,
    }


@pytest.fixture
def portal(site: Any) -> Any:
    """The referent, before services that answer."""
    site.services.answers |= {
        "tenancy.list_contracts": {"items": [], "next_cursor": None},
        "identity.list_users": {
            "items": [user(ME, "John"), user(JANE, "Jane"), user(ONE, "Ivan", activated=False)],
            "next_cursor": None,
        },
        "tenancy.foresee_handover": outlook(),
        "tenancy.offer_handover": handover(),
        "tenancy.get_handover": handover(),
    }
    site.sign_in(roles={Section.USERS: Role.MANAGER}, offices=(Office.REFERENT,))
    return site


def test_tab_users_has_the_button_of_the_office_one_holds_and_no_other(portal: Any) -> None:
    text = portal.get(USERS).text
    assert "Changement de référent" in text
    assert OFFER in text
    assert f"{USERS}/handover/domain_owner" not in text
    portal.sign_in(roles={Section.USERS: Role.MANAGER})
    assert "Changement de référent<" not in portal.get(USERS).text


def test_only_users_who_can_hold_it_are_offered_and_oneself_is_not(portal: Any) -> None:
    text = portal.get(OFFER).text
    assert JANE in text
    assert f'value="{ME}"' not in text
    assert f'value="{ONE}"' not in text
    assert "Proposer cette fonction" not in text, "nothing is offered before it is foreseen"


def test_what_it_leads_to_is_shown_before_the_button(portal: Any) -> None:
    text = portal.get(f"{OFFER}?person_id={JANE}&drop_rights=yes").text
    assert "24 novembre 2026" in text
    assert "Proposer cette fonction" in text
    (asked,) = portal.services.of("tenancy.foresee_handover")
    assert asked["drop_rights"] is True
    assert portal.services.of("tenancy.offer_handover") == []


def test_what_would_be_refused_says_why_and_has_no_button(portal: Any) -> None:
    refusal = {
        "rule": "handover-one-open",
        "code": "handover-open",
        "text_key": "rule-handover-one-open",
        "details": {},
    }
    portal.services.answers["tenancy.foresee_handover"] = outlook(
        allowed=False, from_on=None, refusal=refusal
    )
    text = portal.get(f"{OFFER}?person_id={JANE}").text
    assert "déjà en cours" in text
    assert "Proposer cette fonction" not in text


def test_offer_is_sent_once_and_leads_to_its_page(portal: Any) -> None:
    answer = portal.send(OFFER, {"person_id": JANE}, page=f"{OFFER}?person_id={JANE}")
    assert (answer.status_code, answer.location) == (303, PAGE)
    (sent,) = portal.services.of("tenancy.offer_handover")
    assert sent == {
        "tenant": TENANT,
        "office": "referent",
        "person_id": JANE,
        "drop_rights": False,
    }


def test_refused_offer_keeps_what_was_chosen(portal: Any) -> None:
    portal.services.answers["tenancy.offer_handover"] = Conflict("successor-disabled")
    answer = portal.send(OFFER, {"person_id": JANE}, page=f"{OFFER}?person_id={JANE}")
    assert answer.status_code == 409
    assert "désactivé" in answer.text
    assert f'<option value="{JANE}" selected' in answer.text


@pytest.mark.parametrize("office", ["landlord", "Referent"])
def test_an_office_that_does_not_exist_has_no_page(portal: Any, office: str) -> None:
    assert portal.get(f"{USERS}/handover/{office}").status_code == 404


def test_holder_may_withdraw_and_not_accept(portal: Any) -> None:
    text = portal.get(PAGE).text
    assert "Retirer la proposition" in text
    assert "Accepter cette fonction" not in text
    portal.services.answers["tenancy.withdraw_handover"] = handover(state="withdrawn")
    assert portal.send(f"{PAGE}/withdraw", {}, page=PAGE).location == PAGE


@pytest.mark.parametrize("act", ["accept", "decline"])
def test_who_is_asked_answers(portal: Any, act: str) -> None:
    portal.services.answers |= {
        "tenancy.get_handover": handover(offered_by_me=False),
        f"tenancy.{act}_handover": handover(offered_by_me=False),
    }
    text = portal.get(PAGE).text
    assert "Accepter cette fonction" in text
    assert "Retirer la proposition" not in text
    assert portal.send(f"{PAGE}/{act}", {}, page=PAGE).location == PAGE
    assert len(portal.services.of(f"tenancy.{act}_handover")) == 1


def test_acceptance_refused_says_why(portal: Any) -> None:
    portal.services.answers |= {
        "tenancy.get_handover": handover(offered_by_me=False),
        "tenancy.accept_handover": Conflict("office-recovery-open"),
    }
    answer = portal.send(f"{PAGE}/accept", {}, page=PAGE)
    assert answer.status_code == 409
    assert "service commercial" in answer.text


def test_step_up_is_asked_for_before_it_is_accepted(portal: Any) -> None:
    portal.services.answers |= {
        "tenancy.get_handover": handover(offered_by_me=False),
        "tenancy.accept_handover": Forbidden("step-up-required"),
    }
    assert "/account/step-up" in portal.send(f"{PAGE}/accept", {}, page=PAGE).location


def test_foreign_handover_has_no_page(portal: Any) -> None:
    portal.services.answers["tenancy.get_handover"] = NotFound("handover-unknown")
    assert portal.get(PAGE).status_code == 404


@pytest.mark.parametrize("state", HandoverState)
def test_every_state_has_its_words(portal: Any, state: HandoverState) -> None:
    why = HandoverEnd.HOLDER_CHANGED if state is HandoverState.VOID else None
    one = handover(state=state.value, ended_why=why)
    portal.services.answers |= {
        "tenancy.get_handover": one,
        "tenancy.list_handovers": {"items": [one], "next_cursor": None},
    }
    assert portal.get(PAGE).status_code == 200
    assert "Jane &lt;D&gt;" in portal.get(f"/contracts/{TENANT}/handovers").text


def test_home_says_what_waits_and_is_shown_without_tenancy(portal: Any) -> None:
    asked = {"handovers": [handover(offered_by_me=False)], "recoveries": [OWN_RECOVERY]}
    portal.services.answers["tenancy.list_own_handovers"] = asked
    text = portal.get("/").text
    assert PAGE in text
    assert "Nora &lt;New&gt;" in text
    assert f"/account/office-recoveries/{TENANT}/{ONE}" in text
    portal.services.answers["tenancy.list_own_handovers"] = Unavailable("service-timeout")
    assert portal.get("/").status_code == 200


def test_holder_stops_a_recovery_by_staff(portal: Any) -> None:
    portal.services.answers |= {
        "tenancy.list_own_handovers": {"handovers": [], "recoveries": [OWN_RECOVERY]},
        "tenancy.object_to_office_recovery": {**OWN_RECOVERY, "state": "objected"},
    }
    own = f"/account/office-recoveries/{TENANT}/{ONE}"
    assert "Nora &lt;New&gt;" in portal.get(own).text
    assert portal.send(own, {}, page=own).location == "/"
    assert portal.get(f"/account/office-recoveries/OCB0009999/{ONE}").status_code == 404


# --- the back office ----------------------------------------------------------------------------


@pytest.fixture
def office(site: Any) -> Any:
    site.services.answers |= {
        "tenancy.list_contracts": {"items": [], "next_cursor": None},
        "tenancy.list_office_recoveries": {"items": [RECOVERY], "next_cursor": None},
        "tenancy.get_office_recovery": RECOVERY,
        "tenancy.propose_office_recovery": RECOVERY,
        "tenancy.get_contract": {
            "tenant": TENANT,
            "name": "Production",
            "referent": {**party(JANE, "Jane"), "email": "jane@acme.example"},
            "domain_owner": {**party(JANE, "Jane"), "email": "jane@acme.example"},
        },
    }
    site.sign_in(staff=(StaffRole.SALES,))
    site.parts.given_reasons.kept[TENANT] = "Ticket 42"
    return site


def test_queue_leads_to_each_and_asks_for_a_code(office: Any) -> None:
    text = office.get(QUEUE).text
    assert f"{QUEUE}/{TENANT}/{ONE}" in text
    assert office.get(f"{QUEUE}/propose?tenant=ocb0001234").location == f"{QUEUE}/{TENANT}/propose"
    answer = office.get(f"{QUEUE}/propose?tenant=x")
    assert answer.status_code == 422
    assert "OCB et sept chiffres" in answer.text


def test_proposal_carries_the_person_and_the_evidence(office: Any) -> None:
    propose = f"{QUEUE}/{TENANT}/propose"
    sent = {
        "office": "domain_owner",
        "successor_given_name": "Nora",
        "successor_family_name": "New",
        "successor_email": "nora@acme.example",
        "successor_language": "en",
        "evidence": "Letter of the company",
        "drop_rights": "yes",
    }
    assert office.send(propose, sent, page=propose).location == f"{QUEUE}/{TENANT}/{ONE}"
    (asked,) = office.services.of("tenancy.propose_office_recovery")
    assert asked["successor"]["language"] == "en"
    assert asked["drop_rights"] is True


def test_who_did_not_propose_it_decides_and_the_proposer_withdraws(office: Any) -> None:
    one = f"{QUEUE}/{TENANT}/{ONE}"
    text = office.get(one).text
    assert f"{one}/approve" in text
    assert f"{one}/withdraw" not in text
    office.services.answers["tenancy.get_office_recovery"] = {**RECOVERY, "proposed_by": ME}
    text = office.get(one).text
    assert f"{one}/approve" not in text
    assert f"{one}/withdraw" in text


@pytest.mark.parametrize("act", ["approve", "refuse"])
def test_decision_is_sent_with_its_reason(office: Any, act: str) -> None:
    one = f"{QUEUE}/{TENANT}/{ONE}"
    office.services.answers[f"tenancy.{act}_office_recovery"] = RECOVERY
    assert office.send(f"{one}/{act}", {"reason": "Called back"}, page=one).location == one


def test_second_hand_that_is_the_first_is_told_so(office: Any) -> None:
    one = f"{QUEUE}/{TENANT}/{ONE}"
    refused = Forbidden("second-person-needed")
    office.services.answers["tenancy.approve_office_recovery"] = refused
    assert office.send(f"{one}/approve", {"reason": "Me again"}, page=one).status_code == 403


@pytest.mark.parametrize("state", OfficeRecoveryState)
def test_every_state_of_a_recovery_has_its_words(office: Any, state: OfficeRecoveryState) -> None:
    office.services.answers["tenancy.get_office_recovery"] = {**RECOVERY, "state": state.value}
    assert office.get(f"{QUEUE}/{TENANT}/{ONE}").status_code == 200
