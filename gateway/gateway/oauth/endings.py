"""What ended before its access tokens expire, known without asking.

Tokens are checked without SQL, so each process keeps the ids of ended sessions, families and
tokens in memory: its own at once, those of other processes within a second. An id is forgotten
when the tokens it stands for have expired.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

import structlog

from gateway.oauth.lifetimes import CLIENT_IS_KNOWN, ENDING
from gateway.store import families, portal_sessions
from gateway.store.endings import EndingKind, add_endings, list_endings
from gateway.store.families import EndedBy
from gateway.store.logout_deliveries import add_logout_deliveries
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx

_log = structlog.get_logger(__name__)

# No transaction takes this long, so what was stamped before and committed since is not missed.
_OVERLAP = timedelta(seconds=60)


class Endings:
    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._lock = Lock()
        self._ended: dict[str, datetime] = {}
        self._read_until: datetime | None = None

    def has(self, *ids: str | None) -> bool:
        ended = self._ended
        return any(one in ended for one in ids)

    def has_client(self, client_id: str, issued_at: datetime) -> bool:
        """Whether the client ended since, or a moment before: a process that still kept it may
        have given the token.
        """
        forgotten_at = self._ended.get(_of_client(client_id))
        return forgotten_at is not None and issued_at <= forgotten_at - ENDING + CLIENT_IS_KNOWN

    def __len__(self) -> int:
        return len(self._ended)

    def refresh(self) -> None:
        """Read what other processes ended; forget what no longer matters."""
        now = self._clock.now()
        since = (self._read_until or now - ENDING) - _OVERLAP
        with self._db.read(tenant=EVERYONE) as tx:
            rows = list_endings(tx, since=since, now=now)
        self._learn({row.ended_id: row.expires_at for row in rows}, now)
        self._read_until = now

    def end_sessions(self, tx: Tx, *, session_ids: Iterable[UUID], now: datetime) -> None:
        """Everything that hangs on browser sessions which were removed."""
        ids = list(session_ids)
        if not ids:
            return
        add_logout_deliveries(tx, session_ids=ids, now=now)
        families.change_families_of_sessions_to_ended(tx, session_ids=ids, now=now)
        portal_sessions.remove_portal_sessions_of(tx, session_ids=ids)
        self._end(tx, EndingKind.SESSION, [str(one) for one in ids], now)

    def end_family(self, tx: Tx, *, family_id: UUID, ended_by: EndedBy, now: datetime) -> bool:
        """False where it had ended before."""
        if not families.change_family_to_ended(tx, family_id=family_id, ended_by=ended_by, now=now):
            return False
        self._end(tx, EndingKind.FAMILY, [str(family_id)], now)
        return True

    def end_families_of_client(self, tx: Tx, *, client_id: str, now: datetime) -> None:
        ended = families.change_families_of_client_to_ended(tx, client_id=client_id, now=now)
        self._end(tx, EndingKind.FAMILY, [str(one) for one in ended], now)

    def end_token(self, tx: Tx, *, token_id: str, now: datetime) -> None:
        self._end(tx, EndingKind.TOKEN, [token_id], now)

    def end_client(self, tx: Tx, *, client_id: str, now: datetime) -> None:
        """All tokens that a client was given until every process knows; later ones are good."""
        self._end(tx, EndingKind.CLIENT, [_of_client(client_id)], now)

    def _end(self, tx: Tx, kind: EndingKind, ids: list[str], now: datetime) -> None:
        expires_at = now + ENDING
        add_endings(tx, kind=kind, ended_ids=ids, expires_at=expires_at, now=now)
        tx.after_commit(lambda: self._learn(dict.fromkeys(ids, expires_at), now))

    def _learn(self, ended: dict[str, datetime], now: datetime) -> None:
        with self._lock:
            kept = {one: until for one, until in self._ended.items() if until > now}
            self._ended = kept | ended


def _of_client(client_id: str) -> str:
    return f"client:{client_id}"


def record_family_ended(
    tx: Tx, *, family_id: UUID, client_id: str, person_id: UUID, ended_by: EndedBy, now: datetime
) -> None:
    """A token that came back: somebody else may hold it too."""
    tx.record(
        "oauth:family:ended",
        target=str(family_id),
        details={"client": client_id, "person": str(person_id), "why": ended_by.value},
        at=now,
    )
    _log.warning(
        "token-family-ended",
        family_id=str(family_id),
        client_id=client_id,
        person_id=str(person_id),
        why=ended_by.value,
    )
