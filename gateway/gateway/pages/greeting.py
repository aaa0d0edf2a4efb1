"""What is read first after signing in: the notice, the last sign-in, that a password expires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import flash
from flask_babel import gettext

from gateway.i18n import format_instant

_API = "api"


def greet(signed_in: Mapping[str, Any], *, method: str) -> None:
    """``signed_in``: identity's answer, whose words the page after it says."""
    notice, last = signed_in.get("notice"), signed_in.get("last_sign_in")
    if notice:
        _say("entry-notice", notice=notice)
    if last:
        place = last["address"] or gettext("an unknown address")
        _say("last-sign-in", instant=format_instant(last["at"]), place=place)
    if signed_in.get("password_expires_soon"):
        expires_at = signed_in["password_expires_at"]
        code = "api-password-expires" if method == _API else "password-expires"
        _say(code, instant=format_instant(expires_at, "long"))


def _say(code: str, **values: str) -> None:
    # Any JSON value travels in the signed page cookie; Flask's stubs know of strings only.
    flash(cast(str, {"code": code, **values}))
