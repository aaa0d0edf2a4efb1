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


def find_standing(tx: Tx, *, person_id: UUID) -> Standing | None:
    return tx.row(
        """
        SELECT p.id AS person_id, p.enabled,
               ARRAY(SELECT s.role FROM staff_roles s
                      WHERE s.person_id = p.id ORDER BY s.role) AS staff
          FROM persons p
         WHERE p.id = %(person_id)s
        """,
        {"person_id": person_id},
        Standing,
    )


def list_rights(tx: Tx, *, person_id: UUID, limit: int) -> list[RightsInTenant]:
    return tx.rows(
        """
        SELECT u.tenant,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.person_id = u.person_id AND m.tenant = u.tenant) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.person_id = u.person_id AND o.tenant = u.tenant
                      ORDER BY o.office) AS offices
          FROM users u
         WHERE u.person_id = %(person_id)s
         ORDER BY u.tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        RightsInTenant,
    )
