"""One sign-in for two applications, and one way out of both.

Vigie (``deploy/local/vigie``) is the second application: an ordinary client, of somebody else.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from tests.journeys.town import PORTAL_PASSWORD, Customer, Town, eventually, settled_customer
from tests.journeys.visitor import PATIENCE, Page, Visitor, person_tokens

from local.installation import VIGIE

pytestmark = pytest.mark.stack

_UNTOLD = "SELECT count(*) FROM logout_deliveries WHERE client_id = %s AND closed_at IS NULL"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
SOON = 10.0


@pytest.fixture(scope="module")
def vigie(stack: Any) -> str:
    return str(stack.ops_url("vigie"))


@pytest.fixture(scope="module")
def customer(town: Town, vigie: str) -> Customer:
    """Who was asked once whether Vigie may read, and agreed."""
    customer = settled_customer(town)
    visitor = Visitor(town.url)
    visitor.sign_in(customer.login, PORTAL_PASSWORD)
    question = visitor.open(f"{vigie}/sign-in")
    assert "Vigie" in question.text
    assert question.url.startswith(town.url), "the provider asks, not the application"
    assert is_in_vigie(visitor.submit(question, "asked", decision="allow"), customer)
    return customer


@pytest.fixture
def visitor(town: Town, customer: Customer) -> Visitor:
    """At a browser of his own, signed in at the portal."""
    visitor = Visitor(town.url)
    assert visitor.sign_in(customer.login, PORTAL_PASSWORD).status == 200
    return visitor


def is_in_vigie(page: Page, customer: Customer) -> bool:
    return page.status == 200 and "John Doe" in page.text and customer.tenant in page.text


def is_asked_who_he_is(page: Page) -> bool:
    return page.status == 200 and any("password" in form.fields for form in page.forms)


def is_out_of_vigie(visitor: Visitor, vigie: str) -> bool:
    page = visitor.open(f"{vigie}/")
    return page.status == 200 and "Se connecter avec Cloudstore" in page.text


def wait_until_told(stack: Any) -> None:
    """Vigie has been told of each session that ended, and was not asked for a page meanwhile: it is
    told, it does not find out. A delivery stands in the gateway from the act's answer on."""
    with psycopg.connect(stack.admin_database_url("gateway"), autocommit=True) as db:
        eventually(lambda: db.execute(_UNTOLD, (VIGIE,)).fetchone(), lambda row: row == (0,), SOON)


def test_who_is_in_the_portal_enters_without_a_second_password(
    visitor: Visitor, vigie: str, customer: Customer
) -> None:
    page = visitor.open(f"{vigie}/sign-in")
    assert is_in_vigie(page, customer)
    assert page.url == f"{vigie}/"
    assert all(step.status_code in (302, 303) for step in page.response.history), "no page between"


def test_who_is_in_vigie_enters_the_portal_without_a_second_password(
    town: Town, vigie: str, customer: Customer
) -> None:
    visitor = Visitor(town.url, language="en")
    door = visitor.open(f"{vigie}/sign-in")
    assert is_asked_who_he_is(door)
    assert 'lang="en"' in door.response.text, "ui_locales: the page speaks as Vigie did"
    page = visitor.submit(door, "password", login=customer.login, password=PORTAL_PASSWORD)
    assert is_in_vigie(page, customer)
    portal = visitor.open("/account")
    assert portal.status == 200
    assert not is_asked_who_he_is(portal)


def test_who_says_no_is_known_to_nobody(town: Town, vigie: str) -> None:
    jane = town.demo["people"]["jane"]
    visitor = Visitor(town.url, language="en")
    visitor.sign_in(jane["login"], jane["password"])
    question = visitor.open(f"{vigie}/sign-in")
    page = visitor.submit(question, "asked", decision="deny")
    assert page.status == 403
    assert page.url.startswith(f"{vigie}/callback?error=access_denied")
    assert "You did not allow Vigie" in page.text
    assert jane["name"] not in visitor.open(f"{vigie}/").text


def test_signing_out_at_the_portal_ends_vigie_within_seconds(
    stack: Any, town: Town, visitor: Visitor, vigie: str, customer: Customer
) -> None:
    elsewhere = Visitor(town.url)
    elsewhere.sign_in(customer.login, PORTAL_PASSWORD)
    for one in (visitor, elsewhere):
        assert is_in_vigie(one.open(f"{vigie}/sign-in"), customer)
    visitor.submit(visitor.open("/account"), "/sign-out")
    wait_until_told(stack)
    assert is_out_of_vigie(visitor, vigie)
    assert is_asked_who_he_is(visitor.open(f"{vigie}/sign-in"))
    assert is_in_vigie(elsewhere.open(f"{vigie}/"), customer), "the other browser goes on"


def test_signing_out_in_vigie_ends_the_portal(
    town: Town, visitor: Visitor, vigie: str, customer: Customer
) -> None:
    page = visitor.open(f"{vigie}/sign-in")
    assert is_in_vigie(page, customer)
    page = visitor.submit(page, "/sign-out")
    assert page.url.startswith(f"{vigie}/signed-out?state="), "and back, asked nothing"
    assert "Vous êtes déconnecté" in page.text
    assert is_out_of_vigie(visitor, vigie)
    assert is_asked_who_he_is(visitor.open("/account"))
    assert is_asked_who_he_is(visitor.open(f"{vigie}/sign-in"))


def test_what_ends_all_sessions_ends_vigie(
    stack: Any, town: Town, visitor: Visitor, vigie: str, customer: Customer
) -> None:
    """A cause beside the two ways out, for example: nobody pressed a button in this browser."""
    assert is_in_vigie(visitor.open(f"{vigie}/sign-in"), customer)
    own = town.api({"login": customer.login, "password": PORTAL_PASSWORD}, "openid account")
    assert own.call("POST", "/account/sessions/end-all", {}).ok
    wait_until_told(stack)
    assert is_out_of_vigie(visitor, vigie)


def test_forged_logout_tokens_sign_nobody_out(
    town: Town, visitor: Visitor, vigie: str, customer: Customer
) -> None:
    assert is_in_vigie(visitor.open(f"{vigie}/sign-in"), customer)
    client = town.demo["clients"]["vigie"]
    tokens = person_tokens(town.url, client, customer.login, PORTAL_PASSWORD, "openid profile")
    published = requests.get(f"{town.url}/oauth/jwks", timeout=PATIENCE).json()["keys"]
    person = jwt.decode(tokens["id_token"], RSAKey.import_key(_key_of(tokens, published)))
    now = int(time.time())
    claims = {
        "iss": town.url,
        "aud": client["client_id"],
        "sub": person.claims["sub"],
        "iat": now,
        "exp": now + 120,
        "jti": "forged",
        "events": {LOGOUT: {}},
    }
    own = RSAKey.generate_key(2048)
    forged = [
        jwt.encode({"alg": "RS256", "kid": key["kid"], "typ": "logout+jwt"}, claims, own)
        for key in published
    ]
    for token in [*forged, tokens["id_token"], tokens["access_token"], "", "x"]:
        answer = requests.post(
            f"{vigie}/backchannel-logout", data={"logout_token": token}, timeout=PATIENCE
        )
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert is_in_vigie(visitor.open(f"{vigie}/"), customer)


def _key_of(tokens: dict[str, Any], published: list[dict[str, Any]]) -> dict[str, Any]:
    from joserfc import jws

    kid = jws.extract_compact(tokens["id_token"].encode()).headers()["kid"]
    return next(key for key in published if key["kid"] == kid)


def test_an_answer_meant_for_one_browser_opens_no_other(
    town: Town, visitor: Visitor, vigie: str, customer: Customer
) -> None:
    """The attacker sends his own callback to a victim, to sign him in under a foreign name; and
    whoever has caught somebody's callback has no session by it.
    """
    address = f"{vigie}/sign-in"
    while not address.startswith(f"{vigie}/callback"):
        step = visitor.http.get(address, allow_redirects=False, timeout=PATIENCE)
        address = step.headers["Location"]
    other = Visitor(town.url)
    assert other.open(address).status == 403
    assert is_out_of_vigie(other, vigie)
    assert is_in_vigie(visitor.open(address), customer)
    assert visitor.open(address).status == 403, "it serves once"
