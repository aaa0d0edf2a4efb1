"""Reasons that staff gave in the portal: asked for once, good for half an hour of real time."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from gateway.oauth.acting import acting
from gateway.store import given_reasons as store
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database

GOOD_FOR = timedelta(minutes=30)


class GivenReasons:
    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def keep(self, session_id: UUID, about: str, reason: str) -> None:
        now = self._clock.now()
        with self._db.write(acting("reason.keep"), tenant=EVERYONE) as tx:
            store.remove_expired(tx, now=now)
            store.change_reason(
                tx, session_id=session_id, about=about, reason=reason, expires_at=now + GOOD_FOR
            )

    def find(self, session_id: UUID, about: str) -> str | None:
        with self._db.read(tenant=EVERYONE) as tx:
            return store.find_reason(tx, session_id=session_id, about=about, now=self._clock.now())

    def end(self, session_id: UUID, about: str) -> None:
        with self._db.write(acting("reason.end"), tenant=EVERYONE) as tx:
            store.remove_reason(tx, session_id=session_id, about=about)
