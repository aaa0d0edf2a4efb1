"""In by Guichet: authorization code with PKCE, ``state``, ``nonce`` and ``iss``."""

from __future__ import annotations

import time
from typing import Any

from authlib.integrations.base_client import OAuthError
from flask import Flask, redirect, request, session
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from vigie.pages import refused_page
from vigie.parts import Parts
from vigie.words import current_language

_STATE = "_state_"  # begins the names under which Authlib keeps what must come back
_MOST_UNDER_WAY = 3


def register(app: Flask, parts: Parts) -> None:
    settings, guichet = parts.settings, parts.guichet

    @app.get("/sign-in")
    def sign_in() -> Response:
        parts.check_provider()
        _forget_oldest()
        response: Response = guichet.authorize_redirect(
            settings.callback, ui_locales=current_language()
        )
        return response

    @app.get("/callback")
    def come_back() -> Response:
        # RFC 9207: the answer of another provider must not be taken for Guichet's.
        if request.args.get("iss") != settings.issuer:
            return refused_page("failed", status=400)
        try:
            tokens = guichet.authorize_access_token(claims_options=_wanted(parts))
            profile = guichet.userinfo(token=tokens)
        except OAuthError as error:
            why = error.error if error.error == "access_denied" else "failed"
            return refused_page(why, status=403)
        except JoseError:
            return refused_page("failed", status=403)
        return _let_in(parts, dict(tokens), profile)


def _let_in(parts: Parts, tokens: dict[str, Any], profile: dict[str, Any]) -> Response:
    # Of the ID token: Authlib has checked its signature, its nonce and what we wanted of it.
    claims = tokens.pop("userinfo", None)
    if claims is None or profile.get("sub") != claims["sub"]:
        return refused_page("failed", status=403)
    secret = parts.sessions.start(
        sub=claims["sub"],
        sid=claims["sid"],
        name=profile["name"],
        tokens=tokens,
        now=time.time(),
    )
    if secret is None:
        return refused_page("ended", status=403)
    # All anew: who had put a cookie of his own into this browser has nothing by it.
    language = current_language()
    parts.sessions.end(session.get("who"))
    session.clear()
    session.update(who=secret, language=language)
    return redirect("/", 303)


def _wanted(parts: Parts) -> dict[str, Any]:
    """Of the ID token, beside what Authlib looks at by itself."""
    return {
        "iss": {"essential": True, "value": parts.settings.issuer},
        "aud": {"essential": True, "value": parts.settings.client_id},
        "sid": {"essential": True},
    }


def _forget_oldest() -> None:
    """A browser drops a cookie above 4 KiB: of the sign-ins begun here the latest are kept."""
    begun = [name for name in session if name.startswith(_STATE)]
    for name in begun[: -_MOST_UNDER_WAY + 1]:
        del session[name]
