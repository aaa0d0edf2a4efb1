"""What travels with every call: who, for whom, in which tenant, until when. Signed by the gateway.

A token is ``base64url(json).base64url(signature)`` (Ed25519). It covers the call's name, the
hash of the payload and the deadline, so that it opens nothing but the one call it was made for.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import uuid_utils
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.codes import Language, Office, Role, Section, StaffRole, TenantCode
from contracts.rights import Caller, CallerKind, Grant
from servicekit.canonical import canonical_hash
from servicekit.errors import Invalid, Unauthenticated, Unavailable

LONGEST_TOKEN = 64 * 1024
SYSTEM_SECONDS = 60.0  # how long a listener or a timer may take over one piece of work


@dataclass(frozen=True, slots=True)
class Context:
    """``deadline`` is real UTC time, also where the installation's clock is simulated."""

    caller: Caller
    call: str
    call_id: str
    deadline: datetime
    language: Language = Language.FRENCH
    trace: str | None = None  # W3C traceparent
    idempotency_key: str | None = None
    request_hash: str = ""
    reason: str | None = None

    @property
    def tenant(self) -> TenantCode | None:
        return self.caller.tenant

    def remaining(self) -> float:
        """Seconds left until the deadline; negative once it has passed."""
        return self.deadline.timestamp() - time.time()


def request_hash(payload: Mapping[str, Any]) -> str:
    """What the token and the idempotency key remember of a payload of JSON values."""
    return canonical_hash(dict(payload))


def new_call_id() -> str:
    return str(uuid_utils.uuid7())


def deadline_in(seconds: float) -> datetime:
    return datetime.fromtimestamp(time.time() + seconds, UTC)


def system_context(
    *,
    service: str,
    call: str,
    tenant: TenantCode | None = None,
    call_id: str | None = None,
    language: Language = Language.FRENCH,
    trace: str | None = None,
) -> Context:
    """The context of a listener or a timer inside ``service``: it never comes over the wire."""
    caller = Caller(kind=CallerKind.SERVICE, subject=f"service:{service}", tenant=tenant)
    return Context(
        caller=caller,
        call=call,
        call_id=call_id or new_call_id(),
        deadline=deadline_in(SYSTEM_SECONDS),
        language=language,
        trace=trace,
    )


def generate_key_pair() -> tuple[str, str]:
    """A private and a public key, base64 of the 32 raw bytes each."""
    private = Ed25519PrivateKey.generate()
    return (
        base64.b64encode(private.private_bytes_raw()).decode(),
        base64.b64encode(private.public_key().public_bytes_raw()).decode(),
    )


class ContextSigner:
    def __init__(self, private_key: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(_key_bytes(private_key))

    def sign(self, context: Context, payload: Mapping[str, Any]) -> str:
        """The token of ``context`` for this payload; its hash is taken here, never trusted.

        Raises Invalid("context-too-large"): a header above one frame of AMQP (128 KiB) would
        close the connection that all calls share, so this call fails alone, here.
        """
        bound = replace(context, request_hash=request_hash(payload))
        claims = json.dumps(_claims(bound), separators=(",", ":")).encode()
        body = base64.urlsafe_b64encode(claims).rstrip(b"=")
        signature = base64.urlsafe_b64encode(self._key.sign(body)).rstrip(b"=")
        token = (body + b"." + signature).decode()
        if len(token) > LONGEST_TOKEN:
            raise Invalid("context-too-large", {"limit": LONGEST_TOKEN})
        return token


class ContextVerifier:
    def __init__(self, public_key: str) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(_key_bytes(public_key))

    def verify(self, token: str, call: str, payload: Mapping[str, Any]) -> Context:
        """The context of a token made for this call (its full name) and this very payload.

        Anything else is ``Unauthenticated("context-refused")``, without a hint which part was
        wrong; a genuine one that came too late is ``Unavailable("deadline")``.
        """
        context = self._read(token)
        same_payload = hmac.compare_digest(context.request_hash, request_hash(payload))
        if context.call != call or not same_payload:
            raise Unauthenticated("context-refused")
        if context.remaining() <= 0:
            raise Unavailable("deadline", {"retry_after": 1})
        return context

    def _read(self, token: str) -> Context:
        body, _dot, signature = token.partition(".")
        try:
            self._key.verify(_unpadded(signature), body.encode("ascii"))
            return _context(json.loads(_unpadded(body)))
        except (InvalidSignature, ValueError, KeyError, TypeError, binascii.Error):
            raise Unauthenticated("context-refused") from None


def _key_bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _claims(context: Context) -> dict[str, Any]:
    caller = context.caller
    return {
        "call": context.call,
        "call_id": context.call_id,
        "deadline": context.deadline.isoformat(),
        "language": context.language,
        "trace": context.trace,
        "key": context.idempotency_key,
        "hash": context.request_hash,
        "reason": context.reason,
        "caller": {
            "kind": caller.kind,
            "subject": caller.subject,
            "scopes": sorted(caller.scopes),
            "staff": sorted(caller.staff),
            "tenant": caller.tenant,
            "roles": dict(caller.roles),
            "offices": sorted(caller.offices),
            "tenants": sorted(caller.tenants),
            "act": caller.act,
            "proved_at": caller.proved_at.isoformat() if caller.proved_at else None,
            "factors": sorted(caller.factors),
            "session": caller.session,
            "grant": _grant_claims(caller.grant),
            "portal": caller.portal,
        },
    }


def _context(claims: dict[str, Any]) -> Context:
    return Context(
        caller=_caller(claims["caller"]),
        call=claims["call"],
        call_id=claims["call_id"],
        deadline=datetime.fromisoformat(claims["deadline"]),
        language=Language(claims["language"]),
        trace=claims["trace"],
        idempotency_key=claims["key"],
        request_hash=claims["hash"],
        reason=claims["reason"],
    )


def _caller(claims: dict[str, Any]) -> Caller:
    kind = CallerKind(claims["kind"])
    if kind is CallerKind.SERVICE:
        raise ValueError("a service's own context never comes over the wire")
    tenant, proved_at = claims["tenant"], claims.get("proved_at")
    return Caller(
        kind=kind,
        subject=claims["subject"],
        scopes=frozenset(claims["scopes"]),
        staff=frozenset(map(StaffRole, claims["staff"])),
        tenant=None if tenant is None else TenantCode(tenant),
        roles={Section(section): Role(role) for section, role in claims["roles"].items()},
        offices=frozenset(map(Office, claims["offices"])),
        tenants=frozenset(claims["tenants"]),
        act=claims["act"],
        # A gateway older than these says nothing of them: then nothing was proved lately.
        proved_at=None if proved_at is None else datetime.fromisoformat(proved_at),
        factors=frozenset(claims.get("factors", ())),
        session=claims.get("session"),
        grant=_grant(claims.get("grant")),
        portal=claims.get("portal", False),
    )


def _grant_claims(grant: Grant | None) -> dict[str, str] | None:
    return None if grant is None else {"id": grant.grant_id, "tenant": grant.tenant}


def _grant(claims: dict[str, str] | None) -> Grant | None:
    return None if claims is None else Grant(claims["id"], TenantCode(claims["tenant"]))
