"""The access token of a request: in the header and nowhere else (RFC 6750, section 2.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Request

from servicekit.errors import Unauthenticated
from servicekit.freshness import STEP_UP_REQUIRED

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
_LONGEST = 8192


def bearer_token(request: Request) -> str:
    """Raises Unauthenticated: ``token-missing``, or ``token-refused`` where it is none."""
    header = request.headers.get("Authorization")
    if header is None or not header[:7].lower().startswith("bearer"):
        raise Unauthenticated("token-missing")
    match = _BEARER.fullmatch(header) if len(header) <= _LONGEST else None
    if match is None:
        raise Unauthenticated("token-refused")
    return match[1]


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
    return 'Bearer realm="guichet", error="invalid_token"'
