"""``private_key_jwt``: a client that proves itself by its key, and everything that is no proof."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from gateway.oauth.acting import acting
from gateway.oauth.client_keys import keys_fault
from servicekit.db import EVERYONE
from servicekit.errors import Invalid
from servicekit.settings import Mode

pytestmark = pytest.mark.servers

ISSUER = "http://localhost:8080"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
SECOND = RSAKey.generate_key(2048, {"kid": "two"})


def published(*keys: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


@pytest.fixture
def app(provider: Any) -> Any:
    return provider.machine(jwks=published(KEY))


def assertion(
    provider: Any,
    app: Any,
    *,
    key: Any = KEY,
    alg: str = "ES256",
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    now = int(provider.clock.now().timestamp())
    claims = {
        "iss": app.client_id,
        "sub": app.client_id,
        "aud": ISSUER,
        "jti": uuid4().hex,
        "iat": now,
        "exp": now + 60,
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    head = {"alg": alg, "kid": key.as_dict(private=False).get("kid")} | (header or {})
    head = {name: value for name, value in head.items() if value is not None}
    return jwt.encode(head, claims, key, algorithms=[alg])


def ask(provider: Any, raw: str, **more: str) -> Any:
    form = {"grant_type": "client_credentials", "client_assertion_type": TYPE}
    return provider.post("/oauth/token", form | {"client_assertion": raw} | more)


def refused(response: Any) -> bool:
    return (response.status_code, response.get_json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/oauth/token", [ISSUER]])
def test_a_client_proves_itself_by_its_key(provider: Any, app: Any, audience: Any) -> None:
    response = ask(provider, assertion(provider, app, aud=audience))
    assert response.status_code == 200, response.text
    token = provider.parts.tokens.check(response.get_json()["access_token"])
    assert token.client_id == app.client_id
    assert app.secret is None, "it has no secret at all"


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (SECOND, "RS256"),
        (SECOND, "PS256"),
        (KEY, "ES256"),
        (OKPKey.generate_key("Ed25519", {"kid": "three"}), "Ed25519"),
    ],
)
def test_each_algorithm_offered_serves(provider: Any, key: Any, alg: str) -> None:
    app = provider.machine(jwks=published(key))
    assert ask(provider, assertion(provider, app, key=key, alg=alg)).status_code == 200


def test_two_keys_live_at_once_each_by_its_name(provider: Any) -> None:
    app = provider.machine(jwks=published(KEY, SECOND))
    assert ask(provider, assertion(provider, app)).status_code == 200
    assert ask(provider, assertion(provider, app, key=SECOND, alg="RS256")).status_code == 200
    assert refused(ask(provider, assertion(provider, app, header={"kid": "two"})))
    assert refused(ask(provider, assertion(provider, app, header={"kid": None})))
    assert refused(ask(provider, assertion(provider, app, header={"kid": "three"})))


def test_a_proof_serves_once_on_all_processes(provider: Any, app: Any, start_provider: Any) -> None:
    raw = assertion(provider, app)
    assert ask(provider, raw).status_code == 200
    assert refused(ask(provider, raw))
    assert refused(ask(start_provider(), raw))
    again = assertion(provider, app, jti="same")
    assert ask(provider, again).status_code == 200
    assert refused(ask(provider, assertion(provider, app, jti="same", exp=None) + "x"))
    assert refused(ask(provider, assertion(provider, app, jti="same"))), "signed anew, same jti"


def test_of_many_at_once_one_serves(provider: Any, app: Any) -> None:
    raw = assertion(provider, app)
    with ThreadPoolExecutor(6) as pool:
        statuses = [one.status_code for one in pool.map(lambda _: ask(provider, raw), range(6))]
    assert sorted(statuses) == [200] + [401] * 5


def test_the_same_jti_of_another_client_is_another_proof(provider: Any, app: Any) -> None:
    other = provider.machine(jwks=published(KEY))
    for one in (app, other):
        assert ask(provider, assertion(provider, one, jti="shared")).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody-else"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"aud": "https://other.example"},
        {"aud": f"{ISSUER}/"},
        {"aud": f"{ISSUER}/oauth/token/"},
        {"aud": [ISSUER, "https://other.example"]},
        {"aud": []},
        {"aud": None},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 300},
        {"jti": 7},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**20},
        {"exp": 1},
    ],
)
def test_claims_that_are_not_for_here_and_now_are_refused(
    provider: Any, app: Any, changes: dict[str, Any]
) -> None:
    assert refused(ask(provider, assertion(provider, app, **changes)))


@pytest.mark.parametrize(("after", "ok"), [(299, True), (400, False), (86400, False), (-60, False)])
def test_a_proof_lives_five_minutes_at_most(provider: Any, app: Any, after: int, ok: bool) -> None:
    """Of one that does not say when it was made."""
    now = int(provider.clock.now().timestamp())
    response = ask(provider, assertion(provider, app, exp=now + after, iat=None))
    assert response.status_code == (200 if ok else 401)


@pytest.mark.parametrize(("age", "ok"), [(0, True), (4, True), (6, False), (59, False)])
def test_a_proof_that_says_an_hour_is_good_for_five_minutes(
    provider: Any, app: Any, age: int, ok: bool
) -> None:
    now = int(provider.clock.now().timestamp())
    raw = assertion(provider, app, iat=now, exp=now + 3600)
    provider.clock.move(minutes=age)
    assert ask(provider, raw).status_code == (200 if ok else 401)
    assert refused(ask(provider, raw)), "and serves once, as long as it is good"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_proof_of_the_future_is_refused(provider: Any, app: Any, claim: str) -> None:
    later = int(provider.clock.now().timestamp()) + 120
    assert refused(ask(provider, assertion(provider, app, exp=later + 60, **{claim: later})))


def test_a_foreign_key_proves_nothing(provider: Any, app: Any) -> None:
    foreign = ECKey.generate_key("P-256", {"kid": "one"})
    assert refused(ask(provider, assertion(provider, app, key=foreign)))
    sent_along = {"jwk": foreign.as_dict(private=False)}
    assert refused(ask(provider, assertion(provider, app, key=foreign, header=sent_along)))


def test_no_algorithm_is_no_signature(provider: Any, app: Any) -> None:
    raw = assertion(provider, app)
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "one"}).encode()).decode()
    body = raw.split(".")[1]
    assert refused(ask(provider, f"{head.rstrip('=')}.{body}."))
    assert refused(ask(provider, f"{head.rstrip('=')}.{body}.{raw.split('.')[2]}"))


def test_the_public_key_is_no_shared_secret(provider: Any) -> None:
    app = provider.machine(jwks=published(SECOND))
    pem = SECOND.as_pem(private=False)
    body = assertion(provider, app, key=SECOND, alg="RS256").split(".")[1]
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "two"}).encode()).decode()
    signing = f"{head.rstrip('=')}.{body}"
    mac = hmac.new(pem, signing.encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    assert refused(ask(provider, f"{signing}.{signature}"))


def test_a_key_registered_for_one_algorithm_serves_no_other(provider: Any) -> None:
    bound = {"keys": [{**SECOND.as_dict(private=False), "alg": "PS256"}]}
    app = provider.machine(jwks=bound)
    assert ask(provider, assertion(provider, app, key=SECOND, alg="PS256")).status_code == 200
    assert refused(ask(provider, assertion(provider, app, key=SECOND, alg="RS256")))


@pytest.mark.parametrize("raw", ["", "x", "a.b.c", "é.é.é", "e30.e30.e30", "x" * 9000])
def test_what_is_no_jwt_is_no_proof(provider: Any, raw: str) -> None:
    assert refused(ask(provider, raw))


def test_unknown_and_wrong_get_the_same_answer(provider: Any, app: Any) -> None:
    wrong = ask(provider, assertion(provider, app, aud="https://other.example"))
    unknown = ask(provider, assertion(provider, app, sub="nobody", iss="nobody"))
    without_keys = provider.machine()
    keyless = ask(provider, assertion(provider, without_keys))
    assert wrong.get_data() == unknown.get_data() == keyless.get_data()


def test_one_way_of_authentication_and_one_client_in_a_request(provider: Any, app: Any) -> None:
    both = ask(provider, assertion(provider, app), client_secret="x")
    other = ask(provider, assertion(provider, app), client_id="portal")
    form = {"grant_type": "client_credentials", "client_assertion_type": TYPE}
    form |= {"client_assertion": assertion(provider, app)}
    basic = provider.post("/oauth/token", form, provider.machine())
    for response in (both, other, basic):
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")
    wrong_type = {"client_assertion_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}
    assert refused(ask(provider, assertion(provider, app), **wrong_type))


def test_who_has_keys_has_no_other_way_in(provider: Any) -> None:
    """A secret of before the keys is worth nothing from then on."""
    from dataclasses import replace

    from gateway.oauth.registration import Registration, register_client
    from gateway.store.clients import ClientKind

    asked = Registration(
        client_id=f"moved-{uuid4().hex[:8]}",
        name="Moved",
        kind=ClientKind.CONFIDENTIAL,
        grants=frozenset({"client_credentials"}),
        scopes=frozenset({"contracts.read"}),
    )
    made = register_client(db=provider.parts.db, clock=provider.clock, asked=asked)
    form = {"grant_type": "client_credentials"}
    auth = (made.client_id, made.secret)
    http = provider.app.test_client()
    assert http.post("/oauth/token", data=form, auth=auth).status_code == 200
    keyed = replace(asked, jwks=published(KEY))
    again = register_client(db=provider.parts.db, clock=provider.clock, asked=keyed)
    provider.parts.clients.forget(made.client_id)
    assert again.secret is None
    assert http.post("/oauth/token", data=form, auth=auth).status_code == 401
    in_form = form | {"client_id": made.client_id, "client_secret": made.secret}
    assert http.post("/oauth/token", data=in_form).status_code == 401
    assert http.post("/oauth/token", data=form | {"client_id": made.client_id}).status_code == 401


def test_the_other_endpoints_take_the_proof_too(provider: Any, app: Any) -> None:
    raw = ask(provider, assertion(provider, app)).get_json()["access_token"]

    def sent(path: str, **form: str) -> Any:
        proof = {"client_assertion_type": TYPE, "client_assertion": assertion(provider, app)}
        return provider.post(path, form | proof)

    assert sent("/oauth/introspect", token=raw).get_json()["active"] is True
    assert sent("/oauth/revoke", token=raw).status_code == 200
    assert sent("/oauth/introspect", token=raw).get_json() == {"active": False}


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": []},
        {"keys": "x"},
        {"keys": ["x"]},
        {"keys": [{"kty": "RSA"}]},
        {"keys": [{"kty": "XYZ"}]},
        {"keys": [KEY.as_dict(private=True)]},
        {"keys": [OctKey.generate_key(256).as_dict()]},
        published(ECKey.generate_key("P-384")),
        published(OKPKey.generate_key("X25519")),
        {"keys": [{**KEY.as_dict(private=False), "use": "enc"}]},
        {"keys": [{**SECOND.as_dict(private=False), "n": "u" * 171}]},
        published(KEY, KEY),
        published(KEY, ECKey.generate_key("P-256")),
        published(*[ECKey.generate_key("P-256", {"kid": str(n)}) for n in range(6)]),
    ],
)
def test_keys_that_may_not_be_registered(jwks: dict[str, Any]) -> None:
    assert keys_fault(jwks) is not None


def test_a_public_client_has_no_key_to_prove_itself_by(provider: Any) -> None:
    with pytest.raises(Invalid) as error:
        provider.public(jwks=published(KEY))
    assert error.value.details["fields"] == {"jwks": ["invalid"]}


def test_authlibs_own_client_signs_what_we_take(provider: Any, app: Any) -> None:
    """A client that we did not write."""
    from authlib.oauth2.rfc7523 import private_key_jwt_sign

    now = int(provider.clock.now().timestamp())
    raw = private_key_jwt_sign(
        KEY,
        app.client_id,
        f"{ISSUER}/oauth/token",
        alg="ES256",
        claims={"jti": uuid4().hex, "exp": now + 60, "iat": now},
        header={"kid": "one"},
    )
    raw = raw.decode() if isinstance(raw, bytes) else raw
    assert ask(provider, raw).status_code == 200


# --- published keys ------------------------------------------------------------------------------


class KeyServer:
    """Where the client publishes its keys; ``asked`` counts who came for them."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = published(KEY)
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                body = json.dumps(outer.keys).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self.server.server_port}/keys"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    made = KeyServer()
    yield made
    made.server.shutdown()
    made.server.server_close()


def published_at(provider: Any, uri: str) -> Any:
    app = provider.machine(jwks=published(KEY))
    with provider.parts.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE clients SET jwks = NULL, jwks_uri = %(uri)s WHERE client_id = %(id)s",
            {"uri": uri, "id": app.client_id},
        )
    provider.parts.clients.forget(app.client_id)
    return app


def test_keys_that_are_published_serve_and_are_asked_once(
    provider: Any, key_server: KeyServer
) -> None:
    app = published_at(provider, key_server.uri)
    for _ in range(3):
        assert ask(provider, assertion(provider, app)).status_code == 200
    for kid in ("two", "three", "four"):
        assert refused(ask(provider, assertion(provider, app, header={"kid": kid})))
    assert refused(ask(provider, assertion(provider, app, key=SECOND, alg="RS256")))
    assert key_server.asked == 1


def test_in_production_no_key_is_fetched_from_this_machine(
    provider: Any, key_server: KeyServer, start_provider: Any
) -> None:
    safe = start_provider(mode=Mode.PRODUCTION)
    app = published_at(safe, key_server.uri)
    assert refused(ask(safe, assertion(safe, app)))
    assert key_server.asked == 0


def test_who_proves_nothing_makes_nobody_ask(provider: Any, key_server: KeyServer) -> None:
    """An algorithm that is not offered, or a text that is no assertion, fetches nothing."""
    app = published_at(provider, key_server.uri)
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none"}, {"sub": app.client_id})
    )
    assert refused(ask(provider, f"{head}.{body}."))
    assert refused(ask(provider, "x.y.z"))
    assert key_server.asked == 0
