"""What the gateway holds of one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class SessionHeld:
    method: str
    domain: str | None
    address: str | None
    device: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentHeld:
    client_id: str
    client_name: str
    scopes: tuple[str, ...]
    given_at: datetime


@dataclass(frozen=True, slots=True)
class ClientUsed:
    """A program that holds, or held lately, tokens on his behalf."""

    client_id: str
    client_name: str
    scopes: tuple[str, ...]
    since: datetime
    until: datetime


def list_sessions(tx: Tx, *, person_id: UUID, limit: int) -> list[SessionHeld]:
    return tx.rows(
        """
        SELECT method, domain, address, device, created_at, last_seen_at, expires_at
          FROM browser_sessions
         WHERE person_id = %(person_id)s
         ORDER BY created_at DESC
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        SessionHeld,
    )


def list_consents(tx: Tx, *, person_id: UUID, limit: int) -> list[ConsentHeld]:
    return tx.rows(
        """
        SELECT g.client_id, c.name AS client_name, g.scopes, g.given_at
          FROM consents g
          JOIN clients c ON c.client_id = g.client_id
         WHERE g.person_id = %(person_id)s
         ORDER BY g.client_id
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        ConsentHeld,
    )


def list_clients_used(tx: Tx, *, person_id: UUID, limit: int) -> list[ClientUsed]:
    return tx.rows(
        """
        SELECT f.client_id, c.name AS client_name, f.scopes, f.created_at AS since,
               coalesce(f.ended_at, f.expires_at) AS until
          FROM token_families f
          JOIN clients c ON c.client_id = f.client_id
         WHERE f.person_id = %(person_id)s
         ORDER BY f.created_at DESC
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        ClientUsed,
    )


def remove_what_is_held(tx: Tx, *, person_id: UUID) -> None:
    """Sessions end by themselves, with all that hangs on them; this is what outlives them."""
    tx.run("DELETE FROM consents WHERE person_id = %(id)s", {"id": person_id})
    tx.run("DELETE FROM pending_sign_ins WHERE person_id = %(id)s", {"id": person_id})
    tx.run("DELETE FROM device_guesses WHERE person_id = %(id)s", {"id": person_id})
