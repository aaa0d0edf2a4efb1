"""The access token of a request: in the header and nowhere else (RFC 6750, section 2.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Request

from gateway.oauth.client_keys import ALGORITHMS
from gateway.oauth.possession import BEARER, DPOP
from servicekit.errors import Unauthenticated
from servicekit.freshness import STEP_UP_REQUIRED

if TYPE_CHECKING:
    from gateway.oauth.possession import Possession
    from gateway.oauth.tokens import AccessToken, TokenChecker

_TOKEN = re.compile(r"(bearer|dpop) +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
_LONGEST = 8192


def presented_token(request: Request, tokens: TokenChecker, possession: Possession) -> AccessToken:
    """A good token in the right hand. Raises Unauthenticated: ``token-missing``,
    ``token-refused``, or ``proof-refused`` where the hand is not the one it is bound to.
    """
    scheme, raw = _scheme_and_token(request.headers.get("Authorization"))
    token = tokens.check(raw)
    possession.demand(
        token,
        raw,
        scheme=scheme,
        proof=request.headers.get(DPOP),
        method=request.method,
        path=request.path,
    )
    return token


def _scheme_and_token(header: str | None) -> tuple[str, str]:
    if header is None or not header[:7].lower().startswith(("bearer", "dpop")):
        raise Unauthenticated("token-missing")
    match = _TOKEN.fullmatch(header) if len(header) <= _LONGEST else None
    if match is None:
        raise Unauthenticated("token-refused")
    return (DPOP if match[1].lower() == DPOP.lower() else BEARER), match[2]


def challenge(code: str, details: Mapping[str, Any]) -> str:
    """``WWW-Authenticate`` for a refusal; a request without a token is told no more than that."""
    if code == "token-missing":
        return 'Bearer realm="guichet"'
    if code == "scope-missing":
        scope = details.get("scope", "")
        return f'Bearer realm="guichet", error="insufficient_scope", scope="{scope}"'
    if code == STEP_UP_REQUIRED:
        # RFC 9470: authorize again with this max_age, then come back with the new token.
        error = "insufficient_user_authentication"
        return f'Bearer realm="guichet", error="{error}", max_age="{details["max_age"]}"'
    if code == "proof-refused":
        return f'DPoP realm="guichet", error="invalid_dpop_proof", algs="{" ".join(ALGORITHMS)}"'
    return 'Bearer realm="guichet", error="invalid_token"'
