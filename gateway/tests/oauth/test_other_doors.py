"""Secrets shown at another door than theirs, and doors that RFC 9700 wants shut."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

pytestmark = pytest.mark.servers

EVIL = "https://evil.example"
Answer = Callable[[Any], dict[str, str]]


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["error"]


@pytest.mark.parametrize("shown", ["access_token", "refresh_token", "id_token"])
def test_no_token_is_taken_for_a_code(provider: Any, shown: str) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    tokens = browser.tokens(app)
    answer = provider.redeem(app, tokens[shown], browser.verifier)
    assert error_of(answer) == (400, "invalid_grant")


@pytest.mark.parametrize("shown", ["refresh_token", "id_token"])
def test_nothing_but_an_access_token_opens_the_rest_face(provider: Any, shown: str) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    bearer = {"Authorization": f"Bearer {browser.tokens(app)[shown]}"}
    assert browser.http.get("/oauth/userinfo", headers=bearer).status_code == 401


def test_no_script_of_another_site_reads_an_authorization(provider: Any) -> None:
    """RFC 9700, section 2.1: no CORS at the authorization endpoint."""
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    browser.http.environ_base["HTTP_ORIGIN"] = EVIL
    answer = browser.ask(app)
    told = [name for name, _ in answer.headers if name.lower().startswith("access-control")]
    assert told == []


def hidden(page: Any) -> dict[str, str]:
    """What the form on the page sends along."""
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in fields}


def test_a_redirect_after_a_form_never_repeats_it(provider: Any) -> None:
    """RFC 9700, section 4.12: 307 and 308 would send what was typed to the client."""
    bye = "https://app.example/bye"
    browser = provider.browser()
    app = provider.register(first_party=False, post_logout_redirect_uris=(bye,))
    browser.sign_in()
    form = hidden(browser.ask(app)) | {"decision": "allow"}
    agreed = browser.http.post("/oauth/consent", data=form)
    assert (agreed.status_code, agreed.location.partition("?")[0]) == (303, app.redirect_uri)
    code = dict(parse_qsl(urlsplit(agreed.location).query))["code"]
    told = provider.redeem(app, code, browser.verifier).get_json()
    other = provider.browser()
    other.sign_in()
    query = {"id_token_hint": told["id_token"], "post_logout_redirect_uri": bye}
    page = other.http.get(f"/oauth/logout?{urlencode(query)}")
    left = other.http.post("/oauth/logout", data=hidden(page))
    assert (left.status_code, left.location) == (303, bye)


@pytest.mark.parametrize("mode", ["web_message", "fragment", "form_post", "query.jwt"])
def test_answers_come_by_the_query_alone(provider: Any, answer_of: Answer, mode: str) -> None:
    """RFC 9700, section 4.17: no window is sent a code by script, whatever its origin."""
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    assert answer_of(browser.ask(app, response_mode=mode))["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["token", "id_token", "code token", "code id_token", "none"])
def test_no_token_comes_through_the_browser(provider: Any, answer_of: Answer, kind: str) -> None:
    """RFC 9700, section 2.1.2: neither the implicit grant nor a hybrid of it."""
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    told = answer_of(browser.ask(app, response_type=kind))
    assert (told["error"], "access_token" in told) == ("unsupported_response_type", False)
