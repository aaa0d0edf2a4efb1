"""The gateway's one WSGI application: OpenID provider, REST face, sign-in pages and portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from gateway import pages, portal
from gateway.api.circumstances import call_id_of
from gateway.api.face import beside, create_face
from gateway.api.ops import create_ops
from gateway.bodies import bounded_bodies
from gateway.forwarding import behind_proxies
from gateway.limits.admission import tell_standing
from gateway.limits.doors import guard_pages
from gateway.oauth.counter import LARGEST_FORM, Counter
from gateway.oauth.front import create_front
from gateway.oauth.routes import create_provider
from gateway.pages.errors import crash, http_error, refusal
from gateway.pages.headers import secure_pages
from servicekit.errors import GuichetError

if TYPE_CHECKING:
    from gateway.parts import Parts


def create_app(parts: Parts) -> Flask:
    """``parts`` need not be started to build it; they must be to serve."""
    app = Flask("gateway", static_url_path="/static")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_FORM, MAX_FORM_MEMORY_SIZE=LARGEST_FORM)
    app.before_request(_name_request)
    settings = parts.settings
    guard_pages(app, parts.admission)
    pages.install(app, parts)
    portal.install(app)
    app.register_blueprint(create_ops(db=parts.db, rpc=parts.rpc, peers=settings.ops_peers))
    app.register_blueprint(create_provider(parts))
    app.register_blueprint(create_front())
    _answer_strays(app)
    app.after_request(_harden)
    both = beside(app.wsgi_app, _face(parts))
    counted = Counter(parts.server, secure=settings.secure).before(both)
    slots = max(1, settings.threads // 2)
    app.wsgi_app = bounded_bodies(counted, slots=slots)  # type: ignore[assignment, method-assign]
    if settings.trusted_proxies:
        vouched = behind_proxies(app.wsgi_app, trusted=settings.trusted_proxies)
        app.wsgi_app = vouched  # type: ignore[method-assign]
    return app


def _face(parts: Parts) -> Flask:
    """The REST face, with the headers that every answer of this host has."""
    face = create_face(
        dispatcher=parts.dispatcher,
        tokens=parts.tokens,
        possession=parts.possession,
        admission=parts.admission,
        public_url=parts.settings.public_url,
    )
    face.config["GUICHET_SECURE"] = parts.settings.secure
    face.after_request(secure_pages)
    face.after_request(tell_standing)
    return face


def _name_request() -> None:
    """One id for a request on every face, in every log line behind it."""
    if "call_id" not in g:
        g.call_id = call_id_of(request)


def _answer_strays(app: Flask) -> None:
    """Errors outside every blueprint: an address that does not exist."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(GuichetError, refusal)
    app.register_error_handler(Exception, crash)


def _harden(response: Response) -> Response:
    response.headers.setdefault("X-Request-Id", g.get("call_id", ""))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
