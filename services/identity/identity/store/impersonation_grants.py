"""Impersonation grants: one open grant for the same eyes on the same person, by the table's key."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import ImpersonationState
from identity.domain.impersonation import Grant, GrantRow
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound

_ONE: Final = """
SELECT id AS grant_id, tenant, state, operator_id, as_person_id, reason, minutes, given_by,
       proposed_by, approved_by, given_at, expires_at, starts_at, ends_at, begun_at,
       ended_at, ended_by
  FROM impersonation_grants
 WHERE id = %(grant_id)s
"""


def add_grant(tx: Tx, *, grant: GrantRow) -> None:
    """Raises Conflict("impersonation-open") where there is one already."""
    error = Conflict("impersonation-open")
    with tx.unless(constraint="impersonation_grants_open_key", error=error):
        tx.run(
            """
            INSERT INTO impersonation_grants (
                id, tenant, state, operator_id, as_person_id, reason, minutes, given_by,
                proposed_by, given_at, expires_at, starts_at, ends_at)
            VALUES (%(id)s, %(tenant)s, %(state)s, %(operator_id)s, %(as_person_id)s, %(reason)s,
                    %(minutes)s, %(given_by)s, %(proposed_by)s, %(given_at)s, %(expires_at)s,
                    %(starts_at)s, %(ends_at)s)
            """,
            {
                "id": grant.grant_id,
                "tenant": grant.tenant,
                "state": grant.state.value,
                "operator_id": grant.operator_id,
                "as_person_id": grant.as_person_id,
                "reason": grant.reason,
                "minutes": grant.minutes,
                "given_by": grant.given_by,
                "proposed_by": grant.proposed_by,
                "given_at": grant.given_at,
                "expires_at": grant.expires_at,
                "starts_at": grant.starts_at,
                "ends_at": grant.ends_at,
            },
        )


def get_row(tx: Tx, *, grant_id: UUID) -> GrantRow:
    """Of the transaction's tenant, or of any where its scope is EVERYONE."""
    found = tx.row(_ONE, {"grant_id": grant_id}, GrantRow)
    return _known(found)


def get_row_to_change(tx: Tx, *, grant_id: UUID) -> GrantRow:
    """Nobody else decides it until the transaction ends."""
    found = tx.row(f"{_ONE} FOR UPDATE", {"grant_id": grant_id}, GrantRow)
    return _known(found)


def list_open_to_change(
    tx: Tx,
    *,
    person_id: UUID,
    seen: bool,
    looking: bool,
    given: bool,
    decided: bool,
    tenant: TenantCode | None,
) -> list[GrantRow]:
    """Those of one by which he is seen, or looks, which he gave, or which he proposed or approved;
    in one tenant, or in all (scope EVERYONE)."""
    return tx.rows(
        """
        SELECT id AS grant_id, tenant, state, operator_id, as_person_id, reason, minutes, given_by,
               proposed_by, approved_by, given_at, expires_at, starts_at, ends_at, begun_at,
               ended_at, ended_by
          FROM impersonation_grants
         WHERE state IN ('proposed', 'active')
           AND (as_person_id = %(seen_id)s::uuid OR operator_id = %(looking_id)s::uuid
                OR given_by = %(given_id)s::uuid OR proposed_by = %(decided_id)s::uuid
                OR approved_by = %(decided_id)s::uuid)
           AND (%(tenant)s::text IS NULL OR tenant = %(tenant)s::text)
         ORDER BY id
           FOR UPDATE
        """,
        {
            "seen_id": person_id if seen else None,
            "looking_id": person_id if looking else None,
            "given_id": person_id if given else None,
            "decided_id": person_id if decided else None,
            "tenant": tenant,
        },
        GrantRow,
    )


def count_given(tx: Tx, *, tenant: TenantCode, given_by: UUID, after: datetime) -> int:
    """What one gave in the tenant, however it ended since."""
    return int(
        tx.value(
            """
            SELECT count(*) FROM impersonation_grants
             WHERE given_by = %(given_by)s AND tenant = %(tenant)s AND given_at > %(after)s
            """,
            {"given_by": given_by, "tenant": tenant, "after": after},
        )
    )


def change_to_active(
    tx: Tx, *, grant_id: UUID, approved_by: UUID, starts_at: datetime, ends_at: datetime
) -> None:
    tx.run(
        """
        UPDATE impersonation_grants
           SET state = 'active', approved_by = %(approved_by)s, expires_at = NULL,
               starts_at = %(starts_at)s, ends_at = %(ends_at)s
         WHERE id = %(grant_id)s
        """,
        {
            "grant_id": grant_id,
            "approved_by": approved_by,
            "starts_at": starts_at,
            "ends_at": ends_at,
        },
    )


def change_to_begun(tx: Tx, *, grant_id: UUID, at: datetime) -> bool:
    """False where it had begun before."""
    return bool(
        tx.run(
            """
            UPDATE impersonation_grants SET begun_at = %(at)s
             WHERE id = %(grant_id)s AND begun_at IS NULL
            """,
            {"grant_id": grant_id, "at": at},
        )
    )


def change_to_ended(
    tx: Tx, *, grant_id: UUID, state: ImpersonationState, by: UUID | None, at: datetime
) -> None:
    tx.run(
        """
        UPDATE impersonation_grants
           SET state = %(state)s, ended_at = %(at)s, ended_by = %(by)s
         WHERE id = %(grant_id)s
        """,
        {"grant_id": grant_id, "state": state.value, "at": at, "by": by},
    )


def change_to_erased(tx: Tx, *, person_id: UUID) -> None:
    """Why it was given may tell something of who was seen, or who gave it."""
    tx.run(
        """
        UPDATE impersonation_grants SET reason = '-' WHERE as_person_id = %(person_id)s
        """,
        {"person_id": person_id},
    )


_PAGE_OF_TENANT = """
SELECT id FROM impersonation_grants
 WHERE tenant = %(tenant)s AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
 ORDER BY id DESC LIMIT %(limit)s
"""
_PAGE_OF_PROPOSALS = """
SELECT id FROM impersonation_grants
 WHERE state = 'proposed' AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
 ORDER BY id DESC LIMIT %(limit)s
"""
_PAGE_OF_OPERATOR = """
SELECT id FROM impersonation_grants
 WHERE operator_id = %(person_id)s AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
 ORDER BY id DESC LIMIT %(limit)s
"""
_PAGE_OF_PERSON = """
SELECT id FROM impersonation_grants
 WHERE as_person_id = %(person_id)s AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
 ORDER BY id DESC LIMIT %(limit)s
"""


def list_ids_of_tenant(
    tx: Tx, *, tenant: TenantCode, before: UUID | None, limit: int
) -> list[UUID]:
    """Newest first, as in all of these: ids are made in the order of time."""
    return _ids(tx, _PAGE_OF_TENANT, {"tenant": tenant, "before": before, "limit": limit})


def list_ids_of_proposals(tx: Tx, *, before: UUID | None, limit: int) -> list[UUID]:
    return _ids(tx, _PAGE_OF_PROPOSALS, {"before": before, "limit": limit})


def list_ids_of_person(
    tx: Tx, *, person_id: UUID, looking: bool, before: UUID | None, limit: int
) -> list[UUID]:
    sql = _PAGE_OF_OPERATOR if looking else _PAGE_OF_PERSON
    return _ids(tx, sql, {"person_id": person_id, "before": before, "limit": limit})


def list_grants(tx: Tx, *, grant_ids: list[UUID]) -> list[Grant]:
    """With names, newest first; who is seen as his tenant calls him."""
    return tx.rows(
        """
        SELECT g.id AS grant_id, g.tenant, g.state, g.operator_id, g.as_person_id, g.reason,
               g.minutes, g.given_by, g.proposed_by, g.approved_by, g.given_at, g.expires_at,
               g.starts_at, g.ends_at, g.begun_at, g.ended_at, g.ended_by,
               o.given_name || ' ' || o.family_name AS operator_name, o.login AS operator_login,
               coalesce(u.typed_given_name, s.given_name) || ' '
                   || coalesce(u.typed_family_name, s.family_name) AS as_name,
               a.given_name || ' ' || a.family_name AS given_by_name,
               b.given_name || ' ' || b.family_name AS proposed_by_name,
               c.given_name || ' ' || c.family_name AS approved_by_name,
               e.given_name || ' ' || e.family_name AS ended_by_name
          FROM impersonation_grants g
          JOIN persons o ON o.id = g.operator_id
          JOIN persons s ON s.id = g.as_person_id
          LEFT JOIN users u ON u.tenant = g.tenant AND u.person_id = g.as_person_id
          LEFT JOIN persons a ON a.id = g.given_by
          LEFT JOIN persons b ON b.id = g.proposed_by
          LEFT JOIN persons c ON c.id = g.approved_by
          LEFT JOIN persons e ON e.id = g.ended_by
         WHERE g.id = ANY(%(grant_ids)s)
         ORDER BY g.id DESC
        """,
        {"grant_ids": grant_ids},
        Grant,
    )


def get_grant(tx: Tx, *, grant_id: UUID) -> Grant:
    return next(iter(list_grants(tx, grant_ids=[grant_id])))


def list_people_to_tell(tx: Tx, *, tenant: TenantCode, limit: int) -> list[UUID]:
    """Managers of users who can act, and the referent."""
    found = tx.rows(
        """
        SELECT told.person_id
          FROM (SELECT m.person_id FROM memberships m
                 WHERE m.tenant = %(tenant)s AND m.section = 'users' AND m.role = 'manager'
                UNION
                SELECT r.person_id FROM offices r
                 WHERE r.tenant = %(tenant)s AND r.office = 'referent') AS told
          JOIN persons p ON p.id = told.person_id AND p.enabled
          JOIN users u ON u.tenant = %(tenant)s AND u.person_id = told.person_id
                      AND u.disabled_at IS NULL AND u.accepted_at IS NOT NULL
         ORDER BY told.person_id
         LIMIT %(limit)s
        """,
        {"tenant": tenant, "limit": limit},
        dict,
    )
    return [row["person_id"] for row in found]


def _ids(tx: Tx, sql: str, asked: dict[str, Any]) -> list[UUID]:
    return [row["id"] for row in tx.rows(sql, asked, dict)]


def _known(found: GrantRow | None) -> GrantRow:
    if found is None:
        raise NotFound("impersonation-unknown")
    return found
