"""Who is signed in here. On the server, so that Guichet can end it without the browser."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

LONGEST_SECONDS = 12 * 3600
# Longer than a sign-in may be under way: a code lives a minute.
ENDED_KNOWN_SECONDS = 600


@dataclass(slots=True)
class SignedIn:
    """A person at one browser. ``sub``: who, for Guichet; ``sid``: in which session there.

    ``lock`` is held while the tokens are used: of two tabs that renew them at once, the second
    would come with a refresh token that is spent.
    """

    sub: str
    sid: str
    name: str
    tokens: dict[str, Any] = field(repr=False)
    ends_at: float
    lock: Lock = field(default_factory=Lock, repr=False, compare=False)


class Sessions:
    """In memory: of one process, gone with it. An application of several keeps them in its
    database, found by the cookie's secret, by ``sid`` and by ``sub``.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._living: dict[str, SignedIn] = {}
        self._ended: dict[str, float] = {}

    def start(
        self, *, sub: str, sid: str, name: str, tokens: dict[str, Any], now: float
    ) -> str | None:
        """The secret for the browser's cookie; None where Guichet has ended that session already,
        while the sign-in was under way.
        """
        secret = secrets.token_urlsafe(32)
        signed_in = SignedIn(sub, sid, name, tokens, ends_at=now + LONGEST_SECONDS)
        with self._lock:
            self._forget_old(now)
            if sid in self._ended:
                return None
            self._living[secret] = signed_in
        return secret

    def find(self, secret: str | None, *, now: float) -> SignedIn | None:
        with self._lock:
            found = self._living.get(secret or "")
        return found if found is not None and found.ends_at > now else None

    def end(self, secret: str | None) -> SignedIn | None:
        """Whom it ended."""
        with self._lock:
            return self._living.pop(secret or "", None)

    def end_told(self, *, sub: str | None, sid: str | None, now: float) -> int:
        """Guichet says that a session has ended: one by its ``sid``, or all of a person."""
        with self._lock:
            self._forget_old(now)
            if sid is not None:
                self._ended[sid] = now + ENDED_KNOWN_SECONDS
            ended = [
                secret
                for secret, one in self._living.items()
                if (one.sid == sid if sid is not None else one.sub == sub)
            ]
            for secret in ended:
                del self._living[secret]
        return len(ended)

    def _forget_old(self, now: float) -> None:
        self._living = {key: one for key, one in self._living.items() if one.ends_at > now}
        self._ended = {sid: until for sid, until in self._ended.items() if until > now}
