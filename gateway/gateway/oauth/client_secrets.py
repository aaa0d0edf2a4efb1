"""The secrets of registered clients: made, shown once, ended. Two live at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.gateway import MOST_SECRETS, ClientChange, change_client
from contracts.rights import CallerKind, acts_as_staff
from gateway.oauth.client_news import ClientNews
from gateway.oauth.endings import Endings
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.store import registered_clients as store
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import KnownSecretRow, RegisteredRow
from servicekit.context import Context
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound
from servicekit.ids import new_id


class ClientSecrets:
    """``tenant``: whose client it is; None for the provider's own."""

    def __init__(self, *, endings: Endings, news: ClientNews) -> None:
        self._endings = endings
        self._news = news

    def add(
        self,
        tx: Tx,
        context: Context,
        *,
        tenant: TenantCode | None,
        client: RegisteredRow,
        valid_days: int,
        now: datetime,
    ) -> dict[str, Any]:
        """The secret stands in this answer and nowhere else."""
        if client.kind is ClientKind.PUBLIC or client.has_keys:
            raise Conflict("client-without-secret")
        client_id, by = client.client_id, person_of(context)
        if len(store.list_secrets(tx, client_ids=[client_id], now=now)) >= MOST_SECRETS:
            raise Conflict("secrets-too-many", {"limit": MOST_SECRETS})
        secret, secret_id, expires_at = new_secret(), new_id(), now + timedelta(days=valid_days)
        store.add_secret(
            tx,
            secret_id=secret_id,
            client_id=client_id,
            digest=digest_of(secret),
            expires_at=expires_at,
            created_by=by,
            made_as_staff=by_staff_right(context),
            now=now,
        )
        about = {"secret": str(secret_id), "expires_at": expires_at.isoformat()}
        _record(tx, "added", tenant, client_id, about, now)
        self._news.watch_secret(tx, secret_id=secret_id, expires_at=expires_at, now=now)
        self._news.announce(
            tx,
            client_id=client_id,
            name=client.name,
            tenant=tenant,
            change=ClientChange.SECRET_ADDED,
            by=by,
            now=now,
        )
        return {"secret_id": secret_id, "client_secret": secret, "expires_at": expires_at}

    def remove(
        self,
        tx: Tx,
        *,
        tenant: TenantCode | None,
        client_id: str,
        secret_id: UUID,
        now: datetime,
    ) -> None:
        if not store.remove_secret(tx, client_id=client_id, secret_id=secret_id):
            raise NotFound("secret-unknown")
        self._news.forget_secret(tx, secret_id=secret_id)
        self._endings.end_client(tx, client_id=client_id, now=now)
        _record(tx, "removed", tenant, client_id, {"secret": str(secret_id)}, now)

    def living_of(
        self, tx: Tx, clients: Sequence[RegisteredRow], *, now: datetime
    ) -> dict[str, list[KnownSecretRow]]:
        """Live ones, by client."""
        ids = [client.client_id for client in clients]
        found: dict[str, list[KnownSecretRow]] = {client_id: [] for client_id in ids}
        for secret in store.list_secrets(tx, client_ids=ids, now=now):
            found[secret.client_id].append(secret)
        return found


def person_of(context: Context) -> UUID | None:
    caller = context.caller
    return UUID(caller.subject) if caller.kind is CallerKind.PERSON else None


def by_staff_right(context: Context) -> bool:
    """Whether he administers a tenant's client by a staff role alone; with it goes what he made."""
    return acts_as_staff(change_client.right, context.caller)


def _record(
    tx: Tx,
    act: str,
    tenant: TenantCode | None,
    client_id: str,
    about: dict[str, str],
    now: datetime,
) -> None:
    target = f"client:{client_id}"
    tx.record(f"oauth:secret:{act}", target=target, details=about, tenant=tenant, at=now)
