"""The portal as an OAuth client of its own gateway: authorization code, PKCE, refresh.

It speaks to the token endpoint as any client would, but inside the process: a request over the
network would need a second of the threads that all callbacks of a busy minute already hold.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import current_app
from werkzeug.test import Client

from contracts.registry import SCOPES
from gateway.pages.visit import parts
from servicekit.errors import Unauthenticated, Unavailable

CLIENT_ID = "portal"
CALLBACK = "/portal/callback"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Flow:
    """What must come back, and what proves that we asked."""

    state: str
    nonce: str
    verifier: str


def new_flow() -> Flow:
    return Flow(*(secrets.token_urlsafe(32) for _ in range(3)))


def authorization_path(flow: Flow) -> str:
    """A path of this very gateway, for everything: the provider decides what the way in opens."""
    digest = hashlib.sha256(flow.verifier.encode()).digest()
    query = urlencode(
        {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": redirect_uri(),
            "scope": " ".join(("openid", *SCOPES)),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )
    return f"/oauth/authorize?{query}"


def redirect_uri() -> str:
    return f"{parts().settings.public_url}{CALLBACK}"


def exchange(code: str, flow: Flow) -> dict[str, Any]:
    """The token response. Raises Unauthenticated where the code is refused."""
    return _ask_tokens(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri(),
            "code_verifier": flow.verifier,
        }
    )


def refresh(refresh_token: str) -> dict[str, Any]:
    return _ask_tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})


def _ask_tokens(form: dict[str, str]) -> dict[str, Any]:
    settings = parts().settings
    answer = Client(current_app.wsgi_app).post(
        "/oauth/token",
        base_url=settings.public_url,
        data=form,
        auth=(CLIENT_ID, settings.portal_client_secret),
    )
    if answer.status_code >= 500:
        raise Unavailable("token-endpoint", {"retry_after": 2})
    if answer.status_code != 200:
        _log.warning("portal-tokens-refused", grant=form["grant_type"], answer=answer.get_json())
        raise Unauthenticated("token-refused")
    tokens: dict[str, Any] = answer.get_json()
    return tokens
