"""The present request: the parts that serve it, its call id, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from flask import current_app, g, request

from contracts.declare import Call
from gateway.i18n import current_language

if TYPE_CHECKING:
    from gateway.oauth.sessions import Session
    from gateway.parts import Parts

EXTENSION = "guichet"
_LONGEST_DEVICE = 400


def parts() -> Parts:
    return cast("Parts", current_app.extensions[EXTENSION])


def call_id() -> str:
    """The id under which every hop logs this request; shown on error pages."""
    if "call_id" not in g:
        g.call_id = uuid4().hex
    return str(g.call_id)


def browser_session() -> Session | None:
    """Who is signed in at this browser; read once per request."""
    if "browser_session" not in g:
        g.browser_session = parts().sessions.current(request)
    return cast("Session | None", g.browser_session)


def origin() -> dict[str, str | None]:
    """From where, for the sign-in history."""
    device = request.headers.get("User-Agent", "")[:_LONGEST_DEVICE]
    printable = "".join(char for char in device if char.isprintable())
    return {"address": request.remote_addr, "device": printable or None}


def ask_as_gateway(call: Call, payload: Mapping[str, Any]) -> dict[str, Any]:
    g.setdefault("asked_at", parts().clock.now())
    return parts().dispatcher.as_gateway(
        call, dict(payload), language=current_language(), call_id=call_id()
    )


def asked_at() -> datetime:
    """When this request first asked a service: what that answers was not proved before.

    Real time. Taken before the question, so that a session never seems younger than its proof:
    what ends the sessions of that moment (a new password, a closed login) ends this one too.
    """
    return cast("datetime", g.get("asked_at") or parts().clock.now())
