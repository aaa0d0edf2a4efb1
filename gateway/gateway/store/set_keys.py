"""The keys by which registered clients prove themselves: who set them, and until when they open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class KeysOfClientRow:
    client_id: str
    client_name: str
    owned_by: TenantCode | None
    keys_expire_at: datetime | None


def find_keys(tx: Tx, *, client_id: str) -> KeysOfClientRow | None:
    """Also those that have ended; None of a client that has no keys."""
    return tx.row(
        """
        SELECT client_id, name AS client_name, owned_by, keys_expire_at FROM clients
         WHERE client_id = %(client_id)s AND (jwks IS NOT NULL OR jwks_uri IS NOT NULL)
        """,
        {"client_id": client_id},
        KeysOfClientRow,
    )


def change_keys_to_end(
    tx: Tx,
    *,
    setter: UUID,
    tenant: TenantCode | None,
    everywhere: bool,
    ends_at: datetime,
    now: datetime,
) -> list[KeysOfClientRow]:
    """Live ones that he set, of clients of the tenant or of all: none of them opens longer than
    until ``ends_at``. None: of the provider's own, and whatever he set for a tenant by his staff
    role.
    """
    return tx.rows(
        """
        UPDATE clients
           SET keys_expire_at = least(coalesce(keys_expire_at, %(ends_at)s), %(ends_at)s)
         WHERE keys_set_by = %(setter)s
           AND (%(everywhere)s OR owned_by IS NOT DISTINCT FROM %(tenant)s
                OR (%(tenant)s::text IS NULL AND keys_set_as_staff IS NOT FALSE))
           AND (keys_expire_at IS NULL OR keys_expire_at > %(now)s)
           AND (jwks IS NOT NULL OR jwks_uri IS NOT NULL)
        RETURNING client_id, name AS client_name, owned_by, keys_expire_at
        """,
        {
            "setter": setter,
            "tenant": tenant,
            "everywhere": everywhere,
            "ends_at": ends_at,
            "now": now,
        },
        KeysOfClientRow,
    )
