"""The applications of a tenant, run by its administrators: registered, changed, removed, and the
secrets by which they prove themselves."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.codes import TenantCode
from contracts.gateway import MOST_CLIENTS, ApplicationKind, ClientChange, ClientView
from gateway.limits.sharing import forget_spending
from gateway.oauth.client_metadata import (
    changes_between,
    described,
    faults_of,
    is_entrusted_anew,
)
from gateway.oauth.grantable import grantable_scopes
from gateway.oauth.registered_clients import RegisteredClients
from gateway.oauth.registration import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN
from gateway.store import registered_clients as store
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import RegisteredRow
from servicekit.context import Context
from servicekit.db import EVERYONE
from servicekit.editions import demand_edition
from servicekit.errors import Conflict, Forbidden, Invalid

_PEOPLES_GRANTS = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN})
_GRANTS = {
    ApplicationKind.SERVICE: frozenset({CLIENT_CREDENTIALS}),
    ApplicationKind.WEB: _PEOPLES_GRANTS,
    ApplicationKind.NATIVE: _PEOPLES_GRANTS,
}


class TenantClients(RegisteredClients):
    """Calls of the contract ``gateway``, each in one transaction. Whoever comes here may call."""

    def register_client(
        self, context: Context, *, tenant: TenantCode, kind: ApplicationKind, **said: Any
    ) -> dict[str, Any]:
        now = self._clock.now()
        client = self._answered_for(context, None, described(_blank(tenant, kind, now), said))
        self._refuse_faults(client, context)
        with self._db.write(context, tenant=EVERYONE) as tx:
            if store.count_clients(tx, tenant=tenant) >= MOST_CLIENTS:
                raise Conflict("clients-too-many", {"limit": MOST_CLIENTS})
            store.add_client(tx, tenant=tenant, client=client)
            self._record(tx, "oauth:client:registered", tenant, client, now)
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
        then he says neither where it is answered or told of sign-outs nor by what it proves itself,
        and takes off no bond (DPoP, PAR). Answered elsewhere, it asks everybody anew.
        """
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            present = store.get_client_to_change(tx, tenant=tenant, client_id=client_id)
            demand_edition(edition, shown_as=ClientView, present=self._view(tx, present))
            changed = replace(described(present, said), changed_at=now)
            changed = self._answered_for(context, present, changed)
            self._refuse_faults(changed, context, kept=present.scopes)
            if is_entrusted_anew(present, changed):
                _demand_as_much(present, context)
            self._take_over(tx, present, changed, now)
            store.change_client(tx, tenant=tenant, client=changed)
            self._record(tx, "oauth:client:changed", tenant, changed, now)
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
            self._tell(tx, context, tenant, changed, changes_between(present, changed), now)
            return tx.answer(self._view(tx, changed))

    def _refuse_secret(self, client: RegisteredRow, context: Context) -> None:
        if client.kind is not ClientKind.PUBLIC:
            _demand_as_much(client, context)

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

    def _shown(self, client: RegisteredRow) -> dict[str, Any]:
        return {"kind": kind_of(client)}

    def _recorded(self, client: RegisteredRow) -> dict[str, object]:
        return {"kind": kind_of(client).value}


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
