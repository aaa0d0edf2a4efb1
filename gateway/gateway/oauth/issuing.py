"""Tokens as they are made: RFC 9068 access tokens, OpenID Connect ID tokens, both RS256."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import InvalidGrantError

from contracts.codes import TenantCode
from contracts.rights import Grant
from gateway.oauth.clients import Client
from gateway.oauth.keys import KeyRing
from gateway.oauth.lifetimes import (
    ACCESS_TOKEN_OF_CLIENT,
    ACCESS_TOKEN_OF_PERSON,
    ID_TOKEN,
    LOGOUT_TOKEN,
)
from gateway.oauth.proofs import acr_of
from gateway.oauth.signing import Signer
from gateway.oauth.tokens import TYPE, AccessToken, act_of, claims_of
from gateway.oauth.views import grant_key
from servicekit.clock import Clock
from servicekit.ids import new_text_id
from servicekit.pseudonyms import person_target

BACKCHANNEL_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """For whom a client asks, and on which sign-in that rests. ``domain``: good for it alone;
    ``proved_here``: he proved at ``auth_time`` who he is because this client asked it.
    """

    person_id: UUID
    session_id: UUID
    family_id: UUID
    auth_time: datetime
    amr: tuple[str, ...]
    domain: TenantCode | None = None
    proved_here: bool = False

    def get_user_id(self) -> str:
        return str(self.person_id)


class Issuer:
    def __init__(self, *, url: str, audience: str, keys: KeyRing, clock: Clock) -> None:
        self.url = url
        self.audience = audience
        self._clock = clock
        self._signer = Signer(keys)

    def client_token(self, client: Client, *, scope: str, key: str | None = None) -> dict[str, Any]:
        """The token response for a client in its own right; ``key``: the one it is bound to."""
        claims = {"sub": client.client_id, "tenants": sorted(client.row.tenants)}
        lives = int(ACCESS_TOKEN_OF_CLIENT.total_seconds())
        return self._response(client, claims, scope=scope, seconds=lives, key=key)

    def person_token(
        self, client: Client, person: SignedInPerson, *, scope: str, key: str | None = None
    ) -> dict[str, Any]:
        """The token response for a client on behalf of a person."""
        person = _within_owner(client, person)
        lives = int(ACCESS_TOKEN_OF_PERSON.total_seconds())
        claims = _person_claims(person, proof_counts=client.own or person.proved_here)
        return self._response(client, claims, scope=scope, seconds=lives, key=key)

    def exchanged_token(
        self,
        client: Client,
        subject: AccessToken,
        *,
        scope: str,
        audience: str,
        key: str | None = None,
    ) -> dict[str, Any]:
        """The token response for a client that shows a person's token (RFC 8693)."""
        person = _within_owner(client, _person_of(subject))
        left = (subject.expires_at - self._clock.now()).total_seconds()
        counts = client.own and subject.proved_at is not None
        claims = _person_claims(person, proof_counts=counts) | {
            "aud": audience,
            "act": act_of((client.client_id, *subject.actors)),
            "origins": [subject.token_id, *subject.origins],
        }
        return self._response(client, claims, scope=scope, seconds=int(left), key=key)

    def impersonation_token(
        self,
        client: Client,
        operator: AccessToken,
        opened: dict[str, Any],
        *,
        scope: str,
        audience: str,
        key: str | None = None,
    ) -> dict[str, Any]:
        """The token response for an operator who sees as somebody else. It rests on the operator's
        own sign-in, proves nothing, and ends with the grant."""
        person = _person_of(operator)
        longest = int(ACCESS_TOKEN_OF_CLIENT.total_seconds())
        claims = _person_claims(person, proof_counts=False) | {
            "sub": opened["person_id"],
            "aud": audience,
            "act": act_of((person_target(operator.subject),)),
            "impersonation": claims_of(Grant(opened["grant_id"], opened["tenant"])),
            "origins": [operator.token_id, grant_key(opened["grant_id"])],
        }
        seconds = min(longest, opened["seconds"])
        return self._response(client, claims, scope=scope, seconds=seconds, key=key)

    def id_token(
        self, client: Client, person: SignedInPerson, *, access_token: str, nonce: str | None
    ) -> str:
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self.url,
            "sub": str(person.person_id),
            "aud": client.client_id,
            "iat": now,
            "exp": now + int(ID_TOKEN.total_seconds()),
            "sid": str(person.session_id),
            **_proof(person),
            "at_hash": half_hash(access_token),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return self._signed("JWT", claims)

    def logout_token(self, *, client_id: str, person_id: UUID, session_id: UUID) -> str:
        """OpenID Connect Back-Channel Logout, section 2.4."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self.url,
            "sub": str(person_id),
            "aud": client_id,
            "iat": now,
            "exp": now + int(LOGOUT_TOKEN.total_seconds()),
            "jti": new_text_id(),
            "sid": str(session_id),
            "events": {BACKCHANNEL_LOGOUT: {}},
        }
        return self._signed("logout+jwt", claims)

    def _response(
        self,
        client: Client,
        claims: dict[str, Any],
        *,
        scope: str,
        seconds: int,
        key: str | None,
    ) -> dict[str, Any]:
        now = int(self._clock.now().timestamp())
        claims = {"aud": self.audience, **claims}
        claims |= {
            "iss": self.url,
            "client_id": client.client_id,
            "scope": scope,
            "iat": now,
            "exp": now + seconds,
            "jti": new_text_id(),
        }
        if key is not None:
            claims["cnf"] = {"jkt": key}
        return {
            "token_type": "Bearer" if key is None else "DPoP",
            "access_token": self._signed(TYPE, claims),
            "expires_in": seconds,
            "scope": scope,
        }

    def _signed(self, kind: str, claims: dict[str, Any]) -> str:
        return self._signer.signed(kind, claims)


def _person_claims(person: SignedInPerson, *, proof_counts: bool) -> dict[str, Any]:
    """``proof_counts``: for what a person only does who has proved moments ago who he is."""
    claims: dict[str, Any] = {
        "sub": str(person.person_id),
        "sid": str(person.session_id),
        "family": str(person.family_id),
        **_proof(person),
    }
    if proof_counts:
        claims["proved_at"] = claims["auth_time"]
    if person.domain is not None:
        claims["domain"] = person.domain
    return claims


def _person_of(token: AccessToken) -> SignedInPerson:
    assert token.session_id is not None
    assert token.family_id is not None
    assert token.auth_time is not None
    return SignedInPerson(
        person_id=UUID(token.subject),
        session_id=UUID(token.session_id),
        family_id=UUID(token.family_id),
        auth_time=token.auth_time,
        amr=tuple(sorted(token.factors)),
        domain=token.domain,
    )


def _within_owner(client: Client, person: SignedInPerson) -> SignedInPerson:
    """An application of a tenant acts within it alone, whatever the person holds elsewhere."""
    owner = client.row.owned_by
    if owner is None or person.domain == owner:
        return person
    if person.domain is not None:
        raise InvalidGrantError("This sign-in opens another domain only.")
    return replace(person, domain=owner)


def _proof(person: SignedInPerson) -> dict[str, Any]:
    """How and when he proved who he is (RFC 9068, section 2.2.1; RFC 9470 builds on it)."""
    return {
        "auth_time": int(person.auth_time.timestamp()),
        "amr": list(person.amr),
        "acr": acr_of(person.amr),
    }


def half_hash(token: str) -> str:
    """OpenID Connect Core, section 3.1.3.6."""
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
