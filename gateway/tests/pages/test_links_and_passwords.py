from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Invalid, NotFound, Unavailable

pytestmark = pytest.mark.unit

TOKEN = "a-one-time-token"
LINK = {
    "purpose": "welcome",
    "credential": "portal",
    "user_name": "John.doe",
    "tenant": None,
    "language": "fr",
    "expires_at": "2026-11-30T12:00:00+00:00",
    "rules": {
        "minimum_length": 12,
        "maximum_length": 128,
        "character_classes": 3,
        "not_user_name": True,
    },
}
SET = {
    "person_id": "018f0000-0000-7000-8000-000000000001",
    "credential": "portal",
    "user_name": "John.doe",
    "tenant": None,
}


@pytest.fixture
def opened(site: Any) -> Any:
    site.services.answers["identity.read_link"] = LINK
    return site


def test_opening_a_link_changes_nothing_and_says_the_rules_first(opened: Any) -> None:
    page = opened.get(f"/links/{TOKEN}")
    assert page.status_code == 200
    assert {call for call, _, _ in opened.services.asked} == {"identity.read_link"}
    assert page.text.index("de 12 à 128 caractères") < page.text.index('name="password"')


def test_link_page_is_kept_nowhere_and_told_to_nobody(opened: Any) -> None:
    headers = opened.get(f"/links/{TOKEN}").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_password_is_set_and_the_sign_in_knows_the_login(opened: Any) -> None:
    opened.services.answers["identity.set_password_by_link"] = SET
    fields = {"password": "Long-enough-77", "password_again": "Long-enough-77"}
    answer = opened.send(f"/links/{TOKEN}", fields)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?login=John.doe"
    [asked] = opened.services.of("identity.set_password_by_link")
    assert (asked["token"], asked["password"]) == (TOKEN, "Long-enough-77")


def test_api_password_leads_to_api_login_with_the_domain(opened: Any) -> None:
    done = {**SET, "credential": "api", "tenant": "OCB0001234"}
    opened.services.answers["identity.set_password_by_link"] = done
    fields = {"password": "Long-enough-77", "password_again": "Long-enough-77"}
    location = opened.send(f"/links/{TOKEN}", fields).headers["Location"]
    assert location == "/sign-in/api?domain=OCB0001234&identifier=John.doe"


def test_two_entries_must_agree(opened: Any) -> None:
    fields = {"password": "Long-enough-77", "password_again": "Another-one-88"}
    answer = opened.send(f"/links/{TOKEN}", fields)
    assert answer.status_code == 422
    assert "Les deux saisies ne sont pas identiques" in answer.text
    assert opened.services.of("identity.set_password_by_link") == []


def test_refused_password_names_the_rule(opened: Any) -> None:
    refusal = Invalid("password-refused", {"fields": {"password": ["password-too-short:12"]}})
    opened.services.answers["identity.set_password_by_link"] = refusal
    answer = opened.send(f"/links/{TOKEN}", {"password": "short", "password_again": "short"})
    assert answer.status_code == 422
    assert 'href="#f-password"' in answer.text


def test_used_link_says_what_to_do(site: Any) -> None:
    site.services.answers["identity.read_link"] = NotFound("link-not-usable")
    page = site.get(f"/links/{TOKEN}")
    assert page.status_code == 404
    assert "/password/forgotten?credential=portal" in page.text


@pytest.mark.parametrize("credential", ["portal", "api"])
def test_forgotten_password_answers_the_same_for_everyone(site: Any, credential: str) -> None:
    site.services.answers["identity.request_password_reset"] = {}
    path = f"/password/forgotten?credential={credential}"
    fields = {"credential": credential, "identifier": "nobody", "domain": "OCB0001234"}
    answer = site.send("/password/forgotten", fields, page=path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/password/forgotten/sent?credential={credential}"
    [asked] = site.services.of("identity.request_password_reset")
    assert asked["credential"] == credential


def test_forgotten_password_keeps_the_name_when_identity_is_away(site: Any) -> None:
    site.services.answers["identity.request_password_reset"] = Unavailable("service-timeout")
    fields = {"credential": "portal", "identifier": "John.doe"}
    answer = site.send("/password/forgotten", fields)
    assert answer.status_code == 503
    assert 'value="John.doe"' in answer.text
