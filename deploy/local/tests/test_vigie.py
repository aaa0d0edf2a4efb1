"""Vigie without Guichet: what it believes, whom it keeps, what it shows."""

import base64
import hmac
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from vigie.__main__ import main
from vigie.app import create_app
from vigie.logout_tokens import (
    EVENT,
    KEYS_KEPT_SECONDS,
    LEEWAY_SECONDS,
    UNKNOWN_KEY_PAUSE_SECONDS,
    Keys,
    Logout,
    LogoutTokens,
    RefusedLogoutError,
)
from vigie.sessions import ENDED_KNOWN_SECONDS, LONGEST_SECONDS, Sessions
from vigie.settings import Settings, SettingsMissingError, read_settings
from vigie.words import WORDS

pytestmark = pytest.mark.unit

ISSUER = "http://localhost:8080"
NOW = 1_800_000_000.0
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
URL = "http://127.0.0.1:8090"
SETTINGS = Settings(
    url=URL, issuer=ISSUER, client_id="vigie", client_secret="secret", provider="Nuage"
)


def key_set(*keys: RSAKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


@pytest.fixture
def tokens() -> LogoutTokens:
    keys = Keys(lambda: key_set(KEY))
    return LogoutTokens(keys=keys, issuer=ISSUER, client_id="vigie")


def logout_token(
    *, key: Any = KEY, alg: str = "RS256", header: dict[str, Any] | None = None, **changes: Any
) -> str:
    """A good one; a change to None leaves a claim or a header out."""
    claims = {
        "iss": ISSUER,
        "aud": "vigie",
        "sub": "ann",
        "sid": "s-1",
        "iat": int(NOW),
        "exp": int(NOW) + 120,
        "jti": "j-1",
        "events": {EVENT: {}},
    } | changes
    head = {"alg": alg, "kid": "one", "typ": "logout+jwt"} | (header or {})
    return jwt.encode(
        {name: value for name, value in head.items() if value is not None},
        {name: value for name, value in claims.items() if value is not None},
        key,
        algorithms=[alg],
    )


def signed_by_hand(alg: str, sign: Callable[[bytes], bytes]) -> str:
    """What libraries refuse to make."""
    header = json.dumps({"alg": alg, "kid": "one", "typ": "logout+jwt"}).encode()
    told = f"{encoded(header)}.{logout_token().split('.')[1]}"
    return f"{told}.{encoded(sign(told.encode()))}"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def by_the_public_key(told: bytes) -> bytes:
    return hmac.digest(KEY.as_pem(private=False), told, "sha256")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, Logout("ann", "s-1")),
        ({"sid": None}, Logout("ann", None)),
        ({"sub": None}, Logout(None, "s-1")),
        ({"aud": ["other", "vigie"]}, Logout("ann", "s-1")),
    ],
)
def test_a_logout_token_says_who_is_to_be_signed_out(
    tokens: LogoutTokens, changes: dict[str, Any], said: Logout
) -> None:
    assert tokens.accept(logout_token(**changes), now=NOW) == said


FORGED: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no token": lambda: "a.b.c",
    "not ASCII": lambda: "é.é.é",
    "unsigned": lambda: signed_by_hand("none", lambda told: b""),
    "another's key under the same name": lambda: logout_token(key=OTHER),
    "an unknown key": lambda: logout_token(header={"kid": "two"}),
    "no key named": lambda: logout_token(header={"kid": None}),
    "the public key as a secret": lambda: signed_by_hand("HS256", by_the_public_key),
    "another algorithm": lambda: logout_token(alg="PS256"),
    "another issuer": lambda: logout_token(iss="http://localhost:8081"),
    "for another application": lambda: logout_token(aud="demo-app"),
    "for nobody": lambda: logout_token(aud=None),
    "an ID token by its type": lambda: logout_token(header={"typ": "JWT"}),
    "without a type": lambda: logout_token(header={"typ": None}),
    "an ID token by its nonce": lambda: logout_token(nonce="n"),
    "without the event": lambda: logout_token(events={"other": {}}),
    "events are no object": lambda: logout_token(events=[EVENT]),
    "the event is no object": lambda: logout_token(events={EVENT: True}),
    "about nobody": lambda: logout_token(sub=None, sid=None),
    "sid is no string": lambda: logout_token(sid=7),
    "too old": lambda: logout_token(exp=int(NOW) - LEEWAY_SECONDS - 1),
    "of tomorrow": lambda: logout_token(iat=int(NOW) + 86_400, exp=int(NOW) + 86_500),
    "without an end": lambda: logout_token(exp=None),
    "without a beginning": lambda: logout_token(iat=None),
    "without a name of its own": lambda: logout_token(jti=None),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_what_is_no_logout_token_of_guichet_for_us_is_refused(
    tokens: LogoutTokens, forged: Callable[[], str]
) -> None:
    with pytest.raises(RefusedLogoutError):
        tokens.accept(forged(), now=NOW)


def test_a_logout_token_serves_once_as_long_as_it_lives(tokens: LogoutTokens) -> None:
    raw = logout_token()
    tokens.accept(raw, now=NOW)
    for later in (0, 60, 120 + LEEWAY_SECONDS - 1):
        with pytest.raises(RefusedLogoutError):
            tokens.accept(raw, now=NOW + later)
    tokens.accept(logout_token(jti="j-2"), now=NOW)


def test_a_new_key_is_fetched_and_made_up_ones_are_not_fetched_each_time() -> None:
    fetched: list[RSAKey] = []
    published = [KEY]

    def fetch() -> dict[str, Any]:
        fetched.append(KEY)
        return key_set(*published)

    keys = Keys(fetch)
    for _ in range(5):
        assert keys.find("made-up", now=NOW) is None
    assert len(fetched) == 1
    published.append(RSAKey.generate_key(2048, {"kid": "two"}))
    later = NOW + UNKNOWN_KEY_PAUSE_SECONDS + 1
    assert keys.find("two", now=later) is not None
    published.remove(KEY)
    assert keys.find("one", now=later + 1) is not None, "kept as long as a key set may be"
    assert keys.find("one", now=later + KEYS_KEPT_SECONDS + 1) is None


def start(sessions: Sessions, sub: str, sid: str, *, now: float = NOW) -> str:
    secret = sessions.start(sub=sub, sid=sid, name=sub, tokens={}, now=now)
    assert secret is not None
    return secret


def test_one_session_ends_or_all_of_a_person() -> None:
    sessions = Sessions()
    desk, phone, other = (
        start(sessions, *who) for who in (("ann", "1"), ("ann", "2"), ("bob", "3"))
    )
    assert sessions.end_told(sub="ann", sid="1", now=NOW) == 1
    living = [sessions.find(secret, now=NOW) is not None for secret in (desk, phone, other)]
    assert living == [False, True, True]
    assert sessions.end_told(sub="ann", sid=None, now=NOW) == 1
    assert sessions.find(phone, now=NOW) is None
    assert sessions.find(other, now=NOW) is not None


def test_a_session_that_ended_meanwhile_does_not_begin() -> None:
    sessions = Sessions()
    sessions.end_told(sub="ann", sid="1", now=NOW)
    begun = [
        sessions.start(sub="ann", sid=sid, name="Ann", tokens={}, now=NOW) for sid in ("1", "2")
    ]
    assert begun[0] is None
    assert begun[1] is not None
    assert start(sessions, "ann", "1", now=NOW + ENDED_KNOWN_SECONDS + 1), "and is forgotten"


def test_nobody_is_signed_in_for_ever() -> None:
    sessions = Sessions()
    secret = start(sessions, "ann", "1")
    assert sessions.find(secret, now=NOW + LONGEST_SECONDS - 1) is not None
    assert sessions.find(secret, now=NOW + LONGEST_SECONDS) is None
    assert sessions.find(None, now=NOW) is None


@pytest.fixture
def browser() -> FlaskClient:
    return create_app(SETTINGS).test_client()


@pytest.mark.parametrize("language", list(WORDS))
def test_the_first_page_speaks_both_languages(browser: FlaskClient, language: str) -> None:
    page = browser.get("/", headers={"Accept-Language": language}, base_url=URL)
    assert f'<html lang="{language}">' in page.text
    assert WORDS[language]["sign_in"].format(provider="Nuage") in page.text
    browser.get("/?lang=en", base_url=URL)
    page = browser.get("/", headers={"Accept-Language": language}, base_url=URL)
    assert '<html lang="en">' in page.text, "what was chosen here counts more"


def test_both_languages_say_the_same_things() -> None:
    assert WORDS["fr"].keys() == WORDS["en"].keys()


def test_it_answers_to_its_own_name_alone(browser: FlaskClient) -> None:
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/", headers={"Host": "127.0.0.1:8090"}).status_code == 200


@pytest.mark.parametrize("issuer", ["", "http://localhost:8081", f"{ISSUER}/"])
def test_an_answer_of_another_issuer_is_not_looked_at(browser: FlaskClient, issuer: str) -> None:
    """RFC 9207: with the right state even; no code is sent anywhere."""
    with browser.session_transaction(base_url=URL) as session:
        kept = {"redirect_uri": SETTINGS.callback, "code_verifier": "v" * 48, "nonce": "n"}
        session["_state_guichet_s"] = {"data": kept, "exp": 2 * NOW}
    page = browser.get(
        "/callback", query_string={"code": "c", "state": "s", "iss": issuer}, base_url=URL
    )
    assert page.status_code == 400


def test_an_answer_to_no_question_signs_nobody_in(browser: FlaskClient) -> None:
    asked = {"code": "c", "state": "made-up", "iss": ISSUER}
    page = browser.get("/callback", query_string=asked, base_url=URL)
    assert page.status_code == 403
    denied = {"error": "access_denied", "state": "s", "iss": ISSUER, "lang": "en"}
    page = browser.get("/callback", query_string=denied, base_url=URL)
    assert page.status_code == 403
    assert WORDS["en"]["access_denied"] in page.text


def test_a_form_of_elsewhere_signs_nobody_out(browser: FlaskClient) -> None:
    assert browser.post("/sign-out", base_url=URL).status_code == 403
    forged = browser.post("/sign-out", data={"form_token": "x"}, base_url=URL)
    assert forged.status_code == 403


def test_nobody_frames_it_and_nothing_foreign_runs(browser: FlaskClient) -> None:
    policy = browser.get("/", base_url=URL).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert re.search(r"form-action 'self' http://localhost:8080$", policy)


@pytest.mark.parametrize("url", ["https://vigie.example", "http://0.0.0.0:8090", URL[:-5]])
def test_it_serves_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    """A demo: sessions in memory and no TLS are for no deployment."""
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "PROVIDER"):
        monkeypatch.setenv(f"VIGIE_{name}", ISSUER)
    monkeypatch.setenv("VIGIE_URL", url)
    assert main() == 2
    assert "VIGIE_URL" in capsys.readouterr().err


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SettingsMissingError, match=r"missing: VIGIE_ISSUER, VIGIE_CLIENT_SECRET$"):
        read_settings({"VIGIE_URL": URL, "VIGIE_CLIENT_ID": "vigie", "VIGIE_PROVIDER": "Nuage"})
