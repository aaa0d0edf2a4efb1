"""Where programs come most often: a token, and what a token is worth. Plain WSGI.

A Flask request costs several times what these two do (docs/performance.md), a signature aside.
Everything else of the protocol is in ``routes``; what an answer says is Authlib's and ours, here
as there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import structlog
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from gateway.api.circumstances import fit_call_id
from gateway.limits.admission import standing_headers
from gateway.limits.asked import counted
from gateway.oauth.protocol_request import ProtocolRequest
from gateway.transport import STRICT_TRANSPORT
from servicekit.errors import GuichetError, TooMany, Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from gateway.oauth.server import AuthorizationServer

TOKEN, INTROSPECTION = "/oauth/token", "/oauth/introspect"
# Forms of pages and of the protocol; REST reads its JSON by its own bound (api/reading.py).
LARGEST_FORM = 64 * 1024
PATIENCE = 2
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 100
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_log = structlog.get_logger(__name__)


class Answer(NamedTuple):
    status: int
    body: Mapping[str, Any]
    headers: Iterable[tuple[str, str]] = ()


class _Headers:
    """Of the request. Werkzeug's raise and catch an exception for each that is not there."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ

    def get(self, name: str, /) -> str | None:
        value: str | None = self._environ.get(f"HTTP_{name.upper().replace('-', '_')}")
        return value


class _FaultyForm(Exception):
    """It cannot be read as the protocol says; the words are for who programs the client."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(status, description)
        self.answer = Answer(status, {"error": "invalid_request", "error_description": description})


class Counter:
    """``secure``: whether the installation is served by https."""

    def __init__(self, server: AuthorizationServer, *, secure: bool) -> None:
        self._server = server
        self._always = [("X-Content-Type-Options", "nosniff")]
        if secure:
            self._always.append(STRICT_TRANSPORT)
        self._answers: dict[str, Callable[[ProtocolRequest], Answer]] = {
            TOKEN: self._token,
            INTROSPECTION: self._introspection,
        }

    def before(self, others: WSGIApplication) -> WSGIApplication:
        """What is not asked here goes on to ``others``."""

        def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            answer = self._answers.get(environ.get("PATH_INFO", ""))
            if answer is None:
                return others(environ, start_response)
            return self._serve(answer, environ, start_response)

        return application

    def _serve(
        self,
        answer: Callable[[ProtocolRequest], Answer],
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        headers = _Headers(environ)
        call_id = fit_call_id(headers.get("X-Request-Id"))
        with counted(environ.get("REMOTE_ADDR")) as asked:
            told = self._told(answer, environ, headers, call_id)
        body = json.dumps(told.body).encode()
        # What the protocol's answer says of itself comes after ours, and counts.
        whole = {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "Pragma": "no-cache",
            **dict(told.headers),
            "Content-Length": str(len(body)),
            "X-Request-Id": call_id,
        }
        every = [*whole.items(), *self._always, *standing_headers(asked.standing)]
        start_response(_STATUS_LINES[told.status], every)
        return [body]

    def _told(
        self,
        answer: Callable[[ProtocolRequest], Answer],
        environ: WSGIEnvironment,
        headers: _Headers,
        call_id: str,
    ) -> Answer:
        try:
            if environ["REQUEST_METHOD"] != "POST":
                return Answer(405, {"error": "invalid_request"}, [("Allow", "POST")])
            return answer(_request(environ, headers))
        except _FaultyForm as fault:
            return fault.answer
        except GuichetError as error:
            return _refusal(error)
        except ServiceUnavailable:  # too many forms are on their way (gateway.bodies)
            return _refusal(Unavailable("service-unavailable"))
        except HTTPException as error:
            return Answer(error.code or 500, {"error": "invalid_request"})
        except Exception as error:  # noqa: BLE001 - the last resort of a request
            path = environ["PATH_INFO"]
            _log.error("provider-crashed", call_id=call_id, path=path, exc_info=error)
            return Answer(500, {"error": "server_error"})

    def _token(self, request: ProtocolRequest) -> Answer:
        return Answer(*self._server.answer_token(request))

    def _introspection(self, request: ProtocolRequest) -> Answer:
        return Answer(*self._server.answer_endpoint("introspection", request))


def _request(environ: WSGIEnvironment, headers: _Headers) -> ProtocolRequest:
    return ProtocolRequest(
        method="POST", path=environ["PATH_INFO"], headers=headers, values=_form(environ)
    )


def _form(environ: WSGIEnvironment) -> dict[str, str]:
    """A form only, small, each parameter once (RFC 6749, section 3.2), none in the address."""
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise _FaultyForm(400, f"Send {_FORM}.")
    try:
        # As Werkzeug reads it for the other endpoints: what is no UTF-8 stays as it was sent.
        fields = parse_qsl(
            _body(environ).decode(),
            keep_blank_values=True,
            errors="werkzeug.url_quote",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise _FaultyForm(400, "The form cannot be read.") from None
    values = dict(fields)
    if len(values) < len(fields) or environ.get("QUERY_STRING"):
        raise _FaultyForm(400, "A parameter is repeated, or stands in the URL.")
    return values


def _body(environ: WSGIEnvironment) -> bytes:
    """Raises ValueError where the client hangs up before its end."""
    told = environ.get("CONTENT_LENGTH", "")
    length = int(told) if told.isascii() and told.isdigit() else 0
    if length > LARGEST_FORM:
        raise _FaultyForm(413, "The form is too large.")
    parts, missing = [], length
    while missing > 0:
        part = environ["wsgi.input"].read(missing)
        if not part:
            raise ValueError("cut short")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _refusal(error: GuichetError) -> Answer:
    if isinstance(error, Unavailable | TooMany):
        wait = str(error.details.get("retry_after", PATIENCE))
        return Answer(error.status, {"error": "temporarily_unavailable"}, [("Retry-After", wait)])
    return Answer(error.status, {"error": "invalid_request"})
