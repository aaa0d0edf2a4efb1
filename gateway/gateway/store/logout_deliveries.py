"""Who is still to be told that a session has ended. One row for a session and an application."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from servicekit.db import Tx


class Outcome(StrEnum):
    DELIVERED = "delivered"
    REFUSED = "refused"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """``attempts`` counts the present one."""

    session_id: UUID
    client_id: str
    person_id: UUID
    uri: str
    attempts: int


def add_logout_deliveries(tx: Tx, *, session_ids: Iterable[UUID], now: datetime) -> None:
    """For each application that got tokens in these sessions and wants to be told."""
    tx.run(
        """
        INSERT INTO logout_deliveries (session_id, client_id, person_id, created_at, due_at)
        SELECT DISTINCT family.session_id, family.client_id, family.person_id,
                        %(now)s::timestamptz, %(now)s::timestamptz
          FROM token_families AS family
          JOIN clients USING (client_id)
         WHERE family.session_id = ANY (%(session_ids)s)
           AND clients.backchannel_logout_uri IS NOT NULL AND clients.disabled_at IS NULL
        ON CONFLICT (session_id, client_id) DO NOTHING
        """,
        {"session_ids": list(session_ids), "now": now},
    )


def claim_logout_deliveries(
    tx: Tx, *, limit: int, first_wait: int, growth: int, now: datetime
) -> list[DeliveryRow]:
    """Due ones, put off before they are tried: ``first_wait`` seconds, then ``growth`` times as
    long each time.
    """
    return tx.rows(
        """
        WITH due AS (
            SELECT session_id, client_id FROM logout_deliveries
             WHERE closed_at IS NULL AND due_at <= %(now)s
             ORDER BY due_at
             LIMIT %(limit)s
               FOR UPDATE SKIP LOCKED
        )
        UPDATE logout_deliveries AS delivery
           SET attempts = attempts + 1,
               due_at = %(now)s + make_interval(secs => %(first_wait)s * %(growth)s ^ attempts)
          FROM due
          JOIN clients ON clients.client_id = due.client_id
         WHERE delivery.session_id = due.session_id AND delivery.client_id = due.client_id
        RETURNING delivery.session_id, delivery.client_id, delivery.person_id,
                  COALESCE(clients.backchannel_logout_uri, '') AS uri, delivery.attempts
        """,
        {"limit": limit, "first_wait": first_wait, "growth": growth, "now": now},
        DeliveryRow,
    )


def change_logout_delivery_to_closed(
    tx: Tx, *, session_id: UUID, client_id: str, outcome: Outcome, now: datetime
) -> None:
    tx.run(
        """
        UPDATE logout_deliveries SET closed_at = %(now)s, outcome = %(outcome)s
         WHERE session_id = %(session_id)s AND client_id = %(client_id)s AND closed_at IS NULL
        """,
        {
            "session_id": session_id,
            "client_id": client_id,
            "outcome": outcome.value,
            "now": now,
        },
    )


def remove_stale_logout_deliveries(tx: Tx, *, closed_before: datetime) -> int:
    return tx.run(
        "DELETE FROM logout_deliveries WHERE closed_at < %(before)s", {"before": closed_before}
    )
