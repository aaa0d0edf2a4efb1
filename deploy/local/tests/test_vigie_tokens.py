"""Vigie with the tokens of somebody who is signed in, before a provider made by hand."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from requests.adapters import HTTPAdapter

from vigie.app import create_app
from vigie.parts import Parts
from vigie.settings import Settings

pytestmark = pytest.mark.unit

ISSUER = "http://localhost:8080"
URL = "http://127.0.0.1:8090"
SETTINGS = Settings(
    url=URL, issuer=ISSUER, client_id="vigie", client_secret="secret", provider="Nuage"
)
CONTRACT = {"tenant": "OCB0000001", "name": "Production", "organisation": {"name": "Acme"}}
METADATA = {
    "issuer": ISSUER,
    "token_endpoint": f"{ISSUER}/oauth/token",
    "end_session_endpoint": f"{ISSUER}/oauth/logout",
}


@dataclass
class Provider:
    """Gives each refresh token once, and takes the newest access token alone."""

    number: int = 1
    refused: tuple[int, str] | None = None
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: requests.PreparedRequest) -> tuple[int, Any]:
        path = urlsplit(str(request.url)).path
        with self.lock:
            self.asked.append(path)
            if self.silent:
                raise requests.ConnectionError("nobody there")
            if path == "/.well-known/openid-configuration":
                return 200, METADATA
            if path == "/oauth/token":
                return self._renewed(parse_qs(str(request.body)))
            good = request.headers["Authorization"] == f"Bearer a-{self.number}"
            return (200, {"items": [CONTRACT]}) if good else (401, {})

    def _renewed(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        if self.refused is not None:
            return self.refused[0], {"error": self.refused[1]}
        if form["refresh_token"] != [f"r-{self.number}"]:
            return 400, {"error": "invalid_grant"}
        self.number += 1
        return 200, tokens(self.number, lives=300)


def tokens(number: int, *, lives: int) -> dict[str, Any]:
    return {
        "access_token": f"a-{number}",
        "refresh_token": f"r-{number}",
        "token_type": "Bearer",
        "expires_in": lives,
        "expires_at": int(time.time()) + lives,
    }


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider()

    def send(_: HTTPAdapter, request: requests.PreparedRequest, **__: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, body = provider.answer(request)
        response.url, response.request = str(request.url), request
        response._content = json.dumps(body).encode()
        return response

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return provider


@pytest.fixture
def app() -> Flask:
    return create_app(SETTINGS)


def signed_in(app: Flask, *, lives: int = 300) -> FlaskClient:
    parts: Parts = app.extensions["vigie"]
    kept = {**tokens(1, lives=lives), "id_token": "id-1"}
    secret = parts.sessions.start(sub="ann", sid="s", name="Ann", tokens=kept, now=time.time())
    browser = app.test_client()
    with browser.session_transaction(base_url=URL) as session:
        session.update(who=secret, language="en")
    return browser


def test_what_is_about_to_expire_is_renewed_and_kept(app: Flask, provider: Provider) -> None:
    browser = signed_in(app, lives=30)
    for _ in range(2):
        page = browser.get("/", base_url=URL)
        assert "OCB0000001" in page.text
    assert provider.asked.count("/oauth/token") == 1


def test_of_two_tabs_one_renews(app: Flask, provider: Provider) -> None:
    browser = signed_in(app, lives=30)
    cookie = browser.get_cookie("vigie", domain="127.0.0.1")
    assert cookie is not None

    def tab(_: int) -> int:
        other = app.test_client()
        other.set_cookie("vigie", cookie.value, domain="127.0.0.1")
        return other.get("/", base_url=URL).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(tab, range(4))) == [200] * 4
    assert provider.asked.count("/oauth/token") == 1


def test_who_may_not_renew_is_signed_out(app: Flask, provider: Provider) -> None:
    browser = signed_in(app, lives=30)
    provider.refused = (400, "invalid_grant")
    assert "has ended" in browser.get("/", base_url=URL).text
    assert "Sign in with Nuage" in browser.get("/", base_url=URL).text


def test_whose_token_is_not_taken_is_signed_out(app: Flask, provider: Provider) -> None:
    browser = signed_in(app)
    provider.number = 7
    assert browser.get("/", base_url=URL).status_code == 403
    assert "Sign in with Nuage" in browser.get("/", base_url=URL).text


@pytest.mark.parametrize("refused", [(429, "temporarily_unavailable"), (503, "x"), None])
def test_a_provider_that_is_busy_signs_nobody_out(
    app: Flask, provider: Provider, refused: tuple[int, str] | None
) -> None:
    browser = signed_in(app, lives=30)
    browser.get("/sign-in", base_url=URL)  # what the provider says of itself is known from here on
    provider.refused, provider.silent = refused, refused is None
    assert "cannot be read" in browser.get("/", base_url=URL).text
    provider.refused, provider.silent = None, False
    assert "OCB0000001" in browser.get("/", base_url=URL).text


def test_a_provider_that_does_not_answer_is_said_so(app: Flask, provider: Provider) -> None:
    provider.silent = True
    page = app.test_client().get("/sign-in?lang=en", base_url=URL)
    assert page.status_code == 503
    assert "Nuage does not answer" in page.text


def test_signing_out_goes_by_the_provider(app: Flask, provider: Provider) -> None:
    browser = signed_in(app)
    field = browser.get("/", base_url=URL).text.split('name="form_token" value="')[1].split('"')[0]
    answer = browser.post("/sign-out", data={"form_token": field}, base_url=URL)
    asked = parse_qs(urlsplit(answer.location).query)
    assert answer.location.startswith(METADATA["end_session_endpoint"])
    assert asked["id_token_hint"] == ["id-1"]
    assert asked["post_logout_redirect_uri"] == [f"{URL}/signed-out"]
    assert "Sign in with Nuage" in browser.get("/", base_url=URL).text
    back = browser.get(f"/signed-out?state={asked['state'][0]}", base_url=URL)
    assert "You are signed out" in back.text
    assert browser.get("/signed-out?state=made-up", base_url=URL).status_code == 303


def test_many_sign_ins_begun_leave_room_in_the_cookie(app: Flask, provider: Provider) -> None:
    published = {**METADATA, "authorization_endpoint": f"{ISSUER}/oauth/authorize"}
    app.extensions["vigie"].guichet.server_metadata.update(published, _loaded_at=1)
    browser = app.test_client()
    for _ in range(12):
        assert browser.get("/sign-in", base_url=URL).status_code == 302
    cookie = browser.get_cookie("vigie", domain="127.0.0.1")
    assert cookie is not None
    assert len(cookie.value) < 4000
