"""The endpoints a program comes to: keys, claims, metadata. JSON, never pages.

Tokens are given and checked at the counter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from contracts.identity import get_person
from contracts.rights import CallerKind
from gateway.api.bearer import challenge, presented_token
from gateway.i18n import current_language
from gateway.oauth.counter import LARGEST_FORM, PATIENCE
from gateway.oauth.lifetimes import JWKS_KEPT
from gateway.oauth.metadata import metadata
from gateway.oauth.protocol_request import repeated
from gateway.oauth.tokens import AccessToken
from servicekit.errors import (
    Forbidden,
    GuichetError,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)

if TYPE_CHECKING:
    from gateway.parts import Parts

_PUBLIC_SECONDS = int(JWKS_KEPT.total_seconds())
# RFC 6750, section 3.1, and RFC 9449, section 7.1; anything else is an invalid token.
_TOKEN_FAULTS = {"scope-missing": "insufficient_scope", "proof-refused": "invalid_dpop_proof"}
_log = structlog.get_logger(__name__)


def create_provider(parts: Parts) -> Blueprint:
    blueprint = Blueprint("provider", __name__)
    blueprint.before_request(_check_form)
    blueprint.after_request(_never_kept)
    blueprint.register_error_handler(GuichetError, _refusal)
    blueprint.register_error_handler(HTTPException, _http_error)
    blueprint.register_error_handler(Exception, _crash)
    _add_metadata(blueprint, parts)
    _add_endpoints(blueprint, parts)
    return blueprint


def _add_metadata(blueprint: Blueprint, parts: Parts) -> None:
    told = metadata(parts.settings.issuer)

    @blueprint.get("/.well-known/openid-configuration")
    @blueprint.get("/.well-known/oauth-authorization-server")
    def discovery() -> Response:
        parts.admission.admit_stranger()
        return _public(told)

    @blueprint.get("/oauth/jwks")
    def jwks() -> Response:
        parts.admission.admit_stranger()
        return _public(parts.keys.public_set())


def _add_endpoints(blueprint: Blueprint, parts: Parts) -> None:
    @blueprint.post("/oauth/par")
    def push() -> Response:
        response: Response = parts.server.create_endpoint_response("pushed_authorization_request")
        return response

    @blueprint.post("/oauth/device_authorization")
    def authorize_device() -> Response:
        response: Response = parts.server.create_endpoint_response("device_authorization")
        return response

    @blueprint.post("/oauth/revoke")
    def revoke() -> Response:
        response: Response = parts.server.create_endpoint_response("revocation")
        return response

    @blueprint.route("/oauth/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        return jsonify(_claims(parts, _admitted(parts)))


def _admitted(parts: Parts) -> AccessToken:
    try:
        token = presented_token(request, parts.tokens, parts.possession)
    except Unauthenticated:
        parts.admission.admit_stranger()
        raise
    parts.admission.admit_bearer(token)
    return token


def _claims(parts: Parts, token: AccessToken) -> dict[str, Any]:
    """OpenID Connect Core, section 5.3: what the token's scopes open of the person."""
    if token.kind is not CallerKind.PERSON or "openid" not in token.scopes:
        raise Forbidden("scope-missing", {"scope": "openid"})
    try:
        person = parts.dispatcher.as_gateway(
            get_person,
            {"person_id": token.subject},
            language=current_language(),
            call_id=g.call_id,
        )
    except NotFound:
        raise Unauthenticated("token-refused") from None
    if not person["enabled"]:
        raise Unauthenticated("token-refused")
    claims: dict[str, Any] = {"sub": token.subject}
    if "profile" in token.scopes:
        claims |= {
            "name": f"{person['given_name']} {person['family_name']}",
            "given_name": person["given_name"],
            "family_name": person["family_name"],
            "preferred_username": person["login"],
            "locale": person["language"],
        }
    if "email" in token.scopes:
        claims["email"] = person["email"]
    if "phone" in token.scopes and person["mobile"]:
        claims["phone_number"] = person["mobile"]
    return claims


def _check_form() -> Response | None:
    """Forms only, small, each parameter once (RFC 6749, section 3.2)."""
    request.max_content_length = LARGEST_FORM
    if request.method != "POST" or request.endpoint == "provider.userinfo":
        return None
    if request.mimetype != "application/x-www-form-urlencoded":
        return _error(400, "invalid_request", "Send application/x-www-form-urlencoded.")
    twice = repeated(request.form)
    if twice or request.args:
        return _error(400, "invalid_request", "A parameter is repeated, or stands in the URL.")
    return None


def _never_kept(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Pragma", "no-cache")
    return response


def _public(document: dict[str, Any]) -> Response:
    response = jsonify(document)
    response.headers["Cache-Control"] = f"public, max-age={_PUBLIC_SECONDS}"
    return response


def _error(status: int, error: str, description: str | None = None) -> Response:
    body = {"error": error}
    if description is not None:
        body["error_description"] = description
    response = jsonify(body)
    response.status_code = status
    return response


def _refusal(error: GuichetError) -> Response:
    if isinstance(error, Unavailable | TooMany):
        response = _error(error.status, "temporarily_unavailable")
        response.headers["Retry-After"] = str(error.details.get("retry_after", PATIENCE))
        return response
    if isinstance(error, Unauthenticated | Forbidden):
        response = _error(error.status, _TOKEN_FAULTS.get(error.code, "invalid_token"))
        response.headers["WWW-Authenticate"] = challenge(error.code, error.details)
        return response
    return _error(error.status, "invalid_request")


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, ServiceUnavailable):  # too many forms are on their way (gateway.bodies)
        return _refusal(Unavailable("service-unavailable"))
    response = _error(error.code or 500, "invalid_request")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _crash(error: Exception) -> Response:
    _log.error("provider-crashed", call_id=g.get("call_id"), path=request.path, exc_info=error)
    return _error(500, "server_error")
