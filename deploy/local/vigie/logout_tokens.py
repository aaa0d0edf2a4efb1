"""Logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6): whom to sign out, said by
Guichet itself. Anybody may post one here, so each claim counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPE = "logout+jwt"
ALGORITHM = "RS256"
LEEWAY_SECONDS = 60
KEYS_KEPT_SECONDS = 300.0
# Strangers can make up names of keys: each would be a request to Guichet.
UNKNOWN_KEY_PAUSE_SECONDS = 30.0


class RefusedLogoutError(Exception):
    """The token is not Guichet's, not for us, no logout token, too old, or was used before."""


@dataclass(frozen=True, slots=True)
class Logout:
    """``sid`` is None where all sessions of ``sub`` have ended, and the other way round."""

    sub: str | None
    sid: str | None


class Keys:
    """The public keys of the provider, kept as long as its key set may be."""

    def __init__(self, fetch: Callable[[], Any]) -> None:
        """``fetch``: the key set as it is now, as JSON."""
        self._fetch = fetch
        self._lock = Lock()
        self._kept: dict[str | None, Key] = {}
        self._fetched_at: float | None = None

    def find(self, kid: str | None, *, now: float) -> Key | None:
        with self._lock:
            if self._is_due(kid, now):
                fetched = KeySet.import_key_set(self._fetch())
                self._kept = {key.kid: key for key in fetched.keys if key.kid is not None}
                self._fetched_at = now
            return self._kept.get(kid)

    def _is_due(self, kid: str | None, now: float) -> bool:
        if self._fetched_at is None:
            return True
        patience = KEYS_KEPT_SECONDS if kid in self._kept else UNKNOWN_KEY_PAUSE_SECONDS
        return now - self._fetched_at > patience


class LogoutTokens:
    def __init__(self, *, keys: Keys, issuer: str, client_id: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._client_id = client_id
        self._lock = Lock()
        self._used: dict[str, float] = {}

    def accept(self, raw: str, *, now: float) -> Logout:
        """Once for each token. Raises RefusedLogoutError."""
        claims = self._verified(raw, now)
        if not isinstance(claims.get("events"), dict) or not isinstance(
            claims["events"].get(EVENT), dict
        ):
            raise RefusedLogoutError("no logout event")
        if "nonce" in claims:
            raise RefusedLogoutError("nonce: this is an ID token")
        sub, sid = claims.get("sub"), claims.get("sid")
        if sub is None and sid is None:
            raise RefusedLogoutError("neither sub nor sid")
        if not all(one is None or isinstance(one, str) for one in (sub, sid)):
            raise RefusedLogoutError("sub or sid is no string")
        self._use(claims["jti"], until=claims["exp"] + LEEWAY_SECONDS, now=now)
        return Logout(sub, sid)

    def _verified(self, raw: str, now: float) -> dict[str, Any]:
        def key(signed: Any) -> Key:
            found = self._keys.find(signed.headers().get("kid"), now=now)
            if found is None:
                raise RefusedLogoutError("unknown key")
            return found

        registry = jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        )
        try:
            token = jwt.decode(raw, key, algorithms=[ALGORITHM])
            registry.validate(token.claims)
        except (JoseError, ValueError) as error:
            raise RefusedLogoutError(str(error)) from None
        if token.header.get("typ") != TYPE:
            raise RefusedLogoutError("not typed as a logout token")
        return dict(token.claims)

    def _use(self, jti: str, *, until: float, now: float) -> None:
        with self._lock:
            self._used = {one: end for one, end in self._used.items() if end > now}
            if jti in self._used:
                raise RefusedLogoutError("used before")
            self._used[jti] = until
