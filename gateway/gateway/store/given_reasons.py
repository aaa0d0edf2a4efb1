"""Why somebody of staff looks at something, by session."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from servicekit.db import Tx


def change_reason(
    tx: Tx, *, session_id: UUID, about: str, reason: str, expires_at: datetime
) -> None:
    """A newer one takes the older one's place."""
    tx.run(
        """
        INSERT INTO given_reasons (session_id, about, reason, expires_at)
        VALUES (%(session_id)s, %(about)s, %(reason)s, %(expires_at)s)
        ON CONFLICT ON CONSTRAINT given_reasons_pkey
        DO UPDATE SET reason = excluded.reason, expires_at = excluded.expires_at
        """,
        {"session_id": session_id, "about": about, "reason": reason, "expires_at": expires_at},
    )


def find_reason(tx: Tx, *, session_id: UUID, about: str, now: datetime) -> str | None:
    found: str | None = tx.value(
        """
        SELECT reason
          FROM given_reasons
         WHERE session_id = %(session_id)s AND about = %(about)s AND expires_at > %(now)s
        """,
        {"session_id": session_id, "about": about, "now": now},
    )
    return found


def remove_reason(tx: Tx, *, session_id: UUID, about: str) -> None:
    tx.run(
        "DELETE FROM given_reasons WHERE session_id = %(session_id)s AND about = %(about)s",
        {"session_id": session_id, "about": about},
    )


def remove_expired(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM given_reasons WHERE expires_at <= %(now)s", {"now": now})
