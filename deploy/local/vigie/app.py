"""The application: its pages, and where its parts meet."""

from __future__ import annotations

import logging
import secrets
from urllib.parse import urlsplit

import requests
from flask import Flask, render_template, session
from werkzeug.wrappers import Response

from vigie import pages, signing_in, signing_out
from vigie.contracts import SignInNeededError, read_contracts
from vigie.pages import refused_page
from vigie.parts import Parts, build_parts
from vigie.settings import Settings
from vigie.words import current_language

LARGEST_FORM_BYTES = 64 * 1024
_log = logging.getLogger(__name__)


def create_app(settings: Settings) -> Flask:
    app = Flask(__name__)
    split = urlsplit(settings.url)
    app.config.update(
        # Sessions end with the process, so may the key of their cookies.
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME="vigie",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=split.scheme == "https",
        MAX_CONTENT_LENGTH=LARGEST_FORM_BYTES,
        TRUSTED_HOSTS=[split.hostname],
        PROVIDER=settings.provider,
    )
    parts = app.extensions["vigie"] = build_parts(app, settings)
    pages.install(app, settings)
    signing_in.register(app, parts)
    signing_out.register(app, parts)
    _add_pages(app, parts)
    app.register_error_handler(requests.RequestException, _silent)
    return app


def _add_pages(app: Flask, parts: Parts) -> None:
    @app.get("/")
    def home() -> Response | str:
        signed_in = parts.signed_in()
        if signed_in is None:
            return render_template("welcome.html")
        try:
            with signed_in.lock:
                contracts = read_contracts(
                    parts.guichet, issuer=parts.settings.issuer, language=current_language()
                )
        except SignInNeededError:
            parts.sessions.end(session.pop("who", None))
            return refused_page("ended", status=403)
        except requests.RequestException as error:
            _log.warning("contracts could not be read: %s", error)
            contracts = None
        return render_template("home.html", name=signed_in.name, contracts=contracts)

    @app.get("/livez")
    @app.get("/readyz")
    def ready() -> str:
        return "ok"


def _silent(error: requests.RequestException) -> Response:
    _log.warning("Guichet does not answer: %s", error)
    return refused_page("silent", status=503)
