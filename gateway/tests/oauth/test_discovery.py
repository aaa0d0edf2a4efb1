"""Metadata, keys and claims."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from gateway.oauth.counter import INTROSPECTION, TOKEN
from servicekit.errors import Unavailable

pytestmark = pytest.mark.servers

URL = "http://localhost:8080"
PERSON = UUID("0190a000-0000-7000-8000-000000000001")
JOHN = {
    "person_id": str(PERSON),
    "login": "John.Doe",
    "email": "john.doe@example.com",
    "given_name": "John",
    "family_name": "Doe",
    "mobile": "+33601020304",
    "language": "fr",
    "enabled": True,
}


def test_both_metadata_documents_are_one_and_every_endpoint_is_there(provider: Any) -> None:
    http = provider.app.test_client()
    openid = http.get("/.well-known/openid-configuration")
    oauth = http.get("/.well-known/oauth-authorization-server")
    told = openid.get_json()
    assert told == oauth.get_json()
    assert told["issuer"] == URL
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["response_types_supported"] == ["code"]
    assert told["grant_types_supported"] == [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ]
    assert told["authorization_response_iss_parameter_supported"] is True
    rules = {rule.rule for rule in provider.app.url_map.iter_rules()} | {TOKEN, INTROSPECTION}
    for name, value in told.items():
        if name.endswith(("_endpoint", "jwks_uri")):
            assert value.removeprefix(URL) in rules, name


def test_the_host_of_a_request_changes_nothing(provider: Any) -> None:
    told = provider.app.test_client().get(
        "/.well-known/openid-configuration",
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    assert "evil.example" not in told.text


def test_authlibs_own_validator_takes_the_metadata(provider: Any) -> None:
    from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
    from authlib.oidc.discovery import OpenIDProviderMetadata

    told = provider.app.test_client().get("/.well-known/openid-configuration").get_json()
    https = {
        name: value.replace(URL, "https://guichet.example") if isinstance(value, str) else value
        for name, value in told.items()
    }
    AuthorizationServerMetadata(https).validate()
    OpenIDProviderMetadata(https).validate()


def claims(provider: Any, token: str) -> Any:
    return provider.app.test_client().get(
        "/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}
    )


def test_userinfo_tells_what_the_scopes_open(provider: Any) -> None:
    provider.identity.people[str(PERSON)] = JOHN
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    told = claims(provider, browser.tokens(app, scope="openid profile email")["access_token"])
    assert told.get_json() == {
        "sub": str(PERSON),
        "name": "John Doe",
        "given_name": "John",
        "family_name": "Doe",
        "preferred_username": "John.Doe",
        "locale": "fr",
        "email": "john.doe@example.com",
    }
    little = claims(provider, browser.tokens(app, scope="openid")["access_token"])
    assert little.get_json() == {"sub": str(PERSON)}


def test_userinfo_is_for_people_who_signed_in_by_openid(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    without = browser.tokens(app, scope="contracts.read")["access_token"]
    machine = provider.client_token(provider.machine())
    for token in (without, machine):
        response = claims(provider, token)
        assert (response.status_code, response.get_json()["error"]) == (403, "insufficient_scope")
        assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]


def test_userinfo_refuses_what_is_no_token(provider: Any) -> None:
    http = provider.app.test_client()
    assert http.get("/oauth/userinfo").headers["WWW-Authenticate"] == 'Bearer realm="guichet"'
    response = claims(provider, "made-up")
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_token")
    assert http.get("/oauth/userinfo?access_token=x").status_code == 401


def test_userinfo_of_somebody_gone_or_disabled_is_refused(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    token = browser.tokens(app)["access_token"]
    assert claims(provider, token).status_code == 401
    provider.identity.people[str(PERSON)] = JOHN | {"enabled": False}
    assert claims(provider, token).status_code == 401


def test_a_service_that_is_away_is_said_so(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    token = browser.tokens(app)["access_token"]
    provider.identity.failure = Unavailable("service-unavailable", {"retry_after": 7})
    response = claims(provider, token)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "7")
    assert response.get_json() == {"error": "temporarily_unavailable"}


def test_a_database_that_is_away_is_said_so(start_provider: Any) -> None:
    provider = start_provider()
    app = provider.machine()
    provider.parts.clients.forget(app.client_id)
    provider.parts.db.close()
    response = provider.post("/oauth/token", {"grant_type": "client_credentials"}, app)
    assert (response.status_code, "Retry-After" in response.headers) == (503, True)
