"""DPoP (RFC 9449): a token is good in the one hand that holds its key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from gateway.oauth.possession import token_hash
from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.servers

URL = "http://localhost:8080"
TOKEN = f"{URL}/oauth/token"
USERINFO = f"{URL}/oauth/userinfo"
PERSON = UUID("0190a000-0000-7000-8000-000000000001")
KEY = ECKey.generate_key("P-256")
OTHER = ECKey.generate_key("P-256")
JOHN = {
    "person_id": str(PERSON),
    "login": "John.Doe",
    "email": "john.doe@example.com",
    "given_name": "John",
    "family_name": "Doe",
    "mobile": None,
    "language": "fr",
    "enabled": True,
}


def proof(
    provider: Any,
    *,
    url: str = TOKEN,
    method: str = "POST",
    token: str | None = None,
    key: Any = KEY,
    alg: str = "ES256",
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    claims = {
        "jti": uuid4().hex,
        "htm": method,
        "htu": url,
        "iat": int(provider.clock.now().timestamp()),
        "ath": None if token is None else token_hash(token),
    } | changes
    head = {"typ": "dpop+jwt", "alg": alg, "jwk": key.as_dict(private=False)} | (header or {})
    return jwt.encode(
        {name: value for name, value in head.items() if value is not None},
        {name: value for name, value in claims.items() if value is not None},
        key,
        algorithms=[alg],
    )


def ask(provider: Any, app: Any, dpop: str | None, **form: str) -> Any:
    headers = {} if dpop is None else {"DPoP": dpop}
    sent = {"grant_type": "client_credentials"} | form
    if app.secret is None:
        sent["client_id"] = app.client_id
    return provider.app.test_client().post(
        "/oauth/token", data=sent, headers=headers, auth=app.auth
    )


def redeem(provider: Any, app: Any, dpop: str | None, **asked: str) -> Any:
    browser = provider.browser()
    browser.sign_in(PERSON)
    code = browser.code(app, scope="openid contracts.read", **asked)
    form = {"code": code, "redirect_uri": app.redirect_uri, "code_verifier": browser.verifier}
    return ask(provider, app, dpop, grant_type="authorization_code", **form)


def bound(provider: Any, app: Any) -> dict[str, Any]:
    response = redeem(provider, app, proof(provider))
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.get_json()
    return tokens


def error(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["error"]


def userinfo(provider: Any, raw: str, dpop: str | None, scheme: str = "DPoP") -> Any:
    provider.identity.people[str(PERSON)] = JOHN
    headers = {"Authorization": f"{scheme} {raw}"} | ({"DPoP": dpop} if dpop else {})
    return provider.app.test_client().get("/oauth/userinfo", headers=headers)


BAD_PROOF = (400, "invalid_dpop_proof")


def test_a_proof_binds_the_token_to_its_key(provider: Any) -> None:
    response = ask(provider, provider.machine(), proof(provider))
    told = response.get_json()
    assert (response.status_code, told["token_type"]) == (200, "DPoP")
    assert provider.parts.tokens.check(told["access_token"]).key == KEY.thumbprint()


def test_without_a_proof_a_token_is_a_bearers(provider: Any) -> None:
    told = ask(provider, provider.machine(), None).get_json()
    assert told["token_type"] == "Bearer"
    assert provider.parts.tokens.check(told["access_token"]).key is None


def test_a_client_may_be_held_to_its_key(provider: Any) -> None:
    app = provider.machine(dpop_bound_access_tokens=True)
    assert error(ask(provider, app, None)) == BAD_PROOF
    assert ask(provider, app, proof(provider)).status_code == 200


@pytest.mark.parametrize(
    ("key", "alg"),
    [(RSAKey.generate_key(2048), "PS256"), (OKPKey.generate_key("Ed25519"), "Ed25519")],
)
def test_other_algorithms_offered_serve_too(provider: Any, key: Any, alg: str) -> None:
    response = ask(provider, provider.machine(), proof(provider, key=key, alg=alg))
    assert response.status_code == 200


def test_introspection_tells_the_key(provider: Any) -> None:
    app = provider.register()
    raw = bound(provider, app)["access_token"]
    told = provider.post("/oauth/introspect", {"token": raw}, app).get_json()
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": KEY.thumbprint()})


# --- the resource -------------------------------------------------------------------------------


def test_the_holder_of_the_key_is_served(provider: Any) -> None:
    raw = bound(provider, provider.register())["access_token"]
    fitting = proof(provider, url=USERINFO, method="GET", token=raw)
    assert userinfo(provider, raw, fitting).get_json()["sub"] == str(PERSON)
    with_query = proof(provider, url=f"{USERINFO}?x=1#y", method="GET", token=raw)
    assert userinfo(provider, raw, with_query, scheme="dpop").status_code == 200


def test_a_stolen_token_opens_nothing(provider: Any) -> None:
    """Neither as a bearer's, nor without a proof, nor with somebody else's."""
    raw = bound(provider, provider.register())["access_token"]
    good = {"url": USERINFO, "method": "GET", "token": raw}
    for response in (
        userinfo(provider, raw, None, scheme="Bearer"),
        userinfo(provider, raw, proof(provider, **good), scheme="Bearer"),
        userinfo(provider, raw, None),
        userinfo(provider, raw, proof(provider, **good, key=OTHER)),
    ):
        assert response.status_code == 401, response.text


def test_a_refused_proof_is_told_as_one(provider: Any) -> None:
    raw = bound(provider, provider.register())["access_token"]
    response = userinfo(provider, raw, "x")
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith('DPoP realm="guichet", error="invalid_dpop_proof", algs="')
    assert response.get_json()["error"] == "invalid_dpop_proof"


def test_a_bearers_token_is_no_bound_one(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in(PERSON)
    raw = browser.tokens(app)["access_token"]
    fitting = proof(provider, url=USERINFO, method="GET", token=raw)
    assert userinfo(provider, raw, fitting).status_code == 401
    assert userinfo(provider, raw, fitting, scheme="Bearer").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"token": "another.token.altogether"},
        {"token": None},
        {"method": "POST"},
        {"url": f"{URL}/oauth/introspect"},
        {"url": "https://localhost:8080/oauth/userinfo"},
        {"url": "http://evil.example/oauth/userinfo"},
        {"url": f"{USERINFO}/"},
    ],
)
def test_a_proof_of_another_request_is_refused(provider: Any, changes: dict[str, Any]) -> None:
    raw = bound(provider, provider.register())["access_token"]
    made = proof(provider, **({"url": USERINFO, "method": "GET", "token": raw} | changes))
    assert userinfo(provider, raw, made).status_code == 401


def test_the_host_a_request_claims_does_not_count(provider: Any) -> None:
    raw = bound(provider, provider.register())["access_token"]
    made = proof(provider, url="http://evil.example/oauth/userinfo", method="GET", token=raw)
    headers = {"Authorization": f"DPoP {raw}", "DPoP": made, "Host": "evil.example"}
    assert provider.app.test_client().get("/oauth/userinfo", headers=headers).status_code == 401


def test_the_rest_face_asks_for_the_proof_too(provider: Any) -> None:
    raw = bound(provider, provider.register())["access_token"]
    http, path = provider.app.test_client(), "/api/v1/contracts"
    naked = http.get(path, headers={"Authorization": f"Bearer {raw}"})
    assert (naked.status_code, naked.get_json()["code"]) == (401, "token-refused")
    wrong = http.get(path, headers={"Authorization": f"DPoP {raw}", "DPoP": "x"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (401, "proof-refused")
    assert "invalid_dpop_proof" in wrong.headers["WWW-Authenticate"]
    made = proof(provider, url=f"{URL}{path}", method="GET", token=raw)
    possession = provider.parts.possession
    token = provider.parts.tokens.check(raw)
    possession.demand(token, raw, scheme="DPoP", proof=made, method="GET", path=path)
    with pytest.raises(Unauthenticated):
        possession.demand(token, raw, scheme="DPoP", proof=made, method="GET", path=path)


# --- proofs that are none -----------------------------------------------------------------------


def test_a_proof_serves_once_on_all_processes(provider: Any, start_provider: Any) -> None:
    app, made = provider.machine(), proof(provider)
    assert ask(provider, app, made).status_code == 200
    assert error(ask(provider, app, made)) == BAD_PROOF
    assert error(ask(start_provider(), app, made)) == BAD_PROOF


def test_of_many_at_once_one_serves(provider: Any) -> None:
    app, made = provider.machine(), proof(provider)
    with ThreadPoolExecutor(6) as pool:
        statuses = [
            one.status_code for one in pool.map(lambda _: ask(provider, app, made), [0] * 6)
        ]
    assert sorted(statuses) == [200] + [400] * 5


@pytest.mark.parametrize(("seconds", "ok"), [(-55, True), (-65, False), (5, True), (30, False)])
def test_a_proof_is_of_this_minute(provider: Any, seconds: int, ok: bool) -> None:
    at = int(provider.clock.now().timestamp()) + seconds
    response = ask(provider, provider.machine(), proof(provider, iat=at))
    assert response.status_code == (200 if ok else 400)


@pytest.mark.parametrize(
    "changes",
    [
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 300},
        {"htm": "GET"},
        {"htm": None},
        {"htu": None},
        {"htu": 7},
        {"htu": f"{URL}/oauth/other"},
        {"iat": None},
        {"iat": "now"},
        {"iat": 10**20},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": None}},
        {"header": {"jwk": None}},
        {"header": {"jwk": OTHER.as_dict(private=False)}},
        {"header": {"jwk": KEY.as_dict(private=True)}},
        {"header": {"jwk": OctKey.generate_key(256).as_dict()}},
    ],
)
def test_what_does_not_fit_is_no_proof(provider: Any, changes: dict[str, Any]) -> None:
    assert error(ask(provider, provider.machine(), proof(provider, **changes))) == BAD_PROOF


@pytest.mark.parametrize("made", ["", "x", "a.b.c", "e30.e30.e30", "x" * 9000, "é.é.é"])
def test_what_is_no_jwt_is_no_proof(provider: Any, made: str) -> None:
    assert error(ask(provider, provider.machine(), made)) == BAD_PROOF


def test_a_nested_payload_is_no_proof(provider: Any) -> None:
    from joserfc import jws

    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.as_dict(private=False)}
    made = jws.serialize_compact(head, b"[" * 5000, KEY, algorithms=["ES256"])
    assert error(ask(provider, provider.machine(), made)) == BAD_PROOF


def test_a_shared_secret_or_no_algorithm_is_no_proof(provider: Any) -> None:
    import base64
    import json

    shared = OctKey.generate_key(256)
    symmetric = proof(provider, key=shared, alg="HS256", header={"jwk": shared.as_dict()})
    body = proof(provider).split(".")[1]
    head = {"typ": "dpop+jwt", "alg": "none", "jwk": KEY.as_dict(private=False)}
    unsigned = base64.urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=")
    for made in (symmetric, f"{unsigned}.{body}."):
        assert error(ask(provider, provider.machine(), made)) == BAD_PROOF


# --- codes, refresh tokens, exchange ------------------------------------------------------------


def test_a_bad_proof_uses_up_no_code(provider: Any) -> None:
    app, browser = provider.register(), provider.browser()
    browser.sign_in(PERSON)
    form = {
        "code": browser.code(app),
        "redirect_uri": app.redirect_uri,
        "code_verifier": browser.verifier,
    }
    grant = {"grant_type": "authorization_code"}
    assert error(ask(provider, app, "x", **grant, **form)) == BAD_PROOF
    assert ask(provider, app, proof(provider), **grant, **form).status_code == 200


def test_a_code_asked_for_a_key_is_redeemed_by_it_alone(provider: Any) -> None:
    app, jkt = provider.public(), KEY.thumbprint()
    refused = (400, "invalid_grant")
    assert error(redeem(provider, app, proof(provider, key=OTHER), dpop_jkt=jkt)) == refused
    assert error(redeem(provider, app, None, dpop_jkt=jkt)) == refused
    assert redeem(provider, app, proof(provider), dpop_jkt=jkt).status_code == 200


def test_a_key_that_is_none_is_refused_when_asking(provider: Any, answer_of: Any) -> None:
    browser = provider.browser()
    browser.sign_in(PERSON)
    told = answer_of(browser.ask(provider.public(), dpop_jkt="short"))
    assert told["error"] == "invalid_request"


def test_a_public_clients_refresh_token_is_bound(provider: Any) -> None:
    app = provider.public()
    tokens = bound(provider, app)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert error(ask(provider, app, None, **form)) == (400, "invalid_grant")
    assert error(ask(provider, app, proof(provider, key=OTHER), **form)) == (400, "invalid_grant")
    again = ask(provider, app, proof(provider), **form)
    assert again.status_code == 200, "whoever has not the key has not used it up either"
    assert again.get_json()["token_type"] == "DPoP"


def test_who_has_its_key_asks_again_for_an_answer_that_got_lost_and_nobody_else(
    provider: Any,
) -> None:
    app = provider.public()
    form = {
        "grant_type": "refresh_token",
        "refresh_token": bound(provider, app)["refresh_token"],
    }
    lost = ask(provider, app, proof(provider), **form).get_json()
    assert error(ask(provider, app, proof(provider, key=OTHER), **form)) == (400, "invalid_grant")
    again = ask(provider, app, proof(provider), **form).get_json()
    assert again["refresh_token"] == lost["refresh_token"]


def test_a_confidential_client_proves_itself_and_may_take_another_key(provider: Any) -> None:
    app = provider.register()
    tokens = bound(provider, app)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = ask(provider, app, proof(provider, key=OTHER), **form).get_json()
    assert provider.parts.tokens.check(again["access_token"]).key == OTHER.thumbprint()


def test_a_bound_token_is_exchanged_by_the_holder_of_its_key(provider: Any) -> None:
    exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    raw = bound(provider, provider.register())["access_token"]
    app = provider.register(
        grants=frozenset({exchange}), redirect_uris=(), audiences=frozenset({f"{URL}/api"})
    )
    form = {
        "grant_type": exchange,
        "subject_token": raw,
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }
    for made in (None, proof(provider, key=OTHER)):
        assert error(ask(provider, app, made, **form)) == (400, "invalid_request")
    told = ask(provider, app, proof(provider), **form).get_json()
    assert told["token_type"] == "DPoP"
    assert provider.parts.tokens.check(told["access_token"]).key == KEY.thumbprint()
