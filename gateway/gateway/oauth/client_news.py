"""What is told of clients: that one was registered or proves itself by something new, and that a
secret or keys will end. Whoever answers for the client is mailed.

What happens is noted as due work in the transaction in which it happens; ``news_telling`` does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import TenantCode
from contracts.gateway import ClientChange
from servicekit.db import Tx
from servicekit.ids import new_id

NEWS, SECRET, KEYS = "client:news", "client:secret", "client:keys"
_DAY = timedelta(days=1)


def next_look(*, expires_at: datetime, days: Sequence[int], now: datetime) -> datetime:
    """When a secret is to be spoken of next: so many days before its end, and at its end."""
    moments = [expires_at - timedelta(days=one) for one in days]
    return min((one for one in moments if one > now), default=expires_at)


def days_left(*, expires_at: datetime, now: datetime) -> int:
    return -((now - expires_at) // _DAY)


class ClientNews:
    """``days``: how long before its end a secret, or a set of keys, is spoken of."""

    def __init__(self, *, days: Sequence[int]) -> None:
        self._days = days

    def announce(
        self,
        tx: Tx,
        *,
        client_id: str,
        name: str,
        tenant: TenantCode | None,
        change: ClientChange,
        by: UUID | None,
        now: datetime,
        secret_ends_at: datetime | None = None,
        keys_end_at: datetime | None = None,
    ) -> None:
        payload = {
            "client_id": client_id,
            "client_name": name,
            "tenant": tenant,
            "change": change.value,
            "by": str(by) if by else None,
            "at": now.isoformat(),
            "secret_ends_at": secret_ends_at.isoformat() if secret_ends_at else None,
            "keys_end_at": keys_end_at.isoformat() if keys_end_at else None,
        }
        tx.schedule(NEWS, due_at=now, key=str(new_id()), payload=payload)

    def watch_secret(self, tx: Tx, *, secret_id: UUID, expires_at: datetime, now: datetime) -> None:
        due_at = next_look(expires_at=expires_at, days=self._days, now=now)
        tx.schedule(SECRET, due_at=due_at, key=str(secret_id), payload={})

    def forget_secret(self, tx: Tx, *, secret_id: UUID) -> None:
        tx.unschedule(SECRET, str(secret_id))

    def watch_keys(self, tx: Tx, *, client_id: str, expires_at: datetime, now: datetime) -> None:
        due_at = next_look(expires_at=expires_at, days=self._days, now=now)
        tx.schedule(KEYS, due_at=due_at, key=client_id, payload={})

    def forget_keys(self, tx: Tx, *, client_id: str) -> None:
        tx.unschedule(KEYS, client_id)
