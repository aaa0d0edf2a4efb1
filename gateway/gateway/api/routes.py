"""REST under ``/api/v1``: one route per declared call, none written by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from contracts.declare import Call, Effect
from contracts.registry import CALLS
from gateway.api.answering import answer_of
from gateway.api.bearer import presented_token
from gateway.api.circumstances import (
    call_id_of,
    circumstances,
    demand_json_accepted,
    spoken,
)
from gateway.api.preconditions import expected_edition, refuse_conditions
from gateway.api.problem import problem_of
from gateway.api.reading import Intake, intake_of
from gateway.api.reference import add_reference
from gateway.api.refused import Refused
from gateway.metrics import REQUESTS
from servicekit.errors import GuichetError, TooMany, Unauthenticated

if TYPE_CHECKING:
    from gateway.dispatch import Dispatcher
    from gateway.limits.admission import Admission
    from gateway.oauth.possession import Possession
    from gateway.oauth.tokens import AccessToken, TokenChecker

API = "/api"
PREFIX = "/api/v1"
_log = structlog.get_logger(__name__)


def create_api(
    *,
    dispatcher: Dispatcher,
    tokens: TokenChecker,
    possession: Possession,
    admission: Admission,
    public_url: str,
    calls: Iterable[Call] = CALLS.values(),
) -> Blueprint:
    blueprint = Blueprint("api", __name__)
    bearers = Bearers(tokens=tokens, possession=possession, admission=admission)
    for call in calls:
        if call.route is not None:
            blueprint.add_url_rule(
                PREFIX + call.route.path.replace("{", "<").replace("}", ">"),
                endpoint=f"{call.service}-{call.name}",
                view_func=_view(call, intake_of(call), dispatcher, bearers),
                methods=[call.route.method],
            )
    add_reference(blueprint, public_url=public_url)
    blueprint.before_app_request(lambda: _begin(admission))
    blueprint.after_app_request(_finish)
    blueprint.register_error_handler(Exception, _problem)
    return blueprint


class Bearers:
    """Whose token a request brings, counted: a good one for its bearer, else for the address."""

    def __init__(
        self, *, tokens: TokenChecker, possession: Possession, admission: Admission
    ) -> None:
        self._tokens = tokens
        self._possession = possession
        self._admission = admission

    def admitted(self) -> AccessToken:
        try:
            token = presented_token(request, self._tokens, self._possession)
        except Unauthenticated:
            self._admission.admit_stranger()
            raise
        self._admission.admit_bearer(token)
        return token


def _view(
    call: Call, intake: Intake, dispatcher: Dispatcher, bearers: Bearers
) -> Callable[..., Response]:
    assert call.route is not None
    status, tagged = call.route.status, call.effect is Effect.READ or bool(intake.in_header)

    def view(**path: str) -> Response:
        token = bearers.admitted()
        demand_json_accepted(request)
        payload = _payload(call, intake, path)
        about = circumstances(request, call, g.call_id)
        answer = dispatcher.as_token(
            call,
            payload,
            token,
            language=about.language,
            idempotency_key=about.idempotency_key,
            reason=about.reason,
            call_id=about.call_id,
            trace=about.trace,
        )
        return answer_of(request, answer, status, tagged=tagged)

    return view


def _payload(call: Call, intake: Intake, path: Mapping[str, str]) -> dict[str, Any]:
    payload = intake.payload(request, path)
    if intake.in_header is None:
        refuse_conditions(request, call)
        return payload
    edition = expected_edition(request, call, intake.in_header)
    return payload if edition is None else {**payload, intake.in_header: edition}


def _begin(admission: Admission) -> Response | None:
    """Also for what is no route: under ``/api`` that is a problem document, not a page."""
    if not request.path.startswith(API):
        return None
    if "call_id" not in g:
        g.call_id = call_id_of(request)
    g.started = time.perf_counter()
    g.language = spoken(request)
    if request.url_rule is None or not request.path.startswith(f"{PREFIX}/"):
        try:
            admission.admit_stranger()
        except TooMany as error:
            return _problem(error)
    if request.routing_exception is not None and request.path.startswith(f"{API}/"):
        return _problem(request.routing_exception)
    if request.method == "OPTIONS":
        return _options()
    return None


def _options() -> Response:
    """What the address takes; nothing about other origins, so a browser keeps them out."""
    response = current_app.make_default_options_response()
    response.status_code = 204
    del response.headers["Content-Type"]
    return response


def _problem(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        error = _refused(error)
    elif not isinstance(error, GuichetError | Refused):
        _log.error("request-crashed", call_id=g.call_id, path=request.path, exc_info=error)
    return problem_of(error, request, g.call_id)


def _refused(error: HTTPException) -> Refused:
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return Refused(405, "method-not-allowed", headers={"Allow": allowed})
    if error.code is None or error.code < 400 or error.code == 404:
        return Refused(404, "route-unknown")
    return Refused(error.code, "request-malformed")


def _finish(response: Response) -> Response:
    if "started" not in g:
        return response
    rule = request.url_rule
    route, method = ("unknown", "any") if rule is None else (rule.rule, request.method)
    seconds = time.perf_counter() - g.started
    REQUESTS.labels(route, method, str(response.status_code)).observe(seconds)
    headers = response.headers
    headers["X-Request-Id"] = g.call_id
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    return response
