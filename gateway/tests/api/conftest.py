"""The REST face on a Flask app of its own, with plain fakes behind it, new per test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contracts.declare import Call
from contracts.registry import CALLS
from gateway.api.face import create_face
from gateway.dispatch import Dispatcher
from gateway.limits.admission import Admission
from gateway.limits.buckets import Buckets
from gateway.oauth.possession import Possession
from gateway.oauth.tokens import TokenChecker
from gateway.rights import RightsCache
from gateway.tests.bearers import Token
from gateway.wire import Wire
from servicekit.clock import SystemClock
from servicekit.context import Context, ContextSigner, ContextVerifier, generate_key_pair
from servicekit.errors import GuichetError, Unauthenticated

TENANT = "OCB0001234"
PUBLIC_URL = "http://localhost:8080"


@dataclass
class FakeTokens:
    known: dict[str, Token] = field(default_factory=dict)

    def check(self, raw: str) -> Token:
        if raw not in self.known:
            raise Unauthenticated("token-refused")
        return self.known[raw]


@dataclass
class FakeServices:
    """Stands for the RPC client and the services behind it; verifies contexts as they do."""

    verifier: ContextVerifier
    answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, Any], Context]] = field(default_factory=list)

    def call(
        self, call: Call, payload: Mapping[str, Any], context_token: str, timeout: float
    ) -> dict[str, Any]:
        context = self.verifier.verify(context_token, call.full_name, payload)
        self.heard.append((call.full_name, dict(payload), context))
        return self.answers[call.full_name](dict(payload))

    def ping(self, timeout: float = 1.0) -> bool:
        return True

    def refuse(self, name: str, error: GuichetError) -> None:
        def raise_it(_payload: dict[str, Any]) -> dict[str, Any]:
            raise error

        self.answers[name] = raise_it

    def last(self, name: str) -> tuple[dict[str, Any], Context]:
        return next((payload, ctx) for call, payload, ctx in reversed(self.heard) if call == name)


@dataclass
class Face:
    client: FlaskClient
    services: FakeServices
    tokens: FakeTokens
    rights: RightsCache

    def hold_token(self, **claims: Any) -> None:
        self.tokens.known["good"] = Token(**claims)

    def grant(self, *, roles: dict[str, str], staff: tuple[str, ...] = ()) -> None:
        tenants = [{"tenant": TENANT, "roles": roles, "offices": []}] if roles else []
        self.services.answers["identity.resolve_rights"] = lambda payload: {
            "person_id": payload["person_id"],
            "enabled": True,
            "staff": list(staff),
            "tenants": tenants,
        }
        self.rights.forget_all()


ALL_ROLES = dict.fromkeys(
    ("contract", "users", "services", "subscriptions", "technical_console"), "manager"
)


class NoQuotas:
    """No client has one of its own."""

    def of(self, client_id: str) -> None:
        return None


class _Unlimited:
    """No proof has served before."""

    def first(self, kind: str, whose: str, jti: str, *, until: datetime) -> bool:
        return True


class Current:
    """Stands in the one application for a part that every test has of its own."""

    def __init__(self) -> None:
        self.part: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.part, name)


@dataclass(frozen=True)
class Faces:
    """One application for all: its routes alone take a tenth of a second. ``new`` forgets all
    that the face before it was told."""

    app: Flask
    dispatcher: Current
    tokens: Current
    admission: Current

    @classmethod
    def build(cls) -> Faces:
        dispatcher, tokens, admission = Current(), Current(), Current()
        app = create_face(
            dispatcher=cast(Dispatcher, dispatcher),
            tokens=cast(TokenChecker, tokens),
            possession=Possession(public_url=PUBLIC_URL, once=_Unlimited(), clock=SystemClock()),
            admission=cast(Admission, admission),
            public_url=PUBLIC_URL,
        )
        return cls(app, dispatcher, tokens, admission)

    def new(self) -> Face:
        private, public = generate_key_pair()
        services = FakeServices(ContextVerifier(public))
        wire = Wire(rpc=services, signer=ContextSigner(private))
        rights = RightsCache(wire=wire)
        tokens = FakeTokens({"good": Token()})
        self.dispatcher.part = Dispatcher(wire=wire, rights=rights)
        self.tokens.part = tokens
        self.admission.part = Admission(Buckets({}), NoQuotas())
        face = Face(self.app.test_client(), services, tokens, rights)
        for name in CALLS:
            services.answers[name] = lambda payload: {}
        face.grant(roles=ALL_ROLES)
        return face


@pytest.fixture(scope="session")
def faces() -> Faces:
    return Faces.build()


@pytest.fixture
def face(faces: Faces) -> Face:
    return faces.new()


@pytest.fixture(scope="module")
def generous_face() -> Face:
    """For a whole module: the caller may do everything that a person may."""
    face = Faces.build().new()
    face.grant(roles=ALL_ROLES, staff=("sales", "operator", "support", "auditor"))
    return face


@pytest.fixture
def bearer() -> dict[str, str]:
    return {"Authorization": "Bearer good"}
