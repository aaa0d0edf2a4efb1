"""From the code to the tokens."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from contracts.rights import CallerKind
from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.servers

URL = "http://localhost:8080"


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["error"]


REFUSED = (400, "invalid_grant")


def test_a_code_gives_an_access_token_a_refresh_token_and_an_id_token(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    sid = browser.sign_in()
    tokens = browser.tokens(app)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 300)
    assert tokens["scope"] == "contracts.read openid profile"
    access = provider.parts.tokens.check(tokens["access_token"])
    assert (access.kind, access.client_id, access.session_id) == (
        CallerKind.PERSON,
        app.client_id,
        str(sid),
    )
    assert access.tenants == frozenset()


def test_the_access_token_is_a_profiled_jwt(provider: Any) -> None:
    """RFC 9068, section 2."""
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    raw = browser.tokens(app)["access_token"]
    head, body, _ = (
        json.loads(base64.urlsafe_b64decode(part + "==")) if index < 2 else part
        for index, part in enumerate(raw.split("."))
    )
    assert (head["typ"], head["alg"]) == ("at+jwt", "RS256")
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "auth_time", "scope"} <= set(
        body
    )
    assert (body["iss"], body["aud"]) == (URL, f"{URL}/api")


def test_the_id_token_is_for_the_client_and_answers_its_request(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    sid = browser.sign_in()
    tokens = browser.tokens(app, nonce="my-nonce")
    keys = KeySet.import_key_set(provider.app.test_client().get("/oauth/jwks").get_json())
    decoded = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    claims = decoded.claims
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert decoded.header["typ"] == "JWT"
    assert (claims["iss"], claims["aud"], claims["nonce"], claims["sid"]) == (
        URL,
        app.client_id,
        "my-nonce",
        str(sid),
    )
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert abs(claims["auth_time"] - provider.clock.now().timestamp()) < 60


def test_without_openid_there_is_no_id_token(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    assert "id_token" not in browser.tokens(app, scope="contracts.read", nonce=None)


def test_a_client_without_refresh_gets_none(provider: Any) -> None:
    browser = provider.browser()
    app = provider.register(grants=frozenset({"authorization_code"}))
    browser.sign_in()
    assert "refresh_token" not in browser.tokens(app)


def test_a_public_client_redeems_with_its_verifier_alone(provider: Any) -> None:
    browser, app = provider.browser(), provider.public()
    browser.sign_in()
    assert browser.tokens(app)["access_token"]


# --- refusals -------------------------------------------------------------------------------------


def test_a_wrong_verifier_is_refused_and_the_right_one_still_serves(
    provider: Any, new_verifier: Callable[[], tuple[str, str]]
) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    code = browser.code(app)
    assert error_of(provider.redeem(app, code, new_verifier()[0])) == REFUSED
    assert provider.redeem(app, code, browser.verifier).status_code == 200


@pytest.mark.parametrize("verifier", ["", "short", "x" * 129, "é" * 50, "a b" * 20])
def test_what_is_no_verifier_is_refused(provider: Any, verifier: str) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    response = provider.redeem(app, browser.code(app), verifier)
    assert response.status_code == 400


def test_the_challenge_itself_is_no_verifier(provider: Any) -> None:
    """The downgrade to ``plain``: what went over the front channel must not be enough."""
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    digest = hashlib.sha256(browser.verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = browser.code(app)
    answer = provider.redeem(app, code, challenge, code_challenge_method="plain")
    assert error_of(answer) == REFUSED


def test_a_verifier_left_out_is_refused_for_every_client(provider: Any) -> None:
    browser = provider.browser()
    browser.sign_in()
    for app in (provider.register(), provider.public()):
        form = {
            "grant_type": "authorization_code",
            "code": browser.code(app),
            "redirect_uri": app.redirect_uri,
        }
        assert error_of(provider.post("/oauth/token", form, app)) == (400, "invalid_request")


def test_a_code_of_another_client_is_refused(provider: Any) -> None:
    browser, app, other = provider.browser(), provider.register(), provider.register()
    browser.sign_in()
    code = browser.code(app)
    assert error_of(provider.redeem(other, code, browser.verifier)) == REFUSED
    public = provider.public()
    assert error_of(provider.redeem(public, code, browser.verifier)) == REFUSED


def test_a_confidential_client_cannot_leave_its_secret_out(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    form = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": browser.code(app),
        "redirect_uri": app.redirect_uri,
        "code_verifier": browser.verifier,
    }
    assert error_of(provider.post("/oauth/token", form)) == (401, "invalid_client")


@pytest.mark.parametrize("uri", ["https://app.example/other", "", "https://evil.example/"])
def test_the_redirect_uri_is_the_one_of_the_request(provider: Any, uri: str) -> None:
    browser = provider.browser()
    app = provider.register(
        redirect_uris=("https://app.example/callback", "https://app.example/other")
    )
    browser.sign_in()
    code = browser.code(app)
    assert error_of(provider.redeem(app, code, browser.verifier, redirect_uri=uri)) == REFUSED


def test_a_code_is_good_for_a_minute(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    code = browser.code(app)
    provider.clock.move(seconds=61)
    assert error_of(provider.redeem(app, code, browser.verifier)) == REFUSED


def test_a_code_dies_with_its_session(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    code = browser.code(app)
    provider.parts.sessions.end_all(provider_person())
    assert error_of(provider.redeem(app, code, browser.verifier)) == REFUSED


def provider_person() -> Any:
    from uuid import UUID

    return UUID("0190a000-0000-7000-8000-000000000001")


@pytest.mark.parametrize("code", ["", "made-up", "x" * 10_000, "a\x00b", "é"])
def test_a_made_up_code_is_refused(provider: Any, code: str) -> None:
    response = provider.redeem(provider.register(), code, "x" * 43)
    assert response.status_code == 400


# --- once -----------------------------------------------------------------------------------------


def test_a_code_that_comes_back_ends_the_tokens_it_gave(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    code = browser.code(app)
    first = provider.redeem(app, code, browser.verifier).get_json()
    assert provider.parts.tokens.check(first["access_token"])
    assert error_of(provider.redeem(app, code, browser.verifier)) == REFUSED
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(first["access_token"])
    assert error_of(provider.refresh(app, first["refresh_token"])) == REFUSED
    assert [action for action, _ in provider.trail()].count("oauth:family:ended") >= 1


def test_a_replay_without_the_verifier_ends_them_too(provider: Any) -> None:
    """Whoever has the code but not the verifier has stolen it."""
    browser, app = provider.browser(), provider.public()
    browser.sign_in()
    code = browser.code(app)
    first = provider.redeem(app, code, browser.verifier).get_json()
    assert error_of(provider.redeem(app, code, "x" * 43)) == REFUSED
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(first["access_token"])


def test_of_many_at_once_one_gets_tokens_and_loses_them(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    code = browser.code(app)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: provider.redeem(app, code, browser.verifier), range(6)))
    won = [answer.get_json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(won[0]["access_token"])
    assert error_of(provider.refresh(app, won[0]["refresh_token"])) == REFUSED


def test_codes_and_tokens_are_not_in_the_database(provider: Any) -> None:
    from servicekit.db import EVERYONE

    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    code = browser.code(app)
    tokens = provider.redeem(app, code, browser.verifier).get_json()
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        dump = str(
            tx.rows("SELECT authorization_codes::text AS row FROM authorization_codes", {}, dict)
            + tx.rows("SELECT refresh_tokens::text AS row FROM refresh_tokens", {}, dict)
            + tx.rows("SELECT browser_sessions::text AS row FROM browser_sessions", {}, dict)
        )
    assert code not in dump
    assert tokens["refresh_token"] not in dump
    assert browser.cookie() not in dump
