"""An answer of a service as an HTTP response."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Request, Response
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from gateway.api.preconditions import is_known, set_tag
from servicekit.editions import edition_of

_WORTH_GZIP = 1400  # less fits into one packet anyway
_VARY = "Accept-Encoding, Accept-Language, Authorization"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def answer_of(
    request: Request, body: Mapping[str, Any], status: int, *, tagged: bool = False
) -> Response:
    """``tagged``: the answer shows a thing as it is, so it says which edition of it."""
    edition = edition_of(body) if tagged else None
    if edition is not None and _is_read(request) and is_known(request, edition):
        response = Response(status=304)
        response.headers["Vary"] = _VARY
        set_tag(response, edition)
        return response
    raw = _ENCODER.encode(body).encode("utf-8")
    response = Response(raw, status=status, content_type="application/json")
    cursor = body.get("next_cursor")
    if cursor is not None:
        response.headers["Link"] = f'<{_next_page(request, cursor)}>; rel="next"'
    response = compressed(request, response)
    if edition is not None:
        set_tag(response, edition)
    return response


def _is_read(request: Request) -> bool:
    return request.method in ("GET", "HEAD")


def compressed(request: Request, response: Response) -> Response:
    response.headers["Vary"] = _VARY
    raw = response.get_data()
    if len(raw) > _WORTH_GZIP and _takes_gzip(request.headers.get("Accept-Encoding", "")[:200]):
        response.set_data(gzip.compress(raw, compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _next_page(request: Request, cursor: str) -> str:
    query = request.environ.get("QUERY_STRING", "")
    kept = [(name, value) for name, value in parse_qsl(query) if name != "cursor"]
    return f"{request.path}?{urlencode([*kept, ('cursor', cursor)])}"


@lru_cache(maxsize=256)
def _takes_gzip(header: str) -> bool:
    return parse_accept_header(header, Accept).quality("gzip") > 0
