"""The page of "it was not me", and what somebody sees who has tried too often."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import NotFound, TooMany

pytestmark = pytest.mark.unit

TOKEN = "a-one-time-token"
LINK = {
    "purpose": "not_me",
    "about": "password",
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
DISOWNED = {"credential": "portal", "user_name": "John.doe", "tenant": None, "blocked": True}
THROTTLED = TooMany("sign-in-throttled", {"retry_after": 840, "minutes": 14})


@pytest.fixture
def opened(site: Any) -> Any:
    site.services.answers["identity.read_link"] = LINK
    site.services.answers["identity.disown"] = DISOWNED
    return site


def test_opening_says_what_it_will_do_and_does_nothing(opened: Any) -> None:
    page = opened.get(f"/links/{TOKEN}")
    assert page.status_code == 200
    assert "toutes vos sessions prennent fin" in page.text
    assert "John.doe" in page.text
    assert {call for call, _, _ in opened.services.asked} == {"identity.read_link"}


def test_after_a_lock_it_promises_less(opened: Any) -> None:
    opened.services.answers["identity.read_link"] = {**LINK, "about": "locked"}
    page = opened.get(f"/links/{TOKEN}")
    assert "aucun n’était le bon" in page.text
    assert "toutes vos sessions" not in page.text


@pytest.mark.parametrize(("blocked", "where"), [(True, "blocked"), (False, "reported")])
def test_sending_it_does_it_and_says_so(opened: Any, blocked: bool, where: str) -> None:
    opened.services.answers["identity.disown"] = {**DISOWNED, "blocked": blocked}
    answer = opened.send(f"/links/{TOKEN}", {})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/links/done/{where}"
    [asked] = opened.services.of("identity.disown")
    assert (asked["token"], asked["address"]) == (TOKEN, "127.0.0.1")
    assert opened.get(f"/links/done/{where}").status_code == 200


def test_link_used_meanwhile_is_of_no_use(opened: Any) -> None:
    opened.services.answers["identity.disown"] = NotFound("link-not-usable")
    assert opened.send(f"/links/{TOKEN}", {}).status_code == 404


def test_who_guesses_links_is_told_to_wait(site: Any) -> None:
    site.services.answers["identity.read_link"] = THROTTLED
    page = site.get(f"/links/{TOKEN}")
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "840"


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Attendez 14 min"), ("en", "Wait 14 min and try again")]
)
def test_who_tried_too_often_keeps_what_he_typed_but_the_password(
    site: Any, language: str, words: str
) -> None:
    site.services.answers["identity.sign_in"] = THROTTLED
    fields = {"login": "John.doe", "password": "My-Secret-77", "next": "/account"}
    page = site.send("/sign-in", fields, headers={"Accept-Language": language})
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "840"
    assert words in page.text
    assert 'value="John.doe"' in page.text
    assert "My-Secret-77" not in page.text


def test_forgotten_passwords_are_bounded_with_words(site: Any) -> None:
    site.services.answers["identity.request_password_reset"] = THROTTLED
    fields = {"credential": "portal", "identifier": "John.doe"}
    page = site.send("/password/forgotten", fields)
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "840"
    assert 'value="John.doe"' in page.text
