"""Error pages: what happened in words, what to do, and the call id by which support finds it."""

from __future__ import annotations

import structlog
from flask import Response, g, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from gateway.pages.csrf import StaleForm
from gateway.pages.forms import in_words
from gateway.pages.languages import here
from gateway.pages.resume import BUSY, STALE, UNAVAILABLE, offer_again
from gateway.pages.visit import call_id
from gateway.pages.words import error_words
from servicekit.errors import Forbidden, GuichetError, TooMany, Unavailable

_log = structlog.get_logger(__name__)

# Faces for programs: they answer in problem+json, by their own handlers.
_FOR_PROGRAMS = ("/api/", "/oauth/", "/.well-known/", "/livez", "/readyz", "/metrics")
_PATIENCE = 5
_WORDED = (400, 403, 404, 405, 409, 413, 429, 500, 503)


def is_page(path: str) -> bool:
    return not path.startswith(_FOR_PROGRAMS)


def error_page(
    status: int,
    *,
    detail: str | None = None,
    retry_after: int | None = None,
    front_door: str | None = None,
) -> Response:
    """``front_door``: the portal login, for whom another way in has brought here."""
    worded = status if status in _WORDED else (400 if status < 500 else 500)
    title, about = error_words(worded)
    page = render_template(
        "pages/error.html",
        status=status,
        title=title,
        about=about,
        detail=detail,
        call_id=call_id(),
        retry=here() if request.method == "GET" and not front_door else None,
        front_door=front_door,
    )
    response = make_response(page, status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def http_error(error: HTTPException) -> Response:
    response = error_page(error.code or 500)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def refusal(error: GuichetError) -> Response:
    """What a service or the gateway refused and no page of its own has put into a form."""
    retry_after = error.details.get("retry_after")
    if isinstance(error, Unavailable) and retry_after is None:
        retry_after = _PATIENCE
    if isinstance(error, Unavailable | TooMany):
        why = BUSY if isinstance(error, TooMany) else UNAVAILABLE
        again = offer_again(why, status=error.status, retry_after=retry_after)
        if again is not None:
            return again
    status = 403 if error.status == 401 else error.status
    door = _front_door() if isinstance(error, Forbidden) else None
    detail = None if door else in_words(error)
    return error_page(status, detail=detail, retry_after=retry_after, front_door=door)


def _front_door() -> str | None:
    """For whom this request has met as one of API Login: no service is asked for an error page."""
    session = g.get("browser_session")
    if session is None or session.method != "api":
        return None
    return url_for("pages.sign_in", next=here() if request.method == "GET" else None)


def crash(error: Exception) -> Response:
    _log.exception("page-crashed", path=request.url_rule and request.url_rule.rule)
    return error_page(500)


def stale(error: StaleForm) -> Response:
    return offer_again(STALE, status=403) or error_page(403)
