from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import TooMany, Unauthenticated, Unavailable

pytestmark = pytest.mark.unit

PERSON = "018f0000-0000-7000-8000-000000000001"
SIGNED_IN = {
    "person_id": PERSON,
    "login": "John.doe",
    "language": "en",
    "tenant": None,
    "iam_user_id": None,
}
AT_CONSOLE = {**SIGNED_IN, "tenant": "OCB0001234", "iam_user_id": PERSON}
WAYS = [
    ("/sign-in", "identity.sign_in", {"login": "John.doe"}),
    ("/sign-in/web", "identity.web_sign_in", {"user_name": "John.doe", "domain": "OCB0001234"}),
    (
        "/sign-in/api",
        "identity.api_sign_in",
        {"domain": "OCB0001234", "identifier": "+33612345678"},
    ),
]


@pytest.mark.parametrize(("path", "call", "fields"), WAYS)
def test_each_way_in_asks_its_own_call(
    site: Any, path: str, call: str, fields: dict[str, str]
) -> None:
    site.services.answers[call] = SIGNED_IN if path == "/sign-in" else AT_CONSOLE
    answer = site.send(path, {**fields, "password": "secret"})
    assert answer.status_code == 303
    [asked] = site.services.of(call)
    assert asked == {**asked, **fields, "password": "secret", "address": "127.0.0.1"}


def test_portal_login_leads_home_and_starts_a_session(site: Any) -> None:
    site.services.answers["identity.sign_in"] = SIGNED_IN
    answer = site.send("/sign-in", {"login": "JOHN.DOE", "password": "secret"})
    assert answer.headers["Location"] == "/"
    [started] = site.sessions.started
    assert (started["login"], started["method"], started["tenant"]) == ("John.doe", "portal", None)


@pytest.mark.parametrize(("path", "call", "fields"), WAYS[1:])
def test_console_logins_lead_to_the_console_of_the_domain(
    site: Any, path: str, call: str, fields: dict[str, str]
) -> None:
    site.services.answers[call] = AT_CONSOLE
    answer = site.send(path, {**fields, "password": "secret"})
    assert answer.headers["Location"] == "/console/OCB0001234"
    assert site.sessions.started[0]["method"] == path.rsplit("/", 1)[1]


def test_sign_in_goes_on_where_it_came_from(site: Any) -> None:
    site.services.answers["identity.sign_in"] = SIGNED_IN
    wanted = "/oauth/authorize?client_id=portal"
    fields = {"login": "John.doe", "password": "secret", "next": wanted}
    assert site.send("/sign-in", fields).headers["Location"] == wanted


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_sign_in_leads_to_no_other_site(site: Any, elsewhere: str) -> None:
    site.services.answers["identity.sign_in"] = SIGNED_IN
    fields = {"login": "John.doe", "password": "secret", "next": elsewhere}
    assert site.send("/sign-in", fields).headers["Location"] == "/"


def test_account_language_is_kept_from_sign_in_on(site: Any) -> None:
    site.services.answers["identity.sign_in"] = SIGNED_IN
    site.send("/sign-in", {"login": "John.doe", "password": "secret"})
    site.client.delete_cookie("guichet_session")
    assert 'lang="en"' in site.get("/sign-in", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize(("path", "call", "fields"), WAYS)
def test_refusal_tells_a_stranger_nothing(
    site: Any, path: str, call: str, fields: dict[str, str]
) -> None:
    site.services.answers[call] = Unauthenticated("sign-in-refused")
    answer = site.send(path, {**fields, "password": "wrong"})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert site.sessions.started == []


@pytest.mark.parametrize("error", [TooMany("limit", {"retry_after": 9}), Unavailable("x", {})])
def test_what_is_not_a_refusal_of_the_password_says_so(site: Any, error: Any) -> None:
    site.services.answers["identity.sign_in"] = error
    answer = site.send("/sign-in", {"login": "John.doe", "password": "secret"})
    assert answer.status_code == error.status
    assert 'value="John.doe"' in answer.text


def test_empty_fields_are_named_and_linked(site: Any) -> None:
    answer = site.send("/sign-in", {"login": "", "password": ""})
    assert answer.status_code == 422
    assert 'href="#f-login"' in answer.text
    assert 'aria-describedby="f-login-hint f-login-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_web_login_shows_the_way_to_api_login_and_that_its_own_forgotten_page(site: Any) -> None:
    assert 'href="/sign-in/api"' in site.get("/sign-in/web").text
    assert 'href="/password/forgotten?credential=api"' in site.get("/sign-in/api").text


def test_sign_out_is_a_form_and_ends_the_session(site: Any) -> None:
    site.sign_in()
    assert site.get("/sign-out").status_code == 405
    answer = site.send("/sign-out", {}, page="/sign-in")
    assert answer.headers["Location"] == "/sign-in"
    assert site.sessions.known == {}
    assert "déconnecté" in site.get("/sign-in").text
