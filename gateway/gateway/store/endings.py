"""Sessions, families and tokens that ended before their access tokens expire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from servicekit.db import Tx


class EndingKind(StrEnum):
    SESSION = "session"
    FAMILY = "family"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class EndingRow:
    ended_id: str
    expires_at: datetime


def add_endings(
    tx: Tx, *, kind: EndingKind, ended_ids: Iterable[str], expires_at: datetime, now: datetime
) -> None:
    tx.run(
        """
        INSERT INTO endings (ended_id, kind, ended_at, expires_at)
        SELECT DISTINCT ended_id, %(kind)s, %(now)s::timestamptz, %(expires_at)s::timestamptz
          FROM unnest(%(ended_ids)s::text[]) AS ended_id
        ON CONFLICT (ended_id) DO UPDATE
           SET ended_at = excluded.ended_at, expires_at = excluded.expires_at
        """,
        {
            "ended_ids": list(ended_ids),
            "kind": kind.value,
            "expires_at": expires_at,
            "now": now,
        },
    )


def list_endings(tx: Tx, *, since: datetime, now: datetime) -> list[EndingRow]:
    """Unbounded on purpose: a token that is not in the answer stays good."""
    return tx.rows(
        """
        SELECT ended_id, expires_at FROM endings
         WHERE ended_at >= %(since)s AND expires_at > %(now)s
         ORDER BY ended_at
        """,
        {"since": since, "now": now},
        EndingRow,
    )


def remove_stale_endings(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM endings WHERE expires_at <= %(now)s", {"now": now})
