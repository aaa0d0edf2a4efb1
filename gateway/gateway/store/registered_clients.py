"""Clients that are registered over the calls: a tenant's by its administrators, and the provider's
own by staff. Each statement names whose they are; None: the provider's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from gateway.store.clients import ClientKind
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class RegisteredRow:
    client_id: str
    name: str
    kind: ClientKind
    grants: frozenset[str]
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    created_at: datetime
    changed_at: datetime
    first_party: bool = False
    tenants: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    token_endpoint_auth_method: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    dpop_bound_access_tokens: bool = False
    require_pushed_authorization_requests: bool = False
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    default_max_age: int | None = None
    quota_amount: int | None = None
    quota_seconds: int | None = None
    keys_set_by: UUID | None = None
    keys_set_as_staff: bool | None = None
    keys_expire_at: datetime | None = None

    @property
    def has_keys(self) -> bool:
        return self.jwks is not None or self.jwks_uri is not None


@dataclass(frozen=True, slots=True)
class KnownSecretRow:
    secret_id: UUID
    client_id: str
    created_at: datetime
    expires_at: datetime | None
    created_by: UUID | None


def list_clients(tx: Tx, *, tenant: TenantCode, after: str, limit: int) -> list[RegisteredRow]:
    return tx.rows(
        """
        SELECT client_id, name, kind, grants, scopes, redirect_uris, post_logout_redirect_uris,
               created_at, changed_at, first_party, tenants, audiences,
               token_endpoint_auth_method, jwks, jwks_uri, dpop_bound_access_tokens,
               require_pushed_authorization_requests, backchannel_logout_uri,
               backchannel_logout_session_required, default_max_age, quota_amount, quota_seconds,
               keys_set_by, keys_set_as_staff, keys_expire_at
          FROM clients
         WHERE owned_by = %(tenant)s AND client_id > %(after)s
         ORDER BY client_id
         LIMIT %(limit)s
        """,
        {"tenant": tenant, "after": after, "limit": limit},
        RegisteredRow,
    )


def list_provider_clients(tx: Tx, *, after: str, limit: int) -> list[RegisteredRow]:
    return tx.rows(
        """
        SELECT client_id, name, kind, grants, scopes, redirect_uris, post_logout_redirect_uris,
               created_at, changed_at, first_party, tenants, audiences,
               token_endpoint_auth_method, jwks, jwks_uri, dpop_bound_access_tokens,
               require_pushed_authorization_requests, backchannel_logout_uri,
               backchannel_logout_session_required, default_max_age, quota_amount, quota_seconds,
               keys_set_by, keys_set_as_staff, keys_expire_at
          FROM clients
         WHERE owned_by IS NULL AND client_id > %(after)s
         ORDER BY client_id
         LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
        RegisteredRow,
    )


def get_client(tx: Tx, *, tenant: TenantCode | None, client_id: str) -> RegisteredRow:
    """Another's is unknown here."""
    found = tx.row(
        """
        SELECT client_id, name, kind, grants, scopes, redirect_uris, post_logout_redirect_uris,
               created_at, changed_at, first_party, tenants, audiences,
               token_endpoint_auth_method, jwks, jwks_uri, dpop_bound_access_tokens,
               require_pushed_authorization_requests, backchannel_logout_uri,
               backchannel_logout_session_required, default_max_age, quota_amount, quota_seconds,
               keys_set_by, keys_set_as_staff, keys_expire_at
          FROM clients
         WHERE client_id = %(client_id)s AND owned_by IS NOT DISTINCT FROM %(tenant)s
        """,
        {"tenant": tenant, "client_id": client_id},
        RegisteredRow,
    )
    if found is None:
        raise NotFound("client-unknown")
    return found


def get_client_to_change(tx: Tx, *, tenant: TenantCode | None, client_id: str) -> RegisteredRow:
    """The same, and nobody else changes it or its secrets until the transaction ends. Codes of it
    may be redeemed meanwhile: who holds a code's row waits for no client's.
    """
    tx.run(
        """
        SELECT client_id FROM clients
         WHERE client_id = %(client_id)s AND owned_by IS NOT DISTINCT FROM %(tenant)s
           FOR NO KEY UPDATE
        """,
        {"tenant": tenant, "client_id": client_id},
    )
    return get_client(tx, tenant=tenant, client_id=client_id)


def count_clients(tx: Tx, *, tenant: TenantCode) -> int:
    """Of one tenant, whose registrations wait for one another from here on."""
    tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('clients of ' || %(tenant)s, 0))",
        {"tenant": tenant},
    )
    counted: int = tx.value(
        "SELECT count(*) FROM clients WHERE owned_by = %(tenant)s", {"tenant": tenant}
    )
    return counted


def add_client(tx: Tx, *, tenant: TenantCode | None, client: RegisteredRow) -> None:
    """Raises Conflict("client-exists")."""
    with tx.unless(constraint="clients_pkey", error=Conflict("client-exists")):
        tx.run(
            """
            INSERT INTO clients (
                client_id, owned_by, name, kind, first_party, redirect_uris,
                post_logout_redirect_uris, grants, scopes, tenants, audiences,
                token_endpoint_auth_method, jwks, jwks_uri, dpop_bound_access_tokens,
                require_pushed_authorization_requests, backchannel_logout_uri,
                backchannel_logout_session_required, default_max_age, quota_amount, quota_seconds,
                keys_set_by, keys_set_as_staff, keys_expire_at, created_at, changed_at)
            VALUES (
                %(client_id)s, %(tenant)s, %(name)s, %(kind)s, %(first_party)s, %(redirect_uris)s,
                %(post_logout_redirect_uris)s, %(grants)s, %(scopes)s, %(tenants)s, %(audiences)s,
                %(token_endpoint_auth_method)s, %(jwks)s, %(jwks_uri)s,
                %(dpop_bound_access_tokens)s, %(require_pushed_authorization_requests)s,
                %(backchannel_logout_uri)s, %(backchannel_logout_session_required)s,
                %(default_max_age)s, %(quota_amount)s, %(quota_seconds)s, %(keys_set_by)s,
                %(keys_set_as_staff)s, %(keys_expire_at)s, %(created_at)s, %(changed_at)s)
            """,
            {**_written(client), "tenant": tenant, "created_at": client.created_at},
        )


def change_client(tx: Tx, *, tenant: TenantCode | None, client: RegisteredRow) -> None:
    tx.run(
        """
        UPDATE clients
           SET name = %(name)s, first_party = %(first_party)s, grants = %(grants)s,
               scopes = %(scopes)s, tenants = %(tenants)s, audiences = %(audiences)s,
               redirect_uris = %(redirect_uris)s,
               post_logout_redirect_uris = %(post_logout_redirect_uris)s,
               token_endpoint_auth_method = %(token_endpoint_auth_method)s,
               jwks = %(jwks)s, jwks_uri = %(jwks_uri)s,
               dpop_bound_access_tokens = %(dpop_bound_access_tokens)s,
               require_pushed_authorization_requests = %(require_pushed_authorization_requests)s,
               backchannel_logout_uri = %(backchannel_logout_uri)s,
               backchannel_logout_session_required = %(backchannel_logout_session_required)s,
               default_max_age = %(default_max_age)s,
               quota_amount = %(quota_amount)s, quota_seconds = %(quota_seconds)s,
               keys_set_by = %(keys_set_by)s, keys_set_as_staff = %(keys_set_as_staff)s,
               keys_expire_at = %(keys_expire_at)s, changed_at = %(changed_at)s
         WHERE client_id = %(client_id)s AND owned_by IS NOT DISTINCT FROM %(tenant)s
        """,
        {**_written(client), "tenant": tenant},
    )


def remove_client(tx: Tx, *, tenant: TenantCode | None, client_id: str) -> None:
    """With its secrets, codes, families and consents."""
    tx.run(
        """
        DELETE FROM clients
         WHERE client_id = %(client_id)s AND owned_by IS NOT DISTINCT FROM %(tenant)s
        """,
        {"tenant": tenant, "client_id": client_id},
    )


def list_secrets(tx: Tx, *, client_ids: Sequence[str], now: datetime) -> list[KnownSecretRow]:
    """Live ones, the oldest first."""
    return tx.rows(
        """
        SELECT secret_id, client_id, created_at, expires_at, created_by
          FROM client_secrets
         WHERE client_id = ANY(%(client_ids)s) AND (expires_at IS NULL OR expires_at > %(now)s)
         ORDER BY created_at, secret_id
        """,
        {"client_ids": list(client_ids), "now": now},
        KnownSecretRow,
    )


def add_secret(
    tx: Tx,
    *,
    secret_id: UUID,
    client_id: str,
    digest: bytes,
    expires_at: datetime,
    created_by: UUID | None,
    made_as_staff: bool,
    now: datetime,
) -> None:
    tx.run(
        """
        INSERT INTO client_secrets (secret_id, client_id, digest, created_at, expires_at,
                                    created_by, made_as_staff)
        VALUES (%(secret_id)s, %(client_id)s, %(digest)s, %(now)s, %(expires_at)s, %(created_by)s,
                %(made_as_staff)s)
        """,
        {
            "secret_id": secret_id,
            "client_id": client_id,
            "digest": digest,
            "expires_at": expires_at,
            "created_by": created_by,
            "made_as_staff": made_as_staff,
            "now": now,
        },
    )


def remove_secret(tx: Tx, *, client_id: str, secret_id: UUID) -> bool:
    return bool(
        tx.run(
            """
            DELETE FROM client_secrets
             WHERE client_id = %(client_id)s AND secret_id = %(secret_id)s
            """,
            {"client_id": client_id, "secret_id": secret_id},
        )
    )


def remove_secrets(tx: Tx, *, client_id: str) -> int:
    """Of one that proves itself by its keys from now on."""
    return tx.run(
        "DELETE FROM client_secrets WHERE client_id = %(client_id)s", {"client_id": client_id}
    )


@dataclass(frozen=True, slots=True)
class SecretOfClientRow:
    """One live secret, and whose client it opens."""

    secret_id: UUID
    client_id: str
    client_name: str
    owned_by: TenantCode | None
    expires_at: datetime | None


def find_secret(tx: Tx, *, secret_id: UUID) -> SecretOfClientRow | None:
    """Also one that has expired."""
    return tx.row(
        """
        SELECT s.secret_id, s.client_id, c.name AS client_name, c.owned_by, s.expires_at
          FROM client_secrets s
          JOIN clients c ON c.client_id = s.client_id
         WHERE s.secret_id = %(secret_id)s
        """,
        {"secret_id": secret_id},
        SecretOfClientRow,
    )


def change_secrets_to_end(
    tx: Tx,
    *,
    maker: UUID,
    tenant: TenantCode | None,
    everywhere: bool,
    ends_at: datetime,
    now: datetime,
) -> list[SecretOfClientRow]:
    """Live ones that he made, for clients of the tenant or for all: none of them opens longer than
    until ``ends_at``. None: the provider's own, and whatever he made for a tenant by his staff
    role.
    """
    return tx.rows(
        """
        UPDATE client_secrets AS s
           SET expires_at = least(coalesce(s.expires_at, %(ends_at)s), %(ends_at)s)
          FROM clients AS c
         WHERE s.created_by = %(maker)s AND c.client_id = s.client_id
           AND (%(everywhere)s OR c.owned_by IS NOT DISTINCT FROM %(tenant)s
                OR (%(tenant)s::text IS NULL AND s.made_as_staff IS NOT FALSE))
           AND (s.expires_at IS NULL OR s.expires_at > %(now)s)
        RETURNING s.secret_id, s.client_id, c.name AS client_name, c.owned_by, s.expires_at
        """,
        {
            "maker": maker,
            "tenant": tenant,
            "everywhere": everywhere,
            "ends_at": ends_at,
            "now": now,
        },
        SecretOfClientRow,
    )


@dataclass(frozen=True, slots=True)
class QuotaRow:
    client_id: str
    quota_amount: int
    quota_seconds: int


def list_quotas(tx: Tx) -> list[QuotaRow]:
    """Unbounded on purpose: staff give them by hand, and one left out would not hold."""
    return tx.rows(
        """
        SELECT client_id, quota_amount, quota_seconds FROM clients
         WHERE quota_amount IS NOT NULL ORDER BY client_id
        """,
        {},
        QuotaRow,
    )


def _written(client: RegisteredRow) -> dict[str, object]:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "kind": client.kind.value,
        "first_party": client.first_party,
        "grants": sorted(client.grants),
        "scopes": list(client.scopes),
        "tenants": sorted(client.tenants),
        "audiences": sorted(client.audiences),
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "jwks": None if client.jwks is None else json.dumps(client.jwks),
        "jwks_uri": client.jwks_uri,
        "dpop_bound_access_tokens": client.dpop_bound_access_tokens,
        "require_pushed_authorization_requests": client.require_pushed_authorization_requests,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "backchannel_logout_session_required": client.backchannel_logout_session_required,
        "default_max_age": client.default_max_age,
        "quota_amount": client.quota_amount,
        "quota_seconds": client.quota_seconds,
        "keys_set_by": client.keys_set_by,
        "keys_set_as_staff": client.keys_set_as_staff,
        "keys_expire_at": client.keys_expire_at,
        "changed_at": client.changed_at,
    }
