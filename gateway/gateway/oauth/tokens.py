"""Access tokens as the gateway reads them: no SQL, no RPC.

An RS256 verification costs about 70 µs; the same token comes back with every request of its
bearer, so what was verified is remembered for a while (``verified.py``). Expiry and endings are
looked at each time.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from joserfc import jws
from joserfc.errors import JoseError

from contracts.codes import TenantCode
from contracts.rights import CallerKind, Grant
from gateway.oauth.endings import Endings
from gateway.oauth.keys import ALGORITHM, KeyRing
from gateway.oauth.verified import VerifiedTokens
from servicekit.clock import Clock
from servicekit.errors import Unauthenticated
from servicekit.pseudonyms import person_target

if TYPE_CHECKING:
    from gateway.oauth.clients import Client

TYPE = "at+jwt"
_LONGEST = 8192
_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class AccessToken:
    """``subject``: a person's id, or the client's own; ``tenants``: a client's (``*``: all).

    ``domain``: the one tenant that a person's token is good for, where his way in was API Login;
    ``factors``: with what he proved who he is, at ``auth_time``; ``proved_at``: the same where it
    counts for what the client does, which another's question does not; ``actors``: the clients
    that act for him by exchange (RFC 8693), the present one first; ``origins``: the tokens it came
    from; ``key``: the thumbprint of the key it is bound to (RFC 9449). ``grant``: by which the
    person in ``act`` (``person:<id>``, of staff) sees what ``subject`` sees, and does nothing.
    """

    subject: str
    kind: CallerKind
    client_id: str
    scopes: frozenset[str]
    tenants: frozenset[str]
    session_id: str | None
    token_id: str
    expires_at: datetime
    issued_at: datetime
    act: str | None = None
    family_id: str | None = None
    auth_time: datetime | None = None
    proved_at: datetime | None = None
    domain: TenantCode | None = None
    factors: frozenset[str] = frozenset()
    audience: str = ""
    key: str | None = None
    actors: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    grant: Grant | None = None

    def concerns(self, client: Client) -> bool:
        """Whether it is the client's own, for it, or for whom it answers."""
        return (
            client.client_id in (self.client_id, self.audience)
            or self.audience in client.row.audiences
        )


class TokenChecker:
    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        keys: KeyRing,
        endings: Endings,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._endings = endings
        self._clock = clock
        self._verified = VerifiedTokens()

    def check(self, raw: str) -> AccessToken:
        """Of a token for us. Raises Unauthenticated("token-refused"), whatever was wrong."""
        token = self.read(raw)
        if token.audience != self._audience:
            raise Unauthenticated("token-refused")
        return token

    def read(self, raw: str) -> AccessToken:
        """Of a token from us, for whomever: ``audience`` is the caller's to look at."""
        if len(raw) > _LONGEST or not raw.isascii():
            raise Unauthenticated("token-refused")
        digest, now = hashlib.sha256(raw.encode()).digest(), self._clock.now()
        token = self._verified.find(digest, now=now)
        fresh = token is None
        if token is None:
            token = self._verify(raw)
        ended = self._endings.has(
            token.session_id, token.family_id, token.token_id, *token.origins
        ) or self._endings.has_client(token.client_id, token.issued_at)
        if ended or token.expires_at <= now:
            raise Unauthenticated("token-refused")
        if fresh:
            self._verified.add(digest, token, now=now)
        return token

    def _verify(self, raw: str) -> AccessToken:
        try:
            signed = jws.deserialize_compact(raw, self._key, registry=_REGISTRY)
            claims = json.loads(signed.payload)
            if signed.headers().get("typ") != TYPE:
                raise ValueError("another kind of token")
            if claims["iss"] != self._issuer:
                raise ValueError("not from here")
            return _access_token(claims)
        except (JoseError, ValueError, KeyError, TypeError, OverflowError):
            raise Unauthenticated("token-refused") from None

    def _key(self, signed: Any) -> Any:
        """By the key's id, from our own ring: what a header says of keys is not looked at."""
        key = self._keys.find(signed.headers().get("kid"))
        if key is None:
            raise ValueError("unknown key")
        return key


def _access_token(claims: dict[str, Any]) -> AccessToken:
    actors = _actors(claims.get("act"))
    auth_time = claims.get("auth_time")
    proved_at = claims.get("proved_at")
    domain = claims.get("domain")
    return AccessToken(
        subject=_text(claims["sub"]),
        # Not by comparing sub with client_id: a client's name might look like a person's id.
        kind=CallerKind.PERSON if "sid" in claims else CallerKind.CLIENT,
        client_id=_text(claims["client_id"]),
        scopes=frozenset(_text(claims["scope"]).split()),
        tenants=frozenset(claims.get("tenants", ())),
        session_id=claims.get("sid"),
        token_id=_text(claims["jti"]),
        expires_at=_instant(claims["exp"]),
        issued_at=_instant(claims["iat"]),
        act=actors[0] if actors else None,
        family_id=claims.get("family"),
        auth_time=None if auth_time is None else _instant(auth_time),
        proved_at=None if proved_at is None else _instant(proved_at),
        domain=None if domain is None else TenantCode(_text(domain)),
        factors=frozenset(map(_text, claims.get("amr", ()))),
        audience=_text(claims["aud"]),
        key=_text(claims["cnf"]["jkt"]) if "cnf" in claims else None,
        actors=actors,
        origins=tuple(map(_text, claims.get("origins", ()))),
        grant=_grant(claims.get("impersonation")),
    )


def _grant(claims: dict[str, Any] | None) -> Grant | None:
    if claims is None:
        return None
    return Grant(_text(claims["grant"]), TenantCode(_text(claims["tenant"])))


def claims_of(grant: Grant) -> dict[str, Any]:
    """The claim ``impersonation``: in a token, and where somebody asks what it is worth."""
    return {"grant": grant.grant_id, "tenant": grant.tenant}


def _actors(act: Any) -> tuple[str, ...]:
    """The chain of RFC 8693, section 4.1, the present actor first."""
    actors = []
    while act is not None:
        actors.append(_text(act["sub"]))
        act = act.get("act")
    return tuple(actors)


def bearer_of(token: AccessToken) -> str:
    """Whose hands a person's token is in: his, or those of who sees what he sees."""
    if token.grant is None:
        return token.subject
    return (token.act or "").removeprefix(person_target(""))


def act_of(actors: tuple[str, ...]) -> dict[str, Any] | None:
    """The claim ``act`` for a chain."""
    act: dict[str, Any] | None = None
    for actor in reversed(actors):
        act = {"sub": actor} if act is None else {"sub": actor, "act": act}
    return act


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _instant(seconds: Any) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
