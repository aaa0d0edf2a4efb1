"""The REST face as an application of its own: it pays for no cookie, no form and no page.

Beside the pages in one application, their hooks cost every REST request a quarter of its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from gateway.api.routes import API, create_api

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from gateway.dispatch import Dispatcher
    from gateway.limits.admission import Admission
    from gateway.oauth.possession import Possession
    from gateway.oauth.tokens import TokenChecker


def create_face(
    *,
    dispatcher: Dispatcher,
    tokens: TokenChecker,
    possession: Possession,
    admission: Admission,
    public_url: str,
) -> Flask:
    face = Flask("gateway", static_folder=None)
    face.register_blueprint(
        create_api(
            dispatcher=dispatcher,
            tokens=tokens,
            possession=possession,
            admission=admission,
            public_url=public_url,
        )
    )
    return face


def beside(pages: WSGIApplication, face: Flask) -> WSGIApplication:
    """What lies under ``/api/`` goes to the face, everything else to the pages."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[Any]:
        asked = environ.get("PATH_INFO", "")
        chosen = face.wsgi_app if asked.startswith(f"{API}/") else pages
        return chosen(environ, start_response)

    return application
