from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from servicekit.db import Tx


def list_consented_scopes(tx: Tx, *, person_id: UUID, client_id: str) -> frozenset[str]:
    scopes = tx.value(
        """
        SELECT scopes FROM consents WHERE person_id = %(person_id)s AND client_id = %(client_id)s
        """,
        {"person_id": person_id, "client_id": client_id},
    )
    return frozenset(scopes or ())


def add_consent(
    tx: Tx, *, person_id: UUID, client_id: str, scopes: Iterable[str], now: datetime
) -> None:
    """What was agreed to before stays agreed to."""
    tx.run(
        """
        INSERT INTO consents AS consent (person_id, client_id, scopes, given_at)
        VALUES (%(person_id)s, %(client_id)s, %(scopes)s, %(now)s)
        ON CONFLICT (person_id, client_id) DO UPDATE
           SET given_at = excluded.given_at,
               scopes = ARRAY(SELECT DISTINCT unnest(consent.scopes || excluded.scopes) ORDER BY 1)
        """,
        {
            "person_id": person_id,
            "client_id": client_id,
            "scopes": sorted(scopes),
            "now": now,
        },
    )
