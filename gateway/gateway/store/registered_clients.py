"""Clients that a tenant's administrators registered. Each statement names the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from gateway.store.clients import ClientKind
from servicekit.db import Tx
from servicekit.errors import NotFound


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
               created_at, changed_at
          FROM clients
         WHERE owned_by = %(tenant)s AND client_id > %(after)s
         ORDER BY client_id
         LIMIT %(limit)s
        """,
        {"tenant": tenant, "after": after, "limit": limit},
        RegisteredRow,
    )


def get_client(tx: Tx, *, tenant: TenantCode, client_id: str) -> RegisteredRow:
    """Another tenant's is unknown here."""
    found = tx.row(
        """
        SELECT client_id, name, kind, grants, scopes, redirect_uris, post_logout_redirect_uris,
               created_at, changed_at
          FROM clients
         WHERE owned_by = %(tenant)s AND client_id = %(client_id)s
        """,
        {"tenant": tenant, "client_id": client_id},
        RegisteredRow,
    )
    if found is None:
        raise NotFound("client-unknown")
    return found


def get_client_to_change(tx: Tx, *, tenant: TenantCode, client_id: str) -> RegisteredRow:
    """The same, and nobody else changes it or its secrets until the transaction ends. Codes of it
    may be redeemed meanwhile: who holds a code's row waits for no client's.
    """
    tx.run(
        """
        SELECT client_id FROM clients
         WHERE owned_by = %(tenant)s AND client_id = %(client_id)s FOR NO KEY UPDATE
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


def add_client(tx: Tx, *, tenant: TenantCode, client: RegisteredRow) -> None:
    tx.run(
        """
        INSERT INTO clients (client_id, owned_by, name, kind, first_party, redirect_uris,
                             post_logout_redirect_uris, grants, scopes, tenants, audiences,
                             created_at, changed_at)
        VALUES (%(client_id)s, %(tenant)s, %(name)s, %(kind)s, false, %(redirect_uris)s,
                %(post_logout_redirect_uris)s, %(grants)s, %(scopes)s, ARRAY[%(tenant)s]::text[],
                '{}', %(created_at)s, %(changed_at)s)
        """,
        {**_written(client), "tenant": tenant, "created_at": client.created_at},
    )


def change_client(tx: Tx, *, tenant: TenantCode, client: RegisteredRow) -> None:
    tx.run(
        """
        UPDATE clients
           SET name = %(name)s, scopes = %(scopes)s, redirect_uris = %(redirect_uris)s,
               post_logout_redirect_uris = %(post_logout_redirect_uris)s,
               changed_at = %(changed_at)s
         WHERE owned_by = %(tenant)s AND client_id = %(client_id)s
        """,
        {**_written(client), "tenant": tenant},
    )


def remove_client(tx: Tx, *, tenant: TenantCode, client_id: str) -> None:
    """With its secrets, codes, families and consents."""
    tx.run(
        "DELETE FROM clients WHERE owned_by = %(tenant)s AND client_id = %(client_id)s",
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
    now: datetime,
) -> None:
    tx.run(
        """
        INSERT INTO client_secrets (secret_id, client_id, digest, created_at, expires_at,
                                    created_by)
        VALUES (%(secret_id)s, %(client_id)s, %(digest)s, %(now)s, %(expires_at)s, %(created_by)s)
        """,
        {
            "secret_id": secret_id,
            "client_id": client_id,
            "digest": digest,
            "expires_at": expires_at,
            "created_by": created_by,
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


def _written(client: RegisteredRow) -> dict[str, object]:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "kind": client.kind.value,
        "grants": sorted(client.grants),
        "scopes": list(client.scopes),
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "changed_at": client.changed_at,
    }
