"""Staff, people and recovery in the back office; one's own data under Mon compte."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import StaffRole
from servicekit.errors import Conflict, Forbidden, Invalid, Unavailable

pytestmark = pytest.mark.unit

PERSON = "018f0000-0000-7000-8000-000000000001"  # who is signed in
OTHER = "018f0000-0000-7000-8000-0000000000aa"
ACT = "018f0000-0000-7000-8000-0000000000bb"
FILE = f"/back-office/people/{OTHER}"
AT = "2026-11-23T12:00:00+00:00"
FOUND = {
    "person_id": OTHER,
    "login": "Jane.Roe",
    "email": "jane@acme.example",
    "given_name": "Jane",
    "family_name": "<Roe>",
    "enabled": True,
}
PERSON_FILE = {
    **FOUND,
    "mobile": None,
    "language": "fr",
    "registered_at": AT,
    "disabled_at": None,
    "staff_roles": [],
    "tenants": [
        {
            "tenant": "OCB0001234",
            "name": "Production",
            "roles": {"invoices": "visitor"},
            "offices": ["referent"],
            "joined_at": AT,
            "accepted_at": AT,
        }
    ],
    "locks": [
        {
            "credential": "portal",
            "tenant": None,
            "user_name": "Jane.Roe",
            "password_set": True,
            "failed_logins": 5,
            "locked_until": AT,
        }
    ],
    "factors": ["totp"],
    "sign_ins": [
        {"at": AT, "method": "portal", "outcome": "wrong", "address": None, "device": None}
    ],
}
RECOVERY = {
    "recovery_id": ACT,
    "kind": "change_email",
    "state": "proposed",
    "person_id": OTHER,
    "login": "Jane.Roe",
    "given_name": "Jane",
    "family_name": "Roe",
    "reason": "Ticket 42",
    "evidence": "Called back",
    "new_email": "new@acme.example",
    "proposed_by": OTHER,
    "proposed_by_name": "Bob Help",
    "proposed_at": AT,
    "expires_at": AT,
    "decided_by": None,
    "decided_by_name": None,
    "decided_at": None,
    "takes_effect_at": None,
}
ERASURE = {
    "state": "none",
    "requested_at": None,
    "due_at": None,
    "by_staff": False,
    "hindrances": [],
}


def page(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": None}


@pytest.fixture
def office(site: Any) -> Any:
    site.services.answers |= {
        "identity.find_persons": page(FOUND),
        "identity.get_person_file": PERSON_FILE,
        "identity.list_recoveries": page(RECOVERY),
        "identity.get_recovery": RECOVERY,
        "identity.disable_person": FOUND,
        "identity.approve_recovery": RECOVERY,
    }
    site.sign_in(staff=(StaffRole.SUPPORT,))
    return site


def test_a_persons_file_is_opened_for_a_reason_only(office: Any) -> None:
    asked = office.get(FILE)
    assert asked.status_code == 303
    assert f"about=person:{OTHER}" in asked.headers["Location"]
    assert office.services.of("identity.get_person_file") == []
    office.parts.given_reasons.kept[f"person:{OTHER}"] = "Ticket 42"
    text = office.get(FILE).text
    assert "Jane &lt;Roe&gt;" in text
    assert "Ticket 42" in text
    assert f"{FILE}/unlock" in text


def test_too_short_a_search_is_said_at_its_field(office: Any) -> None:
    office.services.answers["identity.find_persons"] = Invalid(
        "fields-invalid", {"fields": {"search": ["length:3:100"]}}
    )
    answer = office.get("/back-office/people?search=jjjj")
    assert answer.status_code == 422
    assert 'href="#f-search"' in answer.text


def test_closing_a_login_asks_first_and_says_whether_it_was_misused(office: Any) -> None:
    office.parts.given_reasons.kept[f"person:{OTHER}"] = "Ticket 42"
    answer = office.send(f"{FILE}/disable", {"name": "Jane", "misused": "yes"})
    assert answer.headers["Location"] == FILE
    assert office.services.of("identity.disable_person") == [{"person_id": OTHER, "misused": True}]
    assert office.services.asked[-1][2]["reason"] == "Ticket 42"


def test_support_ends_all_sessions_of_a_person_after_a_question(office: Any) -> None:
    office.parts.given_reasons.kept[f"person:{OTHER}"] = "Ticket 42"
    office.services.answers["gateway.end_all_sessions_of"] = {"ended": 2}
    assert f'href="{FILE}/sessions"' in office.get(FILE).text
    question = office.get(f"{FILE}/sessions")
    assert "déconnecté de tous les navigateurs" in question.text
    assert office.services.of("gateway.end_all_sessions_of") == []
    answer = office.send(f"{FILE}/sessions", {"name": "Jane"}, page=f"{FILE}/sessions")
    assert answer.headers["Location"] == FILE
    assert office.services.of("gateway.end_all_sessions_of") == [{"person_id": OTHER}]
    assert office.services.asked[-1][2]["reason"] == "Ticket 42"
    assert "Toutes les sessions de Jane sont terminées" in office.get(FILE).text


def test_sessions_of_staff_that_support_may_not_end_are_refused_in_words(office: Any) -> None:
    office.parts.given_reasons.kept[f"person:{OTHER}"] = "Ticket 42"
    office.services.answers["gateway.end_all_sessions_of"] = Forbidden("operator-needed")
    answer = office.send(f"{FILE}/sessions", {"name": "Jane"})
    assert answer.status_code == 403
    assert "opérateur" in answer.text


def test_nobody_ends_all_sessions_by_a_link_or_a_foreign_form(office: Any) -> None:
    office.parts.given_reasons.kept[f"person:{OTHER}"] = "Ticket 42"
    sent = {"data": {"name": "Jane"}, "headers": {"Sec-Fetch-Site": "cross-site"}}
    assert office.client.post(f"{FILE}/sessions", **sent).status_code == 403
    assert office.services.of("gateway.end_all_sessions_of") == []


def test_a_refused_closing_says_why(office: Any) -> None:
    office.parts.given_reasons.kept[f"person:{OTHER}"] = "Ticket 42"
    office.services.answers["identity.disable_person"] = Forbidden("operator-needed")
    answer = office.send(f"{FILE}/disable", {"name": "Jane"})
    assert answer.status_code == 403
    assert "opérateur" in answer.text


def test_a_recovery_act_is_looked_at_for_a_reason_only(office: Any) -> None:
    asked = office.get(f"/back-office/recoveries/{ACT}")
    assert asked.status_code == 303
    assert f"about=recovery:{ACT}" in asked.headers["Location"]
    assert office.services.of("identity.get_recovery") == []
    why = office.get(asked.headers["Location"])
    assert "une demande de rétablissement" in why.text
    given = office.send(
        "/back-office/reason",
        {"about": f"recovery:{ACT}", "reason": "Ticket 42"},
        page=asked.headers["Location"],
    )
    assert given.status_code == 303
    assert "Ticket 42" in office.get(f"/back-office/recoveries/{ACT}").text
    assert office.services.asked[-1][2]["reason"] == "Ticket 42"


def test_who_looks_at_an_act_for_a_reason_gives_one_anew_to_approve_it(office: Any) -> None:
    seen(office)
    office.services.answers["identity.approve_recovery"] = Invalid(
        "reason-required", {"fields": {"reason": ["required"]}}
    )
    path = f"/back-office/recoveries/{ACT}"
    answer = office.send(f"{path}/approve", {"reason": ""}, page=path)
    assert answer.status_code == 422
    [sent] = [one for one in office.services.asked if one[0] == "identity.approve_recovery"]
    assert sent[2].get("reason") is None


def seen(office: Any) -> None:
    office.parts.given_reasons.kept[f"recovery:{ACT}"] = "Ticket 42"


def test_a_second_of_staff_is_shown_what_will_happen(office: Any) -> None:
    seen(office)
    text = office.get(f"/back-office/recoveries/{ACT}").text
    assert "Après trois jours sans objection" in text
    assert f"/back-office/recoveries/{ACT}/approve" in text
    assert f"/back-office/recoveries/{ACT}/withdraw" not in text


def test_the_proposer_may_only_withdraw(office: Any) -> None:
    seen(office)
    office.services.answers["identity.get_recovery"] = {**RECOVERY, "proposed_by": PERSON}
    text = office.get(f"/back-office/recoveries/{ACT}").text
    assert f"/back-office/recoveries/{ACT}/approve" not in text
    assert f"/back-office/recoveries/{ACT}/withdraw" in text


def test_approving_carries_the_approvers_own_reason(office: Any) -> None:
    seen(office)
    path = f"/back-office/recoveries/{ACT}"
    office.send(f"{path}/approve", {"reason": "Seen myself"}, page=path)
    assert office.services.asked[-1][2]["reason"] == "Seen myself"


def test_an_approval_that_came_second_is_told(office: Any) -> None:
    seen(office)
    office.services.answers["identity.approve_recovery"] = Conflict(
        "recovery-not-open", {"state": "executed"}
    )
    path = f"/back-office/recoveries/{ACT}"
    answer = office.send(f"{path}/approve", {"reason": "Seen myself"}, page=path)
    assert answer.status_code == 409
    assert "plus ouvert" in answer.text


def test_an_empty_queue_says_what_it_is_for(office: Any) -> None:
    office.services.answers["identity.list_recoveries"] = page()
    assert "Rien à décider" in office.get("/back-office/recoveries").text


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (StaffRole.SALES, (), ("people", "recoveries", "staff", "audit")),
        (StaffRole.SUPPORT, ("people", "recoveries"), ("staff", "audit")),
        (StaffRole.AUDITOR, ("recoveries", "staff", "audit"), ("people",)),
        (StaffRole.OPERATOR, ("people", "recoveries", "staff", "audit"), ()),
    ],
)
def test_tabs_show_where_there_is_a_right(
    site: Any, role: StaffRole, shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    site.services.answers["tenancy.list_contracts"] = page()
    site.sign_in(staff=(role,))
    text = site.get("/back-office").text
    assert [name for name in shown if f'href="/back-office/{name}"' not in text] == []
    assert [name for name in hidden if f'href="/back-office/{name}"' in text] == []


@pytest.fixture
def mine(site: Any) -> Any:
    site.services.answers |= {
        "identity.get_erasure": ERASURE,
        "identity.list_own_recoveries": {"items": []},
        "gateway.export_account": {"schema_version": 1, "identity": {"login": "Jöhn"}},
    }
    site.sign_in()
    return site


def test_ones_data_comes_as_a_file_that_nobody_keeps(mine: Any) -> None:
    answer = mine.send("/account/data/export", {}, page="/account/data")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="John.doe.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["identity"]["login"] == "Jöhn"


def test_half_of_ones_data_is_never_handed_out(mine: Any) -> None:
    mine.services.answers["gateway.export_account"] = Unavailable(
        "service-unavailable", {"service": "notifications", "retry_after": 1}
    )
    answer = mine.send("/account/data/export", {}, page="/account/data")
    assert answer.status_code == 503
    assert "Content-Disposition" not in answer.headers


def test_what_stands_against_an_erasure_is_named(mine: Any) -> None:
    mine.services.answers["identity.get_erasure"] = {
        **ERASURE,
        "hindrances": ["office-held:OCB0001234", "staff-member"],
    }
    text = mine.get("/account/data").text
    assert "OCB0001234" in text
    assert "/account/data/erase" not in text


def test_an_erasure_under_way_can_be_taken_back(mine: Any) -> None:
    mine.services.answers["identity.get_erasure"] = {
        **ERASURE,
        "state": "requested",
        "due_at": "2026-11-30T12:00:00+00:00",
    }
    mine.services.answers["identity.cancel_erasure"] = ERASURE
    assert "30 novembre 2026" in mine.get("/account/data").text
    mine.send("/account/data/keep", {}, page="/account/data")
    assert len(mine.services.of("identity.cancel_erasure")) == 1
