"""Every refusal as RFC 9457 ``application/problem+json``, in the reader's language."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from flask import Request, Response

from contracts.codes import Language
from gateway.api.bearer import challenge
from gateway.api.circumstances import spoken
from gateway.api.refused import Refused
from gateway.api.wording import sentence
from servicekit.editions import CHANGED_MEANWHILE
from servicekit.errors import GuichetError, TooMany, Unauthenticated, Unavailable
from servicekit.freshness import STEP_UP_REQUIRED

MEDIA_TYPE = "application/problem+json"
REFERENCE = "/api/docs"
PRECONDITION_FAILED = 412
_MOST_FAULTS = 100
_SHOWN_DETAILS = (
    "retry_after",
    "scope",
    "rule",
    "earliest",
    "possible_now",
    "legal",
    "remaining",
    "limit",
    "max_age",
    "tenants",
    "violated-policies",
)
_FALLBACK_RETRY = {TooMany: 60, Unavailable: 2}


def problem_of(error: Exception, request: Request, call_id: str) -> Response:
    """What went wrong inside is logged by the caller of this, never told."""
    language = spoken(request)
    if isinstance(error, GuichetError):
        return _problem(
            request,
            language,
            call_id,
            status=_status(error, request),
            code=error.code,
            details=error.details,
            headers=_headers(error),
        )
    if isinstance(error, Refused):
        return _problem(
            request,
            language,
            call_id,
            status=error.status,
            code=error.code,
            details=error.details,
            headers=error.headers,
        )
    return _problem(request, language, call_id, status=500, code="internal", details={}, headers={})


def _problem(
    request: Request,
    language: Language,
    call_id: str,
    *,
    status: int,
    code: str,
    details: Mapping[str, Any],
    headers: Mapping[str, str],
) -> Response:
    body: dict[str, Any] = {
        "type": f"{REFERENCE}#{code.partition(':')[0]}",
        "title": sentence(f"status-{status}", language),
        "status": status,
        "code": code,
        "detail": sentence(code, language, details),
        "instance": request.path,
        "call_id": call_id,
    }
    faults = details.get("fields")
    if isinstance(faults, Mapping):
        body["errors"] = _errors(faults, language)
    body.update({name: details[name] for name in _SHOWN_DETAILS if name in details})
    # Names that a client invented may hold what UTF-8 cannot.
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(raw, status=status, content_type=MEDIA_TYPE)
    response.headers.update({"Content-Language": language.value, **headers})
    return response


def _errors(faults: Mapping[str, Any], language: Language) -> list[dict[str, str]]:
    listed = [
        (field, code)
        for field, codes in faults.items()
        for code in ([codes] if isinstance(codes, str) else codes)
    ]
    return [
        {
            "field": field,
            "pointer": pointer(field),
            "code": code,
            "message": sentence(code, language),
        }
        for field, code in listed[:_MOST_FAULTS]
    ]


def pointer(field: str) -> str:
    """``referent.email`` as RFC 6901 in a fragment: ``#/referent/email``."""
    steps = [step.replace("~", "~0").replace("/", "~1") for step in field.split(".") if step]
    return "#" + "".join(f"/{step}" for step in steps)


def _status(error: GuichetError, request: Request) -> int:
    """Who must prove again who he is does not lack a right (RFC 9470, section 3); a condition that
    did not hold has a status of its own (RFC 9110, section 15.5.13).
    """
    if error.code == STEP_UP_REQUIRED:
        return Unauthenticated.status
    if error.code == CHANGED_MEANWHILE and "If-Match" in request.headers:
        return PRECONDITION_FAILED
    return error.status


def _headers(error: GuichetError) -> dict[str, str]:
    if isinstance(error, Unauthenticated) or error.code in ("scope-missing", STEP_UP_REQUIRED):
        return {"WWW-Authenticate": challenge(error.code, error.details)}
    fallback = _FALLBACK_RETRY.get(type(error))
    if fallback is None:
        return {}
    seconds = error.details.get("retry_after", fallback)
    return {"Retry-After": str(max(1, math.ceil(float(seconds))))}
