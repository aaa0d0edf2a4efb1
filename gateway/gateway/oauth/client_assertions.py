"""``private_key_jwt``: a client proves itself by a key of its own (RFC 7523, OpenID Core 9).

No secret travels and none is kept here. Whatever is wrong, the answer is the one of a wrong secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from joserfc import jws
from joserfc.errors import JoseError

from gateway.oauth.client_authentication import QueryClient
from gateway.oauth.client_keys import ALGORITHMS, Key, key_for
from gateway.oauth.clients import Client
from gateway.oauth.once import Once
from gateway.oauth.protocol_request import ProtocolRequest
from gateway.oauth.published_keys import PublishedKeys
from servicekit.clock import Clock

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = timedelta(minutes=5)
_LEEWAY = timedelta(seconds=30)
_LONGEST, _LONGEST_JTI = 8192, 255
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS))


class ClientAssertions:
    """``audiences``: the issuer and the token endpoint, character by character."""

    def __init__(self, *, issuer: str, once: Once, clock: Clock, published: PublishedKeys) -> None:
        self._published = published
        self._audiences = frozenset({issuer, f"{issuer}/oauth/token"})
        self._once = once
        self._clock = clock

    def __call__(self, query_client: QueryClient, request: ProtocolRequest) -> Client | None:
        raw = request.form.get("client_assertion")
        if raw is None or request.form.get("client_assertion_type") != ASSERTION_TYPE:
            return None
        if "client_secret" in request.form or request.headers.get("Authorization"):
            raise InvalidRequestError("Two ways of authentication in one request.")
        client = _named(query_client, raw)
        if client is None:
            return None
        if request.form.get("client_id", client.client_id) != client.client_id:
            raise InvalidRequestError("Two client ids in one request.")
        return client if self._is_proved(client, raw) else None

    def _is_proved(self, client: Client, raw: str) -> bool:
        try:
            signed = jws.deserialize_compact(
                raw, lambda one: self._key(client, one.headers()), registry=_REGISTRY
            )
            claims = _claims(signed.payload)
            until = self._checked(client, claims)
        except (JoseError, ValueError, KeyError, TypeError, OverflowError):
            return False
        return self._once.first("client", client.client_id, claims["jti"], until=until)

    def _key(self, client: Client, header: Mapping[str, Any]) -> Key:
        """Raises ValueError."""
        row = client.row
        if row.jwks_uri is None:
            return key_for(row.jwks or {}, header)
        if header.get("alg") not in ALGORITHMS:
            raise ValueError("no such algorithm")
        return key_for(self._published.of(row.jwks_uri, kid=header.get("kid")), header)

    def _checked(self, client: Client, claims: dict[str, Any]) -> datetime:
        """Until when it would be good. Raises ValueError, KeyError, TypeError."""
        now = self._clock.now()
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) == 1:
            audience = audience[0]
        expires_at = datetime.fromtimestamp(claims["exp"], now.tzinfo)
        if "iat" in claims:
            # Some clients say an hour (Authlib's does). How long one is good here is ours to say.
            made_at = datetime.fromtimestamp(claims["iat"], now.tzinfo)
            expires_at = min(expires_at, made_at + LONGEST_LIFE)
        starts_at = datetime.fromtimestamp(
            max(claims.get("nbf", 0), claims.get("iat", 0)), now.tzinfo
        )
        fitting = (
            claims["iss"] == claims["sub"] == client.client_id
            and audience in self._audiences
            and isinstance(claims["jti"], str)
            and 0 < len(claims["jti"]) <= _LONGEST_JTI
            and now - _LEEWAY < expires_at <= now + LONGEST_LIFE + _LEEWAY
            and starts_at <= now + _LEEWAY
        )
        if not fitting:
            raise ValueError("not for here, or not for now")
        return expires_at + _LEEWAY


def _claims(payload: bytes) -> dict[str, Any]:
    """Raises ValueError, also for what is nested deeper than the reader goes."""
    try:
        claims: dict[str, Any] = json.loads(payload)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return claims


def _named(query_client: QueryClient, raw: str) -> Client | None:
    """Whom an assertion names, before anything of it is believed."""
    if len(raw) > _LONGEST or not raw.isascii():
        return None
    try:
        claims = _claims(jws.extract_compact(raw.encode()).payload)
        client = query_client(claims["sub"])
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return client if client is not None and client.row.has_keys else None
