"""The portal's tokens: sealed in the database, never in the browser, renewed before they expire.

Renewing is claimed in the row first. Whoever comes meanwhile goes on with the token that is still
good for a minute, so nobody waits and no refresh token is used twice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Request, Response, current_app, request

from contracts.codes import TenantCode
from gateway.oauth.portal_sessions import CLAIMED_AT, PortalSession, Tokens
from gateway.pages.visit import parts
from gateway.portal import client
from servicekit.errors import Unauthenticated, Unavailable

if TYPE_CHECKING:
    from gateway.oauth.sessions import Session
    from gateway.oauth.views import View

_EARLY = timedelta(seconds=60)
_CLAIM = timedelta(seconds=15)
_WAIT_SECONDS, _WAIT_STEP = 5.0, 0.1


def keep(response: Response, session: Session, answer: dict[str, Any]) -> None:
    """A new portal session, hung on the browser's: it ends with it. Always a new cookie."""
    old = request.cookies.get(_cookie_name())
    if old:
        parts().portal_sessions.delete(old)
    secret = parts().portal_sessions.create(
        person_id=session.person_id, session_id=session.session_id, tokens=_tokens(answer)
    )
    _set_cookie(response, secret)


def _set_cookie(response: Response, secret: str) -> None:
    response.set_cookie(
        _cookie_name(),
        secret,
        httponly=True,
        secure=current_app.config["GUICHET_SECURE"],
        samesite="Lax",
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """``access_token``: good for the present request; ``view``: what is seen instead;
    ``perimeter``: the contract that is worked on, None for all."""

    access_token: str
    view: View | None
    perimeter: str | None


def kept(incoming: Request, session: Session) -> Kept | None:
    """None where the code flow must run again."""
    secret = incoming.cookies.get(_cookie_name())
    found = _find(secret, session) if secret else None
    if secret is None or found is None:
        return None
    if _good_for(_EARLY, found.tokens, parts().clock.now()):
        return Kept(str(found.tokens["access_token"]), found.view, found.perimeter)
    raw = _renewed(secret) or _meanwhile(secret, session)
    return None if raw is None else Kept(raw, found.view, found.perimeter)


def choose_perimeter(perimeter: TenantCode | None) -> None:
    """Of the session of this request; None: all contracts."""
    parts().portal_sessions.choose_perimeter(_secret(), perimeter)


def begin_view(response: Response, session: Session, opened: dict[str, Any]) -> None:
    """From the next page on: other cookies, so that no copy of the old ones looks along."""
    _change_cookies(response, session, parts().views.begin(_secret(), opened))


def leave_view(response: Response, session: Session) -> None:
    _change_cookies(response, session, parts().views.leave(_secret()))


def _change_cookies(response: Response, session: Session, secret: str) -> None:
    parts().sessions.renew(response, session)
    _set_cookie(response, secret)


def _secret() -> str:
    return request.cookies.get(_cookie_name(), "")


def _renewed(secret: str) -> str | None:
    """None where another request renews, or where the provider refuses."""
    tokens = parts().portal_sessions.claim(secret, due=_is_due)
    if tokens is None or "refresh_token" not in tokens:
        return None
    try:
        fresh = _tokens(client.refresh(tokens["refresh_token"]))
    except Unauthenticated:
        parts().portal_sessions.delete(secret)
        return None
    except Unavailable:
        parts().portal_sessions.change(secret, tokens=tokens)
        raise
    parts().portal_sessions.change(secret, tokens=fresh)
    return str(fresh["access_token"])


def _meanwhile(secret: str, session: Session) -> str | None:
    """Another request renews: the old token while it lasts, else wait for the new one."""
    until = time.monotonic() + _WAIT_SECONDS
    while (tokens := _read(secret, session)) is not None:
        now = parts().clock.now()
        if _good_for(timedelta(), tokens, now):
            return str(tokens["access_token"])
        if not _is_claimed(tokens, now):
            return None
        if time.monotonic() > until:
            raise Unavailable("token-endpoint", {"retry_after": 2})
        time.sleep(_WAIT_STEP)
    return None


def _read(secret: str, session: Session) -> Tokens | None:
    found = _find(secret, session)
    return None if found is None else found.tokens


def _find(secret: str, session: Session) -> PortalSession | None:
    found = parts().portal_sessions.read(secret)
    return found if found is not None and found.session_id == session.session_id else None


def _tokens(answer: dict[str, Any]) -> Tokens:
    expires_at = parts().clock.now() + timedelta(seconds=answer["expires_in"])
    kept: Tokens = {
        name: answer[name] for name in ("access_token", "refresh_token") if name in answer
    }
    return {**kept, "expires_at": expires_at.isoformat()}


def _is_due(tokens: Tokens, now: datetime) -> bool:
    return not _good_for(_EARLY, tokens, now) and not _is_claimed(tokens, now)


def _good_for(span: timedelta, tokens: Tokens, now: datetime) -> bool:
    return datetime.fromisoformat(tokens["expires_at"]) - span > now


def _is_claimed(tokens: Tokens, now: datetime) -> bool:
    claimed = tokens.get(CLAIMED_AT)
    return claimed is not None and datetime.fromisoformat(claimed) + _CLAIM > now


def _cookie_name() -> str:
    return "__Host-guichet_portal" if current_app.config["GUICHET_SECURE"] else "guichet_portal"
