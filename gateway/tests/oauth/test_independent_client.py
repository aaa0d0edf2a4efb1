"""The provider over HTTP, driven by a client that we did not write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from werkzeug.serving import make_server

pytestmark = pytest.mark.servers

PERSON = UUID("0190a000-0000-7000-8000-000000000001")


@pytest.fixture
def address(provider: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, provider.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("proof", ["client_secret_basic", "client_secret_post"])
def test_code_refresh_introspection_and_revocation(provider: Any, address: str, proof: str) -> None:
    app = provider.register()
    browser = provider.browser()
    browser.sign_in()
    with OAuth2Session(
        app.client_id,
        app.secret,
        scope="openid profile",
        redirect_uri=app.redirect_uri,
        code_challenge_method="S256",
        token_endpoint_auth_method=proof,
        revocation_endpoint_auth_method=proof,
    ) as client:
        verifier = "v" * 64
        url, state = client.create_authorization_url(
            f"{address}/oauth/authorize", code_verifier=verifier, nonce="n"
        )
        assert create_s256_code_challenge(verifier) in url
        answer = browser.http.get(url.removeprefix(address))
        token = client.fetch_token(
            f"{address}/oauth/token",
            authorization_response=answer.location,
            state=state,
            code_verifier=verifier,
        )
        assert token["id_token"]
        fresh = client.refresh_token(f"{address}/oauth/token", token["refresh_token"])
        assert fresh["refresh_token"] != token["refresh_token"]
        told = client.introspect_token(f"{address}/oauth/introspect", token=fresh["access_token"])
        assert told.json()["active"] is True
        assert client.revoke_token(f"{address}/oauth/revoke", token=fresh["refresh_token"]).ok
        told = client.introspect_token(f"{address}/oauth/introspect", token=fresh["access_token"])
        assert told.json() == {"active": False}


def test_client_credentials(provider: Any, address: str) -> None:
    app = provider.machine()
    with OAuth2Session(app.client_id, app.secret, scope="contracts.read") as client:
        token = client.fetch_token(f"{address}/oauth/token", grant_type="client_credentials")
    assert provider.parts.tokens.check(token["access_token"]).scopes == {"contracts.read"}
