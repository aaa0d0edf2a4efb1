"""What tenants' applications and the provider's own clients have in common when they are run over
the calls. ``tenant``: whose client it is; None for the provider's own, as in the store.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.gateway import ClientChange
from gateway.oauth.client_metadata import (
    has_less,
    has_moved,
    is_no_more_ours,
    keys_of,
    proof_of,
    recorded,
    shown_metadata,
    with_keys_set,
)
from gateway.oauth.client_news import ClientNews
from gateway.oauth.client_secrets import ClientSecrets, by_staff_right, person_of
from gateway.oauth.endings import Endings
from gateway.store import consents
from gateway.store import registered_clients as store
from gateway.store.registered_clients import RegisteredRow
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.paging import decode_cursor, page


class RegisteredClients(ABC):
    """Calls of the contract ``gateway``, each in one transaction. Whoever comes here may call.

    ``private_allowed``: addresses of this very machine may be asked; never in production.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        endings: Endings,
        news: ClientNews,
        private_allowed: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._endings = endings
        self._news = news
        self._secrets = ClientSecrets(endings=endings, news=news)
        self._private_allowed = private_allowed

    def list_clients(
        self,
        context: Context,
        *,
        limit: int,
        cursor: str | None,
        tenant: TenantCode | None = None,
    ) -> dict[str, Any]:
        start = decode_cursor(cursor, (str,))
        after = start[0] if start else ""
        with self._db.read(tenant=EVERYONE, context=context) as tx:
            if tenant is None:
                rows = store.list_provider_clients(tx, after=after, limit=limit + 1)
            else:
                rows = store.list_clients(tx, tenant=tenant, after=after, limit=limit + 1)
            items, next_cursor = page(rows, limit, lambda row: (row.client_id,))
            return {"items": self._views(tx, items), "next_cursor": next_cursor}

    def get_client(
        self, context: Context, *, client_id: str, tenant: TenantCode | None = None
    ) -> dict[str, Any]:
        with self._db.read(tenant=EVERYONE, context=context) as tx:
            return self._view(tx, store.get_client(tx, tenant=tenant, client_id=client_id))

    def remove_client(
        self, context: Context, *, client_id: str, tenant: TenantCode | None = None
    ) -> dict[str, str]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = self._to_change(tx, tenant, client_id)
            store.remove_client(tx, tenant=tenant, client_id=client_id)
            self._news.forget_keys(tx, client_id=client_id)
            self._endings.end_client(tx, client_id=client_id, now=now)
            self._record(tx, "oauth:client:removed", tenant, client, now)
            self._tell(tx, context, tenant, client, [ClientChange.REMOVED], now)
            return tx.answer({"client_id": client_id})

    def add_secret(
        self,
        context: Context,
        *,
        client_id: str,
        valid_days: int,
        tenant: TenantCode | None = None,
    ) -> dict[str, Any]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = self._to_change(tx, tenant, client_id)
            self._refuse_secret(client, context)
            return self._secrets.add(
                tx, context, tenant=tenant, client=client, valid_days=valid_days, now=now
            )

    def remove_secret(
        self,
        context: Context,
        *,
        client_id: str,
        secret_id: UUID,
        tenant: TenantCode | None = None,
    ) -> dict[str, Any]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = self._to_change(tx, tenant, client_id)
            self._secrets.remove(
                tx, tenant=tenant, client_id=client_id, secret_id=secret_id, now=now
            )
            self._tell(tx, context, tenant, client, [ClientChange.SECRET_REMOVED], now)
            return tx.answer(self._view(tx, client))

    @abstractmethod
    def _shown(self, client: RegisteredRow) -> dict[str, Any]:
        """What is said of it beside its metadata."""

    @abstractmethod
    def _recorded(self, client: RegisteredRow) -> dict[str, object]:
        """What stands in the trail beside its metadata."""

    def _to_change(self, tx: Tx, tenant: TenantCode | None, client_id: str) -> RegisteredRow:
        """Raises NotFound("client-unknown")."""
        return store.get_client_to_change(tx, tenant=tenant, client_id=client_id)

    @abstractmethod
    def _refuse_secret(self, client: RegisteredRow, context: Context) -> None:
        """Raises Forbidden where the caller may make no secret of it."""

    def _answered_for(
        self, context: Context, present: RegisteredRow | None, changed: RegisteredRow
    ) -> RegisteredRow:
        """With who set its keys, where they are others than they were."""
        by, as_staff = person_of(context), by_staff_right(context)
        return with_keys_set(present, changed, by=by, as_staff=as_staff)

    def _take_over(
        self, tx: Tx, present: RegisteredRow, changed: RegisteredRow, now: datetime
    ) -> None:
        """What ends with what it was, where it becomes somebody else's or less than it was. Who
        agreed did so to be sent where it was answered until now.
        """
        client_id, moved = present.client_id, has_moved(present, changed)
        if keys_of(present) != keys_of(changed):
            self._news.forget_keys(tx, client_id=client_id)
        if moved:
            consents.remove_consents_of_client(tx, client_id=client_id)
        if moved or is_no_more_ours(present, changed):
            consents.remove_unused_codes_of_client(tx, client_id=client_id)
            self._endings.end_families_of_client(tx, client_id=client_id, now=now)
        if changed.has_keys:
            store.remove_secrets(tx, client_id=client_id)
        if moved or proof_of(present) != proof_of(changed) or has_less(present, changed):
            self._endings.end_client(tx, client_id=client_id, now=now)

    def _tell(
        self,
        tx: Tx,
        context: Context,
        tenant: TenantCode | None,
        client: RegisteredRow,
        changes: Sequence[ClientChange],
        now: datetime,
    ) -> None:
        for change in changes:
            self._news.announce(
                tx,
                client_id=client.client_id,
                name=client.name,
                tenant=tenant,
                change=change,
                by=person_of(context),
                now=now,
            )

    def _record(
        self, tx: Tx, act: str, tenant: TenantCode | None, client: RegisteredRow, now: datetime
    ) -> None:
        details = {**recorded(client), **self._recorded(client)}
        tx.record(act, target=f"client:{client.client_id}", details=details, tenant=tenant, at=now)

    def _view(self, tx: Tx, client: RegisteredRow) -> dict[str, Any]:
        return self._views(tx, [client])[0]

    def _views(self, tx: Tx, clients: Sequence[RegisteredRow]) -> list[dict[str, Any]]:
        secrets = self._secrets.living_of(tx, clients, now=self._clock.now())
        return [
            {**shown_metadata(client, secrets[client.client_id]), **self._shown(client)}
            for client in clients
        ]
