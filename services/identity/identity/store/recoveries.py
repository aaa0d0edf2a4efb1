"""Recovery acts: one open act of a kind for a person, by the table's key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import RecoveryState
from identity.domain.recoveries import Recovery, RecoveryRow
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound


def add_recovery(tx: Tx, *, recovery: RecoveryRow) -> None:
    """Raises Conflict("recovery-open") where such an act is open already."""
    error = Conflict("recovery-open")
    with tx.unless(constraint="recoveries_open_key", error=error):
        tx.run(
            """
            INSERT INTO recoveries (id, kind, state, person_id, reason, evidence, new_email,
                                    proposed_by, proposed_at, expires_at)
            VALUES (%(id)s, %(kind)s, %(state)s, %(person_id)s, %(reason)s, %(evidence)s,
                    %(new_email)s, %(proposed_by)s, %(proposed_at)s, %(expires_at)s)
            """,
            {
                "id": recovery.recovery_id,
                "kind": recovery.kind.value,
                "state": recovery.state.value,
                "person_id": recovery.person_id,
                "reason": recovery.reason,
                "evidence": recovery.evidence,
                "new_email": recovery.new_email,
                "proposed_by": recovery.proposed_by,
                "proposed_at": recovery.proposed_at,
                "expires_at": recovery.expires_at,
            },
        )


def get_recovery_to_decide(tx: Tx, *, recovery_id: UUID) -> RecoveryRow:
    """Nobody else decides it until the transaction ends."""
    found = tx.row(
        """
        SELECT id AS recovery_id, kind, state, person_id, reason, evidence, new_email, proposed_by,
               proposed_at, expires_at, decided_by, decided_at, takes_effect_at
          FROM recoveries
         WHERE id = %(recovery_id)s
           FOR UPDATE
        """,
        {"recovery_id": recovery_id},
        RecoveryRow,
    )
    if found is None:
        raise NotFound("recovery-unknown")
    return found


def change_state(
    tx: Tx,
    *,
    recovery_id: UUID,
    state: RecoveryState,
    decided_by: UUID | None,
    decided_at: datetime,
    takes_effect_at: datetime | None,
) -> None:
    """Who decided first stays named when it takes effect later."""
    tx.run(
        """
        UPDATE recoveries
           SET state = %(state)s, decided_by = coalesce(%(decided_by)s, decided_by),
               decided_at = %(decided_at)s,
               takes_effect_at = coalesce(%(takes_effect_at)s, takes_effect_at)
         WHERE id = %(recovery_id)s
        """,
        {
            "recovery_id": recovery_id,
            "state": state.value,
            "decided_by": decided_by,
            "decided_at": decided_at,
            "takes_effect_at": takes_effect_at,
        },
    )


def get_recovery(tx: Tx, *, recovery_id: UUID) -> Recovery:
    found = tx.row(
        """
        SELECT r.id AS recovery_id, r.kind, r.state, r.person_id, p.login, p.given_name,
               p.family_name, r.reason, r.evidence, r.new_email, r.proposed_by,
               a.given_name || ' ' || a.family_name AS proposed_by_name, r.proposed_at,
               r.expires_at, r.decided_by, b.given_name || ' ' || b.family_name AS decided_by_name,
               r.decided_at, r.takes_effect_at
          FROM recoveries r
          JOIN persons p ON p.id = r.person_id
          JOIN persons a ON a.id = r.proposed_by
          LEFT JOIN persons b ON b.id = r.decided_by
         WHERE r.id = %(recovery_id)s
        """,
        {"recovery_id": recovery_id},
        Recovery,
    )
    if found is None:
        raise NotFound("recovery-unknown")
    return found


_PAGE_OPEN = """
SELECT id FROM recoveries
 WHERE state IN ('proposed', 'approved') AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
 ORDER BY id DESC LIMIT %(limit)s
"""
_PAGE_ALL = """
SELECT id FROM recoveries
 WHERE %(before)s::uuid IS NULL OR id < %(before)s::uuid
 ORDER BY id DESC LIMIT %(limit)s
"""
_PAGE_OF_PERSON = """
SELECT id FROM recoveries
 WHERE person_id = %(person_id)s AND (NOT %(open)s OR state IN ('proposed', 'approved'))
   AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
 ORDER BY id DESC LIMIT %(limit)s
"""


def list_ids(
    tx: Tx, *, person_id: UUID | None, open: bool, before: UUID | None, limit: int
) -> list[UUID]:
    """Newest first: ids are made in the order of time."""
    asked = {"person_id": person_id, "open": open, "before": before, "limit": limit}
    sql = _PAGE_OF_PERSON if person_id is not None else _PAGE_OPEN if open else _PAGE_ALL
    return [row["id"] for row in tx.rows(sql, asked, dict)]


def list_recoveries(tx: Tx, *, recovery_ids: list[UUID]) -> list[Recovery]:
    return tx.rows(
        """
        SELECT r.id AS recovery_id, r.kind, r.state, r.person_id, p.login, p.given_name,
               p.family_name, r.reason, r.evidence, r.new_email, r.proposed_by,
               a.given_name || ' ' || a.family_name AS proposed_by_name, r.proposed_at,
               r.expires_at, r.decided_by, b.given_name || ' ' || b.family_name AS decided_by_name,
               r.decided_at, r.takes_effect_at
          FROM recoveries r
          JOIN persons p ON p.id = r.person_id
          JOIN persons a ON a.id = r.proposed_by
          LEFT JOIN persons b ON b.id = r.decided_by
         WHERE r.id = ANY(%(recovery_ids)s)
         ORDER BY r.id DESC
        """,
        {"recovery_ids": recovery_ids},
        Recovery,
    )


def list_rows_of(tx: Tx, *, person_id: UUID, limit: int) -> list[RecoveryRow]:
    """Those about him, newest first."""
    return tx.rows(
        """
        SELECT id AS recovery_id, kind, state, person_id, reason, evidence, new_email, proposed_by,
               proposed_at, expires_at, decided_by, decided_at, takes_effect_at
          FROM recoveries
         WHERE person_id = %(person_id)s
         ORDER BY id DESC
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        RecoveryRow,
    )


def change_to_erased(tx: Tx, *, person_id: UUID, at: datetime) -> None:
    """What was written of him goes; an act still open has lost its object."""
    tx.run(
        """
        UPDATE recoveries
           SET evidence = '', new_email = NULL, reason = '-',
               state = CASE WHEN state IN ('proposed', 'approved') THEN 'refused' ELSE state END,
               decided_at = CASE WHEN state IN ('proposed', 'approved') THEN %(at)s
                                 ELSE decided_at END
         WHERE person_id = %(person_id)s
        """,
        {"person_id": person_id, "at": at},
    )
