"""Tokens that are good in one hand only (DPoP, RFC 9449): each request proves the key they name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from joserfc import jws
from joserfc.errors import JoseError

from gateway.oauth.client_keys import ALGORITHMS, fits, public_key
from gateway.oauth.once import Once
from gateway.oauth.tokens import AccessToken
from servicekit.clock import Clock
from servicekit.errors import Unauthenticated

BEARER, DPOP = "Bearer", "DPoP"
_TYPE = "dpop+jwt"
_OLD, _EARLY = timedelta(seconds=60), timedelta(seconds=10)
_LONGEST, _LONGEST_JTI = 8192, 255


class _Registry(jws.JWSRegistry):
    max_header_length = 4096  # it holds the key; an RSA one is longer than joserfc's 512


_REGISTRY = _Registry(algorithms=list(ALGORITHMS))


class Possession:
    """``public_url``: where clients believe to be; what a request says of its host is not asked."""

    def __init__(self, *, public_url: str, once: Once, clock: Clock) -> None:
        self._public_url = public_url
        self._once = once
        self._clock = clock

    def demand(
        self,
        token: AccessToken,
        raw: str,
        *,
        scheme: str,
        proof: str | None,
        method: str,
        path: str,
    ) -> None:
        """That whoever brings this token may. Raises Unauthenticated.

        A bound token is no bearer's, and a bearer's token is bound to nobody: each has its scheme.
        """
        if (token.key is not None) != (scheme == DPOP):
            raise Unauthenticated("token-refused")
        if token.key is None:
            return
        key = self.proved(proof, method=method, path=path, token=raw)
        if not hmac.compare_digest(key, token.key):
            raise Unauthenticated("proof-refused")

    def proved(self, proof: str | None, *, method: str, path: str, token: str | None = None) -> str:
        """The thumbprint of the key that this request proves. Raises Unauthenticated."""
        if proof is None or len(proof) > _LONGEST or not proof.isascii():
            raise Unauthenticated("proof-refused")
        try:
            header = jws.extract_compact(proof.encode(), registry=_REGISTRY).headers()
            key = public_key(header["jwk"])
            if header.get("typ") != _TYPE or not fits(header["jwk"], header.get("alg")):
                raise ValueError("not a proof, or not by this key")
            claims = json.loads(jws.deserialize_compact(proof, key, registry=_REGISTRY).payload)
            until = self._checked(claims, method=method, path=path, token=token)
            thumbprint = key.thumbprint()
        except (JoseError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            raise Unauthenticated("proof-refused") from None
        if not self._once.first("dpop", thumbprint, claims["jti"], until=until):
            raise Unauthenticated("proof-refused")
        return thumbprint

    def _checked(
        self, claims: dict[str, Any], *, method: str, path: str, token: str | None
    ) -> datetime:
        """Until when it would be good. Raises ValueError, KeyError, TypeError."""
        now = self._clock.now()
        issued_at = datetime.fromtimestamp(claims["iat"], now.tzinfo)
        fitting = (
            claims["htm"] == method
            and self._is_here(claims["htu"], path)
            and isinstance(claims["jti"], str)
            and 0 < len(claims["jti"]) <= _LONGEST_JTI
            and now - _OLD <= issued_at <= now + _EARLY
            and (token is None or claims["ath"] == token_hash(token))
        )
        if not fitting:
            raise ValueError("not for this request")
        return issued_at + _OLD + _EARLY

    def _is_here(self, uri: object, path: str) -> bool:
        """Without query and fragment (RFC 9449, section 4.3). Raises ValueError."""
        if not isinstance(uri, str):
            raise ValueError("not a URI")
        asked, here = urlsplit(uri), urlsplit(self._public_url)
        return (asked.scheme, asked.netloc.lower(), unquote(asked.path)) == (
            here.scheme,
            here.netloc.lower(),
            f"{here.path}{path}",
        )


def token_hash(token: str) -> str:
    """The claim ``ath``."""
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
