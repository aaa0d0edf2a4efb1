"""OpenID Connect Back-Channel Logout 1.0: applications are told that a session has ended."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from gateway.oauth.logout_sending import MOST_ATTEMPTS, LogoutSender
from gateway.oauth.outside import NotSentError, Outside, is_public
from servicekit.db import EVERYONE
from servicekit.errors import Invalid, Unauthenticated

pytestmark = pytest.mark.servers

ISSUER = "http://localhost:8080"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Application:
    """An application's own server, that remembers what it was told."""

    address: str
    told: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    pause: float = 0.0

    @property
    def tokens(self) -> list[str]:
        return [form["logout_token"][0] for _, form in self.told]


@pytest.fixture
def application() -> Iterator[Application]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = parse_qs(self.rfile.read(length).decode())
            known.told.append((self.headers["Content-Type"], form))
            time.sleep(known.pause)
            status = known.answers.pop(0) if known.answers else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{known.address}/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Application(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def provider(start_provider: Any, new_database: Any) -> Any:
    """On a database of its own: what is due elsewhere is not claimed here."""
    return start_provider(new_database("gateway").app_url)


@pytest.fixture
def signed_in(provider: Any, application: Application) -> Callable[..., Any]:
    """Somebody who is signed in to an application that wants to be told."""

    def sign_in(person: UUID | None = None, uri: str | None = None) -> Any:
        app = provider.register(backchannel_logout_uri=uri or f"{application.address}/logout")
        browser = provider.browser()
        sid = browser.sign_in(person or uuid4())
        browser.tokens(app)
        return browser, app, sid

    return sign_in


def outcomes(provider: Any) -> list[tuple[str | None, int]]:
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        rows = tx.rows(
            "SELECT outcome, attempts FROM logout_deliveries ORDER BY created_at", {}, dict
        )
    return [(row["outcome"], row["attempts"]) for row in rows]


def send(provider: Any, *, after: float = 0) -> int:
    provider.clock.move(seconds=after)
    tried: int = provider.parts.logouts.send_due()
    return tried


def test_the_application_is_told_with_a_signed_token(
    provider: Any, application: Application, signed_in: Any
) -> None:
    person = uuid4()
    _, app, sid = signed_in(person)
    provider.parts.sessions.end_all(person)
    assert send(provider) == 1
    [(media_type, form)] = application.told
    assert media_type == "application/x-www-form-urlencoded"
    assert set(form) == {"logout_token"}
    keys = KeySet.import_key_set(provider.app.test_client().get("/oauth/jwks").get_json())
    token = jwt.decode(application.tokens[0], keys, algorithms=["RS256"])
    assert token.header["typ"] == "logout+jwt"
    claims = token.claims
    assert (claims["iss"], claims["aud"]) == (ISSUER, app.client_id)
    assert (claims["sub"], claims["sid"]) == (str(person), str(sid))
    assert claims["events"] == {EVENT: {}}
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert claims["jti"]
    assert "nonce" not in claims
    assert outcomes(provider) == [("delivered", 1)]
    assert send(provider, after=10**6) == 0, "told once"


def test_it_is_no_other_kind_of_token(
    provider: Any, application: Application, signed_in: Any
) -> None:
    """It opens nothing as an access token, and signs nobody out as an ID token."""
    person = uuid4()
    signed_in(person)
    provider.parts.sessions.end_all(person)
    send(provider)
    [raw] = application.tokens
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(raw)
    hint = provider.app.test_client().get(f"/oauth/logout?id_token_hint={raw}")
    assert hint.status_code == 400


def test_each_application_of_the_session_is_told_and_no_other(
    provider: Any, application: Application, signed_in: Any
) -> None:
    person = uuid4()
    browser, app, _ = signed_in(person)
    second = provider.register(backchannel_logout_uri=f"{application.address}/second")
    browser.tokens(second)
    browser.tokens(provider.register())
    signed_in(uuid4())
    provider.parts.sessions.end_all(person)
    assert send(provider) == 2
    audiences = {json.loads(decoded(raw))["aud"] for raw in application.tokens}
    assert audiences == {app.client_id, second.client_id}


def decoded(raw: str) -> bytes:
    return base64.urlsafe_b64decode(raw.split(".")[1] + "==")


def test_signing_out_at_the_browser_tells_them(
    provider: Any, application: Application, signed_in: Any
) -> None:
    browser, _, _ = signed_in()
    page = browser.http.get("/sign-in").text
    field = page.split('name="form_token" value="')[1].split('"')[0]
    browser.http.post("/sign-out", data={"form_token": field})
    assert send(provider) == 1


def test_a_session_that_expires_tells_them_too(
    provider: Any, application: Application, signed_in: Any
) -> None:
    signed_in()
    provider.clock.move(hours=12, minutes=1)
    provider.parts.watch.sweep()
    assert send(provider) == 1


def test_who_does_not_listen_is_told_again_later_and_not_for_ever(
    provider: Any, application: Application, signed_in: Any
) -> None:
    person = uuid4()
    signed_in(person)
    application.answers = [500] * (MOST_ATTEMPTS + 3)
    provider.parts.sessions.end_all(person)
    waits = [0, 60, 240, 960, 3840, 15360]
    for number, wait in enumerate(waits, start=1):
        assert send(provider, after=wait - 2 if wait else 0) == (0 if wait else 1)
        if wait:
            assert send(provider, after=3) == 1, number
    assert outcomes(provider) == [("given-up", MOST_ATTEMPTS)]
    assert send(provider, after=10**6) == 0
    assert len(application.told) == MOST_ATTEMPTS
    jtis = {json.loads(decoded(raw))["jti"] for raw in application.tokens}
    assert len(jtis) == MOST_ATTEMPTS, "each try is a token of its own: they live minutes"


def test_a_refusal_is_final_and_a_redirect_is_not_followed(
    provider: Any, application: Application, signed_in: Any
) -> None:
    person = uuid4()
    signed_in(person)
    application.answers = [302, 400]
    provider.parts.sessions.end_all(person)
    send(provider)
    assert len(application.told) == 1
    send(provider, after=61)
    assert outcomes(provider) == [("refused", 2)]


def test_nobody_there_is_tried_again(provider: Any, signed_in: Any) -> None:
    person = uuid4()
    signed_in(person, uri="http://127.0.0.1:9/logout")
    provider.parts.sessions.end_all(person)
    send(provider)
    assert outcomes(provider) == [(None, 1)]


def test_of_many_processes_one_tells(
    provider: Any, application: Application, signed_in: Any
) -> None:
    person = uuid4()
    signed_in(person)
    application.pause = 0.2
    provider.parts.sessions.end_all(person)
    with ThreadPoolExecutor(4) as pool:
        tried = list(pool.map(lambda _: provider.parts.logouts.send_due(), range(4)))
    assert sum(tried) == 1
    assert len(application.told) == 1


def test_production_sends_nothing_to_private_addresses(
    provider: Any, application: Application, signed_in: Any
) -> None:
    person = uuid4()
    signed_in(person)
    provider.parts.sessions.end_all(person)
    strict = LogoutSender(
        db=provider.parts.db,
        clock=provider.clock,
        issuer=provider.parts.server.issuer,
        outside=Outside(private_allowed=False),
    )
    assert strict.send_due() == 1
    assert application.told == []
    assert outcomes(provider) == [(None, 1)]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.215.14", port)), (2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with pytest.raises(NotSentError, match="private address"):
        Outside(private_allowed=False).post("https://app.example/", {})


def test_who_answers_too_slowly_is_cut_off(application: Application) -> None:
    application.pause = 3.0
    began = time.monotonic()
    with pytest.raises(NotSentError):
        Outside(private_allowed=True, patience=0.3).post(application.address, {})
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("url", ["", "ftp://app.example/", "app.example", "https:///x"])
def test_what_is_no_address_is_sent_nothing(url: str) -> None:
    with pytest.raises(NotSentError):
        Outside(private_allowed=True).post(url, {})


@pytest.mark.parametrize(
    "uri", ["http://app.example/x", "https://app.example/#x", "com.example.app:/x", "x"]
)
def test_addresses_that_may_not_be_registered(provider: Any, uri: str) -> None:
    with pytest.raises(Invalid) as error:
        provider.register(backchannel_logout_uri=uri)
    assert error.value.details["fields"] == {"backchannel_logout_uri": ["invalid"]}
