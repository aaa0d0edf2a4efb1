"""What every page tells the browser not to do."""

from __future__ import annotations

from flask import Response, current_app, g

from gateway.transport import STRICT_TRANSPORT

_POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "form-action 'self'{targets}"
)
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def allow_form_target(origin: str | None) -> None:
    """The form of this page may end, by redirects, at ``origin``."""
    g.form_target = origin


def secure_pages(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if current_app.config["GUICHET_SECURE"]:
        response.headers.setdefault(*STRICT_TRANSPORT)
    if response.mimetype != "text/html":
        return response
    target = g.get("form_target")
    policy = _POLICY.format(targets=f" {target}" if target else "")
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
