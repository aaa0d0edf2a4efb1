"""The applications of a tenant, run by its administrators: registered, changed, removed, and the
secrets by which they prove themselves."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.gateway import MOST_CLIENTS, ApplicationKind, ClientChange, ClientView
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
from gateway.oauth.grantable import grantable_scopes
from gateway.oauth.registration import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN
from gateway.store import consents
from gateway.store import registered_clients as store
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import RegisteredRow
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.editions import demand_edition
from servicekit.errors import Conflict, Forbidden, Invalid
from servicekit.paging import decode_cursor, page

_PEOPLES_GRANTS = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN})
_GRANTS = {
    ApplicationKind.SERVICE: frozenset({CLIENT_CREDENTIALS}),
    ApplicationKind.WEB: _PEOPLES_GRANTS,
    ApplicationKind.NATIVE: _PEOPLES_GRANTS,
}


class TenantClients:
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
        self, context: Context, *, tenant: TenantCode, limit: int, cursor: str | None
    ) -> dict[str, Any]:
        start = decode_cursor(cursor, (str,))
        with self._db.read(tenant=EVERYONE, context=context) as tx:
            rows = store.list_clients(
                tx, tenant=tenant, after=start[0] if start else "", limit=limit + 1
            )
            items, next_cursor = page(rows, limit, lambda row: (row.client_id,))
            return {"items": self._views(tx, items), "next_cursor": next_cursor}

    def get_client(self, context: Context, *, tenant: TenantCode, client_id: str) -> dict[str, Any]:
        with self._db.read(tenant=EVERYONE, context=context) as tx:
            return self._view(tx, store.get_client(tx, tenant=tenant, client_id=client_id))

    def register_client(
        self, context: Context, *, tenant: TenantCode, kind: ApplicationKind, **said: Any
    ) -> dict[str, Any]:
        now = self._clock.now()
        client = described(_blank(tenant, kind, now), said)
        self._refuse_faults(client, context)
        with self._db.write(context, tenant=EVERYONE) as tx:
            if store.count_clients(tx, tenant=tenant) >= MOST_CLIENTS:
                raise Conflict("clients-too-many", {"limit": MOST_CLIENTS})
            store.add_client(tx, tenant=tenant, client=client)
            _record(tx, "oauth:client:registered", tenant, client, now)
            self._tell(tx, context, tenant, client, [ClientChange.REGISTERED], now)
            return tx.answer(self._view(tx, client))

    def change_client(
        self,
        context: Context,
        *,
        tenant: TenantCode,
        client_id: str,
        edition: str | None = None,
        **said: Any,
    ) -> dict[str, Any]:
        """What the application has already it keeps, though who changes it could not give it; but
        then he says neither where it is answered nor by what it proves itself. Answered elsewhere,
        it asks everybody anew.
        """
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            present = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            demand_edition(edition, shown_as=ClientView, present=self._view(tx, present))
            changed = replace(described(present, said), changed_at=now)
            self._refuse_faults(changed, context, kept=present.scopes)
            self._take_over(tx, context, present, changed, now)
            store.change_client(tx, tenant=tenant, client=changed)
            _record(tx, "oauth:client:changed", tenant, changed, now)
            self._tell(tx, context, tenant, changed, changes_between(present, changed), now)
            return tx.answer(self._view(tx, changed))

    def change_client_quota(
        self,
        context: Context,
        *,
        tenant: TenantCode,
        client_id: str,
        quota: dict[str, int] | None,
        edition: str | None = None,
    ) -> dict[str, Any]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            present = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            demand_edition(edition, shown_as=ClientView, present=self._view(tx, present))
            changed = replace(
                present,
                quota_amount=None if quota is None else quota["requests"],
                quota_seconds=None if quota is None else quota["seconds"],
                changed_at=now,
            )
            store.change_client(tx, tenant=tenant, client=changed)
            forget_spending(tx, client_id=client_id)
            target = f"client:{client_id}"
            details = {"quota": quota}
            tx.record("oauth:quota:changed", target=target, details=details, tenant=tenant, at=now)
            return tx.answer(self._view(tx, changed))

    def remove_client(
        self, context: Context, *, tenant: TenantCode, client_id: str
    ) -> dict[str, str]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            store.remove_client(tx, tenant=tenant, client_id=client_id)
            self._endings.end_client(tx, client_id=client_id, now=now)
            _record(tx, "oauth:client:removed", tenant, client, now)
            return tx.answer({"client_id": client_id})

    def add_secret(
        self, context: Context, *, tenant: TenantCode, client_id: str, valid_days: int
    ) -> dict[str, Any]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            if client.kind is not ClientKind.PUBLIC:
                _demand_as_much(client, context)
            return self._secrets.add(
                tx, context, tenant=tenant, client=client, valid_days=valid_days, now=now
            )

    def remove_secret(
        self, context: Context, *, tenant: TenantCode, client_id: str, secret_id: UUID
    ) -> dict[str, Any]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            self._secrets.remove(
                tx, tenant=tenant, client_id=client_id, secret_id=secret_id, now=now
            )
            return tx.answer(self._view(tx, client))

    def _take_over(
        self,
        tx: Tx,
        context: Context,
        present: RegisteredRow,
        changed: RegisteredRow,
        now: datetime,
    ) -> None:
        """What ends with what it was, where it becomes somebody else's or less than it was."""
        client_id = present.client_id
        moved, proved_anew = has_moved(present, changed), proof_of(present) != proof_of(changed)
        if moved or proved_anew:
            _demand_as_much(present, context)
        if moved:
            self._forget_people(tx, client_id, now)
        if changed.has_keys:
            store.remove_secrets(tx, client_id=client_id)
        if moved or proved_anew or has_less(present, changed):
            self._endings.end_client(tx, client_id=client_id, now=now)

    def _forget_people(self, tx: Tx, client_id: str, now: datetime) -> None:
        """Who agreed did so to be sent where the application was answered until now."""
        consents.remove_consents_of_client(tx, client_id=client_id)
        consents.remove_unused_codes_of_client(tx, client_id=client_id)
        self._endings.end_families_of_client(tx, client_id=client_id, now=now)

    def _refuse_faults(
        self, client: RegisteredRow, context: Context, *, kept: Collection[str] = ()
    ) -> None:
        """Raises Invalid("fields-invalid") that names each fault."""
        faults = faults_of(client, private_allowed=self._private_allowed)
        may_have = grantable_scopes(kind_of(client), context.caller) | frozenset(kept)
        if not client.scopes:
            faults["scopes"] = ["required"]
        elif not may_have.issuperset(client.scopes):
            faults["scopes"] = ["scope-not-grantable"]
        if faults:
            raise Invalid("fields-invalid", {"fields": faults})

    def _tell(
        self,
        tx: Tx,
        context: Context,
        tenant: TenantCode,
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

    def _view(self, tx: Tx, client: RegisteredRow) -> dict[str, Any]:
        return self._views(tx, [client])[0]

    def _views(self, tx: Tx, clients: Sequence[RegisteredRow]) -> list[dict[str, Any]]:
        secrets = self._secrets.living_of(tx, clients, now=self._clock.now())
        return [
            {**shown_metadata(client, secrets[client.client_id]), "kind": kind_of(client)}
            for client in clients
        ]


def kind_of(client: RegisteredRow) -> ApplicationKind:
    if CLIENT_CREDENTIALS in client.grants:
        return ApplicationKind.SERVICE
    public = client.kind is ClientKind.PUBLIC
    return ApplicationKind.NATIVE if public else ApplicationKind.WEB


def _blank(tenant: TenantCode, kind: ApplicationKind, now: datetime) -> RegisteredRow:
    native = kind is ApplicationKind.NATIVE
    return RegisteredRow(
        client_id=f"{tenant.lower()}-{randomness.token_hex(8)}",
        name="",
        kind=ClientKind.PUBLIC if native else ClientKind.CONFIDENTIAL,
        grants=_GRANTS[kind],
        scopes=(),
        redirect_uris=(),
        post_logout_redirect_uris=(),
        created_at=now,
        changed_at=now,
        tenants=frozenset({str(tenant)}),
    )


def _demand_as_much(client: RegisteredRow, context: Context) -> None:
    """Who makes its secret, or says where it is answered, can be the application: so he could do
    himself all that it may. Raises Forbidden("client-above-caller").
    """
    if not grantable_scopes(kind_of(client), context.caller).issuperset(client.scopes):
        raise Forbidden("client-above-caller")


def _record(tx: Tx, act: str, tenant: TenantCode, client: RegisteredRow, now: datetime) -> None:
    details = {**recorded(client), "kind": kind_of(client).value}
    tx.record(act, target=f"client:{client.client_id}", details=details, tenant=tenant, at=now)
