"""Due work: makes of each piece of news of clients one fact for each of its readers.

Who is to be told is asked when it is told, beside every request, and tried again where identity is
away. So many a day are told one by one; those beyond wait and are told together within the hour, so
that whoever may change a client fills nobody's mailbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.gateway import (
    MOST_NEWS_NAMED,
    ClientAnnounced,
    ClientChange,
    ClientKeysExpired,
    ClientKeysExpiryApproached,
    ClientNewsGathered,
    ClientSecretExpired,
    ClientSecretExpiryApproached,
)
from gateway.administrators import Readers
from gateway.oauth.client_news import KEYS, NEWS, SECRET, ClientNews, days_left
from gateway.store import client_news as store
from gateway.store.client_news import ClientNewsRow
from gateway.store.registered_clients import SecretOfClientRow, find_secret
from gateway.store.set_keys import KeysOfClientRow, find_keys
from servicekit.audit import HOUSE
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due import DueItem, Handler
from servicekit.ids import new_id

GATHERED = "client:news-gathered"
MOST_A_DAY = 20  # mails of one owner's clients, each about one piece of news
_DAY, _GATHERING = timedelta(days=1), timedelta(hours=1)


class NewsTeller:
    def __init__(self, *, db: Database, news: ClientNews, readers: Readers) -> None:
        self._db = db
        self._news = news
        self._readers = readers

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            NEWS: self.tell_news,
            GATHERED: self.tell_gathered,
            SECRET: self.tell_of_secret,
            KEYS: self.tell_of_keys,
        }

    def tell_news(self, item: DueItem) -> None:
        said = item.payload
        tenant = None if said["tenant"] is None else TenantCode(said["tenant"])
        by = None if said["by"] is None else UUID(said["by"])
        readers = self._readers.of(tenant)
        name = None if by is None else self._readers.name_of(by, tenant)
        with self._db.write(item.context, tenant=EVERYONE) as tx:
            if not tx.settle(item) or not _may_be_told_alone(tx, said, item.now):
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
                    secret_ends_at=_instant(said["secret_ends_at"]),
                    keys_end_at=_instant(said.get("keys_end_at")),
                )

    def tell_gathered(self, item: DueItem) -> None:
        tenant = None if item.key == HOUSE else TenantCode(item.key)
        readers = self._readers.of(tenant)
        with self._db.write(item.context, tenant=EVERYONE) as tx:
            store.lock_news(tx, owner=item.key)
            if not tx.settle(item):
                return
            waiting = store.remove_waiting(tx, owner=item.key)
            if not waiting:
                return
            for reader in readers:
                tx.emit(
                    ClientNewsGathered,
                    at=item.now,
                    person_id=reader,
                    tenant=tenant,
                    counted=len(waiting),
                    changes=[_named(one) for one in waiting[:MOST_NEWS_NAMED]],
                    first_at=waiting[0].happened_at,
                    last_at=waiting[-1].happened_at,
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
                _tell_of_secret(tx, secret, secret.expires_at, reader, item.now)
            if item.now < secret.expires_at:
                self._news.watch_secret(
                    tx, secret_id=secret.secret_id, expires_at=secret.expires_at, now=item.now
                )

    def tell_of_keys(self, item: DueItem) -> None:
        """Those that were replaced meanwhile are not spoken of."""
        with self._db.read(tenant=EVERYONE, context=item.context) as tx:
            keys = find_keys(tx, client_id=item.key)
        if keys is None or keys.keys_expire_at is None:
            return
        readers = self._readers.of(keys.owned_by)
        with self._db.write(item.context, tenant=EVERYONE) as tx:
            if not tx.settle(item):
                return
            for reader in readers:
                _tell_of_keys(tx, keys, keys.keys_expire_at, reader, item.now)
            if item.now < keys.keys_expire_at:
                self._news.watch_keys(
                    tx, client_id=keys.client_id, expires_at=keys.keys_expire_at, now=item.now
                )


def _may_be_told_alone(tx: Tx, said: Mapping[str, Any], now: datetime) -> bool:
    """Else it waits to be told with others. Counted for whose the client is: of as many clients as
    somebody likes to register there come no more mails.
    """
    owner = said["tenant"] or HOUSE
    store.lock_news(tx, owner=owner)
    store.remove_told(tx, owner=owner, before=now - _DAY)
    alone = store.count_told(tx, owner=owner) < MOST_A_DAY
    news = ClientNewsRow(
        news_id=new_id(),
        client_id=said["client_id"],
        client_name=said["client_name"],
        change=said["change"],
        happened_at=datetime.fromisoformat(said["at"]),
        told_at=now if alone else None,
    )
    store.add_news(tx, owner=owner, news=news)
    if not alone:
        first = store.find_first_waiting(tx, owner=owner)
        due_at = now if first is None else first + _GATHERING
        tx.schedule(GATHERED, due_at=due_at, key=owner, payload={})
    return alone


def _named(news: ClientNewsRow) -> dict[str, Any]:
    return {
        "client_id": news.client_id,
        "client_name": news.client_name,
        "change": ClientChange(news.change),
        "changed_at": news.happened_at,
    }


def _tell_of_secret(
    tx: Tx, secret: SecretOfClientRow, expires_at: datetime, reader: UUID, now: datetime
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


def _tell_of_keys(
    tx: Tx, keys: KeysOfClientRow, expires_at: datetime, reader: UUID, now: datetime
) -> None:
    about = {
        "person_id": reader,
        "tenant": keys.owned_by,
        "client_id": keys.client_id,
        "client_name": keys.client_name,
    }
    if now >= expires_at:
        tx.emit(ClientKeysExpired, at=now, expired_at=expires_at, **about)
        return
    days = days_left(expires_at=expires_at, now=now)
    tx.emit(ClientKeysExpiryApproached, at=now, expires_at=expires_at, days=days, **about)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
