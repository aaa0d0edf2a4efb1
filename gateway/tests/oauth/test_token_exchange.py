"""RFC 8693: a service that was called in a person's name calls on, with less and never more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.servers

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
API = "http://localhost:8080/api"
PERSON = UUID("0190a000-0000-7000-8000-000000000001")


@pytest.fixture
def subject(provider: Any) -> dict[str, Any]:
    """What an application holds of a person who is signed in."""
    browser = provider.browser()
    browser.sign_in(PERSON)
    scopes = frozenset({"openid", "profile", "contracts.read", "users.read", "offline_access"})
    app = provider.register(scopes=scopes)
    tokens = browser.tokens(app, scope=" ".join(scopes))
    return {**tokens, "browser": browser, "app": app}


def service(provider: Any, **asked: Any) -> Any:
    wanted = {
        "grants": frozenset({GRANT}),
        "redirect_uris": (),
        "scopes": frozenset({"openid", "contracts.read", "users.read", "users.write"}),
        "audiences": frozenset({API}),
    }
    return provider.register(**(wanted | asked))


def exchange(provider: Any, app: Any, raw: str, **changes: str | None) -> Any:
    form = {"grant_type": GRANT, "subject_token": raw, "subject_token_type": ACCESS_TOKEN}
    sent = {name: value for name, value in (form | changes).items() if value is not None}
    return provider.post("/oauth/token", sent, app)


def exchanged(provider: Any, app: Any, raw: str, **changes: str | None) -> str:
    response = exchange(provider, app, raw, **changes)
    assert response.status_code == 200, response.text
    token: str = response.get_json()["access_token"]
    return token


def error(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["error"]


REFUSED = (400, "invalid_request")


def test_a_service_acts_for_the_person_with_less(provider: Any, subject: Any) -> None:
    app = service(provider)
    response = exchange(provider, app, subject["access_token"], scope="contracts.read")
    told = response.get_json()
    assert (response.status_code, told["scope"]) == (200, "contracts.read")
    assert (told["token_type"], told["issued_token_type"]) == ("Bearer", ACCESS_TOKEN)
    assert not {"refresh_token", "id_token"} & set(told)
    token = provider.parts.tokens.check(told["access_token"])
    before = provider.parts.tokens.check(subject["access_token"])
    assert (token.subject, token.kind) == (before.subject, before.kind)
    assert (token.client_id, token.act, token.actors) == (
        app.client_id,
        app.client_id,
        (app.client_id,),
    )
    assert (token.session_id, token.family_id) == (before.session_id, before.family_id)
    assert (token.auth_time, token.factors) == (before.auth_time, before.factors)
    assert token.expires_at <= before.expires_at


def test_without_a_wish_it_gets_what_both_have_and_nothing_of_the_sign_in(
    provider: Any, subject: Any
) -> None:
    token = exchanged(provider, service(provider), subject["access_token"])
    assert provider.parts.tokens.check(token).scopes == {"contracts.read", "users.read"}


@pytest.mark.parametrize(
    "scope", ["users.write", "contracts.read users.write", "openid", "offline_access", "no.such"]
)
def test_scopes_are_never_widened(provider: Any, subject: Any, scope: str) -> None:
    """``users.write`` is the service's own, but not in the token it shows."""
    response = exchange(provider, service(provider), subject["access_token"], scope=scope)
    assert error(response) == (400, "invalid_scope")


def test_a_token_lives_no_longer_than_the_one_it_came_from(provider: Any, subject: Any) -> None:
    provider.clock.move(minutes=4)
    response = exchange(provider, service(provider), subject["access_token"])
    assert response.get_json()["expires_in"] <= 60
    provider.clock.move(minutes=2)
    assert error(exchange(provider, service(provider), subject["access_token"])) == REFUSED


def test_an_api_login_stays_in_its_domain(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in(method="api")
    raw = browser.tokens(app, scope="openid contracts.read")["access_token"]
    token = provider.parts.tokens.check(exchanged(provider, service(provider), raw))
    assert token.domain == "OCB0000001"


def test_each_hand_stands_in_the_token_the_last_one_outermost(provider: Any, subject: Any) -> None:
    raw, hands = subject["access_token"], []
    for _ in range(3):
        app = service(provider)
        hands.insert(0, app.client_id)
        raw = exchanged(provider, app, raw)
    token = provider.parts.tokens.check(raw)
    assert token.actors == tuple(hands)
    assert token.act == hands[0]
    told = provider.post("/oauth/introspect", {"token": raw}, app).get_json()
    assert told["act"] == {
        "sub": hands[0],
        "act": {"sub": hands[1], "act": {"sub": hands[2]}},
    }
    assert error(exchange(provider, service(provider), raw)) == REFUSED, "four hands are too many"


def test_a_token_for_the_service_itself_opens_nothing_here(provider: Any, subject: Any) -> None:
    app = service(provider)
    raw = exchanged(provider, app, subject["access_token"], audience=app.client_id)
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(raw)
    told = provider.post("/oauth/introspect", {"token": raw}, app).get_json()
    assert (told["active"], told["aud"]) == (True, app.client_id)
    back = provider.parts.tokens.check(exchanged(provider, app, raw))
    assert back.actors == (app.client_id, app.client_id)


def test_nobody_else_learns_of_a_token_for_a_service(provider: Any, subject: Any) -> None:
    app, other = service(provider), service(provider)
    raw = exchanged(provider, app, subject["access_token"], audience=app.client_id)
    told = provider.post("/oauth/introspect", {"token": raw}, other).get_json()
    assert told == {"active": False}
    assert error(exchange(provider, other, raw)) == REFUSED


@pytest.mark.parametrize("changes", [{"audience": "other"}, {"resource": "https://other.example"}])
def test_another_audience_is_no_target(provider: Any, subject: Any, changes: Any) -> None:
    response = exchange(provider, service(provider), subject["access_token"], **changes)
    assert error(response) == (400, "invalid_target")


def test_a_client_exchanges_what_concerns_it_alone(provider: Any, subject: Any) -> None:
    """Its own, and those for an audience it answers for: as with introspection."""
    outsider = service(provider, audiences=frozenset())
    assert error(exchange(provider, outsider, subject["access_token"])) == REFUSED


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_token": None},
        {"subject_token": "made-up"},
        {"subject_token": "a.b.c"},
        {"subject_token_type": None},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"actor_token": "x", "actor_token_type": ACCESS_TOKEN},
    ],
)
def test_what_is_no_such_request_is_refused(provider: Any, subject: Any, changes: Any) -> None:
    raw = subject["access_token"]
    assert error(exchange(provider, service(provider), raw, **changes)) == REFUSED


@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
def test_only_access_tokens_are_exchanged(provider: Any, subject: Any, kind: str) -> None:
    assert error(exchange(provider, service(provider), subject[kind])) == REFUSED


def test_a_clients_own_token_names_nobody_to_act_for(provider: Any) -> None:
    raw = provider.client_token(provider.machine())
    assert error(exchange(provider, service(provider), raw)) == REFUSED


def test_only_proved_clients_of_this_grant_exchange(provider: Any, subject: Any) -> None:
    raw = subject["access_token"]
    assert error(exchange(provider, provider.register(), raw)) == (400, "unauthorized_client")
    form = {"client_id": service(provider).client_id}
    assert error(exchange(provider, None, raw, **form)) == (401, "invalid_client")
    assert error(exchange(provider, provider.public(), raw)) == (401, "invalid_client")


def test_a_revoked_token_is_exchanged_no_more(provider: Any, subject: Any) -> None:
    provider.post("/oauth/revoke", {"token": subject["access_token"]}, subject["app"])
    assert error(exchange(provider, service(provider), subject["access_token"])) == REFUSED


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_what_was_exchanged_ends_with_what_it_came_from(
    provider: Any, subject: Any, kind: str
) -> None:
    first = exchanged(provider, service(provider), subject["access_token"])
    second = exchanged(provider, service(provider), first)
    provider.post("/oauth/revoke", {"token": subject[kind]}, subject["app"])
    for raw in (first, second):
        with pytest.raises(Unauthenticated):
            provider.parts.tokens.check(raw)


def test_what_was_exchanged_ends_with_the_session(provider: Any, subject: Any) -> None:
    raw = exchanged(provider, service(provider), subject["access_token"])
    provider.parts.sessions.end_all(PERSON)
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(raw)
