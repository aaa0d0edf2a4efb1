"""The whole application on a real PostgreSQL, without a broker: identity is a plain fake."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contracts.codes import Language, TenantCode
from gateway.app import create_app
from gateway.oauth.registration import Registration, ensure_portal, register_client
from gateway.oauth.sessions import SignedIn
from gateway.parts import Parts, build_parts
from gateway.rights import PersonRights
from gateway.settings import Settings
from gateway.store.clients import ClientKind
from gateway.tests.oauth.administering import Administrator, administrators_of
from servicekit.context import generate_key_pair
from servicekit.errors import NotFound
from servicekit.settings import Mode

URL = "http://localhost:8080"
CALLBACK = "https://app.example/callback"
VAULT_KEY = Fernet.generate_key().decode()
PERSON = UUID("0190a000-0000-7000-8000-000000000001")


class HandClock:
    """Real time, put forward by hand."""

    simulated = False

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def reset(self) -> None:
        self._ahead = timedelta()

    def move(self, **span: float) -> None:
        self._ahead += timedelta(**span)


class FakeIdentity:
    """Answers what the provider asks identity."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.outsiders: set[UUID] = set()
        self.failure: Exception | None = None

    def as_gateway(self, call: Any, payload: dict[str, Any], **_about: Any) -> dict[str, Any]:
        if self.failure is not None:
            raise self.failure
        if call.name == "get_person":
            if payload["person_id"] not in self.people:
                raise NotFound("person-unknown")
            return self.people[payload["person_id"]]
        if call.name == "sign_in":
            return {
                "person_id": str(PERSON),
                "login": payload["login"],
                "language": "en",
                "tenant": None,
                "iam_user_id": None,
            }
        if call.name == "name_contract":
            return {"name": "Production"}
        raise AssertionError(f"not expected: {call.full_name}")


class Anywhere(dict[Any, Any]):
    def __contains__(self, tenant: object) -> bool:
        return True


class FakeRights:
    """Everybody holds something everywhere, but whom ``identity.outsiders`` names."""

    def __init__(self, identity: FakeIdentity) -> None:
        self._identity = identity

    def resolve(self, person_id: UUID, about: object) -> PersonRights:
        held: dict[Any, Any] = {} if person_id in self._identity.outsiders else Anywhere()
        return PersonRights(person_id, enabled=True, staff=frozenset(), tenants=held)


def pkce() -> tuple[str, str]:
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class App:
    """A registered client."""

    client_id: str
    secret: str | None
    redirect_uri: str

    @property
    def auth(self) -> tuple[str, str] | None:
        return (self.client_id, self.secret) if self.secret else None


@dataclass
class Browser:
    """One person's browser with its cookies."""

    provider: Provider
    http: FlaskClient
    verifier: str = field(default_factory=lambda: pkce()[0])

    def sign_in(self, person_id: UUID = PERSON, method: str = "portal", **about: Any) -> UUID:
        """As the sign-in page does it once identity has said yes."""
        cookies = self.cookie()
        with self.provider.app.test_request_context(
            headers={"Cookie": f"{self.provider.cookie_name}={cookies}"} if cookies else {}
        ):
            response = Response()
            signed_in = SignedIn(
                person_id=person_id,
                login="John.Doe",
                language=Language.ENGLISH,
                method=method,
                tenant=None if method == "portal" else TenantCode("OCB0000001"),
                **about,
            )
            session = self.provider.parts.sessions.start(response, signed_in)
        value = response.headers["Set-Cookie"].split(";")[0].partition("=")[2]
        self.http.set_cookie(self.provider.cookie_name, value)
        return session.session_id

    def cookie(self) -> str | None:
        kept = self.http.get_cookie(self.provider.cookie_name)
        return kept.value if kept else None

    def ask(self, app: App, **changes: str | None) -> TestResponse:
        """An authorization request; a change to None leaves the parameter out."""
        challenge = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": app.redirect_uri,
            "scope": "openid profile contracts.read",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        query = {name: value for name, value in (asked | changes).items() if value is not None}
        return self.http.get(f"/oauth/authorize?{urlencode(query)}")

    def code(self, app: App, **changes: str | None) -> str:
        answer = answered(self.ask(app, **changes))
        assert "code" in answer, answer
        return answer["code"]

    def tokens(self, app: App, **changes: str | None) -> dict[str, Any]:
        response = self.provider.redeem(app, self.code(app, **changes), self.verifier)
        assert response.status_code == 200, response.get_data(as_text=True)
        tokens: dict[str, Any] = response.get_json()
        return tokens


@dataclass
class Provider:
    parts: Parts
    app: Flask
    clock: HandClock
    identity: FakeIdentity

    @property
    def cookie_name(self) -> str:
        return self.parts.sessions.cookie_name

    def browser(self) -> Browser:
        return Browser(self, self.app.test_client())

    def register(self, **asked: Any) -> App:
        wanted: dict[str, Any] = {
            "client_id": f"app-{uuid4().hex[:12]}",
            "name": "An application",
            "kind": ClientKind.CONFIDENTIAL,
            "grants": frozenset({"authorization_code", "refresh_token"}),
            "scopes": frozenset({"openid", "profile", "email", "contracts.read", "users.read"}),
            "redirect_uris": (CALLBACK,),
            "first_party": True,
        } | asked
        registration = Registration(**wanted)
        made = register_client(db=self.parts.db, clock=self.clock, asked=registration)
        self.parts.clients.forget(made.client_id)
        uris = registration.redirect_uris
        return App(made.client_id, made.secret, uris[0] if uris else "")

    def public(self, **asked: Any) -> App:
        return self.register(kind=ClientKind.PUBLIC, **asked)

    def machine(self, **asked: Any) -> App:
        wanted = {
            "grants": frozenset({"client_credentials"}),
            "redirect_uris": (),
            "tenants": frozenset({"*"}),
        }
        return self.register(**(wanted | asked))

    def post(self, path: str, form: dict[str, Any], app: App | None = None) -> TestResponse:
        auth = app.auth if app else None
        data = dict(form)
        if app is not None and auth is None:
            data.setdefault("client_id", app.client_id)
        return self.app.test_client().post(path, data=data, auth=auth)

    def redeem(self, app: App, code: str, verifier: str, **changes: str) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": app.redirect_uri,
            "code_verifier": verifier,
        }
        return self.post("/oauth/token", form | changes, app)

    def refresh(self, app: App, refresh_token: str, **changes: str) -> TestResponse:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.post("/oauth/token", form | changes, app)

    def client_token(self, app: App, **changes: str) -> str:
        response = self.post("/oauth/token", {"grant_type": "client_credentials"} | changes, app)
        assert response.status_code == 200, response.get_data(as_text=True)
        token: str = response.get_json()["access_token"]
        return token

    def trail(self) -> list[tuple[str, str]]:
        """What the installation's audit chain holds: action and target."""
        from servicekit.db import EVERYONE

        with self.parts.db.read(tenant=EVERYONE) as tx:
            rows = tx.rows(
                "SELECT action, target FROM house.audit_entries ORDER BY sequence", {}, dict
            )
        return [(row["action"], row["target"]) for row in rows]


def answered(response: TestResponse) -> dict[str, str]:
    """The parameters of a redirect back to the client."""
    assert response.status_code == 303, response.get_data(as_text=True)
    return dict(parse_qsl(urlsplit(response.location).query))


def location(response: TestResponse) -> str:
    split = urlsplit(response.location)
    return f"{split.scheme}://{split.netloc}{split.path}"


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


@pytest.fixture(scope="session")
def gateway_database_url(database_factory: Any) -> str:
    url: str = database_factory("gateway").app_url
    return url


def settings_for(database_url: str, **changes: Any) -> Settings:
    private, _ = generate_key_pair()
    values: dict[str, Any] = {
        "database_url": database_url,
        "amqp_url": "amqp://127.0.0.1:1/none",
        "mode": Mode.TEST,
        "public_url": URL,
        "context_private_key": private,
        "vault_key": VAULT_KEY,
        "portal_client_secret": "portal-secret-of-the-tests",
        "host": "127.0.0.1",
        "port": 8080,
        "threads": 4,
        "trusted_proxies": (),
        "limit_address": None,
        "limit_person": None,
        "limit_client": None,
        "limit_staff": None,
        "secret_warning_days": (30, 7, 1),
        "secret_of_leaver_days": 30,
        "ops_peers": {},
        "db_pool": 6,
        "brand": "Cloudstore",
        "log_level": "info",
        "log_format": "json",
    }
    return Settings(**(values | changes))


def started(database_url: str, *, clock: HandClock | None = None, **changes: Any) -> Provider:
    clock, identity = clock or HandClock(), FakeIdentity()
    settings = settings_for(database_url, **changes)
    parts = replace(
        build_parts(settings, clock=clock), dispatcher=identity, rights=FakeRights(identity)
    )
    parts.db.open()
    parts.keys.open()
    parts.endings.refresh()
    return Provider(parts, create_app(parts), clock, identity)


@pytest.fixture
def start_provider(gateway_database_url: str) -> Iterator[Callable[..., Provider]]:
    """Another gateway process on the same database, or on the one named, each call."""
    running: list[Provider] = []

    def start(database_url: str = gateway_database_url, **asked: Any) -> Provider:
        running.append(started(database_url, **asked))
        return running[-1]

    yield start
    for one in running:
        one.parts.db.close()


@pytest.fixture(scope="session")
def _shared_provider(gateway_database_url: str) -> Iterator[Provider]:
    provider = started(gateway_database_url)
    yield provider
    provider.parts.db.close()


@pytest.fixture
def provider(_shared_provider: Provider) -> Provider:
    """A running gateway; its clock and its identity are new for each test. A test that breaks
    something (closes the database, moves the keys) starts one of its own.
    """
    _shared_provider.clock.reset()
    _shared_provider.identity.reset()
    return _shared_provider


@pytest.fixture
def portal(provider: Provider) -> App:
    settings = provider.parts.settings
    ensure_portal(
        db=provider.parts.db,
        clock=provider.clock,
        public_url=settings.public_url,
        secret=settings.portal_client_secret,
    )
    return App("portal", settings.portal_client_secret, f"{URL}/portal/callback")


@pytest.fixture
def answer_of() -> Callable[[TestResponse], dict[str, str]]:
    return answered


@pytest.fixture
def new_verifier() -> Callable[[], tuple[str, str]]:
    return pkce


@pytest.fixture
def administrator(provider: Provider) -> Callable[..., Administrator]:
    return administrators_of(provider)


@pytest.fixture
def john(administrator: Callable[..., Administrator]) -> Administrator:
    """Manages everything of a tenant."""
    return administrator()
