"""The running gateway, driven by openid-client, which we did not write (tests/clients/node)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from joserfc.jwk import ECKey
from tests.clients.node_client import Connected, NodeClient, Refused
from tests.journeys.visitor import Visitor, walk_back

pytestmark = pytest.mark.stack

CALLBACK, FAREWELL = "http://127.0.0.1:8099/shop", "http://127.0.0.1:8099/farewell"
SCOPE = "openid profile email account contracts.read"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class Browser:
    """John's, signed in or not: the person's part of each flow."""

    def __init__(self, stack: Any) -> None:
        self.visitor = Visitor(stack.url, "en")
        self._john = stack.demo["people"]["john"]

    def allow(self, address: str) -> str:
        """Signs in where asked to, agrees where asked to; where it leaves for the client."""
        client = {"redirect_uri": "http://127.0.0.1:8099/"}
        login, password = self._john["login"], self._john["password"]
        return walk_back(self.visitor, address, client, login, password)

    def allow_device(self, address: str) -> str:
        asked = urlsplit(address)
        page = self.visitor.open(address)
        page = self.visitor.submit(
            page, "password", login=self._john["login"], password=self._john["password"]
        )
        page = self.visitor.open(f"{asked.path}?{asked.query}")
        page = self.visitor.submit(page, "user_code")
        page = self.visitor.submit(page, "user_code", decision="allow")
        assert page.url.endswith("/device/done"), page.text
        return page.url


@pytest.fixture
def browser(stack: Any) -> Browser:
    return Browser(stack)


@pytest.fixture(scope="module")
def node() -> Iterator[NodeClient]:
    running = NodeClient()
    yield running
    running.close()


@pytest.fixture(scope="module")
def clients(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """A shop that is not the provider's, a program on a phone, a machine with a key."""
    folder: Path = tmp_path_factory.mktemp("clients")
    secret, key = secrets.token_urlsafe(32), ECKey.generate_key("P-256", auto_kid=True)
    (folder / "secret").write_text(secret)
    (folder / "jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    internal = stack.demo["clients"]["demo-internal"]
    registered = {
        "shop": [
            *("--kind", "confidential", "--secret-file", str(folder / "secret")),
            *("--redirect-uri", CALLBACK, "--post-logout-redirect-uri", FAREWELL),
            *("--grant", "authorization_code", "--grant", "refresh_token", "--grant", DEVICE),
            *("--grant", EXCHANGE, "--scope", f"{SCOPE} offline_access"),
        ],
        "phone": [
            *("--kind", "public", "--dpop", "--redirect-uri", CALLBACK, "--scope", SCOPE),
            *("--grant", "authorization_code", "--grant", "refresh_token"),
        ],
        "machine": [
            *("--kind", "confidential", "--jwks-file", str(folder / "jwks.json")),
            *("--grant", "client_credentials", "--scope", "contracts.read", "--tenants", "*"),
        ],
    }

    def register(name: str) -> None:
        command = ("register-client", "--id", f"node-{name}", "--name", f"Node {name}")
        stack.run("gateway", *command, *registered[name])

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(register, registered))
    known = {"client_id": internal["client_id"], "client_secret": internal["client_secret"]}
    shop = {"client_id": "node-shop", "client_secret": secret}
    return {
        "shop": shop | {"auth": "client_secret_basic"},
        "phone": {"client_id": "node-phone", "auth": "none", "dpop": True},
        "machine": {
            "client_id": "node-machine",
            "auth": "private_key_jwt",
            "key": key.as_dict(private=True),
        },
        "basic": known | {"auth": "client_secret_basic"},
        "post": known | {"auth": "client_secret_post"},
    }


@pytest.fixture
def shop(stack: Any, node: NodeClient, clients: dict[str, dict[str, Any]]) -> Connected:
    return node.connect(stack.url, clients["shop"])


@pytest.mark.parametrize("algorithm", ["oidc", "oauth2"])
def test_discovery(stack: Any, node: NodeClient, clients: Any, algorithm: str) -> None:
    found = node.connect(stack.url, clients["basic"], algorithm=algorithm).metadata
    assert found["issuer"] == stack.url
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True


@pytest.mark.parametrize("pushed", [False, True], ids=["in the address", "pushed"])
def test_code_userinfo_and_logout(
    stack: Any, shop: Connected, browser: Browser, pushed: bool
) -> None:
    john = stack.demo["people"]["john"]
    tokens = shop.ask("authorize", browser.allow, scope=SCOPE, redirect_uri=CALLBACK, pushed=pushed)
    assert (tokens["token_type"], tokens["refreshable"]) == ("bearer", True)
    assert set(tokens["scope"].split()) == set(SCOPE.split())
    claims = tokens["claims"]
    assert (claims["iss"], claims["aud"]) == (stack.url, "node-shop")
    person = shop.ask("userinfo", subject=claims["sub"])
    assert (person["email"], person["preferred_username"]) == (john["email"], john["login"])
    with pytest.raises(Refused) as mistaken:
        shop.ask("userinfo", subject="somebody-else")
    assert mistaken.value.by == "client"

    left = shop.ask("logout", browser.allow, post_logout_redirect_uri=FAREWELL)
    assert left["arrived"].startswith(FAREWELL)
    assert left["state_kept"] is True
    assert shop.ask("introspect", token="access_token") == {"active": False}
    with pytest.raises(Refused) as ended:
        shop.ask("refresh")
    assert (ended.value.by, ended.value.code) == ("server", "invalid_grant")


def test_refresh_with_rotation_introspection_and_revocation(
    shop: Connected, browser: Browser
) -> None:
    shop.ask("authorize", browser.allow, scope=SCOPE, redirect_uri=CALLBACK)
    assert shop.ask("refresh")["rotated"] is True
    assert shop.ask("refresh")["rotated"] is True
    told = shop.ask("introspect", token="access_token")
    assert (told["active"], told["client_id"]) == (True, "node-shop")
    assert shop.ask("introspect", token="refresh_token")["active"] is True
    shop.ask("revoke", token="refresh_token")
    for token in ("access_token", "refresh_token"):
        assert shop.ask("introspect", token=token) == {"active": False}


@pytest.mark.parametrize(
    "iss", ["https://elsewhere.example", None], ids=["of another", "of nobody"]
)
def test_an_answer_that_is_not_ours_is_refused_by_the_client(
    shop: Connected, browser: Browser, iss: str | None
) -> None:
    """Mix-up (RFC 9207): our answers say who answers, and our metadata that they always do."""

    def mixed_up(address: str) -> str:
        arrived = urlsplit(browser.allow(address))
        answer = {name: found[0] for name, found in parse_qs(arrived.query).items()}
        del answer["iss"]
        changed = answer if iss is None else answer | {"iss": iss}
        return urlunsplit(arrived._replace(query=urlencode(changed)))

    with pytest.raises(Refused) as refused:
        shop.ask("authorize", mixed_up, scope=SCOPE, redirect_uri=CALLBACK)
    assert refused.value.by == "client"
    assert "iss" in str(refused.value.told)


def test_tokens_bound_to_a_key(
    stack: Any, node: NodeClient, clients: Any, browser: Browser
) -> None:
    phone = node.connect(stack.url, clients["phone"])
    tokens = phone.ask("authorize", browser.allow, scope=SCOPE, redirect_uri=CALLBACK, pushed=True)
    assert tokens["token_type"] == "dpop"
    account = f"{stack.url}/api/v1/account"
    john = stack.demo["people"]["john"]
    assert phone.ask("rest", url=account)["body"]["login"] == john["login"]
    assert phone.ask("rest", url=account, bare=True)["status"] == 401
    assert phone.ask("refresh")["rotated"] is True
    assert phone.ask("rest", url=account)["status"] == 200
    assert phone.ask("userinfo", subject=tokens["claims"]["sub"])["email"] == john["email"]
    # A refresh token that comes back after its successor was used is in two hands: everything
    # that grew from it ends.
    assert phone.ask("refresh")["rotated"] is True
    with pytest.raises(Refused) as reused:
        phone.ask("refresh", back=2)
    assert (reused.value.by, reused.value.code) == ("server", "invalid_grant")
    with pytest.raises(Refused) as ended:
        phone.ask("refresh")
    assert (ended.value.by, ended.value.code) == ("server", "invalid_grant")


@pytest.mark.parametrize("proof", ["basic", "post", "machine"])
def test_client_credentials(stack: Any, node: NodeClient, clients: Any, proof: str) -> None:
    program = node.connect(stack.url, clients[proof])
    tokens = program.ask("credentials", scope="contracts.read")
    assert (tokens["scope"], tokens["refreshable"]) == ("contracts.read", False)
    told = program.ask("introspect", token="access_token")
    assert (told["sub"], told["active"]) == (clients[proof]["client_id"], True)
    tenant = min(stack.demo["tenants"])
    contract = program.ask("rest", url=f"{stack.url}/api/v1/contracts/{tenant}")
    assert (contract["status"], contract["body"]["tenant"]) == (200, tenant)
    program.ask("revoke", token="access_token")
    assert program.ask("introspect", token="access_token") == {"active": False}


def test_a_wrong_secret(stack: Any, node: NodeClient, clients: Any) -> None:
    wrong = clients["basic"] | {"client_secret": "no secret of mine"}
    with pytest.raises(Refused) as refused:
        node.connect(stack.url, wrong).ask("credentials", scope="contracts.read")
    assert refused.value.told == {"by": "server", "code": "basic", "status": 401}


def test_a_device_and_an_exchange(stack: Any, shop: Connected, browser: Browser) -> None:
    tokens = shop.ask("device", browser.allow_device, scope="openid contracts.read account")
    person = tokens["claims"]["sub"]
    exchanged = shop.ask("exchange", scope="contracts.read")
    assert exchanged["scope"] == "contracts.read"
    told = shop.ask("introspect", token="access_token")
    assert (told["sub"], told["act"]) == (person, {"sub": "node-shop"})
    with pytest.raises(Refused) as greedy:
        shop.ask("exchange", scope="contracts.read account")
    assert (greedy.value.by, greedy.value.code) == ("server", "invalid_scope")
