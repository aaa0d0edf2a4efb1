"""The application as a whole: its face to browsers, proxies and its own portal."""

from __future__ import annotations

import html
import re
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from servicekit.settings import Mode, SettingsError

pytestmark = pytest.mark.servers


def follow(browser: Any, response: Any, until: str, steps: int = 8) -> Any:
    """Along the redirects, to a path or the end."""
    for _ in range(steps):
        if response.status_code != 303 or urlsplit(response.location).path == until:
            return response
        split = urlsplit(response.location)
        response = browser.http.get(f"{split.path}?{split.query}")
    raise AssertionError("too many redirects")


def test_the_portal_signs_in_as_a_client_of_its_own_provider(provider: Any, portal: Any) -> None:
    browser = provider.browser()
    page = follow(browser, browser.http.get("/portal/start?next=/account"), until="/account")
    assert page.status_code == 200, "the sign-in page"
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    form = {name: html.unescape(fields[name]) for name in ("form_token", "next")}
    signed_in = browser.http.post(
        "/sign-in", data=form | {"login": "John.Doe", "password": "whatever"}
    )
    arrived = follow(browser, signed_in, until="/account")
    assert (arrived.status_code, urlsplit(arrived.location).path) == (303, "/account")
    assert browser.http.get_cookie("guichet_portal") is not None


def test_the_portal_never_shows_the_browser_a_token(provider: Any, portal: Any) -> None:
    browser = provider.browser()
    browser.sign_in()
    response = browser.http.get("/portal/start")
    seen = [response]
    for _ in range(3):
        split = urlsplit(response.location)
        assert not {"access_token", "id_token", "refresh_token"} & set(parse_qs(split.query))
        if split.path == "/":
            break
        response = browser.http.get(f"{split.path}?{split.query}")
        seen.append(response)
    cookies = " ".join(value for one in seen for value in one.headers.getlist("Set-Cookie"))
    assert "eyJ" not in cookies.replace("guichet_page=eyJ", ""), "no JWT in a cookie"


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/oauth/authorize"])
def test_every_page_says_what_it_forbids(provider: Any, path: str) -> None:
    headers = provider.app.test_client().get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Request-Id"]


def test_https_is_insisted_on_where_it_is_served(start_provider: Any) -> None:
    made = start_provider(public_url="https://guichet.example")
    headers = made.app.test_client().get("/sign-in", base_url="https://guichet.example").headers
    assert "max-age" in headers["Strict-Transport-Security"]


def test_production_is_not_served_in_the_clear(start_provider: Any) -> None:
    with pytest.raises(SettingsError, match="GUICHET_PUBLIC_URL"):
        start_provider(public_url="http://guichet.example", mode=Mode.PRODUCTION)
    assert start_provider(public_url="http://guichet.example", mode=Mode.DEMO)


def test_a_demonstration_in_the_clear_on_a_network_gives_tokens(start_provider: Any) -> None:
    made = start_provider(public_url="http://guichet.example")
    assert made.client_token(made.machine())


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [((), "127.0.0.1"), ((ip_network("127.0.0.1"),), "203.0.113.9")],
)
def test_forwarding_headers_are_believed_by_setting_only(
    start_provider: Any, trusted: tuple[Any, ...], seen: str
) -> None:
    made = start_provider(trusted_proxies=trusted)
    made.app.add_url_rule("/who", view_func=lambda: __import__("flask").request.remote_addr)
    http = made.app.test_client()
    answer = http.get("/who", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert answer.text == seen


def test_a_request_keeps_the_id_it_came_with(provider: Any) -> None:
    http = provider.app.test_client()
    for path in ("/oauth/jwks", "/livez", "/api/v1/contracts"):
        assert (
            http.get(path, headers={"X-Request-Id": "call-1"}).headers["X-Request-Id"] == "call-1"
        )
        assert (
            http.get(path, headers={"X-Request-Id": "a b\u00e9"}).headers["X-Request-Id"] != "a b"
        )


def test_an_access_token_of_a_session_opens_the_api_until_it_ends(provider: Any) -> None:
    http = provider.app.test_client()
    for token in ("made-up", "a.b.c"):
        response = http.get("/api/v1/contracts", headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, response.get_json()["code"]) == (401, "token-refused")
