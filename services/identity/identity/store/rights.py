"""All that one person holds, across tenants: asked with the scope EVERYONE, by person alone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.codes import StaffRole
from identity.domain.people import RightsInTenant
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class Standing:
    person_id: UUID
    enabled: bool
    staff: tuple[StaffRole, ...]
    second_factor_required: bool  # of staff


def find_standing(tx: Tx, *, person_id: UUID) -> Standing | None:
    return tx.row(
        """
        SELECT p.id AS person_id, p.enabled,
               ARRAY(SELECT s.role FROM staff_roles s
                      WHERE s.person_id = p.id ORDER BY s.role) AS staff,
               r.second_factor_required
          FROM persons p
         CROSS JOIN staff_rules r
         WHERE p.id = %(person_id)s
        """,
        {"person_id": person_id},
        Standing,
    )


def list_rights(tx: Tx, *, person_id: UUID, limit: int) -> list[RightsInTenant]:
    """A disabled user holds nothing in that tenant; a disabled IAM user nothing on its console."""
    return tx.rows(
        """
        SELECT u.tenant,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.person_id = u.person_id AND m.tenant = u.tenant
                   AND (i.disabled_at IS NULL
                        OR m.section NOT IN ('technical_console', 'dashboard'))) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.person_id = u.person_id AND o.tenant = u.tenant
                      ORDER BY o.office) AS offices,
               coalesce(e.second_factor_required, false) AS second_factor_required
          FROM users u
          LEFT JOIN entry_rules e ON e.tenant = u.tenant
          LEFT JOIN iam_users i ON i.person_id = u.person_id AND i.tenant = u.tenant
         WHERE u.person_id = %(person_id)s AND u.disabled_at IS NULL
         ORDER BY u.tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        RightsInTenant,
    )
