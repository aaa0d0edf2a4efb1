"""Post, redirect, get."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, flash, redirect

from servicekit.errors import GuichetError


def see_other(address: str, done: str | None = None, **values: Any) -> Response:
    """To the page after the act; ``done`` names the words (``flash_words``) that it says first."""
    if done is not None:
        # Any JSON value travels in the signed page cookie; Flask's stubs know of strings only.
        flash(cast(str, {"code": done, **values}))
    return cast(Response, redirect(address, 303))


def with_patience(response: Response, error: GuichetError | None) -> Response:
    """Says when to come back, where a refusal knows it."""
    retry_after = error.details.get("retry_after") if error else None
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response
