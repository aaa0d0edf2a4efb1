"""``/api/openapi.json`` for programs, ``/api/docs`` for people: one page, readable without
JavaScript, made from the same declarations."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from marshmallow import fields

from contracts.codes import Language
from contracts.declare import Call, Effect
from contracts.registry import CONTRACTS, SCOPES
from gateway.api.answering import compressed
from gateway.api.examples import example, value_of
from gateway.api.field_words import kind_of
from gateway.api.needs import needs
from gateway.api.openapi import build_openapi, described, refusals
from gateway.api.preconditions import is_demanded
from gateway.api.reading import intake_of
from gateway.api.wording import catalogue, sentence

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One call, as the page shows it."""

    anchor: str
    name: str
    method: str
    path: str
    summary: str
    needs: str
    fields: list[FieldLine]
    curl: str
    status: int
    answer: str
    refusals: list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class FieldLine:
    name: str
    place: str
    required: bool
    kind: str
    about: str


def add_reference(blueprint: Blueprint, *, public_url: str) -> None:
    blueprint.add_url_rule("/api/openapi.json", "openapi", _openapi_view(public_url))
    blueprint.add_url_rule("/api/docs", "docs", _docs_view(public_url))


def _openapi_view(public_url: str) -> Callable[[], Response]:
    @cache
    def document() -> tuple[bytes, str]:
        raw = json.dumps(build_openapi(public_url=public_url), ensure_ascii=False).encode()
        return raw, hashlib.sha256(raw).hexdigest()[:32]

    def view() -> Response:
        raw, tag = document()
        response = Response(raw, content_type="application/json")
        response.set_etag(tag, weak=True)
        response.headers["Cache-Control"] = "public, max-age=60"
        response.make_conditional(request)
        return response if response.status_code == 304 else compressed(request, response)

    return view


def _docs_view(public_url: str) -> Callable[[], Response]:
    @cache
    def page() -> str:
        return render_template(
            "api/docs.html",
            public_url=public_url,
            services=[
                (service, described(service), entries(service, public_url)) for service in CONTRACTS
            ],
            scopes=sorted(SCOPES.items()),
            codes=_codes(),
        )

    def view() -> Response:
        response = Response(page(), content_type="text/html; charset=utf-8")
        response.headers["Cache-Control"] = "public, max-age=60"
        return compressed(request, response)

    return view


def entries(service: str, public_url: str) -> list[Entry]:
    calls = CONTRACTS[service].calls.values()
    return [_entry(call, public_url) for call in calls if call.route is not None]


def _entry(call: Call, public_url: str) -> Entry:
    assert call.route is not None
    return Entry(
        anchor=f"{call.service}-{call.name}",
        name=call.name.replace("_", " "),
        method=call.route.method,
        path=PREFIX + call.route.path,
        summary=call.summary,
        needs=needs(call),
        fields=_fields(call),
        curl=curl(call, public_url),
        status=call.route.status,
        answer=_pretty(example(call.response)),
        refusals=[
            (status, [code for code in codes if code in _own(call)])
            for status, codes in refusals(call).items()
            if set(codes) & _own(call)
        ],
    )


def _own(call: Call) -> set[str]:
    return {refusal.code for refusal in call.refusals}


def _fields(call: Call) -> list[FieldLine]:
    intake = intake_of(call)
    lines = []
    for name, field in call.request._declared_fields.items():
        if name == intake.in_header:
            lines.append(FieldLine("If-Match", "header", is_demanded(call, name), "ETag", ""))
            continue
        place = "path" if name in intake.in_path else "body" if intake.in_body else "query"
        lines += _lines(name, field, place)
    return lines


def _lines(name: str, field: fields.Field[Any], place: str) -> list[FieldLine]:
    """A field, and the fields inside where it is an object: ``referent.email``."""
    about = str(field.metadata.get("description", "")).replace("``", "")
    lines = [FieldLine(name, place, field.required, kind_of(field), about)]
    if isinstance(field, fields.Nested):
        for inner, one in field.schema.fields.items():
            lines += _lines(f"{name}.{inner}", one, place)
    return lines


def curl(call: Call, public_url: str) -> str:
    """A command to paste; ``$TOKEN`` comes from the first section of the page."""
    assert call.route is not None
    intake = intake_of(call)
    values = {name: value_of(call.request._declared_fields[name], name) for name in intake.in_path}
    url = f"{public_url}{PREFIX}{call.route.path.format(**values)}{_needed_query(call)}"
    parts = ["curl" if call.route.method == "GET" else f"curl -X {call.route.method}", url]
    parts.append('-H "Authorization: Bearer $TOKEN"')
    if call.effect is Effect.WRITE:
        parts.append('-H "Idempotency-Key: $(uuidgen)"')
    if call.reason:
        parts.append("-H 'Guichet-Reason: Ticket 4711'")
    if intake.in_header is not None:
        parts.append("-H 'If-Match: *'")
    body = example(call.request, without=tuple(intake.in_path))
    if intake.in_body and body:
        parts.append("-H 'Content-Type: application/json'")
        parts.append(f"-d {shlex.quote(json.dumps(body))}")
    return " \\\n  ".join(parts)


def _needed_query(call: Call) -> str:
    """What a call must be asked in its address; what it may be asked stands in its table."""
    declared = call.request._declared_fields
    needed = [name for name in intake_of(call).in_query if declared[name].required]
    if not needed:
        return ""
    return "?" + urlencode({name: value_of(declared[name], name) for name in needed})


def _codes() -> list[tuple[str, str, str]]:
    """Every code with its sentence in both languages; the anchor of each problem's ``type``."""
    french = catalogue(Language.FRENCH)
    return [
        (code, sentence(code, Language.ENGLISH), french[code])
        for code in sorted(french)
        if not code.startswith("status-")
    ]


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
