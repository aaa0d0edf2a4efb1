"""Who made a secret has seen it, and who set keys knows whose they are. When he may no longer
administer the client, tokens that it was given end at once, secret and keys a while later, and
those who still may are told to replace them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.codes import TenantCode
from contracts.gateway import ClientChange
from gateway.causes import loss_of
from gateway.oauth.client_news import ClientNews
from gateway.oauth.endings import Endings
from gateway.store.registered_clients import SecretOfClientRow, change_secrets_to_end
from gateway.store.set_keys import KeysOfClientRow, change_keys_to_end
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx
from servicekit.events import Fact


class Leavers:
    """``lives_on``: what the tenant's programs have until secret and keys must be others."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        endings: Endings,
        news: ClientNews,
        lives_on: timedelta,
    ) -> None:
        self._db = db
        self._clock = clock
        self._endings = endings
        self._news = news
        self._lives_on = lives_on

    def hear(self, fact: Fact) -> None:
        loss = loss_of(fact.type, fact.data)
        if loss is None:
            return
        now = self._clock.now()
        with self._db.write(fact.context, tenant=EVERYONE) as tx:
            if not tx.once(fact.id):
                return
            for secret in change_secrets_to_end(
                tx,
                maker=loss.person_id,
                tenant=loss.tenant,
                everywhere=loss.everywhere,
                ends_at=now + self._lives_on,
                now=now,
            ):
                self._limit_secret(tx, secret, fact.type, now)
            for keys in change_keys_to_end(
                tx,
                setter=loss.person_id,
                tenant=loss.tenant,
                everywhere=loss.everywhere,
                ends_at=now + self._lives_on,
                now=now,
            ):
                self._limit_keys(tx, keys, fact.type, now)

    def _limit_secret(self, tx: Tx, secret: SecretOfClientRow, why: str, now: datetime) -> None:
        assert secret.expires_at is not None
        self._endings.end_client(tx, client_id=secret.client_id, now=now)
        self._news.watch_secret(
            tx, secret_id=secret.secret_id, expires_at=secret.expires_at, now=now
        )
        self._news.announce(
            tx,
            client_id=secret.client_id,
            name=secret.client_name,
            tenant=secret.owned_by,
            change=ClientChange.MAKER_LOST_RIGHT,
            by=None,
            now=now,
            secret_ends_at=secret.expires_at,
        )
        details = {"secret": str(secret.secret_id), "why": why}
        _record(tx, "secret", secret.client_id, secret.owned_by, secret.expires_at, details, now)

    def _limit_keys(self, tx: Tx, keys: KeysOfClientRow, why: str, now: datetime) -> None:
        assert keys.keys_expire_at is not None
        self._endings.end_client(tx, client_id=keys.client_id, now=now)
        self._news.watch_keys(tx, client_id=keys.client_id, expires_at=keys.keys_expire_at, now=now)
        self._news.announce(
            tx,
            client_id=keys.client_id,
            name=keys.client_name,
            tenant=keys.owned_by,
            change=ClientChange.KEYS_SETTER_LOST_RIGHT,
            by=None,
            now=now,
            keys_end_at=keys.keys_expire_at,
        )
        _record(tx, "keys", keys.client_id, keys.owned_by, keys.keys_expire_at, {"why": why}, now)


def _record(
    tx: Tx,
    what: str,
    client_id: str,
    tenant: TenantCode | None,
    expires_at: datetime,
    details: dict[str, str],
    now: datetime,
) -> None:
    tx.record(
        f"oauth:{what}:limited",
        target=f"client:{client_id}",
        details={**details, "expires_at": expires_at.isoformat()},
        tenant=tenant,
        at=now,
    )
