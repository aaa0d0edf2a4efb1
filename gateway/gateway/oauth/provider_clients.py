"""The provider's own clients, run by its operators as a tenant's are by its administrators.

Two are told otherwise: the portal by settings, and whatever ``register-client`` names again by the
command line; what that says then holds. What could make one operator any other person is given by
the command line alone: see ``_powers_of``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.codes import TenantCode
from contracts.gateway import (
    FEW_TENANTS,
    ClientChange,
    ClientType,
    GrantType,
    ProviderClient,
)
from gateway.limits.sharing import forget_spending
from gateway.oauth.client_metadata import (
    changes_between,
    described,
    faults_of,
    is_entrusted_anew,
    quota_of,
)
from gateway.oauth.registered_clients import RegisteredClients
from gateway.oauth.registration import PORTAL, identity_faults
from gateway.store import registered_clients as store
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import RegisteredRow
from servicekit.context import Context
from servicekit.db import EVERYONE, Tx
from servicekit.editions import demand_edition
from servicekit.errors import Conflict, Forbidden, Invalid

EVERY_TENANT = "*"


class ProviderClients(RegisteredClients):
    """Calls of the contract ``gateway``, each in one transaction. Whoever comes here may call."""

    def register_client(
        self, context: Context, *, client_id: str, kind: ClientType, **said: Any
    ) -> dict[str, Any]:
        now = self._clock.now()
        client = self._answered_for(context, None, _described(_blank(client_id, kind, now), said))
        self._refuse_faults(client)
        if _powers_of(client):
            raise Forbidden("command-line-only")
        with self._db.write(context, tenant=EVERYONE) as tx:
            store.add_client(tx, tenant=None, client=client)
            self._record(tx, "oauth:client:registered", None, client, now)
            self._tell(tx, context, None, client, [ClientChange.REGISTERED], now)
            return tx.answer(self._view(tx, client))

    def change_client(
        self, context: Context, *, client_id: str, edition: str | None = None, **said: Any
    ) -> dict[str, Any]:
        """What it loses, its tokens lose with it; answered elsewhere, it asks everybody anew.

        Raises Forbidden("command-line-only").
        """
        now = self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            present = self._to_change(tx, None, client_id)
            demand_edition(edition, shown_as=ProviderClient, present=self._view(tx, present))
            changed = replace(_described(present, said), changed_at=now)
            changed = self._answered_for(context, present, changed)
            self._refuse_faults(changed)
            _refuse_powers(present, changed)
            self._take_over(tx, present, changed, now)
            if quota_of(present) != quota_of(changed):
                forget_spending(tx, client_id=client_id)
            store.change_client(tx, tenant=None, client=changed)
            self._record(tx, "oauth:client:changed", None, changed, now)
            self._tell(tx, context, None, changed, changes_between(present, changed), now)
            return tx.answer(self._view(tx, changed))

    def _to_change(self, tx: Tx, tenant: TenantCode | None, client_id: str) -> RegisteredRow:
        """Raises NotFound("client-unknown"), Conflict("client-by-settings")."""
        client = super()._to_change(tx, tenant, client_id)
        if client_id == PORTAL:
            raise Conflict("client-by-settings")
        return client

    def _refuse_secret(self, client: RegisteredRow, context: Context) -> None:
        if _powers_of(client):
            raise Forbidden("command-line-only")

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

    def _shown(self, client: RegisteredRow) -> dict[str, Any]:
        return {
            "kind": ClientType(client.kind.value),
            "grants": [grant for grant in GrantType if grant.value in client.grants],
            "tenants": sorted(client.tenants),
            "audiences": sorted(client.audiences),
            "first_party": client.first_party,
            "by_settings": client.client_id == PORTAL,
        }

    def _recorded(self, client: RegisteredRow) -> dict[str, object]:
        return {
            "kind": client.kind.value,
            "grants": sorted(client.grants),
            "tenants": sorted(client.tenants),
            "audiences": sorted(client.audiences),
            "first_party": client.first_party,
        }


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


def _powers_of(client: RegisteredRow) -> frozenset[str]:
    """What lets a client act where nobody agreed: its tokens carry people's own proof, act in every
    contract or in many, hand on or read tokens of others. Who holds such a client could be anybody,
    so an operator alone makes none, nor becomes one that there is.
    """
    powers = {f"audience {audience}" for audience in client.audiences}
    if client.first_party:
        powers.add("first party")
    if EVERY_TENANT in client.tenants:
        powers.add("every tenant")
    if _names_many(client):
        powers.add("many tenants")
    if GrantType.TOKEN_EXCHANGE.value in client.grants:
        powers.add("token exchange")
    return frozenset(powers)


def _names_many(client: RegisteredRow) -> bool:
    return len(client.tenants) > FEW_TENANTS


def _refuse_powers(present: RegisteredRow, changed: RegisteredRow) -> None:
    """It may lose them; while it has one, it is neither entrusted to others nor answered in a way,
    nor acts in a contract, that is new to it. One and the same change does not do both.
    """
    powers = _powers_of(present)
    opened = (
        is_entrusted_anew(present, changed)
        or changed.grants - present.grants
        or (_names_many(changed) and changed.tenants - present.tenants)
    )
    if _powers_of(changed) - powers or (powers and opened):
        raise Forbidden("command-line-only")


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
