"""What is told of clients: that one was registered or proves itself by something new, and that a
secret will end. Whoever answers for the client is mailed.

What happens is noted as due work in the transaction in which it happens; who is to be told is
asked afterwards, beside every request, and tried again where identity is away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import TenantCode
from contracts.gateway import (
    ClientAnnounced,
    ClientChange,
    ClientSecretExpired,
    ClientSecretExpiryApproached,
)
from gateway.administrators import Readers
from gateway.store.registered_clients import SecretOfClientRow, find_secret
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due import DueItem, Handler
from servicekit.ids import new_id

NEWS, SECRET = "client:news", "client:secret"
_DAY = timedelta(days=1)


def next_look(*, expires_at: datetime, days: Sequence[int], now: datetime) -> datetime:
    """When a secret is to be spoken of next: so many days before its end, and at its end."""
    moments = [expires_at - timedelta(days=one) for one in days]
    return min((one for one in moments if one > now), default=expires_at)


def days_left(*, expires_at: datetime, now: datetime) -> int:
    return -((now - expires_at) // _DAY)


class ClientNews:
    """``days``: how long before its end a secret is spoken of."""

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
    ) -> None:
        payload = {
            "client_id": client_id,
            "client_name": name,
            "tenant": tenant,
            "change": change.value,
            "by": str(by) if by else None,
            "at": now.isoformat(),
            "secret_ends_at": secret_ends_at.isoformat() if secret_ends_at else None,
        }
        tx.schedule(NEWS, due_at=now, key=str(new_id()), payload=payload)

    def watch_secret(self, tx: Tx, *, secret_id: UUID, expires_at: datetime, now: datetime) -> None:
        due_at = next_look(expires_at=expires_at, days=self._days, now=now)
        tx.schedule(SECRET, due_at=due_at, key=str(secret_id), payload={})

    def forget_secret(self, tx: Tx, *, secret_id: UUID) -> None:
        tx.unschedule(SECRET, str(secret_id))


class NewsTeller:
    """Due work: makes of each piece of news one fact for each of its readers."""

    def __init__(self, *, db: Database, news: ClientNews, readers: Readers) -> None:
        self._db = db
        self._news = news
        self._readers = readers

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {NEWS: self.tell_news, SECRET: self.tell_of_secret}

    def tell_news(self, item: DueItem) -> None:
        said = item.payload
        tenant = None if said["tenant"] is None else TenantCode(said["tenant"])
        by = None if said["by"] is None else UUID(said["by"])
        ends_at = said["secret_ends_at"]
        readers = self._readers.of(tenant)
        name = None if by is None else self._readers.name_of(by, tenant)
        with self._db.write(item.context, tenant=EVERYONE) as tx:
            if not tx.settle(item):
                return
            for reader in readers:
                tx.emit(
                    ClientAnnounced,
                    at=item.now,
                    person_id=reader,
                    tenant=tenant,
                    client_id=said["client_id"],
                    client_name=said["client_name"],
                    change=ClientChange(said["change"]),
                    changed_by_name=name,
                    changed_at=datetime.fromisoformat(said["at"]),
                    secret_ends_at=None if ends_at is None else datetime.fromisoformat(ends_at),
                )

    def tell_of_secret(self, item: DueItem) -> None:
        """One that was ended meanwhile is not spoken of."""
        with self._db.read(tenant=EVERYONE, context=item.context) as tx:
            secret = find_secret(tx, secret_id=UUID(item.key))
        if secret is None or secret.expires_at is None:
            return
        readers = self._readers.of(secret.owned_by)
        with self._db.write(item.context, tenant=EVERYONE) as tx:
            if not tx.settle(item):
                return
            for reader in readers:
                self._emit(tx, secret, secret.expires_at, reader, item.now)
            if item.now < secret.expires_at:
                self._news.watch_secret(
                    tx, secret_id=secret.secret_id, expires_at=secret.expires_at, now=item.now
                )

    def _emit(
        self, tx: Tx, secret: SecretOfClientRow, expires_at: datetime, reader: UUID, now: datetime
    ) -> None:
        about = {
            "person_id": reader,
            "tenant": secret.owned_by,
            "client_id": secret.client_id,
            "client_name": secret.client_name,
            "secret_id": secret.secret_id,
        }
        if now >= expires_at:
            tx.emit(ClientSecretExpired, at=now, expired_at=expires_at, **about)
            return
        days = days_left(expires_at=expires_at, now=now)
        tx.emit(ClientSecretExpiryApproached, at=now, expires_at=expires_at, days=days, **about)
