"""The free trial's pages: everybody is answered alike, and opening a link opens nothing."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.unit

PAGE = "/trial/a-one-time-token"
ASKED = {
    "organisation_name": "Essais <Réunis>",
    "email": "ada@acme.example",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "language": "fr",
    "expires_at": "2026-12-07T12:00:00+00:00",
    "would_end_on": "2027-02-28",
}
TYPED = {
    "organisation_name": "Essais Réunis",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "email": "ada@acme.example",
    "mobile": "",
}


@pytest.fixture
def strangers(site: Any) -> Any:
    site.services.answers |= {
        "tenancy.request_trial": {},
        "tenancy.read_trial_link": ASKED,
        "tenancy.confirm_trial": {"tenant": "OCB0001234", "ends_on": "2027-02-28"},
    }
    return site


def test_the_form_asks_for_no_bank_details_and_sends_what_was_typed(strangers: Any) -> None:
    assert "coordonnée bancaire" in strangers.get("/trial").text
    sent = strangers.send("/trial", TYPED)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/trial/sent")
    [asked] = strangers.services.of("tenancy.request_trial")
    typed = {name: value for name, value in TYPED.items() if value}
    assert asked == {**typed, "language": "fr", "address": "127.0.0.1"}
    assert strangers.get("/trial/sent").status_code == 200


def test_what_was_typed_wrong_is_told_and_nothing_is_lost(strangers: Any) -> None:
    fault = Invalid("fields-invalid", {"fields": {"email": ["email"]}})
    strangers.services.answers["tenancy.request_trial"] = fault
    again = strangers.send("/trial", {**TYPED, "email": "ada"})
    assert again.status_code == 422
    assert 'value="Lovelace"' in again.text
    assert 'value="ada"' in again.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_scanner_that_opens_the_link_opens_nothing(strangers: Any, method: str) -> None:
    for _ in range(2):
        assert strangers.client.open(PAGE, method=method).status_code == 200
    assert {call for call, _, _ in strangers.services.asked} == {"tenancy.read_trial_link"}


def test_the_button_opens_the_trial(strangers: Any) -> None:
    text = strangers.get(PAGE).text
    assert "Essais &lt;Réunis&gt;" in text
    assert "28 février 2027" in text
    sent = strangers.send(PAGE, {})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/trial/begun")
    assert strangers.services.of("tenancy.confirm_trial") == [{"token": "a-one-time-token"}]
    assert strangers.get("/trial/begun").status_code == 200


def test_a_form_of_another_site_opens_nothing(strangers: Any) -> None:
    for path in ("/trial", PAGE):
        assert strangers.client.post(path, data=TYPED).status_code == 403
    assert strangers.services.of("tenancy.request_trial") == []
    assert strangers.services.of("tenancy.confirm_trial") == []


def test_a_mailbox_that_had_its_trial_reads_why_not(strangers: Any) -> None:
    strangers.services.answers["tenancy.confirm_trial"] = Conflict("trial-already")
    refused = strangers.send(PAGE, {})
    assert refused.status_code == 409
    assert "douze derniers mois" in refused.text


@pytest.mark.parametrize("call", ["tenancy.read_trial_link", "tenancy.confirm_trial"])
def test_a_link_that_is_over_leads_back_to_the_form(strangers: Any, call: str) -> None:
    strangers.services.answers[call] = NotFound("link-not-usable")
    page = strangers.send(PAGE, {})
    assert page.status_code == 404
    assert 'href="/trial"' in page.text
