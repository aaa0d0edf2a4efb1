"""What all pages share: their words, their forms, what a browser must not do with them."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, make_response, render_template, request, session
from werkzeug.wrappers import Response

from vigie.settings import Settings
from vigie.words import LANGUAGES, current_language, words

_FORM = "form"
# A form of ours ends at Guichet: the one that signs out.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self' {issuer}"
)


def install(app: Flask, settings: Settings) -> None:
    split = urlsplit(settings.issuer)
    policy = _POLICY.format(issuer=f"{split.scheme}://{split.netloc}")

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.context_processor
    def said() -> dict[str, object]:
        return {
            "t": words(),
            "language": current_language(),
            "languages": LANGUAGES,
            "portal": settings.issuer,
        }

    app.jinja_env.globals["form_token"] = form_token


def form_token() -> str:
    """For a form of ours: who has our cookie alone can send it."""
    if _FORM not in session:
        session[_FORM] = secrets.token_urlsafe(32)
    return str(session[_FORM])


def is_own_form() -> bool:
    known, given = session.get(_FORM), request.form.get("form_token", "")
    return known is not None and hmac.compare_digest(str(known).encode(), given.encode())


def refused_page(why: str, *, status: int) -> Response:
    """``why``: the name of its words."""
    return make_response(render_template("refused.html", why=words()[why]), status)
