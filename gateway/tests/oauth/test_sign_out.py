"""RP-initiated logout: who is asked first, and where it leads."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

pytestmark = pytest.mark.servers

AFTER = "https://app.example/bye"


def sign_out(browser: Any, **asked: str) -> Any:
    return browser.http.get(f"/oauth/logout?{urlencode(asked)}")


def confirm(browser: Any, page: Any, **changes: str) -> Any:
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    form = {name: html.unescape(value) for name, value in fields if name not in ("next",)}
    return browser.http.post("/oauth/logout", data=form | changes)


@pytest.fixture
def signed_in(provider: Any) -> tuple[Any, Any, dict[str, Any]]:
    browser = provider.browser()
    app = provider.register(post_logout_redirect_uris=(AFTER,))
    browser.sign_in()
    return browser, app, browser.tokens(app)


def is_signed_in(browser: Any, app: Any) -> bool:
    return "code=" in browser.ask(app, prompt="none").location


def test_an_id_token_of_this_session_signs_out_at_once(signed_in: Any) -> None:
    browser, app, tokens = signed_in
    response = sign_out(
        browser,
        id_token_hint=tokens["id_token"],
        post_logout_redirect_uri=AFTER,
        state="s 1",
    )
    assert (response.status_code, response.location) == (303, f"{AFTER}?state=s+1")
    assert not is_signed_in(browser, app)


def test_an_expired_id_token_serves_still(provider: Any, signed_in: Any) -> None:
    browser, _, tokens = signed_in
    provider.clock.move(minutes=30)
    response = sign_out(browser, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER)
    assert response.location == AFTER


def test_signing_out_ends_the_tokens(provider: Any, signed_in: Any) -> None:
    browser, app, tokens = signed_in
    sign_out(browser, id_token_hint=tokens["id_token"])
    assert provider.refresh(app, tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("asked", [{}, {"post_logout_redirect_uri": AFTER}, {"logout_hint": "x"}])
def test_without_a_hint_the_person_is_asked(signed_in: Any, asked: dict[str, str]) -> None:
    browser, app, _ = signed_in
    page = sign_out(browser, client_id=app.client_id, **asked)
    assert page.status_code == 200
    assert is_signed_in(browser, app)
    response = confirm(browser, page)
    assert response.status_code == 303
    assert urlsplit(response.location).path == "/sign-in", "no hint, no redirect elsewhere"
    assert not is_signed_in(browser, app)


def test_the_id_token_of_another_session_asks_first(provider: Any, signed_in: Any) -> None:
    browser, app, tokens = signed_in
    other = provider.browser()
    other.sign_in()
    page = sign_out(other, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER)
    assert page.status_code == 200
    assert "https://app.example" in page.headers["Content-Security-Policy"]
    assert is_signed_in(other, app)
    assert confirm(other, page).location == AFTER
    assert not is_signed_in(other, app)
    assert is_signed_in(browser, app)


def test_another_sites_form_signs_nobody_out(signed_in: Any) -> None:
    browser, app, _ = signed_in
    sent = browser.http.post("/oauth/logout", data={"client_id": app.client_id})
    assert (sent.status_code, urlsplit(sent.location).path) == (303, "/oauth/logout")
    assert browser.http.get(sent.location).status_code == 200
    forged = browser.http.post("/oauth/logout", data={"form_token": "made-up"})
    assert forged.status_code == 403
    assert is_signed_in(browser, app)


def test_a_form_of_the_application_signs_out_as_its_link_does(signed_in: Any) -> None:
    """A browser leaves our cookie out of it (SameSite=Lax), so it is sent round as a link."""
    browser, app, tokens = signed_in
    form = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER}
    sent = browser.http.post("/oauth/logout", data=form)
    assert browser.http.get(sent.location).location == AFTER
    assert not is_signed_in(browser, app)


@pytest.mark.parametrize(
    "uri",
    ["https://evil.example/", f"{AFTER}/", f"{AFTER}?x=1", "//evil.example", "javascript:alert(1)"],
)
def test_it_leads_nowhere_that_is_not_registered(signed_in: Any, uri: str) -> None:
    browser, _, tokens = signed_in
    response = sign_out(browser, id_token_hint=tokens["id_token"], post_logout_redirect_uri=uri)
    assert urlsplit(response.location).netloc in ("", "localhost")


def test_a_hint_that_is_not_ours_is_an_error_page(provider: Any, signed_in: Any) -> None:
    browser, app, tokens = signed_in
    other = provider.register()
    head, body, _ = tokens["id_token"].split(".")
    for asked in (
        {"id_token_hint": "made-up"},
        {"id_token_hint": f"{head}.{body}.AAAA"},
        {"id_token_hint": tokens["access_token"]},
        {"id_token_hint": tokens["id_token"], "client_id": other.client_id},
    ):
        response = sign_out(browser, post_logout_redirect_uri=AFTER, **asked)
        assert (response.status_code, "Location" in response.headers) == (400, False)
    assert is_signed_in(browser, app)


def test_signed_out_already_goes_on_without_asking(provider: Any, signed_in: Any) -> None:
    _, _, tokens = signed_in
    nobody = provider.browser()
    response = sign_out(nobody, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER)
    assert response.location == AFTER
