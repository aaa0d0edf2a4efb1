"""A sign-in with a password that has expired: another one, then in; and what is said then."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict, Invalid

pytestmark = pytest.mark.unit

PATH = "/sign-in/new-password"
PERSON = "018f0000-0000-7000-8000-000000000001"
IAM_USER = "018f0000-0000-7000-8000-0000000000ee"
SIGNED_IN = {
    "person_id": PERSON,
    "login": "John.doe",
    "language": "fr",
    "tenant": None,
    "iam_user_id": None,
    "password_expired": True,
}
EXPIRED = {
    "user_name": "John.doe",
    "expired_at": "2026-11-20T10:00:00+00:00",
    "rules": {
        "minimum_length": 12,
        "maximum_length": 128,
        "character_classes": 4,
        "not_user_name": True,
        "history_count": 2,
    },
}
NEW = {"password": "Another-2026!", "password_again": "Another-2026!"}


@pytest.fixture
def half_in(site: Any) -> Any:
    site.services.answers |= {
        "identity.sign_in": SIGNED_IN,
        "identity.read_expired_password": EXPIRED,
        "identity.replace_expired_password": {},
    }
    answer = site.send("/sign-in", {"login": "John.doe", "password": "x", "next": "/account"})
    assert (answer.status_code, answer.location) == (303, PATH)
    return site


def test_page_says_the_rules_before_the_fact(half_in: Any) -> None:
    page = half_in.get(PATH)
    assert page.status_code == 200
    assert "Votre mot de passe a expiré" in page.text
    assert "ni l’un des 2 précédents" in page.text
    assert not half_in.sessions.started


def test_new_password_lets_in_to_where_one_was_going(half_in: Any) -> None:
    answer = half_in.send(PATH, NEW)
    assert (answer.status_code, answer.location) == (303, "/account")
    asked = half_in.services.of("identity.replace_expired_password")[-1]
    assert (asked["person_id"], asked["iam_user_id"]) == (PERSON, None)
    assert asked["password"] == NEW["password"]
    assert half_in.sessions.started


def test_two_entries_that_differ_go_nowhere(half_in: Any) -> None:
    answer = half_in.send(PATH, {**NEW, "password_again": "Other-2026!"})
    assert answer.status_code == 422
    assert half_in.services.of("identity.replace_expired_password") == []


def test_all_that_is_wrong_stands_beside_the_field(half_in: Any) -> None:
    half_in.services.answers["identity.replace_expired_password"] = Invalid(
        "password-refused",
        {"fields": {"password": ["password-too-short:12", "password-breached"]}},
    )
    page = half_in.send(PATH, NEW)
    assert page.status_code == 422
    assert "Au moins 12 caractères. Ce mot de passe est l’un des plus courants" in page.text
    assert NEW["password"] not in page.text
    assert not half_in.sessions.started


def test_expired_no_more_goes_on(half_in: Any) -> None:
    half_in.services.answers["identity.replace_expired_password"] = Conflict("password-not-expired")
    assert half_in.send(PATH, NEW).location == "/account"


def test_nobody_in_the_middle_of_a_sign_in_begins_again(site: Any) -> None:
    answer = site.get(PATH)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert site.send(PATH, NEW, page="/sign-in").location == "/sign-in"
    assert site.services.of("identity.replace_expired_password") == []


@pytest.mark.parametrize(
    ("door", "fields", "iam_user_id"),
    [
        ("api", {"domain": "OCB0001234", "identifier": "John.doe", "password": "x"}, IAM_USER),
        ("web", {"domain": "OCB0001234", "user_name": "John.doe", "password": "x"}, None),
    ],
)
def test_door_decides_whose_password_is_replaced(
    site: Any, door: str, fields: dict[str, str], iam_user_id: str | None
) -> None:
    site.services.answers |= {
        f"identity.{door}_sign_in": {
            **SIGNED_IN,
            "tenant": "OCB0001234",
            "iam_user_id": IAM_USER,
        },
        "identity.read_expired_password": EXPIRED,
        "identity.replace_expired_password": {},
    }
    assert site.send(f"/sign-in/{door}", fields).location == PATH
    site.send(PATH, NEW)
    asked = site.services.of("identity.replace_expired_password")[-1]
    assert asked["iam_user_id"] == iam_user_id


def test_notice_last_sign_in_and_expiry_are_said_once_inside(site: Any) -> None:
    site.services.answers["identity.sign_in"] = {
        **SIGNED_IN,
        "password_expired": False,
        "password_expires_soon": True,
        "password_expires_at": "2026-12-01T10:00:00+00:00",
        "notice": "Usage <interne>",
        "last_sign_in": {"at": "2026-11-20T10:00:00+00:00", "address": None, "device": None},
    }
    site.send("/sign-in", {"login": "John.doe", "password": "x", "next": "/sign-in/api"})
    page = site.get("/sign-in/api").text
    assert "Message : Usage &lt;interne&gt;" in page
    assert "depuis une adresse inconnue" in page
    assert "Votre mot de passe expire le 1 décembre 2026" in page
    assert "Message :" not in site.get("/sign-in/api").text
