from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, Request
from werkzeug.test import EnvironBuilder

from contracts.codes import TenantCode
from gateway.oauth.sessions import SignedIn
from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.servers

PERSON = UUID("0190a000-0000-7000-8000-000000000001")


def current(provider: Any, cookie: str | None) -> Any:
    headers = {"Cookie": f"{provider.cookie_name}={cookie}"} if cookie else {}
    request = Request(EnvironBuilder(headers=headers).get_environ())
    return provider.parts.sessions.current(request)


def is_good(provider: Any, raw: str) -> bool:
    try:
        provider.parts.tokens.check(raw)
    except Unauthenticated:
        return False
    return True


def test_a_cookie_opens_the_session_and_nothing_else_does(provider: Any) -> None:
    browser = provider.browser()
    sid = browser.sign_in()
    session = current(provider, browser.cookie())
    assert (session.session_id, session.person_id, session.method) == (sid, PERSON, "portal")
    for other in (str(sid), "", "made-up", "x" * 5000):
        assert current(provider, other) is None


def test_the_cookie_is_out_of_reach_of_scripts(provider: Any, start_provider: Any) -> None:
    from flask import Response

    for made, name, secure in (
        (provider, "guichet_session", False),
        (start_provider(public_url="https://guichet.example"), "__Host-guichet", True),
    ):
        with made.app.test_request_context():
            response = Response()
            _start(made, response)
        header = response.headers["Set-Cookie"]
        assert header.startswith(f"{name}=")
        assert "HttpOnly" in header
        assert "SameSite=Lax" in header
        assert "Path=/" in header
        assert "Domain" not in header
        assert ("Secure" in header) is secure


def _start(provider: Any, response: Any) -> None:
    from contracts.codes import Language

    who = SignedIn(person_id=PERSON, login="John.Doe", language=Language.ENGLISH, method="portal")
    provider.parts.sessions.start(response, who)


def test_signing_in_changes_the_cookie_whatever_the_browser_brought(provider: Any) -> None:
    """Session fixation: what an attacker planted or read before is worth nothing after."""
    browser = provider.browser()
    browser.http.set_cookie(provider.cookie_name, "planted-by-somebody")
    browser.sign_in()
    assert browser.cookie() != "planted-by-somebody"
    assert current(provider, "planted-by-somebody") is None
    before = browser.cookie()
    sid = browser.sign_in()
    assert browser.cookie() != before
    assert current(provider, before) is None
    assert current(provider, browser.cookie()).session_id == sid


def test_a_planted_session_of_the_attacker_ends_at_the_victims_sign_in(provider: Any) -> None:
    attacker, victim = provider.browser(), provider.browser()
    attackers = attacker.sign_in(uuid4())
    victim.http.set_cookie(provider.cookie_name, attacker.cookie())
    sid = victim.sign_in()
    assert sid != attackers
    assert current(provider, attacker.cookie()) is None


def test_signing_in_again_keeps_the_applications_signed_in(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    first = browser.sign_in()
    token = browser.tokens(app)["access_token"]
    provider.clock.move(seconds=10)
    assert browser.sign_in() == first
    assert is_good(provider, token)


def test_somebody_else_at_the_same_browser_ends_them(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    first = browser.sign_in()
    token = browser.tokens(app)["access_token"]
    assert browser.sign_in(uuid4()) != first
    assert not is_good(provider, token)


def test_another_way_in_is_another_session(provider: Any) -> None:
    browser = provider.browser()
    first = browser.sign_in()
    assert browser.sign_in(method="api") != first


def test_a_session_idles_out_after_an_hour(provider: Any) -> None:
    browser = provider.browser()
    browser.sign_in()
    for _ in range(3):
        provider.clock.move(minutes=59)
        assert current(provider, browser.cookie()) is not None
    provider.clock.move(minutes=61)
    assert current(provider, browser.cookie()) is None


def test_a_session_ends_after_twelve_hours_of_work(provider: Any) -> None:
    browser = provider.browser()
    browser.sign_in()
    for _ in range(14):
        provider.clock.move(minutes=50)
        assert current(provider, browser.cookie()) is not None
    provider.clock.move(minutes=30)
    assert current(provider, browser.cookie()) is None


def test_ending_all_sessions_spares_the_one_that_asked(provider: Any) -> None:
    person = uuid4()
    browsers = [provider.browser() for _ in range(3)]
    sids = [browser.sign_in(person) for browser in browsers]
    provider.parts.sessions.spare(sids[0], call_id="call-1")
    assert provider.parts.sessions.end_all(person, except_call="call-1") == 2
    alive = [current(provider, browser.cookie()) is not None for browser in browsers]
    assert alive == [True, False, False]
    assert provider.parts.sessions.end_all(person, except_call="call-1") == 0
    assert provider.parts.sessions.end_all(person, except_call="call-2") == 1


def test_ending_a_session_ends_what_hangs_on_it(provider: Any) -> None:
    person = uuid4()
    browser, app = provider.browser(), provider.register()
    sid = browser.sign_in(person)
    token = browser.tokens(app)["access_token"]
    kept = provider.parts.portal_sessions.create(
        person_id=person, session_id=sid, tokens={"access_token": token}
    )
    provider.parts.sessions.end_all(person)
    assert not is_good(provider, token)
    assert provider.parts.portal_sessions.read(kept) is None


def test_the_portals_tokens_are_sealed_and_its_cookie_rolls(provider: Any) -> None:
    from servicekit.db import EVERYONE

    kept = provider.parts.portal_sessions
    secret = kept.create(person_id=PERSON, session_id=uuid4(), tokens={"access_token": "hidden"})
    assert kept.read(secret).tokens == {"access_token": "hidden"}
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        rows = tx.rows("SELECT portal_sessions::text AS row FROM portal_sessions", {}, dict)
    assert "hidden" not in str(rows)
    assert secret not in str(rows)
    assert kept.change(secret, tokens={"access_token": "other"})
    assert kept.read(secret).tokens == {"access_token": "other"}
    kept.delete(secret)
    assert kept.read(secret) is None
    assert kept.change(secret, tokens={}) is False


def test_what_has_expired_is_swept_away(provider: Any) -> None:
    from servicekit.db import EVERYONE

    browser, app = provider.browser(), provider.register()
    sid = browser.sign_in(uuid4())
    browser.tokens(app)
    provider.clock.move(hours=30)
    provider.parts.watch.sweep()
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        assert (
            tx.value("SELECT 1 FROM browser_sessions WHERE session_id = %(id)s", {"id": sid})
            is None
        )
        assert (
            tx.value("SELECT 1 FROM token_families WHERE session_id = %(id)s", {"id": sid}) is None
        )


def test_no_debug_and_no_body_without_bound(provider: Any) -> None:
    app: Flask = provider.app
    assert app.debug is False
    assert app.config["MAX_CONTENT_LENGTH"] == 64 * 1024
    answer = app.test_client().post("/sign-in", data={"password": "x" * 70_000})
    assert answer.status_code == 413


def test_a_closed_console_ends_all_that_came_in_there_and_nothing_else(provider: Any) -> None:
    domain, elsewhere = TenantCode("OCB0000001"), TenantCode("OCB0000002")
    browsers = {method: provider.browser() for method in ("portal", "web", "api")}
    for method, browser in browsers.items():
        browser.sign_in(uuid4(), method=method)

    def still_in() -> list[str]:
        return [m for m, browser in browsers.items() if current(provider, browser.cookie())]

    sessions, now = provider.parts.sessions, provider.clock.now()
    sessions.end_at(elsewhere, why="test", proved_before=now + timedelta(seconds=1))
    sessions.end_at(domain, why="test", proved_before=now - timedelta(seconds=1))
    assert still_in() == ["portal", "web", "api"]
    sessions.end_at(domain, why="test", proved_before=now + timedelta(seconds=1))
    assert still_in() == ["portal"]
