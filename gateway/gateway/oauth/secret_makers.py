"""Who made a secret has seen it. When he may no longer administer the client, tokens that it was
given end at once, the secret a while later, and those who still may are told to replace it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.gateway import ClientChange
from gateway.causes import loss_of
from gateway.oauth.client_news import ClientNews
from gateway.oauth.endings import Endings
from gateway.store.registered_clients import SecretOfClientRow, change_secrets_to_end
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx
from servicekit.events import Fact


class SecretMakers:
    """``lives_on``: what the tenant's programs have until the secret must be another one."""

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
            secrets = change_secrets_to_end(
                tx,
                maker=loss.person_id,
                tenant=loss.tenant,
                everywhere=loss.everywhere,
                ends_at=now + self._lives_on,
                now=now,
            )
            for secret in secrets:
                self._limit(tx, secret, fact.type, now)

    def _limit(self, tx: Tx, secret: SecretOfClientRow, why: str, now: datetime) -> None:
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
        tx.record(
            "oauth:secret:limited",
            target=f"client:{secret.client_id}",
            details={
                "secret": str(secret.secret_id),
                "expires_at": secret.expires_at.isoformat(),
                "why": why,
            },
            tenant=secret.owned_by,
            at=now,
        )
