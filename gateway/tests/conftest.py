"""The gateway's pages on a Flask app of their own, with plain fakes behind them, new per test.

``Services`` answers calls from a table; whoever is signed in is said by ``site.sign_in()``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from flask import Flask, Request, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contracts.codes import Language, Office, Role, Section, StaffRole, TenantCode
from contracts.declare import Call
from contracts.registry import SCOPES
from contracts.rights import CallerKind
from gateway import pages, portal
from gateway.dispatch import load_payload
from gateway.oauth.kept_forms import KeptForm
from gateway.oauth.pending import Pending, Step
from gateway.oauth.proofs import together
from gateway.oauth.sessions import SignedIn
from gateway.oauth.tokens import AccessToken
from gateway.oauth.views import View
from gateway.pages.visit import EXTENSION
from gateway.rights import Holding, PersonRights
from gateway.store.sessions import SessionRow
from gateway.vault import Vault
from servicekit.errors import Forbidden, GuichetError, Unauthenticated

PERSON = UUID("018f0000-0000-7000-8000-000000000001")
SESSION = UUID("018f0000-0000-7000-8000-000000000002")
TENANT = TenantCode("OCB0001234")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOTHING_WAITS = {
    "tenancy.list_own_handovers": {"handovers": [], "recoveries": []},
    "tenancy.list_own_openings": {"items": []},
}


@dataclass
class Services:
    """``answers[full name]`` is an answer, an error to raise, or a function of the payload."""

    answers: dict[str, Any] = field(default_factory=lambda: dict(NOTHING_WAITS))
    asked: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    seen: PersonRights | None = None  # of whom an operator sees as himself; None: it is over

    def seen_rights(self, token: AccessToken, about: Any) -> PersonRights:
        if self.seen is None:
            raise Forbidden("impersonation-over")
        return self.seen

    def name_of(self, target: str, *, chain: str, about: Any) -> str | None:
        return "Jane <Roe>"

    def as_gateway(self, call: Call, payload: Mapping[str, Any], **about: Any) -> dict[str, Any]:
        return self._answer(call, payload, about)

    def as_token(
        self, call: Call, payload: Mapping[str, Any], token: AccessToken, **about: Any
    ) -> dict[str, Any]:
        return self._answer(call, payload, about)

    def of(self, name: str) -> list[dict[str, Any]]:
        return [payload for call, payload, _ in self.asked if call == name]

    def keys(self, name: str) -> list[str | None]:
        return [about["idempotency_key"] for call, _, about in self.asked if call == name]

    def _answer(self, call: Call, payload: Mapping[str, Any], about: Any) -> dict[str, Any]:
        load_payload(call, payload)
        self.asked.append((call.full_name, dict(payload), about))
        answer = self.answers[call.full_name]
        if isinstance(answer, GuichetError):
            raise answer
        return dict(answer(payload) if callable(answer) else answer)


class Sessions:
    cookie_name = "guichet_session"

    def __init__(self) -> None:
        self.known: dict[str, SessionRow] = {}
        self.started: list[dict[str, Any]] = []

    def start(self, response: Response, signed_in: SignedIn) -> None:
        about = asdict(signed_in)
        self.started.append(about)
        response.set_cookie(self.cookie_name, self.open(**about))

    def open(
        self,
        *,
        method: str,
        tenant: TenantCode | None = None,
        proved_at: datetime = NOW,
        **about: Any,
    ) -> str:
        cookie = f"session-{len(self.known)}"
        self.known[cookie] = SessionRow(
            session_id=SESSION,
            method=method,
            domain=tenant,
            created_at=NOW,
            auth_time=proved_at,
            last_seen_at=NOW,
            expires_at=NOW + timedelta(hours=12),
            **{"iam_user_id": None, **about},
        )
        return cookie

    def current(self, request: Request) -> SessionRow | None:
        return self.known.get(request.cookies.get(self.cookie_name, ""))

    def end(self, response: Response, request: Request) -> None:
        self.known.pop(request.cookies.get(self.cookie_name, ""), None)
        response.delete_cookie(self.cookie_name)

    def spare(self, session_id: UUID, *, call_id: str) -> None:
        self.spared = (session_id, call_id)

    def renew(self, response: Response, session: SessionRow) -> None:
        cookie = f"renewed-{len(self.known)}"
        self.known = {cookie: session}
        response.set_cookie(self.cookie_name, cookie)

    def prove(
        self, response: Response, session: SessionRow, *, amr: Collection[str], proved_at: datetime
    ) -> None:
        cookie = f"proved-{len(self.known)}"
        self.known = {cookie: replace(session, amr=together(session.amr, amr))}
        response.set_cookie(self.cookie_name, cookie)


class PendingSignIns:
    """One at a time, under a cookie of fixed value."""

    cookie_name = "guichet_pending"

    def __init__(self) -> None:
        self.kept: Pending | None = None
        self.spared: str | None = None

    def begin(self, response: Response, request: Request, **about: Any) -> None:
        person_id = UUID(about["signed_in"]["person_id"])
        self.kept = Pending(digest=b"", person_id=person_id, **about)
        response.set_cookie(self.cookie_name, "pending")

    def current(self, request: Request) -> Pending | None:
        return self.kept if request.cookies.get(self.cookie_name) == "pending" else None

    def satisfy(self, pending: Pending, step: Step, *, amr: Collection[str]) -> Pending | None:
        if self.kept is None or self.kept.needs[0] is not step:
            return None
        left = replace(pending, needs=pending.needs[1:], amr=together(pending.amr, amr))
        self.kept = left if left.needs else None
        return left

    def spare(self, pending: Pending, *, call_id: str) -> None:
        self.spared = call_id

    def forget(self, response: Response) -> None:
        response.delete_cookie(self.cookie_name)


class KeptForms:
    def __init__(self) -> None:
        self.kept: dict[UUID, KeptForm] = {}

    def keep(self, session_id: UUID, **about: Any) -> UUID:
        form_id = uuid4()
        fields = {name: tuple(value) for name, value in about.items() if name != "path"}
        self.kept[form_id] = KeptForm(form_id=form_id, path=about["path"], **fields)
        return form_id

    def read(self, session_id: UUID, form_id: UUID) -> KeptForm | None:
        return self.kept.get(form_id)

    def forget(self, session_id: UUID, form_id: UUID) -> None:
        self.kept.pop(form_id, None)


class Tokens:
    """Every token is good but ``refused``; ``scopes`` may be narrowed."""

    scopes = frozenset(SCOPES)
    domain: TenantCode | None = None

    def check(self, raw: str) -> AccessToken:
        if raw == "refused":
            raise Unauthenticated("token-refused")
        return AccessToken(
            subject=str(PERSON),
            kind=CallerKind.PERSON,
            client_id="portal",
            scopes=self.scopes,
            tenants=frozenset(),
            session_id=str(SESSION),
            token_id="t",
            domain=self.domain,
            expires_at=NOW,
            issued_at=NOW,
        )


class PortalSessions:
    def __init__(self) -> None:
        self.tokens: dict[str, Any] = {
            "access_token": "good",
            "expires_at": (NOW + timedelta(minutes=5)).isoformat(),
        }
        self.view: View | None = None
        self.perimeter: str | None = None

    def read(self, secret: str) -> Any:
        return SimpleNamespace(
            tokens=self.tokens, session_id=SESSION, view=self.view, perimeter=self.perimeter
        )

    def choose_perimeter(self, secret: str, perimeter: TenantCode | None) -> None:
        self.perimeter = perimeter


class Views:
    """What ``opened`` says is seen from the next page on."""

    def __init__(self, sessions: PortalSessions) -> None:
        self._sessions = sessions

    def is_over(self, view: View) -> bool:
        return view.until <= NOW

    def begin(self, secret: str, opened: dict[str, Any]) -> str:
        ends_at = datetime.fromisoformat(opened["ends_at"])
        self._sessions.view = View(
            grant_id=UUID(opened["grant_id"]),
            tenant=TenantCode(opened["tenant"]),
            person_id=UUID(opened["person_id"]),
            ends_at=ends_at,
            until=NOW + timedelta(seconds=opened["seconds"]),
        )
        return f"{secret}+"

    def leave(self, secret: str) -> str:
        self._sessions.view = None
        return f"{secret}-"


class GivenReasons:
    """By what they are about; every session is the same here."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def keep(self, session_id: UUID, about: str, reason: str) -> None:
        self.kept[about] = reason

    def find(self, session_id: UUID, about: str) -> str | None:
        return self.kept.get(about)

    def end(self, session_id: UUID, about: str) -> None:
        self.kept.pop(about, None)


class Rights:
    def __init__(self) -> None:
        self.held = PersonRights(PERSON, enabled=True, staff=frozenset(), tenants={})

    def resolve(self, person_id: UUID, about: Any) -> PersonRights:
        return self.held


@dataclass
class Site:
    app: Flask
    client: FlaskClient
    services: Services
    sessions: Sessions
    rights: Rights
    parts: Any

    def sign_in(
        self,
        *,
        roles: Mapping[Section, Role] | None = None,
        staff: tuple[StaffRole, ...] = (),
        offices: tuple[Office, ...] = (),
        method: str = "portal",
    ) -> None:
        cookie = self.sessions.open(
            person_id=PERSON, login="John.doe", language=Language.FRENCH, method=method
        )
        self.client.set_cookie(self.sessions.cookie_name, cookie)
        self.client.set_cookie("guichet_portal", "secret")
        held = {TENANT: Holding(dict(roles), frozenset(offices))} if roles else {}
        self.rights.held = replace(self.rights.held, staff=frozenset(staff), tenants=held)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def token(self, path: str) -> str:
        """The token of the first form of a page."""
        return hidden(self.client.get(path).text, "form_token")

    def send(
        self, path: str, fields: Mapping[str, Any], *, page: str | None = None, **options: Any
    ) -> TestResponse:
        """A form as its page would send it."""
        data = {"form_token": self.token(page or path), **fields}
        headers = {"Sec-Fetch-Site": "same-origin", **options.pop("headers", {})}
        return self.client.post(path, data=data, headers=headers, **options)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


ALL_ROLES = {section: Role.MANAGER for section in Section if section is not Section.BACKUP_CONSOLE}


@pytest.fixture
def all_roles() -> dict[Section, Role]:
    return ALL_ROLES


def fake_parts() -> Any:
    settings = SimpleNamespace(
        public_url="http://localhost", issuer="http://localhost", brand="Cloudstore"
    )
    portal_sessions = PortalSessions()
    return SimpleNamespace(
        settings=settings,
        clock=SimpleNamespace(now=lambda: NOW),
        dispatcher=Services(),
        kept_forms=KeptForms(),
        pending=PendingSignIns(),
        portal_sessions=portal_sessions,
        views=Views(portal_sessions),
        given_reasons=GivenReasons(),
        rights=Rights(),
        sessions=Sessions(),
        tokens=Tokens(),
        vault=Vault(Fernet.generate_key().decode()),
    )


@pytest.fixture(scope="session")
def pages_app() -> Flask:
    """One for all tests: its routes alone take a tenth of a second. ``site`` gives it its parts."""
    app = Flask("gateway")
    app.testing = True
    pages.install(app, fake_parts())
    portal.install(app)
    return app


@pytest.fixture
def site(pages_app: Flask) -> Site:
    parts = fake_parts()
    # All that the application keeps of an installation; everything else is asked from its parts.
    pages_app.extensions[EXTENSION] = parts
    pages_app.secret_key = parts.vault.key_for("page cookie")
    client = pages_app.test_client()
    return Site(pages_app, client, parts.dispatcher, parts.sessions, parts.rights, parts)
