"""The lock of the second step, the challenges of passkeys, and what staff must have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from identity.domain.factors import Challenge
from identity.domain.lockout import Guard
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class _GuardRow:
    failed_at: tuple[datetime, ...]
    pending_at: tuple[datetime, ...]
    turned_away: int
    locked_until: datetime | None


def find_guard(tx: Tx, *, person_id: UUID) -> Guard | None:
    """Locked until the transaction ends: tries of one person are counted one after the other.

    None where there is no such person.
    """
    row = tx.row(
        """
        INSERT INTO factor_guards (person_id)
        SELECT id FROM persons WHERE id = %(person_id)s
        ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id
        RETURNING failed_at, pending_at, turned_away, locked_until
        """,
        {"person_id": person_id},
        _GuardRow,
    )
    if row is None:
        return None
    return Guard(tuple(row.failed_at), tuple(row.pending_at), row.turned_away, row.locked_until)


def change_guard(tx: Tx, *, person_id: UUID, guard: Guard) -> None:
    tx.run(
        """
        UPDATE factor_guards
           SET failed_at = %(failed_at)s, pending_at = %(pending_at)s,
               turned_away = %(turned_away)s, locked_until = %(locked_until)s
         WHERE person_id = %(person_id)s
        """,
        {
            "person_id": person_id,
            "failed_at": list(guard.failed_at),
            "pending_at": list(guard.pending_at),
            "turned_away": guard.turned_away,
            "locked_until": guard.locked_until,
        },
    )


def remove_guard(tx: Tx, *, person_id: UUID) -> None:
    tx.run("DELETE FROM factor_guards WHERE person_id = %(person_id)s", {"person_id": person_id})


def add_challenge(
    tx: Tx,
    *,
    purpose: str,
    bound_to: bytes,
    challenge: bytes,
    person_id: UUID | None,
    expires_at: datetime,
) -> None:
    """The newest of a browser and purpose is the one that counts."""
    tx.run(
        """
        INSERT INTO factor_challenges (purpose, bound_to, challenge, person_id, expires_at)
        VALUES (%(purpose)s, %(bound_to)s, %(challenge)s, %(person_id)s, %(expires_at)s)
        ON CONFLICT (purpose, bound_to) DO UPDATE
           SET challenge = excluded.challenge, person_id = excluded.person_id,
               expires_at = excluded.expires_at
        """,
        {
            "purpose": purpose,
            "bound_to": bound_to,
            "challenge": challenge,
            "person_id": person_id,
            "expires_at": expires_at,
        },
    )


def take_challenge(tx: Tx, *, purpose: str, bound_to: bytes) -> Challenge | None:
    """Once: who takes it second, finds none."""
    return tx.row(
        """
        DELETE FROM factor_challenges
         WHERE purpose = %(purpose)s AND bound_to = %(bound_to)s
        RETURNING challenge, person_id, expires_at
        """,
        {"purpose": purpose, "bound_to": bound_to},
        Challenge,
    )


def remove_expired_challenges(tx: Tx, *, now: datetime, limit: int) -> None:
    """``now`` is real time. A bounded bite, by whoever comes by; rows in use are left alone."""
    tx.run(
        """
        DELETE FROM factor_challenges
         WHERE (purpose, bound_to) IN (
                   SELECT purpose, bound_to
                     FROM factor_challenges
                    WHERE expires_at < %(now)s
                    ORDER BY expires_at
                    LIMIT %(limit)s
                      FOR UPDATE SKIP LOCKED)
        """,
        {"now": now, "limit": limit},
    )


def get_staff_rule(tx: Tx) -> bool:
    required: bool = tx.value("SELECT second_factor_required FROM staff_rules WHERE singleton", {})
    return required


def get_staff_rule_to_change(tx: Tx) -> bool:
    """The same, and nobody else changes it until the transaction ends."""
    required: bool = tx.value(
        "SELECT second_factor_required FROM staff_rules WHERE singleton FOR UPDATE", {}
    )
    return required


def change_staff_rule(tx: Tx, *, second_factor_required: bool) -> bool:
    """False where it is so already."""
    changed = tx.run(
        """
        UPDATE staff_rules SET second_factor_required = %(required)s
         WHERE singleton AND second_factor_required <> %(required)s
        """,
        {"required": second_factor_required},
    )
    return changed == 1
