"""The applications of a tenant, run by its administrators: registered, changed, removed, and the
secrets by which they prove themselves."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.gateway import MOST_CLIENTS, MOST_SECRETS, ApplicationKind, ClientView
from contracts.rights import CallerKind
from gateway.oauth.endings import Endings
from gateway.oauth.grantable import grantable_scopes
from gateway.oauth.redirects import registration_fault
from gateway.oauth.registration import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.store import consents
from gateway.store import registered_clients as store
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import KnownSecretRow, RegisteredRow
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.editions import demand_edition
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from servicekit.paging import decode_cursor, page

_PEOPLES_GRANTS = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN})
_GRANTS = {
    ApplicationKind.SERVICE: frozenset({CLIENT_CREDENTIALS}),
    ApplicationKind.WEB: _PEOPLES_GRANTS,
    ApplicationKind.NATIVE: _PEOPLES_GRANTS,
}


class TenantClients:
    """Calls of the contract ``gateway``, each in one transaction. Whoever comes here may call."""

    def __init__(self, *, db: Database, clock: Clock, endings: Endings) -> None:
        self._db = db
        self._clock = clock
        self._endings = endings

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
        client = _described(_blank(tenant, kind, now), said)
        _refuse_faults(client, context)
        with self._db.write(context, tenant=EVERYONE) as tx:
            if store.count_clients(tx, tenant=tenant) >= MOST_CLIENTS:
                raise Conflict("clients-too-many", {"limit": MOST_CLIENTS})
            store.add_client(tx, tenant=tenant, client=client)
            _record(tx, "oauth:client:registered", tenant, client, now)
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
        then he does not say where it is answered. Answered elsewhere, it asks everybody anew.
        """
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            present = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            demand_edition(edition, shown_as=ClientView, present=self._view(tx, present))
            changed = replace(_described(present, said), changed_at=now)
            _refuse_faults(changed, context, kept=present.scopes)
            moved = set(present.redirect_uris) != set(changed.redirect_uris)
            if moved:
                _demand_as_much(present, context)
                self._forget_people(tx, client_id, now)
            store.change_client(tx, tenant=tenant, client=changed)
            if moved or set(present.scopes) - set(changed.scopes):
                self._endings.end_client(tx, client_id=client_id, now=now)
            _record(tx, "oauth:client:changed", tenant, changed, now)
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
        """The secret stands in this answer and nowhere else."""
        now, secret, secret_id = self._clock.now(), new_secret(), new_id()
        expires_at = now + timedelta(days=valid_days)
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            if client.kind is ClientKind.PUBLIC:
                raise Conflict("client-without-secret")
            _demand_as_much(client, context)
            if len(store.list_secrets(tx, client_ids=[client_id], now=now)) >= MOST_SECRETS:
                raise Conflict("secrets-too-many", {"limit": MOST_SECRETS})
            store.add_secret(
                tx,
                secret_id=secret_id,
                client_id=client_id,
                digest=digest_of(secret),
                expires_at=expires_at,
                created_by=_person(context),
                now=now,
            )
            about = {"secret": str(secret_id), "expires_at": expires_at.isoformat()}
            _record_secret(tx, "added", tenant, client_id, about, now)
        return {"secret_id": secret_id, "client_secret": secret, "expires_at": expires_at}

    def remove_secret(
        self, context: Context, *, tenant: TenantCode, client_id: str, secret_id: UUID
    ) -> dict[str, Any]:
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            client = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            if not store.remove_secret(tx, client_id=client_id, secret_id=secret_id):
                raise NotFound("secret-unknown")
            self._endings.end_client(tx, client_id=client_id, now=now)
            _record_secret(tx, "removed", tenant, client_id, {"secret": str(secret_id)}, now)
            return tx.answer(self._view(tx, client))

    def _forget_people(self, tx: Tx, client_id: str, now: datetime) -> None:
        """Who agreed did so to be sent where the application was answered until now."""
        consents.remove_consents_of_client(tx, client_id=client_id)
        consents.remove_unused_codes_of_client(tx, client_id=client_id)
        self._endings.end_families_of_client(tx, client_id=client_id, now=now)

    def _view(self, tx: Tx, client: RegisteredRow) -> dict[str, Any]:
        return self._views(tx, [client])[0]

    def _views(self, tx: Tx, clients: Sequence[RegisteredRow]) -> list[dict[str, Any]]:
        ids = [client.client_id for client in clients]
        secrets = store.list_secrets(tx, client_ids=ids, now=self._clock.now())
        return [
            _shown(client, [one for one in secrets if one.client_id == client.client_id])
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
    )


def _described(client: RegisteredRow, said: dict[str, Any]) -> RegisteredRow:
    return replace(
        client,
        name=said["name"],
        scopes=tuple(sorted(set(said["scopes"]))),
        redirect_uris=tuple(dict.fromkeys(said["redirect_uris"])),
        post_logout_redirect_uris=tuple(dict.fromkeys(said["post_logout_redirect_uris"])),
    )


def _refuse_faults(client: RegisteredRow, context: Context, *, kept: Collection[str] = ()) -> None:
    """Raises Invalid("fields-invalid") that names each fault."""
    faults: dict[str, list[str]] = {}
    may_have = grantable_scopes(kind_of(client), context.caller) | frozenset(kept)
    if not client.scopes:
        faults["scopes"] = ["required"]
    elif not may_have.issuperset(client.scopes):
        faults["scopes"] = ["scope-not-grantable"]
    by_redirect = AUTHORIZATION_CODE in client.grants
    for field in ("redirect_uris", "post_logout_redirect_uris"):
        uris = getattr(client, field)
        if any(registration_fault(uri, client.kind) for uri in uris):
            faults[field] = ["redirect-uri"]
        elif uris and not by_redirect:
            faults[field] = ["redirect-uri-unused"]
    if by_redirect and not client.redirect_uris:
        faults["redirect_uris"] = ["required"]
    if faults:
        raise Invalid("fields-invalid", {"fields": faults})


def _person(context: Context) -> UUID | None:
    caller = context.caller
    return UUID(caller.subject) if caller.kind is CallerKind.PERSON else None


def _demand_as_much(client: RegisteredRow, context: Context) -> None:
    """Who makes its secret, or says where it is answered, can be the application: so he could do
    himself all that it may. Raises Forbidden("client-above-caller").
    """
    if not grantable_scopes(kind_of(client), context.caller).issuperset(client.scopes):
        raise Forbidden("client-above-caller")


def _shown(client: RegisteredRow, secrets: Sequence[KnownSecretRow]) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "kind": kind_of(client),
        "scopes": list(client.scopes),
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "secrets": [
            {
                "secret_id": one.secret_id,
                "created_at": one.created_at,
                "expires_at": one.expires_at,
                "created_by": one.created_by,
            }
            for one in secrets
        ],
        "created_at": client.created_at,
        "changed_at": client.changed_at,
    }


def _record(tx: Tx, act: str, tenant: TenantCode, client: RegisteredRow, now: datetime) -> None:
    details = {
        "name": client.name,
        "kind": kind_of(client).value,
        "scopes": list(client.scopes),
        "redirect_uris": list(client.redirect_uris),
    }
    tx.record(act, target=f"client:{client.client_id}", details=details, tenant=tenant, at=now)


def _record_secret(
    tx: Tx,
    act: str,
    tenant: TenantCode,
    client_id: str,
    about: dict[str, str],
    now: datetime,
) -> None:
    target = f"client:{client_id}"
    tx.record(f"oauth:secret:{act}", target=target, details=about, tenant=tenant, at=now)
