"""A request's path, query and body become one payload: each field from its one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import Request
from marshmallow import fields
from werkzeug.exceptions import RequestEntityTooLarge

from contracts.declare import Call
from contracts.fields import Flag, Many, Whole
from gateway.api import strict_json
from gateway.api.preconditions import edition_field
from gateway.api.refused import Refused
from servicekit.errors import Invalid

LARGEST_BODY = 1024 * 1024
_MOST_PARAMETERS = 100
_PATH_FIELD = re.compile(r"\{([a-z_]+)\}")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLAGS = {"true": True, "false": False}

Coerce = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Intake:
    """Where each field of a call's request comes from. Worked out once per call."""

    in_path: Mapping[str, Coerce]
    in_query: Mapping[str, Coerce]
    lists: frozenset[str]
    in_body: bool
    in_header: str | None

    def payload(self, request: Request, path: Mapping[str, str]) -> dict[str, Any]:
        """Raises Refused(4xx) for what cannot be read, Invalid for fields out of place."""
        given = self._body(request) if self.in_body else _no_body(request)
        raw = request.environ.get("QUERY_STRING", "")
        if raw:
            given = {**given, **self._query(raw)}
        if self.in_header is not None and self.in_header in given:
            raise _fault(self.in_header, "given-in-header")
        for name, value in path.items():
            if name in given:
                raise _fault(name, "given-in-path")
            given[name] = self.in_path[name](value)
        return given

    def _query(self, raw: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, text in _pairs(raw):
            coerce = self.in_query.get(name)
            if coerce is None:
                raise _fault(name, "given-in-path" if name in self.in_path else "unknown")
            if name in self.lists:
                found.setdefault(name, []).append(coerce(text))
            elif name in found:
                raise _fault(name, "repeated")
            else:
                found[name] = coerce(text)
        return found

    def _body(self, request: Request) -> dict[str, Any]:
        raw = _raw_body(request)
        if not raw:
            return {}
        _demand_json(request)
        value = strict_json.parse(raw)
        if not isinstance(value, dict):
            raise _fault("", "object")
        return value


def intake_of(call: Call) -> Intake:
    """GET and DELETE take the query, the others a JSON body, whatever the path leaves over.

    The edition that a caller has read comes by ``If-Match`` and from nowhere else.
    """
    if call.route is None:
        raise ValueError(f"{call.full_name} has no route")
    declared: Mapping[str, fields.Field[Any]] = call.request._declared_fields
    in_path = _PATH_FIELD.findall(call.route.path)
    unknown = set(in_path) - set(declared)
    if unknown:
        raise ValueError(f"{call.full_name}: no field for {unknown} of its path")
    in_body = call.route.method in ("POST", "PUT", "PATCH")
    in_header = edition_field(call)
    elsewhere = (*in_path, in_header)
    rest = [] if in_body else [name for name in declared if name not in elsewhere]
    return Intake(
        in_path={name: _coercion(declared[name]) for name in in_path},
        in_query={name: _coercion(declared[name]) for name in rest},
        lists=frozenset(name for name in rest if isinstance(declared[name], Many)),
        in_body=in_body,
        in_header=in_header,
    )


def _coercion(declared: fields.Field[Any]) -> Coerce:
    inner = declared.inner if isinstance(declared, Many) else declared
    if isinstance(inner, Whole):
        return _whole
    if isinstance(inner, Flag):
        return _flag
    return str


def _whole(text: str) -> int | str:
    """What is no number stays text, and the schema says so by its own code."""
    return int(text) if _WHOLE.fullmatch(text) else text


def _flag(text: str) -> bool | str:
    return _FLAGS.get(text, text)


def _pairs(raw: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            raw, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:  # not UTF-8, or too many
        raise Refused(400, "query-malformed") from None


def _raw_body(request: Request) -> bytes:
    # One more than is allowed: a body without a declared length is cut there, not refused.
    request.max_content_length = LARGEST_BODY + 1
    try:
        raw = request.stream.read()
    except RequestEntityTooLarge:
        raw = None
    if raw is None or len(raw) > LARGEST_BODY:
        raise Refused(413, "body-too-large", {"largest": LARGEST_BODY})
    return raw


def _no_body(request: Request) -> dict[str, Any]:
    if request.content_length or "Transfer-Encoding" in request.headers:
        raise Refused(400, "body-unexpected")
    return {}


def _demand_json(request: Request) -> None:
    parameters = request.mimetype_params
    charset = parameters.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
        raise Refused(415, "content-type-unsupported", headers={"Accept": "application/json"})
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refused(415, "content-encoding-unsupported", headers={"Accept-Encoding": "identity"})


def _fault(name: str, code: str) -> Invalid:
    return Invalid("fields-invalid", {"fields": {name[:100]: [code]}})
