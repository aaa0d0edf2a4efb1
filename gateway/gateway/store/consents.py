from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ConsentRow:
    client_id: str
    name: str
    scopes: tuple[str, ...]
    given_at: datetime


def list_consents(tx: Tx, *, person_id: UUID, after: str, limit: int) -> list[ConsentRow]:
    return tx.rows(
        """
        SELECT consent.client_id, client.name, consent.scopes, consent.given_at
          FROM consents AS consent
          JOIN clients AS client USING (client_id)
         WHERE consent.person_id = %(person_id)s AND consent.client_id > %(after)s
         ORDER BY consent.client_id
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "after": after, "limit": limit},
        ConsentRow,
    )


def remove_consent(tx: Tx, *, person_id: UUID, client_id: str) -> bool:
    return bool(
        tx.run(
            "DELETE FROM consents WHERE person_id = %(person_id)s AND client_id = %(client_id)s",
            {"person_id": person_id, "client_id": client_id},
        )
    )


def remove_unused_codes(tx: Tx, *, person_id: UUID, client_id: str) -> int:
    """Codes and device codes that would become tokens in a moment."""
    codes = tx.run(
        """
        DELETE FROM authorization_codes
         WHERE person_id = %(person_id)s AND client_id = %(client_id)s AND used_at IS NULL
        """,
        {"person_id": person_id, "client_id": client_id},
    )
    return codes + tx.run(
        """
        DELETE FROM device_requests
         WHERE person_id = %(person_id)s AND client_id = %(client_id)s AND used_at IS NULL
        """,
        {"person_id": person_id, "client_id": client_id},
    )


def remove_consents_of_client(tx: Tx, *, client_id: str) -> int:
    return tx.run("DELETE FROM consents WHERE client_id = %(client_id)s", {"client_id": client_id})


def remove_unused_codes_of_client(tx: Tx, *, client_id: str) -> int:
    """Everybody's, with what was pushed and not answered yet."""
    removed = 0
    for statement in (
        "DELETE FROM authorization_codes WHERE client_id = %(client_id)s AND used_at IS NULL",
        "DELETE FROM device_requests WHERE client_id = %(client_id)s AND used_at IS NULL",
        "DELETE FROM pushed_requests WHERE client_id = %(client_id)s",
    ):
        removed += tx.run(statement, {"client_id": client_id})
    return removed
