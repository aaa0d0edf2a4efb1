from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx


class ClientKind(StrEnum):
    CONFIDENTIAL = "confidential"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class ClientRow:
    client_id: str
    name: str
    kind: ClientKind
    first_party: bool
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    grants: frozenset[str]
    scopes: frozenset[str]
    tenants: frozenset[str]
    audiences: frozenset[str]
    secrets: tuple[bytes, ...]
    require_pushed_authorization_requests: bool = False
    owned_by: TenantCode | None = None
    jwks: dict[str, Any] | None = None
    dpop_bound_access_tokens: bool = False
    backchannel_logout_uri: str | None = None
    token_endpoint_auth_method: str | None = None
    jwks_uri: str | None = None
    default_max_age: int | None = None

    @property
    def has_keys(self) -> bool:
        return self.jwks is not None or self.jwks_uri is not None


@dataclass(frozen=True, slots=True)
class SecretRow:
    secret_id: UUID
    digest: bytes
    created_at: datetime
    expires_at: datetime | None


def find_client(tx: Tx, *, client_id: str, now: datetime) -> ClientRow | None:
    """An enabled client with the digests of its live secrets. Keys that have ended are an empty
    set: it proves itself by nothing else, and by none of them.
    """
    return tx.row(
        """
        SELECT client_id, name, kind, first_party, redirect_uris, post_logout_redirect_uris,
               grants, scopes, tenants, audiences, require_pushed_authorization_requests,
               owned_by, dpop_bound_access_tokens, backchannel_logout_uri,
               token_endpoint_auth_method, default_max_age,
               CASE WHEN keys_expire_at <= %(now)s THEN '{"keys": []}'::jsonb ELSE jwks END AS jwks,
               CASE WHEN keys_expire_at <= %(now)s THEN NULL ELSE jwks_uri END AS jwks_uri,
               ARRAY(SELECT digest FROM client_secrets
                      WHERE client_secrets.client_id = clients.client_id
                        AND (expires_at IS NULL OR expires_at > %(now)s)) AS secrets
          FROM clients
         WHERE client_id = %(client_id)s AND disabled_at IS NULL
        """,
        {"client_id": client_id, "now": now},
        ClientRow,
    )


def add_or_change_client(tx: Tx, *, client: ClientRow, now: datetime) -> bool:
    """True where the client is new."""
    added: bool = tx.value(
        """
        INSERT INTO clients (client_id, name, kind, first_party, redirect_uris,
                             post_logout_redirect_uris, grants, scopes, tenants, audiences,
                             require_pushed_authorization_requests, jwks, dpop_bound_access_tokens,
                             backchannel_logout_uri, created_at, changed_at)
        VALUES (%(client_id)s, %(name)s, %(kind)s, %(first_party)s, %(redirect_uris)s,
                %(post_logout_redirect_uris)s, %(grants)s, %(scopes)s, %(tenants)s, %(audiences)s,
                %(require_pushed_authorization_requests)s, %(jwks)s,
                %(dpop_bound_access_tokens)s, %(backchannel_logout_uri)s, %(now)s, %(now)s)
        ON CONFLICT (client_id) DO UPDATE
           SET name = excluded.name, kind = excluded.kind, first_party = excluded.first_party,
               redirect_uris = excluded.redirect_uris,
               post_logout_redirect_uris = excluded.post_logout_redirect_uris,
               grants = excluded.grants, scopes = excluded.scopes, tenants = excluded.tenants,
               audiences = excluded.audiences,
               require_pushed_authorization_requests =
                   excluded.require_pushed_authorization_requests,
               keys_set_by = CASE WHEN clients.jwks = excluded.jwks THEN clients.keys_set_by END,
               keys_set_as_staff =
                   CASE WHEN clients.jwks = excluded.jwks THEN clients.keys_set_as_staff END,
               keys_expire_at =
                   CASE WHEN clients.jwks = excluded.jwks THEN clients.keys_expire_at END,
               jwks = excluded.jwks, jwks_uri = NULL, token_endpoint_auth_method = NULL,
               dpop_bound_access_tokens = excluded.dpop_bound_access_tokens,
               backchannel_logout_uri = excluded.backchannel_logout_uri,
               changed_at = excluded.changed_at
        RETURNING xmax = 0
        """,
        {
            "client_id": client.client_id,
            "name": client.name,
            "kind": client.kind.value,
            "first_party": client.first_party,
            "redirect_uris": list(client.redirect_uris),
            "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
            "grants": sorted(client.grants),
            "scopes": sorted(client.scopes),
            "tenants": sorted(client.tenants),
            "audiences": sorted(client.audiences),
            "require_pushed_authorization_requests": client.require_pushed_authorization_requests,
            "dpop_bound_access_tokens": client.dpop_bound_access_tokens,
            "backchannel_logout_uri": client.backchannel_logout_uri,
            "jwks": None if client.jwks is None else json.dumps(client.jwks),
            "now": now,
        },
    )
    return added


def list_secrets(tx: Tx, *, client_id: str, now: datetime) -> list[SecretRow]:
    """Live ones, the oldest first. The client's row is locked: two at most stay two at most."""
    tx.run(
        "SELECT client_id FROM clients WHERE client_id = %(client_id)s FOR UPDATE",
        {"client_id": client_id},
    )
    return tx.rows(
        """
        SELECT secret_id, digest, created_at, expires_at FROM client_secrets
         WHERE client_id = %(client_id)s AND (expires_at IS NULL OR expires_at > %(now)s)
         ORDER BY created_at, secret_id
        """,
        {"client_id": client_id, "now": now},
        SecretRow,
    )


def add_secret(tx: Tx, *, secret_id: UUID, client_id: str, digest: bytes, now: datetime) -> None:
    tx.run(
        """
        INSERT INTO client_secrets (secret_id, client_id, digest, created_at)
        VALUES (%(secret_id)s, %(client_id)s, %(digest)s, %(now)s)
        """,
        {"secret_id": secret_id, "client_id": client_id, "digest": digest, "now": now},
    )


def remove_secret(tx: Tx, *, client_id: str, secret_id: UUID) -> None:
    tx.run(
        """
        DELETE FROM client_secrets
         WHERE client_id = %(client_id)s AND secret_id = %(secret_id)s
        """,
        {"client_id": client_id, "secret_id": secret_id},
    )
