from __future__ import annotations

import base64
from typing import Any

import pytest

from contracts.rights import CallerKind
from gateway.oauth.registration import Registration, register_client
from gateway.store.clients import ClientKind

pytestmark = pytest.mark.servers

FORM = {"grant_type": "client_credentials"}


def test_a_client_gets_a_token_that_says_what_it_may(provider: Any) -> None:
    app = provider.machine(tenants=frozenset({"OCB0000001"}))
    response = provider.post("/oauth/token", FORM | {"scope": "contracts.read"}, app)
    body = response.get_json()
    assert response.status_code == 200
    assert (body["token_type"], body["expires_in"], body["scope"]) == (
        "Bearer",
        900,
        "contracts.read",
    )
    assert "refresh_token" not in body
    assert "id_token" not in body
    assert response.headers["Cache-Control"] == "no-store"
    token = provider.parts.tokens.check(body["access_token"])
    assert (token.kind, token.subject, token.client_id) == (
        CallerKind.CLIENT,
        app.client_id,
        app.client_id,
    )
    assert token.tenants == {"OCB0000001"}
    assert token.session_id is None


def test_the_secret_may_come_in_the_form(provider: Any) -> None:
    app = provider.machine()
    form = FORM | {"client_id": app.client_id, "client_secret": app.secret}
    assert provider.post("/oauth/token", form).status_code == 200


def test_no_scope_asked_gives_all_the_client_has(provider: Any) -> None:
    app = provider.machine(scopes=frozenset({"contracts.read", "users.read"}))
    token = provider.parts.tokens.check(provider.client_token(app))
    assert token.scopes == {"contracts.read", "users.read"}


def test_scopes_the_client_does_not_have_are_left_out(provider: Any) -> None:
    app = provider.machine(scopes=frozenset({"contracts.read"}))
    token = provider.parts.tokens.check(
        provider.client_token(app, scope="contracts.read tenants.write")
    )
    assert token.scopes == {"contracts.read"}


@pytest.mark.parametrize("scope", ["users.write", "no.such.scope"])
def test_only_scopes_it_cannot_have_is_refused(provider: Any, scope: str) -> None:
    response = provider.post("/oauth/token", FORM | {"scope": scope}, provider.machine())
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_scope")


def test_unknown_client_and_wrong_secret_get_the_same_answer(provider: Any) -> None:
    app = provider.machine()
    answers = [
        provider.app.test_client().post("/oauth/token", data=FORM, auth=auth)
        for auth in ((app.client_id, "wrong"), ("nobody", "wrong"), (app.client_id, ""))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.get_data() for answer in answers}) == 1
    assert all(answer.headers["WWW-Authenticate"].startswith("Basic") for answer in answers)


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"a\x00b:c").decode(),
        "Bearer abc",
        "Digest username=x",
    ],
)
def test_a_malformed_authorization_header_is_no_authentication(provider: Any, header: str) -> None:
    response = provider.app.test_client().post(
        "/oauth/token", data=FORM, headers={"Authorization": header}
    )
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")


def test_two_ways_of_authentication_at_once_are_refused(provider: Any) -> None:
    app = provider.machine()
    response = provider.post("/oauth/token", FORM | {"client_secret": app.secret}, app)
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")


def test_a_public_client_has_no_right_of_its_own(provider: Any) -> None:
    response = provider.post("/oauth/token", FORM, provider.public())
    assert response.status_code == 401


def test_a_client_not_registered_for_the_grant_is_refused(provider: Any) -> None:
    response = provider.post("/oauth/token", FORM, provider.register())
    assert response.get_json()["error"] == "unauthorized_client"


@pytest.mark.parametrize("grant", ["password", "implicit", "", 'x"é', "urn:unknown"])
def test_grants_that_are_not_there_are_refused(provider: Any, grant: str) -> None:
    response = provider.post("/oauth/token", {"grant_type": grant}, provider.machine())
    assert response.status_code == 400
    assert response.get_json()["error"] == "unsupported_grant_type"


def test_parameters_stand_in_the_body_once(provider: Any) -> None:
    app = provider.machine()
    http = provider.app.test_client()
    in_url = http.post("/oauth/token?grant_type=client_credentials", auth=app.auth)
    twice = http.post(
        "/oauth/token",
        data="grant_type=client_credentials&grant_type=client_credentials",
        content_type="application/x-www-form-urlencoded",
        auth=app.auth,
    )
    as_json = http.post("/oauth/token", json=FORM, auth=app.auth)
    assert [answer.status_code for answer in (in_url, twice, as_json)] == [400, 400, 400]
    assert http.get("/oauth/token").status_code == 405


def test_a_form_past_its_size_is_refused(provider: Any) -> None:
    response = provider.post("/oauth/token", FORM | {"scope": "x" * 100_000}, provider.machine())
    assert response.status_code in (400, 413)


def test_two_secrets_live_at_once_and_a_third_takes_the_place_of_the_oldest(provider: Any) -> None:
    app = provider.machine()
    asked = Registration(
        client_id=app.client_id,
        name="An application",
        kind=ClientKind.CONFIDENTIAL,
        grants=frozenset({"client_credentials"}),
        scopes=frozenset({"contracts.read"}),
    )
    made = [app.secret]
    for _ in range(2):
        provider.clock.move(seconds=1)
        again = register_client(
            db=provider.parts.db, clock=provider.clock, asked=asked, new_secret_wanted=True
        )
        assert again.new is False
        made.append(again.secret)
    provider.parts.clients.forget(app.client_id)
    http = provider.app.test_client()
    answers = [
        http.post("/oauth/token", data=FORM, auth=(app.client_id, secret)).status_code
        for secret in made
    ]
    assert answers == [401, 200, 200]


def test_a_cheap_path_one_read_then_none(start_provider: Any) -> None:
    provider = start_provider()
    app = provider.machine()
    provider.parts.clients._monotonic = lambda: 0.0  # the second for which clients are kept
    provider.client_token(app)
    provider.parts.db.close()
    assert provider.client_token(app)


def test_a_secret_is_nowhere_in_the_database(provider: Any) -> None:
    from servicekit.db import EVERYONE

    app = provider.machine()
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        dump = tx.rows(
            """
            SELECT clients::text AS client, client_secrets::text AS secret
              FROM clients JOIN client_secrets USING (client_id)
            """,
            {},
            dict,
        )
    assert app.secret not in str(dump)
    assert app.secret not in str(provider.trail())
