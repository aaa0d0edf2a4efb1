"""What a client wishes of a sign-in: by whom, and by how many factors."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

pytestmark = pytest.mark.servers

PERSON = UUID("0190a000-0000-7000-8000-000000000001")
ONE, TWO = "urn:guichet:acr:one-factor", "urn:guichet:acr:two-factors"


def insists(*values: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, "values": list(values)}}})


def signed_in(provider: Any, *, factors: tuple[str, ...] = ("pwd",), person: UUID = PERSON) -> Any:
    browser = provider.browser()
    browser.sign_in(person)
    if factors != ("pwd",):
        from gateway.oauth.acting import acting
        from servicekit.db import EVERYONE

        with provider.parts.db.write(acting("test"), tenant=EVERYONE) as tx:
            tx.run(
                "UPDATE browser_sessions SET amr = %(amr)s WHERE person_id = %(person_id)s",
                {"amr": list(factors), "person_id": person},
            )
    return browser


def told(response: Any, answer_of: Any) -> str:
    """The error, ``code``, or the page he was sent to."""
    path = urlsplit(response.location or "").path
    if path == "/sign-in":
        return path
    answer = answer_of(response)
    return "code" if "code" in answer else str(answer["error"])


def id_token(provider: Any, browser: Any, app: Any, **asked: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(provider.app.test_client().get("/oauth/jwks").get_json())
    raw = browser.tokens(app, **asked)["id_token"]
    return dict(jwt.decode(raw, keys, algorithms=["RS256"]).claims)


@pytest.mark.parametrize("wished", [ONE, TWO, "urn:nobody:knows", f"{TWO} {ONE}"])
def test_acr_values_are_a_wish_and_the_token_says_what_was_met(provider: Any, wished: str) -> None:
    claims = id_token(provider, signed_in(provider), provider.register(), acr_values=wished)
    assert (claims["acr"], claims["amr"]) == (ONE, ["pwd"])


def test_an_essential_class_is_met_or_refused(provider: Any, answer_of: Any) -> None:
    app, unmet = provider.register(), "unmet_authentication_requirements"
    one = signed_in(provider)
    assert told(one.ask(app, claims=insists(ONE)), answer_of) == "code"
    assert told(one.ask(app, claims=insists(TWO), prompt="none"), answer_of) == unmet
    assert told(one.ask(app, claims=insists("x"), prompt="none"), answer_of) == unmet
    assert told(one.ask(app, claims=insists()), answer_of) == "code", "any class will do"
    person = uuid4()
    two = signed_in(provider, factors=("pwd", "otp", "mfa"), person=person)
    assert told(two.ask(app, claims=insists(TWO)), answer_of) == "code"
    assert told(two.ask(app, claims=insists(ONE)), answer_of) == "code", "more than was asked"
    single = json.dumps({"id_token": {"acr": {"essential": True, "value": TWO}}})
    assert told(two.ask(app, claims=single), answer_of) == "code"


def test_he_may_sign_in_anew_for_it_once(provider: Any, answer_of: Any) -> None:
    app, browser = provider.register(), signed_in(provider)
    response = browser.ask(app, claims=insists(TWO))
    assert told(response, answer_of) == "/sign-in"
    back = parse_qs(urlsplit(response.location).query)["next"][0]
    provider.clock.move(seconds=2)
    browser.sign_in(PERSON)
    assert told(browser.http.get(back), answer_of) == "unmet_authentication_requirements"


@pytest.mark.parametrize("way", ["claims", "id_token_hint"])
def test_somebody_else_is_not_whom_the_client_means(
    provider: Any, answer_of: Any, way: str
) -> None:
    app, browser = provider.register(), signed_in(provider)
    raw = browser.tokens(app)["id_token"]
    by_claim = json.dumps({"id_token": {"sub": {"value": str(PERSON)}}})
    asked = {way: by_claim if way == "claims" else raw}
    assert told(browser.ask(app, **asked), answer_of) == "code"
    other = signed_in(provider, person=uuid4())
    assert told(other.ask(app, **asked, prompt="none"), answer_of) == "login_required"
    assert told(other.ask(app, **asked), answer_of) == "/sign-in"


@pytest.mark.parametrize(
    "claims",
    [
        "{}",
        '{"userinfo": {"email": null, "phone_number": {"essential": true}}}',
        '{"id_token": {"auth_time": {"essential": true}, "nobody_knows": null}}',
        '{"id_token": null, "userinfo": null}',
        '{"id_token": {"acr": null}}',
        '{"other": 7}',
    ],
)
def test_claims_that_change_nothing_are_taken(provider: Any, answer_of: Any, claims: str) -> None:
    app = provider.register()
    assert told(signed_in(provider).ask(app, claims=claims), answer_of) == "code"


def test_claims_open_nothing_that_the_scopes_do_not(provider: Any) -> None:
    browser, app = signed_in(provider), provider.register()
    wish = json.dumps({"userinfo": {"email": {"essential": True}}, "id_token": {"email": None}})
    token = browser.tokens(app, scope="openid", claims=wish)
    assert provider.parts.tokens.check(token["access_token"]).scopes == {"openid"}
    assert "email" not in id_token(provider, browser, app, scope="openid", claims=wish)


@pytest.mark.parametrize(
    "asked",
    [
        {"claims": "x"},
        {"claims": ""},
        {"claims": "[]"},
        {"claims": "7"},
        {"claims": "[" * 1000},
        {"claims": '{"id_token": 7}'},
        {"claims": '{"userinfo": []}'},
        {"claims": '{"id_token": {"acr": 7}}'},
        {"claims": json.dumps({"id_token": {"x": "y" * 2000}})},
        {"id_token_hint": "x"},
        {"id_token_hint": "e30.e30.e30"},
    ],
)
def test_wishes_that_cannot_be_read_are_refused(
    provider: Any, answer_of: Any, asked: dict[str, str]
) -> None:
    response = signed_in(provider).ask(provider.register(), **asked)
    assert told(response, answer_of) == "invalid_request"


def test_an_access_token_is_no_hint(provider: Any, answer_of: Any) -> None:
    app, browser = provider.register(), signed_in(provider)
    raw = browser.tokens(app)["access_token"]
    assert told(browser.ask(app, id_token_hint=raw), answer_of) == "invalid_request"
