"""What each holder has spent of his quota, over all gateway processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class SpentRow:
    """``full_at``: when the bucket will be full again."""

    holder: bytes
    full_at: datetime


def add_spending(
    tx: Tx,
    *,
    holders: Sequence[bytes],
    since: Sequence[datetime],
    spent: Sequence[timedelta],
) -> list[SpentRow]:
    """One statement for all of them; gives what all processes together have spent.

    By holder in order: two processes that tell of the same holders wait for one another and do
    not lock each other out.
    """
    return tx.rows(
        """
        INSERT INTO spent_quotas AS known (holder, since, full_at)
        SELECT holder, since, since + spent
          FROM unnest(%(holders)s::bytea[], %(since)s::timestamptz[], %(spent)s::interval[])
               AS told (holder, since, spent)
         ORDER BY holder
        ON CONFLICT (holder) DO UPDATE
           SET since = excluded.since,
               full_at = greatest(known.full_at, excluded.since)
                         + (excluded.full_at - excluded.since)
        RETURNING holder, full_at
        """,
        {"holders": list(holders), "since": list(since), "spent": list(spent)},
        SpentRow,
    )


def remove_quota(tx: Tx, *, holder: bytes) -> None:
    """Of one whose quota is another from now on."""
    tx.run("DELETE FROM spent_quotas WHERE holder = %(holder)s", {"holder": holder})


def remove_full_quotas(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM spent_quotas WHERE full_at <= %(now)s", {"now": now})
