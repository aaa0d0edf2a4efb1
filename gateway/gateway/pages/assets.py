"""Static files under an address that changes with their content, so that they may be kept."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, current_app, request, url_for

_YEAR = 365 * 24 * 3600


def asset(name: str) -> str:
    return url_for("static", filename=name, v=_digest(str(current_app.static_folder), name))


def keep_assets(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response


@cache
def _digest(folder: str, name: str) -> str:
    return hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest()[:12]
