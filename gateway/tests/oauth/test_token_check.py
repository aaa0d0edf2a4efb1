"""What the gateway takes for an access token of its own, and what it does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from contracts.rights import CallerKind
from gateway.oauth.tokens import TokenChecker
from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.servers

URL = "http://localhost:8080"


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def forge(provider: Any) -> Any:
    """A token signed with our own key, but for what is changed."""

    def make(*, header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
        now = int(provider.clock.now().timestamp())
        claims = {
            "iss": URL,
            "aud": f"{URL}/api",
            "sub": str(uuid4()),
            "client_id": "portal",
            "scope": "contracts.read",
            "sid": str(uuid4()),
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + 300,
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        active = provider.parts.keys.active
        head = {"alg": "RS256", "typ": "at+jwt", "kid": active.kid} | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        ours = {k: v for k, v in active.as_dict(private=True).items() if k not in ("alg", "use")}
        key = key or RSAKey.import_key(ours)  # usable with any algorithm
        return jwt.encode(head, claims, key, algorithms=[head["alg"]])

    return make


def refused(checker: TokenChecker, raw: str) -> bool:
    try:
        checker.check(raw)
    except Unauthenticated as error:
        return error.code == "token-refused"
    return False


def test_a_token_of_ours_is_taken(provider: Any, forge: Any) -> None:
    token = provider.parts.tokens.check(forge(act={"sub": "staff"}))
    assert (token.kind, token.act) == (CallerKind.PERSON, "staff")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": URL},
        {"aud": "portal"},
        {"aud": [f"{URL}/api", "other"]},
        {"aud": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "never"},
        {"exp": 1e30},
        {"sub": None},
        {"client_id": None},
        {"scope": None},
        {"scope": ["contracts.read"]},
        {"jti": None},
    ],
)
def test_wrong_or_missing_claims_are_refused(
    provider: Any, forge: Any, changes: dict[str, Any]
) -> None:
    assert refused(provider.parts.tokens, forge(**changes))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"typ": "AT+JWT"},
        {"kid": "unknown"},
        {"kid": None},
        {"kid": "../../etc/passwd"},
    ],
)
def test_another_kind_or_key_is_refused(provider: Any, forge: Any, header: dict[str, Any]) -> None:
    assert refused(provider.parts.tokens, forge(header=header))


def test_a_key_of_somebody_else_under_our_id_is_refused(provider: Any, forge: Any) -> None:
    assert refused(provider.parts.tokens, forge(key=RSAKey.generate_key(2048)))


def test_a_key_brought_along_in_the_header_is_refused(provider: Any, forge: Any) -> None:
    mine = RSAKey.generate_key(2048)
    for header in (
        {"jwk": mine.as_dict(private=False)},
        {"jwk": mine.as_dict(private=False), "kid": None},
        {"jku": "https://evil.example/jwks", "kid": "evil"},
    ):
        assert refused(provider.parts.tokens, forge(key=mine, header=header))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
def test_an_unsigned_token_is_refused(provider: Any, forge: Any, alg: str) -> None:
    _, body, signature = forge().split(".")
    head = b64({"alg": alg, "typ": "at+jwt", "kid": provider.parts.keys.active.kid})
    assert refused(provider.parts.tokens, f"{head}.{body}.")
    assert refused(provider.parts.tokens, f"{head}.{body}.{signature}")


@pytest.mark.parametrize("shape", ["pem", "jwk", "n"])
def test_our_public_key_as_a_shared_secret_is_refused(
    provider: Any, forge: Any, shape: str
) -> None:
    """RS256 turned into HS256."""
    public = provider.parts.keys.find(provider.parts.keys.active.kid)
    secret = {
        "pem": public.raw_value.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "jwk": json.dumps(public.as_dict(private=False)).encode(),
        "n": public.as_dict()["n"].encode(),
    }[shape]
    head = b64({"alg": "HS256", "typ": "at+jwt", "kid": public.kid})
    body = forge().split(".")[1]
    mac = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
    assert refused(provider.parts.tokens, f"{head}.{body}.{b64(mac)}")


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("HS256", OctKey.generate_key(256)),
        ("ES256", ECKey.generate_key("P-256")),
        ("Ed25519", OKPKey.generate_key("Ed25519")),
        ("PS256", None),
        ("RS384", None),
        ("RS512", None),
    ],
)
def test_another_algorithm_is_refused(provider: Any, forge: Any, alg: str, key: Any) -> None:
    assert refused(provider.parts.tokens, forge(header={"alg": alg}, key=key))


def test_any_changed_byte_is_refused(provider: Any, forge: Any) -> None:
    head, body, signature = forge().split(".")
    checker = provider.parts.tokens
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    wider = b64(claims | {"scope": "contracts.read tenants.write"})
    assert refused(checker, f"{head}.{wider}.{signature}")
    assert refused(checker, f"{head}.{body}.{signature[:-8]}AAAAAAAA")
    assert refused(checker, f"{head}.{body}")
    assert refused(checker, f"{head}.{body}.{signature}.x")


@pytest.mark.parametrize("raw", ["", ".", "..", "a.b.c", "é.é.é", "x" * 9000, "\x00", "a" * 100])
def test_what_is_no_token_is_refused(provider: Any, raw: str) -> None:
    assert refused(provider.parts.tokens, raw)


@pytest.mark.parametrize("payload", [b"[]", b"null", b"{", b'"x"', b"\xff", b"1"])
def test_a_signed_payload_that_is_no_claims_is_refused(provider: Any, payload: bytes) -> None:
    from joserfc import jws

    active = provider.parts.keys.active
    head = {"alg": "RS256", "typ": "at+jwt", "kid": active.kid}
    assert refused(provider.parts.tokens, jws.serialize_compact(head, payload, active))


def test_an_id_token_is_no_access_token(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    assert refused(provider.parts.tokens, browser.tokens(app)["id_token"])


def test_a_remembered_token_still_expires(provider: Any, forge: Any) -> None:
    raw = forge()
    provider.parts.tokens.check(raw)
    provider.clock.move(seconds=301)
    assert refused(provider.parts.tokens, raw)


def test_a_client_named_like_a_person_stays_a_client(provider: Any, forge: Any) -> None:
    person = str(uuid4())
    token = provider.parts.tokens.check(forge(sub=person, client_id=person, sid=None))
    assert token.kind is CallerKind.CLIENT


def test_a_check_costs_microseconds_and_no_database(start_provider: Any, forge: Any) -> None:
    raw = forge()
    apart = start_provider().parts
    apart.db.close()
    checker = apart.tokens
    checker.check(raw)
    started = time.perf_counter()
    for _ in range(1000):
        checker.check(raw)
    assert (time.perf_counter() - started) / 1000 < 0.001
