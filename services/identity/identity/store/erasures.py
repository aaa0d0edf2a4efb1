"""Erasures asked for, what stands against one, and erasing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import ErasureState
from identity.domain.erasure import Tie
from servicekit.db import Tx
from servicekit.errors import Conflict


@dataclass(frozen=True, slots=True)
class ErasureRow:
    erasure_id: UUID
    person_id: UUID
    state: ErasureState
    by_staff: bool
    requested_at: datetime
    due_at: datetime


def add_erasure(tx: Tx, *, erasure: ErasureRow) -> None:
    """Raises Conflict("erasure-requested") where one waits already."""
    error = Conflict("erasure-requested")
    with tx.unless(constraint="erasures_open_key", error=error):
        tx.run(
            """
            INSERT INTO erasures (id, person_id, state, by_staff, requested_at, due_at)
            VALUES (%(id)s, %(person_id)s, %(state)s, %(by_staff)s, %(requested_at)s, %(due_at)s)
            """,
            {
                "id": erasure.erasure_id,
                "person_id": erasure.person_id,
                "state": erasure.state.value,
                "by_staff": erasure.by_staff,
                "requested_at": erasure.requested_at,
                "due_at": erasure.due_at,
            },
        )


def find_last(tx: Tx, *, person_id: UUID) -> ErasureRow | None:
    return tx.row(
        """
        SELECT id AS erasure_id, person_id, state, by_staff, requested_at, due_at
          FROM erasures
         WHERE person_id = %(person_id)s
         ORDER BY id DESC
         LIMIT 1
        """,
        {"person_id": person_id},
        ErasureRow,
    )


def change_ended(tx: Tx, *, person_id: UUID, state: ErasureState, at: datetime) -> bool:
    """False where none waits (any more)."""
    return bool(
        tx.run(
            """
            UPDATE erasures SET state = %(state)s, ended_at = %(at)s
             WHERE person_id = %(person_id)s AND state = 'requested'
            """,
            {"person_id": person_id, "state": state.value, "at": at},
        )
    )


def list_ties(tx: Tx, *, person_id: UUID, limit: int) -> list[Tie]:
    """Of the tenants he is a user of, those that he could not leave: he holds an office, or is the
    last manager of users who can act. By code."""
    return tx.rows(
        """
        SELECT tied.tenant, tied.offices, tied.last_user_manager
          FROM (SELECT u.tenant,
                       ARRAY(SELECT o.office FROM offices o
                              WHERE o.tenant = u.tenant AND o.person_id = u.person_id
                              ORDER BY o.office) AS offices,
                       ARRAY(SELECT m.person_id
                               FROM memberships m
                               JOIN persons p ON p.id = m.person_id AND p.enabled
                               JOIN credentials c ON c.person_id = m.person_id
                                                 AND c.kind = 'portal' AND c.hash IS NOT NULL
                               JOIN users able ON able.tenant = m.tenant
                                              AND able.person_id = m.person_id
                                              AND able.disabled_at IS NULL
                                              AND able.accepted_at IS NOT NULL
                              WHERE m.tenant = u.tenant AND m.section = 'users'
                                AND m.role = 'manager'
                              LIMIT 2) = ARRAY[u.person_id] AS last_user_manager
                  FROM users u
                 WHERE u.person_id = %(person_id)s) AS tied
         WHERE cardinality(tied.offices) > 0 OR tied.last_user_manager
         ORDER BY tied.tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        Tie,
    )


def lock_tenants_of(tx: Tx, *, person_id: UUID) -> list[TenantCode]:
    """All of his, by code; until the transaction ends nobody else changes who holds what there."""
    found = tx.rows(
        """
        SELECT t.tenant
          FROM tenants t
         WHERE t.tenant IN (SELECT u.tenant FROM users u WHERE u.person_id = %(person_id)s)
         ORDER BY t.tenant
           FOR NO KEY UPDATE
        """,
        {"person_id": person_id},
        dict,
    )
    return [TenantCode(row["tenant"]) for row in found]


def change_person_to_pseudonym(
    tx: Tx, *, person_id: UUID, pseudonym: str, email: str, at: datetime
) -> None:
    """Login and e-mail are free for others from now on."""
    tx.run(
        """
        UPDATE persons
           SET login = %(pseudonym)s, login_key = %(pseudonym)s, login_stem = NULL,
               login_number = NULL, email = %(email)s, email_key = %(email)s,
               given_name = 'erased', family_name = %(pseudonym)s, mobile = NULL,
               enabled = false, disabled_at = coalesce(disabled_at, %(at)s), erased_at = %(at)s,
               second_of = NULL, shares_email = false
         WHERE id = %(person_id)s
        """,
        {"person_id": person_id, "pseudonym": pseudonym, "email": email, "at": at},
    )


# Users take memberships, IAM users and API credentials with them, credentials their links and
# old passwords. The person's row stays: other people's rows, and trails, name its id.
_REMOVALS = (
    "DELETE FROM users WHERE person_id = %(person_id)s",
    "DELETE FROM credentials WHERE person_id = %(person_id)s",
    "DELETE FROM sign_ins WHERE person_id = %(person_id)s",
    "DELETE FROM totp_factors WHERE person_id = %(person_id)s",
    "DELETE FROM totp_enrolments WHERE person_id = %(person_id)s",
    "DELETE FROM passkeys WHERE person_id = %(person_id)s",
    "DELETE FROM recovery_codes WHERE person_id = %(person_id)s",
    "DELETE FROM factor_challenges WHERE person_id = %(person_id)s",
    "DELETE FROM factor_guards WHERE person_id = %(person_id)s",
)


def remove_what_is_held(tx: Tx, *, person_id: UUID) -> None:
    for removal in _REMOVALS:
        tx.run(removal, {"person_id": person_id})
