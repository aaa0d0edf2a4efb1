"""Revocation and introspection."""

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.exceptions import ServiceUnavailable

from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.servers

URL = "http://localhost:8080"
INACTIVE = {"active": False}


def signed_in(provider: Any, **asked: Any) -> tuple[Any, Any, dict[str, Any]]:
    browser, app = provider.browser(), provider.register(**asked)
    browser.sign_in()
    return browser, app, browser.tokens(app)


def is_good(provider: Any, raw: str) -> bool:
    try:
        provider.parts.tokens.check(raw)
    except Unauthenticated:
        return False
    return True


def told(provider: Any, app: Any, token: str, **more: str) -> dict[str, Any]:
    response = provider.post("/oauth/introspect", {"token": token, **more}, app)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.get_json()
    return body


# --- introspection --------------------------------------------------------------------------------


def test_a_client_may_ask_about_its_own_tokens(provider: Any) -> None:
    _, app, tokens = signed_in(provider)
    access = told(provider, app, tokens["access_token"])
    assert access["active"] is True
    assert (access["client_id"], access["aud"], access["iss"]) == (app.client_id, f"{URL}/api", URL)
    assert access["scope"] == tokens["scope"]
    refresh = told(provider, app, tokens["refresh_token"], token_type_hint="refresh_token")
    assert (refresh["active"], refresh["client_id"]) == (True, app.client_id)


def test_a_foreign_client_learns_nothing(provider: Any) -> None:
    _, _, tokens = signed_in(provider)
    foreign = provider.machine()
    assert told(provider, foreign, tokens["access_token"]) == INACTIVE
    assert told(provider, foreign, tokens["refresh_token"]) == INACTIVE


def test_a_resource_server_may_ask_about_tokens_for_its_audience(provider: Any) -> None:
    _, _, tokens = signed_in(provider)
    resource = provider.machine(audiences=frozenset({f"{URL}/api"}))
    assert told(provider, resource, tokens["access_token"])["active"] is True
    assert told(provider, resource, tokens["refresh_token"]) == INACTIVE


def test_who_does_not_prove_himself_is_not_answered(provider: Any) -> None:
    browser, app = provider.browser(), provider.public()
    browser.sign_in()
    token = browser.tokens(app)["access_token"]
    assert provider.post("/oauth/introspect", {"token": token}, app).status_code == 401
    assert provider.post("/oauth/introspect", {"token": token}).status_code == 401


def test_what_is_dead_or_made_up_is_inactive(provider: Any) -> None:
    _, app, tokens = signed_in(provider)
    provider.refresh(app, tokens["refresh_token"])
    for raw in (tokens["refresh_token"], "made-up", "a.b.c", "", "é", tokens["id_token"]):
        assert told(provider, app, raw) == INACTIVE
    provider.clock.move(seconds=301)
    assert told(provider, app, tokens["access_token"]) == INACTIVE


def test_a_request_without_a_token_is_no_request(provider: Any) -> None:
    response = provider.post("/oauth/introspect", {}, provider.machine())
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")


# --- revocation -----------------------------------------------------------------------------------


def test_a_revoked_refresh_token_takes_its_family_with_it(provider: Any) -> None:
    _, app, tokens = signed_in(provider)
    response = provider.post("/oauth/revoke", {"token": tokens["refresh_token"]}, app)
    assert response.status_code == 200
    assert not is_good(provider, tokens["access_token"])
    assert provider.refresh(app, tokens["refresh_token"]).status_code == 400


def test_a_revoked_access_token_goes_alone(provider: Any) -> None:
    _, app, tokens = signed_in(provider)
    form = {"token": tokens["access_token"], "token_type_hint": "access_token"}
    assert provider.post("/oauth/revoke", form, app).status_code == 200
    assert not is_good(provider, tokens["access_token"])
    assert told(provider, app, tokens["access_token"]) == INACTIVE
    assert provider.refresh(app, tokens["refresh_token"]).status_code == 200


def test_a_client_revokes_its_own_token(provider: Any) -> None:
    app = provider.machine()
    token = provider.client_token(app)
    assert provider.post("/oauth/revoke", {"token": token}, app).status_code == 200
    assert not is_good(provider, token)


def test_nobody_revokes_the_tokens_of_others(provider: Any) -> None:
    _, _, tokens = signed_in(provider)
    foreign = provider.machine()
    for name in ("access_token", "refresh_token"):
        response = provider.post("/oauth/revoke", {"token": tokens[name]}, foreign)
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_grant")
    assert is_good(provider, tokens["access_token"])


@pytest.mark.parametrize("kind", ["register", "public"])
def test_who_never_got_the_answer_signs_out_with_what_he_has(provider: Any, kind: str) -> None:
    browser, app = provider.browser(), getattr(provider, kind)()
    browser.sign_in()
    first = browser.tokens(app)
    lost = provider.refresh(app, first["refresh_token"]).get_json()
    form = {"token": first["refresh_token"]}
    refused = provider.post("/oauth/revoke", form, provider.machine())
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_grant")
    assert is_good(provider, lost["access_token"])
    assert provider.post("/oauth/revoke", form, app).status_code == 200
    assert not is_good(provider, lost["access_token"])
    assert provider.refresh(app, lost["refresh_token"]).status_code == 400


def test_revoking_what_is_unknown_is_done_already(provider: Any) -> None:
    app = provider.machine()
    for token in ("made-up", "a.b.c"):
        assert provider.post("/oauth/revoke", {"token": token}, app).status_code == 200
    assert provider.post("/oauth/revoke", {"token": "x"}).status_code == 401


def test_a_public_client_revokes_its_own(provider: Any) -> None:
    browser, app = provider.browser(), provider.public()
    browser.sign_in()
    tokens = browser.tokens(app)
    assert (
        provider.post("/oauth/revoke", {"token": tokens["refresh_token"]}, app).status_code == 200
    )
    assert not is_good(provider, tokens["access_token"])


# --- no place to read a body ----------------------------------------------------------------------


class NoPlace(io.RawIOBase):
    """As ``gateway.bodies`` has it where too many forms are on their way."""

    def read(self, size: int = -1) -> bytes:
        raise ServiceUnavailable


@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
def test_who_finds_no_place_for_his_form_is_told_to_come_again(provider: Any, path: str) -> None:
    answer = provider.app.test_client().post(
        f"/oauth/{path}",
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": NoPlace(), "CONTENT_LENGTH": "3"},
    )
    assert (answer.status_code, answer.get_json()) == (503, {"error": "temporarily_unavailable"})
    assert answer.headers["Retry-After"] == "2"


# --- other processes ------------------------------------------------------------------------------


def test_what_ends_in_one_process_ends_in_the_other_within_a_second(
    provider: Any, start_provider: Any
) -> None:
    import time

    other = start_provider(clock=provider.clock)
    _, app, tokens = signed_in(provider)
    assert is_good(other, tokens["access_token"])
    other.parts.watch.rounds.start()
    try:
        provider.post("/oauth/revoke", {"token": tokens["access_token"]}, app)
        until = time.monotonic() + 5
        while is_good(other, tokens["access_token"]) and time.monotonic() < until:
            time.sleep(0.05)
        assert not is_good(other, tokens["access_token"])
    finally:
        other.parts.watch.rounds.stop()


def test_a_process_that_starts_later_knows_what_ended(provider: Any, start_provider: Any) -> None:
    _, app, tokens = signed_in(provider)
    provider.post("/oauth/revoke", {"token": tokens["access_token"]}, app)
    assert not is_good(start_provider(clock=provider.clock), tokens["access_token"])


def test_what_ended_is_forgotten_once_its_tokens_are_dead(provider: Any) -> None:
    _, app, tokens = signed_in(provider)
    provider.post("/oauth/revoke", {"token": tokens["access_token"]}, app)
    assert len(provider.parts.endings) >= 1
    provider.clock.move(hours=200)
    provider.parts.endings.refresh()
    assert len(provider.parts.endings) == 0
