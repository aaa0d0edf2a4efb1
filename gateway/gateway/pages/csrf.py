"""A form is ours when it brings back the token that its page was given.

The token is bound to the signed page cookie and, once signed in, to the browser session: a token
of before the sign-in ends with it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import current_app, request, session

FIELD = "form_token"
_KEPT = "form"


class StaleForm(Exception):
    """The form's token is not the one of this page and session."""


def form_token() -> str:
    if _KEPT not in session:
        session[_KEPT] = secrets.token_urlsafe(32)
    return _token_for(session[_KEPT])


def browser_secret() -> str:
    """What only this browser has, after ``refuse_stale_form``: for what must not be ended in
    another one than it was begun in."""
    return hashlib.sha256(f"guichet browser\0{session[_KEPT]}".encode()).hexdigest()


def refuse_stale_form() -> None:
    """Before each request of the pages: nothing is changed by a form that is not ours."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    known = session.get(_KEPT)
    given = request.form.get(FIELD, "")
    if known is None or not hmac.compare_digest(_token_for(known).encode(), given.encode()):
        raise StaleForm


def renew_form_secret() -> None:
    """At sign-in and sign-out: no token outlives the change of hands."""
    session.pop(_KEPT, None)


def from_this_site() -> bool:
    """Whether the browser itself says that one of our own pages sent the request.

    Origin says ``null`` under our referrer policy; Fetch Metadata does not.
    """
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _token_for(secret: str) -> str:
    key = hashlib.sha256(b"guichet form token\0" + _application_key()).digest()
    bound = f"{secret}\0{request.cookies.get(current_app.config['GUICHET_SESSION_COOKIE'], '')}"
    return hmac.new(key, bound.encode(), hashlib.sha256).hexdigest()


def _application_key() -> bytes:
    key = current_app.secret_key
    return key if isinstance(key, bytes) else str(key).encode()
