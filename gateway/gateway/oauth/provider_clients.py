"""The provider's own clients, run by its operators as a tenant's are by its administrators.

Two are told otherwise: the portal by settings, and whatever ``register-client`` names again by the
command line; what that says then holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.gateway import ClientChange, ClientType, GrantType, ProviderClient
from gateway.limits.sharing import forget_spending
from gateway.oauth.client_metadata import (
    changes_between,
    described,
    faults_of,
    has_less,
    has_moved,
    proof_of,
    recorded,
    shown_metadata,
)
from gateway.oauth.client_news import ClientNews
from gateway.oauth.client_secrets import ClientSecrets, person_of
from gateway.oauth.endings import Endings
from gateway.oauth.registration import PORTAL, identity_faults
from gateway.store import consents
from gateway.store import registered_clients as store
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import RegisteredRow
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.editions import demand_edition
from servicekit.errors import Conflict, Invalid
from servicekit.paging import decode_cursor, page


class ProviderClients:
    """Calls of the contract ``gateway``, each in one transaction. Whoever comes here may call."""

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

    def list_clients(self, context: Context, *, limit: int, cursor: str | None) -> dict[str, Any]:
        start = decode_cursor(cursor, (str,))
        with self._db.read(tenant=EVERYONE, context=context) as tx:
            rows = store.list_provider_clients(tx, after=start[0] if start else "", limit=limit + 1)
            items, next_cursor = page(rows, limit, lambda row: (row.client_id,))
            return {"items": self._views(tx, items), "next_cursor": next_cursor}

    def get_client(self, context: Context, *, client_id: str) -> dict[str, Any]:
        with self._db.read(tenant=EVERYONE, context=context) as tx:
            return self._view(tx, store.get_client(tx, tenant=None, client_id=client_id))

    def register_client(
        self, context: Context, *, client_id: str, kind: ClientType, **said: Any
    ) -> dict[str, Any]:
        now = self._clock.now()
        client = _described(_blank(client_id, kind, now), said)
        self._refuse_faults(client)
        with self._db.write(context, tenant=EVERYONE) as tx:
            store.add_client(tx, tenant=None, client=client)
            _record(tx, "oauth:client:registered", client, now)
            self._tell(tx, context, client, [ClientChange.REGISTERED], now)
            return tx.answer(self._view(tx, client))

    def change_client(
        self, context: Context, *, client_id: str, edition: str | None = None, **said: Any
    ) -> dict[str, Any]:
        """What it loses, its tokens lose with it; answered elsewhere, it asks everybody anew."""
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            present = self._to_change(tx, client_id)
            demand_edition(edition, shown_as=ProviderClient, present=self._view(tx, present))
            changed = replace(_described(present, said), changed_at=now)
            self._refuse_faults(changed)
            self._take_over(tx, present, changed, now)
            if quota_of(present) != quota_of(changed):
                forget_spending(tx, client_id=client_id)
            store.change_client(tx, tenant=None, client=changed)
            _record(tx, "oauth:client:changed", changed, now)
            self._tell(tx, context, changed, changes_between(present, changed), now)
            return tx.answer(self._view(tx, changed))

    def remove_client(self, context: Context, *, client_id: str) -> dict[str, str]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = self._to_change(tx, client_id)
            store.remove_client(tx, tenant=None, client_id=client_id)
            self._endings.end_client(tx, client_id=client_id, now=now)
            _record(tx, "oauth:client:removed", client, now)
            return tx.answer({"client_id": client_id})

    def add_secret(self, context: Context, *, client_id: str, valid_days: int) -> dict[str, Any]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = self._to_change(tx, client_id)
            return self._secrets.add(
                tx, context, tenant=None, client=client, valid_days=valid_days, now=now
            )

    def remove_secret(self, context: Context, *, client_id: str, secret_id: UUID) -> dict[str, Any]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = self._to_change(tx, client_id)
            self._secrets.remove(tx, tenant=None, client_id=client_id, secret_id=secret_id, now=now)
            return tx.answer(self._view(tx, client))

    def _to_change(self, tx: Tx, client_id: str) -> RegisteredRow:
        """Raises NotFound("client-unknown"), Conflict("client-by-settings")."""
        client = store.get_client_to_change(tx, tenant=None, client_id=client_id)
        if client_id == PORTAL:
            raise Conflict("client-by-settings")
        return client

    def _take_over(
        self, tx: Tx, present: RegisteredRow, changed: RegisteredRow, now: datetime
    ) -> None:
        client_id, moved = present.client_id, has_moved(present, changed)
        if moved:
            consents.remove_consents_of_client(tx, client_id=client_id)
            consents.remove_unused_codes_of_client(tx, client_id=client_id)
            self._endings.end_families_of_client(tx, client_id=client_id, now=now)
        if changed.has_keys:
            store.remove_secrets(tx, client_id=client_id)
        if moved or proof_of(present) != proof_of(changed) or has_less(present, changed):
            self._endings.end_client(tx, client_id=client_id, now=now)

    def _refuse_faults(self, client: RegisteredRow) -> None:
        faults = {
            **identity_faults(
                client_id=client.client_id,
                kind=client.kind,
                grants=client.grants,
                scopes=client.scopes,
                tenants=client.tenants,
            ),
            **faults_of(client, private_allowed=self._private_allowed),
        }
        if faults:
            raise Invalid("fields-invalid", {"fields": faults})

    def _tell(
        self,
        tx: Tx,
        context: Context,
        client: RegisteredRow,
        changes: Sequence[ClientChange],
        now: datetime,
    ) -> None:
        for change in changes:
            self._news.announce(
                tx,
                client_id=client.client_id,
                name=client.name,
                tenant=None,
                change=change,
                by=person_of(context),
                now=now,
            )

    def _view(self, tx: Tx, client: RegisteredRow) -> dict[str, Any]:
        return self._views(tx, [client])[0]

    def _views(self, tx: Tx, clients: Sequence[RegisteredRow]) -> list[dict[str, Any]]:
        secrets = self._secrets.living_of(tx, clients, now=self._clock.now())
        return [
            {
                **shown_metadata(client, secrets[client.client_id]),
                "kind": ClientType(client.kind.value),
                "grants": [grant for grant in GrantType if grant.value in client.grants],
                "tenants": sorted(client.tenants),
                "audiences": sorted(client.audiences),
                "first_party": client.first_party,
                "by_settings": client.client_id == PORTAL,
            }
            for client in clients
        ]


def quota_of(client: RegisteredRow) -> tuple[int | None, int | None]:
    return client.quota_amount, client.quota_seconds


def _blank(client_id: str, kind: ClientType, now: datetime) -> RegisteredRow:
    return RegisteredRow(
        client_id=client_id,
        name="",
        kind=ClientKind(kind.value),
        grants=frozenset(),
        scopes=(),
        redirect_uris=(),
        post_logout_redirect_uris=(),
        created_at=now,
        changed_at=now,
    )


def _described(client: RegisteredRow, said: dict[str, Any]) -> RegisteredRow:
    quota = said["quota"]
    return replace(
        described(client, said),
        grants=frozenset(grant.value for grant in said["grants"]),
        tenants=frozenset(said["tenants"]),
        audiences=frozenset(said["audiences"]),
        first_party=said["first_party"],
        quota_amount=None if quota is None else quota["requests"],
        quota_seconds=None if quota is None else quota["seconds"],
    )


def _record(tx: Tx, act: str, client: RegisteredRow, now: datetime) -> None:
    details = {
        **recorded(client),
        "kind": client.kind.value,
        "grants": sorted(client.grants),
        "tenants": sorted(client.tenants),
        "audiences": sorted(client.audiences),
        "first_party": client.first_party,
    }
    tx.record(act, target=f"client:{client.client_id}", details=details, at=now)
