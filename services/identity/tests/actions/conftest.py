"""Second factors in the hands of somebody: his telephone, and an authenticator in software that
makes passkeys and signs with them, well or badly.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import cbor2
import pyotp
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from contracts.codes import FactorKind, TenantCode
from identity.actions import change_factors, enrol_passkey, enrol_totp, passkey_sign_in
from identity.actions.enrolling import Enrolled
from identity.actions.prove_second_factor import (
    Proved,
    prove_second_factor,
    start_second_factor_passkey,
)
from identity.actions.proving import FactorTools
from identity.clients.factor_keys import FactorKeys
from identity.clients.passkeys import Passkeys
from identity.domain.attempts import Visit
from identity.domain.factors import Proof
from servicekit.context import Context
from servicekit.db import EVERYONE

TENANT = TenantCode("OCB0001234")
BROWSER = "what only this browser has"
VISIT = Visit(address="192.0.2.7", device="Firefox")
REAL = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
ORIGIN = "http://localhost:8080"
_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class SoftAuthenticator:
    """One passkey. Each way in which it may misbehave is a field."""

    origin: str = ORIGIN
    rp_id: str = "localhost"
    verifies_user: bool = True
    backed_up: bool = False
    sign_count: int = 0
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_id: bytes = b""

    def make(self, options: str) -> str:
        """The answer to ``navigator.credentials.create``."""
        asked = json.loads(options)
        self.user_id = base64url_to_bytes(asked["user"]["id"])
        client = self._client("webauthn.create", asked["challenge"])
        numbers = self.key.public_key().public_numbers()
        public = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(_ATTESTED) + attested + cbor2.dumps(public)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            client, attestationObject=bytes_to_base64url(attestation), transports=["internal"]
        )

    def sign(self, options: str) -> str:
        """The answer to ``navigator.credentials.get``."""
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        data = self._data(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            client,
            authenticatorData=bytes_to_base64url(data),
            signature=bytes_to_base64url(signature),
            userHandle=bytes_to_base64url(self.user_id),
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verifies_user else 0)
        flags |= (_BACKUP_ELIGIBLE | _BACKED_UP) if self.backed_up else 0
        count = self.sign_count.to_bytes(4, "big")
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + count

    def _answer(self, client: bytes, **response: Any) -> str:
        name = bytes_to_base64url(self.credential_id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {"clientDataJSON": bytes_to_base64url(client), **response},
            }
        )


@pytest.fixture
def authenticator() -> type[SoftAuthenticator]:
    return SoftAuthenticator


@dataclass
class Desk:
    """John's second factors, with real time in hand: that of his telephone."""

    john: Any
    tools: FactorTools
    person_id: UUID
    real: datetime = REAL
    secret: str = ""
    codes: tuple[str, ...] = ()
    amr: frozenset[str] = frozenset({"pwd", "otp", "mfa"})  # of the session he changes them in

    def of(self, person_id: UUID) -> Desk:
        """Somebody else's second factors."""
        return Desk(self.john, self.tools, person_id)

    @property
    def common(self) -> dict[str, Any]:
        return {"db": self.john.db, "context": self.john.gateway(), "person_id": self.person_id}

    @property
    def mine(self) -> dict[str, Any]:
        return {
            "db": self.john.db,
            "context": self.own,
            "now": self.john.now,
            "sealer": self.john.sealer,
        }

    @property
    def own(self) -> Context:
        context: Context = self.john.person(self.person_id)
        return replace(context, caller=replace(context.caller, factors=self.amr))

    def enrolling(self, more: dict[str, Any]) -> dict[str, Any]:
        """Before the session starts the gateway asks, afterwards he himself."""
        own = {} if more.get("first_only") else {"context": self.own}
        return {**self.common, **own, **more}

    def renew(self) -> tuple[str, ...]:
        acting = {name: self.mine[name] for name in ("db", "context", "now")}
        return change_factors.renew_recovery_codes(**acting, tools=self.tools)["recovery_codes"]

    def code(self, *, steps: int = 0, secret: str | None = None) -> str:
        at = self.real + timedelta(seconds=30 * steps)
        return pyotp.TOTP(secret or self.secret).at(at)

    def start_totp(self, **more: Any) -> enrol_totp.StartedTotp:
        return enrol_totp.start_totp(
            **self.enrolling(more), tools=self.tools, brand="Cloudstore", real_now=self.real
        )

    def confirm_totp(self, code: str, **more: Any) -> Enrolled:
        return enrol_totp.confirm_totp(
            **self.enrolling(more),
            tools=self.tools,
            now=self.john.now,
            real_now=self.real,
            code=code,
        )

    def enrol_totp(self) -> Enrolled:
        self.secret = self.start_totp().secret
        enrolled = self.confirm_totp(self.code())
        self.codes = enrolled.recovery_codes or self.codes
        self.real += timedelta(seconds=90)  # the code that confirmed it is used up
        return enrolled

    def start_passkey(self, bound_to: str = BROWSER, **more: Any) -> str:
        return enrol_passkey.start_passkey(
            **self.enrolling(more), tools=self.tools, real_now=self.real, bound_to=bound_to
        )["options"]

    def finish_passkey(self, answer: str, bound_to: str = BROWSER, **more: Any) -> Enrolled:
        name = more.pop("name", "Laptop")
        return enrol_passkey.finish_passkey(
            **self.enrolling(more),
            tools=self.tools,
            now=self.john.now,
            real_now=self.real,
            bound_to=bound_to,
            name=name,
            passkey=answer,
        )

    def enrol_passkey(self, soft: Any, **more: Any) -> Enrolled:
        enrolled = self.finish_passkey(soft.make(self.start_passkey()), **more)
        self.codes = enrolled.recovery_codes or self.codes
        return enrolled

    def prove(self, proof: Proof, **more: Any) -> Proved:
        return prove_second_factor(
            **{**self.common, **more},
            tools=self.tools,
            now=self.john.now,
            real_now=self.real,
            proof=proof,
            visit=VISIT,
        )

    def prove_code(self, code: str) -> Proved:
        return self.prove(Proof(FactorKind.TOTP, code=code))

    def prove_recovery(self, code: str) -> Proved:
        return self.prove(Proof(FactorKind.RECOVERY_CODE, code=code))

    def start_proof(self, bound_to: str = BROWSER) -> str:
        return start_second_factor_passkey(
            **self.common, tools=self.tools, real_now=self.real, bound_to=bound_to
        )["options"]

    def prove_passkey(self, answer: str, bound_to: str = BROWSER) -> Proved:
        return self.prove(Proof(FactorKind.PASSKEY, passkey=answer, bound_to=bound_to))

    def start_sign_in(self, bound_to: str = BROWSER) -> str:
        return passkey_sign_in.start_passkey_sign_in(
            db=self.john.db,
            tools=self.tools,
            context=self.john.gateway(),
            real_now=self.real,
            bound_to=bound_to,
        )["options"]

    def sign_in(self, answer: str, bound_to: str = BROWSER) -> passkey_sign_in.PasskeySignedIn:
        return passkey_sign_in.passkey_sign_in(
            db=self.john.db,
            tools=self.tools,
            context=self.john.gateway(),
            now=self.john.now,
            real_now=self.real,
            passkey=answer,
            bound_to=bound_to,
            visit=VISIT,
        )

    def factors(self) -> Any:
        return change_factors.get_factors(db=self.john.db, context=self.john.person(self.person_id))

    def demand(self, tenant: TenantCode = TENANT) -> None:
        with self.john.db.write(self.john.gateway(), tenant=EVERYONE) as tx:
            tx.run(
                "INSERT INTO entry_rules (tenant, second_factor_required) VALUES (%(t)s, true)",
                {"t": tenant},
            )

    def needs(self, domain: str | None = None) -> dict[str, Any]:
        found = self.john.rows(
            "SELECT totp, passkey, recovery_code, required"
            "  FROM second_factors_of(%(person)s, %(domain)s)",
            person=self.person_id,
            domain=domain,
        )
        return dict(found[0])


@pytest.fixture
def desk(john: Any) -> Desk:
    tools = FactorTools(
        FactorKeys(Fernet.generate_key().decode()),
        Passkeys(public_url="http://localhost:8080", brand="Cloudstore"),
        john.sealer,
    )
    return Desk(john, tools, john.person_id())
