"""Links that set no password: an invitation, another address."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict, NotFound

pytestmark = pytest.mark.unit

PAGE = "/links/a-one-time-token"
KNOWN = {
    "credential": "portal",
    "user_name": "Eve.Moon",
    "tenant": None,
    "language": "fr",
    "expires_at": "2026-12-07T12:00:00+00:00",
    "rules": {
        "minimum_length": 12,
        "maximum_length": 128,
        "character_classes": 3,
        "not_user_name": True,
    },
    "invitation": None,
    "new_email": None,
}
INVITATION = {
    **KNOWN,
    "purpose": "invitation",
    "tenant": "OCB0001234",
    "invitation": {
        "name": "Production <Paris>",
        "roles": {"invoices": "visitor"},
        "invited_by": "John Doe",
    },
}
MAIL = {**KNOWN, "purpose": "mail_change", "new_email": "eve@new.example"}
ACTS = ("identity.answer_invitation", "identity.confirm_mail_change")


@pytest.fixture
def invited(site: Any) -> Any:
    site.services.answers["identity.read_link"] = INVITATION
    site.services.answers[ACTS[0]] = {"tenant": "OCB0001234", "accepted": True}
    return site


def test_invitation_says_who_invites_to_what_with_which_roles(invited: Any) -> None:
    text = invited.get(PAGE).text
    for words in ("John Doe", "Production &lt;Paris&gt;", "Eve.Moon", "Visiteur", "Factures"):
        assert words in text
    assert 'name="password"' not in text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("link", [INVITATION, MAIL], ids=["invitation", "mail"])
def test_a_scanner_that_opens_it_does_nothing(site: Any, link: Any, method: str) -> None:
    site.services.answers["identity.read_link"] = link
    for _ in range(2):
        assert site.client.open(PAGE, method=method).status_code == 200
    assert {call for call, _, _ in site.services.asked} == {"identity.read_link"}


@pytest.mark.parametrize(("answer", "accept"), [("accept", True), ("decline", False)])
def test_invitation_is_answered_by_the_button(invited: Any, answer: str, accept: bool) -> None:
    sent = invited.send(PAGE, {"answer": answer})
    assert sent.status_code == 303
    assert invited.services.of(ACTS[0]) == [{"token": "a-one-time-token", "accept": accept}]
    assert invited.get(sent.headers["Location"]).status_code == 200


@pytest.mark.parametrize("answer", ["", "yes", "ACCEPT"])
def test_neither_yes_nor_no_is_asked_again(invited: Any, answer: str) -> None:
    assert invited.send(PAGE, {"answer": answer}).status_code == 422
    assert invited.services.of(ACTS[0]) == []


def test_referent_who_declines_reads_why_not(invited: Any) -> None:
    invited.services.answers[ACTS[0]] = Conflict("office-held", {"offices": ["referent"]})
    sent = invited.send(PAGE, {"answer": "decline"})
    assert sent.status_code == 409
    assert 'role="alert"' in sent.text


def test_new_address_is_confirmed_by_the_button(site: Any) -> None:
    site.services.answers["identity.read_link"] = MAIL
    site.services.answers[ACTS[1]] = {
        "person_id": "018f0000-0000-7000-8000-000000000001",
        "user_name": "Eve.Moon",
        "email": "eve@new.example",
    }
    assert "eve@new.example" in site.get(PAGE).text
    assert site.send(PAGE, {}).status_code == 303
    assert site.services.of(ACTS[1]) == [{"token": "a-one-time-token"}]


@pytest.mark.parametrize("link", [INVITATION, MAIL], ids=["invitation", "mail"])
def test_link_that_served_meanwhile_is_told_as_any_other(site: Any, link: Any) -> None:
    site.services.answers["identity.read_link"] = link
    for act in ACTS:
        site.services.answers[act] = NotFound("link-not-usable")
    assert site.send(PAGE, {"answer": "accept"}).status_code == 404


@pytest.mark.parametrize("what", ["accepted", "declined", "mail-changed", "<script>"])
def test_last_page_is_for_everybody_and_repeats_nothing(site: Any, what: str) -> None:
    page = site.get(f"/links/done/{what}")
    assert page.status_code == 200
    assert "<script>" not in page.text
