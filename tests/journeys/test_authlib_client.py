"""The provider as Authlib's client side meets it: a client that we did not write, on real servers.

Each flow is begun with nothing but the issuer's address and the registration; all else is read
from the discovery document. What a person does is done in a browser of his (``Visitor``).
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oauth2.rfc8414 import get_well_known_url as authorization_server_document
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE
from authlib.oidc import rpinitiated
from authlib.oidc.core import CodeIDToken, UserInfo
from authlib.oidc.discovery import OpenIDProviderMetadata
from authlib.oidc.discovery import get_well_known_url as openid_document
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from tests.journeys.town import PORTAL_PASSWORD, Customer, Town, settled_customer
from tests.journeys.visitor import PATIENCE, Visitor

pytestmark = pytest.mark.stack

CALLBACK = "https://authlib.example/callback"
AFTER = "https://authlib.example/bye"
SCOPE = "openid profile email contracts.read offline_access"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
SECRETS = ["client_secret_basic", "client_secret_post"]


@dataclass(frozen=True)
class World:
    """Whom Authlib may be, and what the provider says of itself."""

    metadata: dict[str, Any]
    secret: str
    key: RSAKey

    def web(self, proof: str = "client_secret_basic", **more: Any) -> OAuth2Session:
        """An application with a secret."""
        return OAuth2Session(
            "authlib-web",
            self.secret,
            token_endpoint_auth_method=proof,
            revocation_endpoint_auth_method=proof,
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            default_timeout=PATIENCE,
            **{"scope": SCOPE, "token_endpoint": self.metadata["token_endpoint"], **more},
        )

    def service(self) -> OAuth2Session:
        """A service with a key."""
        client = OAuth2Session(
            "authlib-service",
            self.key,
            token_endpoint_auth_method="private_key_jwt",
            token_endpoint=self.metadata["token_endpoint"],
            default_timeout=PATIENCE,
        )
        client.register_client_auth_method(PrivateKeyJWT(self.metadata["token_endpoint"]))
        return client

    def told(self, client: OAuth2Session, token: str) -> dict[str, Any]:
        endpoint = self.metadata["introspection_endpoint"]
        return dict(client.introspect_token(endpoint, token=token).json())


@pytest.fixture(scope="module")
def world(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("authlib")
    secret, key = secrets.token_urlsafe(32), RSAKey.generate_key(2048, {"kid": "service"})
    with ThreadPoolExecutor(2) as pool:
        registered = [
            pool.submit(_register_web, stack, folder / "secret", secret),
            pool.submit(_register_service, stack, folder / "jwks.json", key),
        ]
        for one in registered:
            one.result()
    with OAuth2Session(default_timeout=PATIENCE) as anyone:
        answer = anyone.get(openid_document(stack.url, external=True), withhold_token=True)
    return World(answer.json(), secret, key)


def _register_web(stack: Any, file: Path, secret: str) -> None:
    file.write_text(secret)
    stack.run(
        *("gateway", "register-client", "--id", "authlib-web", "--name", "Authlib"),
        *("--kind", "confidential", "--secret-file", str(file), "--first-party"),
        *("--grant", "authorization_code", "--grant", "refresh_token"),
        *("--grant", "client_credentials", "--grant", DEVICE_CODE_GRANT_TYPE),
        *("--scope", SCOPE, "--redirect-uri", CALLBACK, "--post-logout-redirect-uri", AFTER),
    )


def _register_service(stack: Any, file: Path, key: RSAKey) -> None:
    file.write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    stack.run(
        *("gateway", "register-client", "--id", "authlib-service", "--name", "Authlib service"),
        *("--kind", "confidential", "--jwks-file", str(file)),
        *("--grant", "client_credentials", "--grant", TOKEN_EXCHANGE),
        *("--scope", "contracts.read", "--tenants", "*"),
        *("--audience", f"{stack.url}/api"),
    )


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture
def visitor(town: Town, customer: Customer) -> Visitor:
    visitor = Visitor(town.url)
    assert visitor.sign_in(customer.login, PORTAL_PASSWORD).status == 200
    return visitor


@pytest.fixture
def client(world: World) -> Iterator[OAuth2Session]:
    with world.web() as client:
        yield client


def answer_of(visitor: Visitor, address: str) -> str:
    """Where the browser is sent back to."""
    response = visitor.http.get(address, allow_redirects=False, timeout=PATIENCE)
    return str(response.headers["Location"])


def signed_in(
    world: World, client: OAuth2Session, visitor: Visitor, **asked: str
) -> tuple[dict[str, Any], str]:
    """The tokens, and the nonce that the ID token must hold."""
    verifier, nonce = generate_token(48), generate_token(20)
    address, state = client.create_authorization_url(
        world.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **asked
    )
    back = answer_of(visitor, address)
    told = parse_qs(urlsplit(back).query)
    assert told["iss"] == [world.metadata["issuer"]]
    token = client.fetch_token(authorization_response=back, state=state, code_verifier=verifier)
    return dict(token), nonce


def id_token(world: World, client: OAuth2Session, token: dict[str, Any], nonce: str) -> CodeIDToken:
    """Verified as Authlib verifies: signature by the published keys, claims by the profile."""
    keys = KeySet.import_key_set(client.get(world.metadata["jwks_uri"]).json())
    algorithms = world.metadata["id_token_signing_alg_values_supported"]
    signed = jwt.decode(token["id_token"], keys, algorithms=algorithms)
    wanted = {
        "iss": {"essential": True, "value": world.metadata["issuer"]},
        "aud": {"essential": True, "value": client.client_id},
    }
    known = {
        "nonce": nonce,
        "client_id": client.client_id,
        "access_token": token["access_token"],
        "max_age": 3600,
    }
    claims = CodeIDToken(signed.claims, signed.header, wanted, known)
    claims.validate()
    return claims


def test_both_discovery_documents_are_well_formed_and_agree(town: Town, world: World) -> None:
    """RFC 8414 and OpenID Connect Discovery, as Authlib reads them; but for TLS, which is the
    proxy's: Authlib takes plain http for a loopback address alone where it is told to.
    """
    with OAuth2Session(default_timeout=PATIENCE) as anyone:
        address = authorization_server_document(town.url, external=True)
        by_oauth = anyone.get(address, withhold_token=True).json()
    assert by_oauth == world.metadata
    assert by_oauth["issuer"] == town.url
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        AuthorizationServerMetadata(by_oauth).validate()
        OpenIDProviderMetadata(world.metadata).validate(
            metadata_classes=[rpinitiated.OpenIDProviderMetadata]
        )


@pytest.mark.parametrize("proof", SECRETS)
def test_code_with_pkce_id_token_and_userinfo(
    world: World, visitor: Visitor, customer: Customer, proof: str
) -> None:
    with world.web(proof) as client:
        token, nonce = signed_in(world, client, visitor, max_age="3600")
        claims = id_token(world, client, token, nonce)
        person = UserInfo(client.get(world.metadata["userinfo_endpoint"]).json())
        contracts = client.get(f"{world.metadata['issuer']}/api/v1/contracts").json()["items"]
    assert claims["sub"] == person.sub
    assert (person.preferred_username, person.email) == (customer.login, customer.email)
    assert [one["tenant"] for one in contracts] == [customer.tenant]


def test_refreshing_turns_the_token_and_the_old_one_ends_the_family(
    world: World, client: OAuth2Session, visitor: Visitor
) -> None:
    first, _ = signed_in(world, client, visitor)
    second = dict(client.refresh_token())
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    third = dict(client.refresh_token())
    assert world.told(client, third["access_token"])["active"] is True
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(refresh_token=first["refresh_token"])
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(refresh_token=third["refresh_token"])
    assert world.told(client, third["access_token"]) == {"active": False}


def test_a_token_that_is_about_to_expire_is_renewed_on_the_way(
    world: World, visitor: Visitor
) -> None:
    """What Authlib does for whoever uses its session: unseen, and told to ``update_token``."""
    kept: list[dict[str, Any]] = []
    with world.web(update_token=lambda token, **_: kept.append(dict(token))) as client:
        token, _ = signed_in(world, client, visitor)
        client.token = {**token, "expires_at": int(time.time()) - 1}
        assert client.get(world.metadata["userinfo_endpoint"]).ok
    [renewed] = kept
    assert renewed["access_token"] != token["access_token"]


@pytest.mark.parametrize("proof", SECRETS)
def test_client_credentials_by_secret(world: World, proof: str) -> None:
    with world.web(proof, scope="contracts.read") as client:
        token = client.fetch_token(grant_type="client_credentials")
        assert world.told(client, token["access_token"])["client_id"] == "authlib-web"


def test_client_credentials_by_private_key(world: World, customer: Customer) -> None:
    with world.service() as client:
        client.fetch_token(grant_type="client_credentials", scope="contracts.read")
        address = f"{world.metadata['issuer']}/api/v1/contracts/{customer.tenant}"
        assert client.get(address).json()["tenant"] == customer.tenant


def test_a_key_that_was_not_registered_proves_nothing(world: World) -> None:
    stranger = World(world.metadata, "", RSAKey.generate_key(2048, {"kid": "service"}))
    with stranger.service() as client, pytest.raises(OAuthError, match="invalid_client"):
        client.fetch_token(grant_type="client_credentials")


def test_revoking_ends_what_was_given(
    world: World, client: OAuth2Session, visitor: Visitor
) -> None:
    token, _ = signed_in(world, client, visitor)
    assert world.told(client, token["refresh_token"])["active"] is True
    assert client.revoke_token(
        world.metadata["revocation_endpoint"],
        token=token["refresh_token"],
        token_type_hint="refresh_token",
    ).ok
    for kind in ("access_token", "refresh_token"):
        assert world.told(client, token[kind]) == {"active": False}


def test_a_pushed_request_shows_nothing_to_the_browser(
    world: World, client: OAuth2Session, visitor: Visitor
) -> None:
    """RFC 9126. Authlib makes the request and proves the client; it has no function of its own."""
    verifier = generate_token(48)
    endpoint = world.metadata["authorization_endpoint"]
    full, state = client.create_authorization_url(endpoint, code_verifier=verifier)
    pushed = client.post(
        world.metadata["pushed_authorization_request_endpoint"],
        data={name: values[0] for name, values in parse_qs(urlsplit(full).query).items()},
        auth=client.client_auth(client.token_endpoint_auth_method),
    )
    assert pushed.status_code == 201, pushed.text
    asked = [("client_id", client.client_id), ("request_uri", pushed.json()["request_uri"])]
    opened = visitor.http.get(add_params_to_uri(endpoint, asked), allow_redirects=False)
    back = answer_of(visitor, f"{world.metadata['issuer']}{opened.headers['Location']}")
    token = client.fetch_token(authorization_response=back, state=state, code_verifier=verifier)
    assert set(token["scope"].split()) == set(SCOPE.split())


def test_a_service_exchanges_a_persons_token(
    world: World, client: OAuth2Session, visitor: Visitor, customer: Customer
) -> None:
    token, _ = signed_in(world, client, visitor)
    with world.service() as service:
        exchanged = service.fetch_token(
            grant_type=TOKEN_EXCHANGE,
            subject_token=token["access_token"],
            subject_token_type=ACCESS_TOKEN,
            scope="contracts.read",
        )
        contracts = service.get(f"{world.metadata['issuer']}/api/v1/contracts").json()["items"]
        told = world.told(service, exchanged["access_token"])
    assert exchanged["issued_token_type"] == ACCESS_TOKEN
    assert [one["tenant"] for one in contracts] == [customer.tenant]
    assert told["act"]["sub"] == "authlib-service"


def test_a_device_asks_until_the_person_has_allowed_it(
    world: World, client: OAuth2Session, visitor: Visitor
) -> None:
    """RFC 8628: as a device would, by asking again at the interval it was told."""
    begun = client.post(
        world.metadata["device_authorization_endpoint"],
        data={"client_id": client.client_id, "scope": "openid contracts.read"},
        auth=client.client_auth(client.token_endpoint_auth_method),
    ).json()
    asked = {"grant_type": DEVICE_CODE_GRANT_TYPE, "device_code": begun["device_code"]}
    with pytest.raises(OAuthError, match="authorization_pending"):
        client.fetch_token(scope=None, **asked)
    asked_at = time.monotonic()
    shown = visitor.submit(visitor.open(begun["verification_uri_complete"]), "user_code")
    assert "Authlib" in shown.text
    visitor.submit(shown, "user_code", decision="allow")
    time.sleep(max(0.0, asked_at + begun["interval"] - time.monotonic()))
    token = client.fetch_token(scope=None, **asked)
    assert set(token["scope"].split()) == {"openid", "contracts.read"}


def test_the_application_signs_the_person_out(
    world: World, client: OAuth2Session, visitor: Visitor
) -> None:
    token, _ = signed_in(world, client, visitor)
    leave = add_params_to_uri(
        world.metadata["end_session_endpoint"],
        [
            ("id_token_hint", token["id_token"]),
            ("post_logout_redirect_uri", AFTER),
            ("state", "s"),
        ],
    )
    assert answer_of(visitor, leave) == f"{AFTER}?state=s"
    assert world.told(client, token["access_token"]) == {"active": False}
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token()
    assert "/sign-in" in visitor.open("/account").url
