"""The page of one's sessions and sign-ins."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import NotFound, Unavailable

pytestmark = pytest.mark.unit

PATH = "/account/sessions"
OTHER = "018f0000-0000-7000-8000-0000000000bb"
AT = "2026-11-23T11:00:00+00:00"


def session(**changes: Any) -> dict[str, Any]:
    return {
        "session_id": "018f0000-0000-7000-8000-000000000002",
        "current": True,
        "method": "portal",
        "tenant": None,
        "address": "203.0.113.7",
        "device": "x",
        "browser": "Firefox 128",
        "system": "Windows 10",
        "started_at": AT,
        "proved_at": AT,
        "last_seen_at": AT,
        "applications": [],
        **changes,
    }


def past(**changes: Any) -> dict[str, Any]:
    return {
        "at": AT,
        "method": "api",
        "outcome": "wrong",
        "address": "198.51.100.9",
        "device": "curl/8.5.0",
        "tenant": "OCB0001234",
        **changes,
    }


@pytest.fixture
def portal(site: Any) -> Any:
    site.sign_in()
    elsewhere = session(session_id=OTHER, current=False, applications=["Billing"], browser=None)
    site.services.answers |= {
        "gateway.list_sessions": {"items": [elsewhere, session()], "next_cursor": None},
        "gateway.end_session": {"ended": 1},
        "gateway.end_other_sessions": {"ended": 1},
        "gateway.end_all_sessions": {"ended": 2},
        "identity.list_sign_ins": {"items": [past()], "next_cursor": "later"},
    }
    return site


def test_each_session_is_named_by_what_a_person_knows(portal: Any) -> None:
    page = portal.get(f"{PATH}?lang=en").text
    for word in ("Firefox 128 on Windows 10", "203.0.113.7", "This session", "Billing"):
        assert word in page


def test_present_session_has_no_button_to_end_it(portal: Any) -> None:
    page = portal.get(PATH).text
    assert f'action="{PATH}/{OTHER}/end"' in page
    assert page.count('/end"') == 1


def test_sign_ins_are_told_in_words_with_their_next_page(portal: Any) -> None:
    page = portal.get(f"{PATH}?lang=en").text
    assert "Wrong password" in page
    assert "API Login · OCB0001234" in page
    assert "curl 8" in page
    assert f'href="{PATH}?past=later"' in page


def test_unknown_outcome_and_device_of_a_newer_identity_are_shown(portal: Any) -> None:
    newer = past(outcome="something-new", device=None, method="new-way")
    portal.services.answers["identity.list_sign_ins"] = {"items": [newer], "next_cursor": None}
    page = portal.get(f"{PATH}?lang=en").text
    assert "something-new" in page
    assert "Unknown device" in page


def test_one_session_is_ended_by_its_button(portal: Any) -> None:
    answer = portal.send(f"{PATH}/{OTHER}/end", {}, page=PATH)
    assert answer.headers["Location"] == PATH
    assert portal.services.of("gateway.end_session") == [{"session_id": OTHER}]


def test_session_that_has_ended_meanwhile_is_said_on_the_page(portal: Any) -> None:
    portal.services.answers["gateway.end_session"] = NotFound("session-unknown")
    answer = portal.send(f"{PATH}/{OTHER}/end", {}, page=PATH)
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text


def test_all_others_or_all_are_ended(portal: Any) -> None:
    others = portal.send(f"{PATH}/end-others", {}, page=PATH)
    assert others.headers["Location"] == PATH
    everything = portal.send(f"{PATH}/end-all", {}, page=PATH)
    assert everything.headers["Location"] == "/sign-in"


@pytest.mark.parametrize("act", [f"{OTHER}/end", "end-others", "end-all"])
def test_nothing_ends_by_a_link_or_a_foreign_form(portal: Any, act: str) -> None:
    assert portal.get(f"{PATH}/{act}").status_code == 405
    foreign = portal.client.post(f"{PATH}/{act}", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert not [call for call, _, _ in portal.services.asked if call.startswith("gateway.end")]


def test_alone_and_without_history_the_page_says_so(portal: Any) -> None:
    portal.services.answers["gateway.list_sessions"] = {"items": [session()], "next_cursor": None}
    portal.services.answers["identity.list_sign_ins"] = {"items": [], "next_cursor": None}
    page = portal.get(f"{PATH}?lang=en").text
    assert "You are signed in nowhere else." in page
    assert "No sign-in yet" in page


def test_sessions_can_be_ended_while_identity_is_away(portal: Any) -> None:
    portal.services.answers["identity.list_sign_ins"] = Unavailable("x", {})
    page = portal.get(f"{PATH}?lang=en").text
    assert "The history is not answering" in page
    assert f"{PATH}/{OTHER}/end" in page
