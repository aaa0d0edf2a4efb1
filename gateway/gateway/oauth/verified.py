"""Access tokens that were verified a moment ago, by the hash of what was shown."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.oauth.tokens import AccessToken

MOST = 4_000  # about 2 KB each
IDLE = timedelta(minutes=1)


class VerifiedTokens:
    """Bounded in number and in time: a program that gets a new token for each of its requests
    leaves nothing behind, and what a bearer shows again and again stays.
    """

    def __init__(self, *, most: int = MOST, idle: timedelta = IDLE) -> None:
        self._most = most
        self._idle = idle
        self._lock = Lock()
        # The one that was not shown for longest comes first.
        self._kept: OrderedDict[bytes, tuple[datetime, AccessToken]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, digest: bytes, *, now: datetime) -> AccessToken | None:
        with self._lock:
            kept = self._kept.get(digest)
            if kept is None:
                return None
            self._kept[digest] = (now, kept[1])
            self._kept.move_to_end(digest)
            return kept[1]

    def add(self, digest: bytes, token: AccessToken, *, now: datetime) -> None:
        with self._lock:
            self._kept[digest] = (now, token)
            self._kept.move_to_end(digest)
            self._forget_idle(now)

    def _forget_idle(self, now: datetime) -> None:
        """One that has expired is shown no more, or is refused: it goes with the idle ones."""
        while self._kept:
            digest, (shown_at, _) = next(iter(self._kept.items()))
            if len(self._kept) <= self._most and now - shown_at < self._idle:
                return
            del self._kept[digest]
