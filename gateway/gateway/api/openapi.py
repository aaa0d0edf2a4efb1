"""OpenAPI 3.1 from the declared calls: the same schemas that validate are the ones described."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

from contracts.codes import Language
from contracts.declare import PORTAL_ONLY, Call, Effect
from contracts.registry import CALLS, CONTRACTS, SCOPES
from contracts.rights import Audience
from gateway.api.examples import example, value_of
from gateway.api.json_schema import (
    JsonSchema,
    as_answer,
    as_parameter,
    extra_properties,
    schema_name,
)
from gateway.api.needs import needs
from gateway.api.preconditions import edition_field, is_demanded
from gateway.api.problem import MEDIA_TYPE, PRECONDITION_FAILED
from gateway.api.reading import intake_of
from gateway.api.wording import sentence
from gateway.limits.looks import CODE as LOOKS_EXCEEDED
from servicekit.editions import CHANGED_MEANWHILE
from servicekit.errors import KINDS, Invalid, TooMany, Unauthenticated
from servicekit.freshness import STEP_UP_REQUIRED
from servicekit.reasons import REASON_REQUIRED

Document = dict[str, Any]

# What any call may be answered beside its own refusals, by status.
_GENERAL: dict[int, tuple[str, ...]] = {
    400: ("query-malformed", "body-unexpected", "reason-invalid"),
    401: ("token-missing", "token-refused"),
    403: ("scope-missing", "person-only"),
    404: ("route-unknown",),
    406: ("not-acceptable",),
    422: ("fields-invalid",),
    429: ("quota-exceeded",),
    503: ("service-unavailable", "service-timeout", "broker"),
}
_WITH_BODY: dict[int, tuple[str, ...]] = {
    400: ("json-malformed", "json-duplicate-key", "json-too-deep", "json-number"),
    413: ("body-too-large",),
    415: ("content-type-unsupported", "content-encoding-unsupported"),
}
_WRITES: dict[int, tuple[str, ...]] = {
    400: ("idempotency-key-invalid",),
    409: ("request-in-flight",),
    422: ("idempotency-key-reused",),
}
_DEMANDED: dict[int, tuple[str, ...]] = {428: ("precondition-required",)}
_UNCONDITIONAL: dict[int, tuple[str, ...]] = {400: ("precondition-unsupported",)}
_BY_AUDIENCE: dict[Audience, tuple[str, ...]] = {
    Audience.TENANT: ("tenant-foreign", "role-missing"),
    Audience.STAFF: ("staff-only",),
    Audience.SELF: (),
    Audience.LISTING: (),
}


def build_openapi(*, public_url: str, calls: Iterable[Call] = CALLS.values()) -> Document:
    plugin = MarshmallowPlugin(schema_name_resolver=schema_name)
    spec = APISpec(
        title="Guichet",
        version=version("guichet-gateway"),
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": _INTRODUCTION, "license": _LICENCE},
        servers=[{"url": f"{public_url}/api/v1"}],
        tags=[{"name": name, "description": described(name)} for name in CONTRACTS],
    )
    assert plugin.converter is not None
    plugin.converter.add_attribute_function(extra_properties)  # type: ignore[no-untyped-call]
    _add_components(spec, public_url)
    routed = [call for call in calls if call.route is not None]
    for call in routed:
        assert call.route is not None
        operation = _operation(call, plugin.converter)
        spec.path(path=call.route.path, operations={call.route.method.lower(): operation})
    document: Document = spec.to_dict()
    return _answers_may_grow(document, routed)


def _operation(call: Call, converter: OpenAPIConverter) -> Document:
    assert call.route is not None
    operation: Document = {
        "operationId": f"{call.service}_{call.name}",
        "tags": [call.service],
        "summary": call.summary,
        "description": needs(call),
        "security": [{"oauth2": [call.right.scope]}],
        "parameters": [*_parameters(call, converter), *_headers(call)],
        "responses": {
            str(call.route.status): _success(call, call.route.status),
            **{str(status): _refused(status, codes) for status, codes in refusals(call).items()},
        },
    }
    body = _body(call)
    if body is not None:
        operation["requestBody"] = body
    return operation


def _parameters(call: Call, converter: OpenAPIConverter) -> list[Document]:
    intake = intake_of(call)
    schema = call.request()
    listed = []
    for place, names in (("path", intake.in_path), ("query", intake.in_query)):
        for name in names:
            field = schema.fields[name]
            described = as_parameter(converter.field2property(field))
            parameter = {
                "name": name,
                "in": place,
                "required": place == "path" or field.required,
                "schema": described,
            }
            if "description" in described:
                parameter["description"] = described.pop("description")
            if place == "path":
                parameter["example"] = value_of(field, name)
            listed.append(parameter)
    return listed


def _headers(call: Call) -> list[str]:
    reason = "Guichet-Reason-Demanded" if call.reason else "Guichet-Reason"
    names = [reason, "X-Request-Id", "Accept-Language"]
    edition = edition_field(call)
    if edition is not None:
        names.append("If-Match-Demanded" if is_demanded(call, edition) else "If-Match")
    return ["Idempotency-Key", *names] if call.effect is Effect.WRITE else names


def _body(call: Call) -> Document | None:
    """The request without what stands in the path; none where nothing is left."""
    intake = intake_of(call)
    inside = tuple(name for name in (*intake.in_path, intake.in_header) if name is not None)
    if not intake.in_body or set(call.request._declared_fields) <= set(inside):
        return None
    schema = call.request(exclude=inside)
    content = {"schema": schema, "example": example(call.request, without=inside)}
    required = any(field.required for field in schema.fields.values())
    return {"required": required, "content": {"application/json": content}}


def _success(call: Call, status: int) -> Document:
    content = {"schema": call.response, "example": example(call.response)}
    headers: Document = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if "next_cursor" in call.response._declared_fields:
        headers["Link"] = {"$ref": "#/components/headers/Link"}
    if call.effect is Effect.READ or edition_field(call) is not None:
        headers["ETag"] = {"$ref": "#/components/headers/ETag"}
    return {
        "description": HTTPStatus(status).phrase,
        "headers": headers,
        "content": {"application/json": content},
    }


def refusals(call: Call) -> dict[int, tuple[str, ...]]:
    """All codes a call may be refused with, by status, its own first."""
    found: dict[int, list[str]] = {}
    for refusal in call.refusals:
        status = KINDS[refusal.kind].status
        if refusal.code == CHANGED_MEANWHILE and edition_field(call) is not None:
            status = PRECONDITION_FAILED
        found.setdefault(status, []).append(refusal.code)
    found.setdefault(403, []).extend(_BY_AUDIENCE[call.right.audience])
    if call.portal_only:
        found[403].append(PORTAL_ONLY)
    if call.reason or (call.tenant_field is not None and call.right.staff):
        found.setdefault(Invalid.status, []).append(REASON_REQUIRED)
    if call.right.staff and call.effect is Effect.READ:
        found.setdefault(TooMany.status, []).append(LOOKS_EXCEEDED)
    if call.step_up:
        found.setdefault(Unauthenticated.status, []).append(STEP_UP_REQUIRED)
    for group in _common(call):
        for status, codes in group.items():
            found.setdefault(status, []).extend(codes)
    return {status: tuple(dict.fromkeys(found[status])) for status in sorted(found)}


def _common(call: Call) -> list[dict[int, tuple[str, ...]]]:
    """What it shares with other calls of its kind."""
    groups = [_GENERAL]
    if intake_of(call).in_body:
        groups.append(_WITH_BODY)
    if call.effect is Effect.WRITE:
        groups.append(_WRITES)
    edition = edition_field(call)
    if edition is not None and is_demanded(call, edition):
        groups.append(_DEMANDED)
    if edition is None and call.effect is not Effect.READ:
        groups.append(_UNCONDITIONAL)
    return groups


def _refused(status: int, codes: tuple[str, ...]) -> Document:
    described = "; ".join(f"`{code}`" for code in codes)
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if status == 429:
        headers["RateLimit"] = {"$ref": "#/components/headers/RateLimit"}
        headers["RateLimit-Policy"] = {"$ref": "#/components/headers/RateLimit-Policy"}
    if status in (429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    if status == 401:
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/WWW-Authenticate"}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "description": f"{sentence(f'status-{status}', Language.ENGLISH)}: {described}",
        "headers": headers,
        "content": {MEDIA_TYPE: problem},
    }


def _answers_may_grow(document: Document, calls: list[Call]) -> Document:
    schemas = document["components"]["schemas"]
    asked = _reachable(schemas, [_body_reference(document, call) for call in calls])
    for name in schemas:
        if name not in asked and name not in ("Problem", "FieldProblem"):
            schemas[name] = as_answer(schemas[name])
    return document


def _body_reference(document: Document, call: Call) -> Any:
    assert call.route is not None
    operation = document["paths"][call.route.path][call.route.method.lower()]
    return operation.get("requestBody")


def _reachable(schemas: Document, roots: list[Any]) -> set[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            name = str(value.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting.extend(value.values())
    return found


def described(service: str) -> str:
    return (sys.modules[f"contracts.{service}"].__doc__ or service).strip().splitlines()[0]


def _add_components(spec: APISpec, public_url: str) -> None:
    for name, schema in _SCHEMAS.items():
        spec.components.schema(name, schema)
    for name, parameter in _PARAMETERS.items():
        spec.components.parameter(name, "header", parameter)
    for name, description in _HEADERS.items():
        spec.components.header(name, {"description": description, "schema": {"type": "string"}})
    scopes = dict(sorted(SCOPES.items()))
    token_url = f"{public_url}/oauth/token"
    spec.components.security_scheme(
        "oauth2",
        {
            "type": "oauth2",
            "description": f"Discovery: {public_url}/.well-known/openid-configuration",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{public_url}/oauth/authorize",
                    "tokenUrl": token_url,
                    "refreshUrl": token_url,
                    "scopes": scopes,
                },
                "clientCredentials": {"tokenUrl": token_url, "scopes": scopes},
            },
        },
    )


_LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}

_INTRODUCTION = """\
One door to every capability: people and their rights, contracts, subscriptions, mails, audit.

* Refusals are `application/problem+json` (RFC 9457) with a stable `code`; `errors` names each \
field at fault. Their sentences follow `Accept-Language` (`fr`, `en`).
* A write takes an `Idempotency-Key`: the same key and body again give the same answer, done once.
* An answer to GET has an `ETag`; sent back as `If-Match` with a change, it is refused with 412 \
where somebody has changed the thing meanwhile. Sent back as `If-None-Match`, it saves the body.
* Lists are paged by cursor: follow `next_cursor`, or the `Link` header with `rel="next"`.
* `RateLimit` and `RateLimit-Policy` say on each answer what is left of your quota.
* 429 and 503 say in `Retry-After` when to try again.
"""

_SCHEMAS: dict[str, JsonSchema] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "code", "detail", "instance", "call_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"type": "string", "description": "Stable; programs read this."},
            "detail": {"type": "string", "description": "A sentence in the reader's language."},
            "instance": {"type": "string"},
            "call_id": {"type": "string", "description": "As in `X-Request-Id`: tell it support."},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldProblem"}},
            "retry_after": {"type": "number", "description": "Seconds."},
        },
    },
    "FieldProblem": {
        "type": "object",
        "required": ["field", "pointer", "code", "message"],
        "properties": {
            "field": {"type": "string", "examples": ["referent.email"]},
            "pointer": {"type": "string", "examples": ["#/referent/email"]},
            "code": {"type": "string", "examples": ["length:1:64"]},
            "message": {"type": "string"},
        },
    },
}

_SAID = "^[!-~]([ -~]{0,498}[!-~])?$"
_CONDITION = r'^("[0-9a-f]{32}(-gzip)?"|\*)$'

_PARAMETERS: dict[str, Document] = {
    "Idempotency-Key": {
        "description": "1 to 255 printable characters; the same key again is the same act.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
    },
    "If-Match": {
        "description": "The `ETag` of what you have read, or `*`: refused with 412 where it has "
        "changed since.",
        "schema": {"type": "string", "pattern": _CONDITION},
    },
    "If-Match-Demanded": {
        "name": "If-Match",
        "required": True,
        "description": "The `ETag` of what you have read, or `*`; without it the answer is 428.",
        "schema": {"type": "string", "pattern": _CONDITION},
        "example": "*",
    },
    "Guichet-Reason": {
        "description": "Why, for the audit trail: who acts on a customer by a staff role alone"
        " must say it, whether he reads or writes.",
        "schema": {"type": "string", "pattern": _SAID, "maxLength": 500},
    },
    "Guichet-Reason-Demanded": {
        "name": "Guichet-Reason",
        "required": True,
        "description": "Why, for the audit trail.",
        "schema": {"type": "string", "pattern": _SAID, "maxLength": 500},
        "example": "Ticket 4711",
    },
    "X-Request-Id": {
        "description": "Your id of this request, given back and kept in logs and audit; one that "
        "is not 1 to 64 letters, digits or `._:-` is replaced.",
        "schema": {"type": "string"},
    },
    "Accept-Language": {
        "description": "`fr` (default) or `en`: the language of refusals.",
        "schema": {"type": "string"},
    },
}

_HEADERS = {
    "RateLimit": "Whose quota counted this request, how many are left (`r`), and in how many "
    'seconds it is whole again (`t`): `"client";r=42;t=7`.',
    "RateLimit-Policy": "The quota itself: `q` requests at once, given back evenly within `w` "
    'seconds: `"client";q=12000;w=60`.',
    "X-Request-Id": "The id of this request in logs and audit entries.",
    "Link": 'The next page: `<…>; rel="next"`.',
    "ETag": "Which edition of it this is.",
    "Retry-After": "Seconds to wait before trying again.",
    "WWW-Authenticate": "RFC 6750: what is wrong with the token.",
}
