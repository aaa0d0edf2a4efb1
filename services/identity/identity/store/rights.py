"""All that one person holds, across tenants: asked with the scope EVERYONE, by person alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.codes import Office, Role, Section, StaffRole, TenantCode
from identity.domain.people import RightsInTenant
from servicekit.db import Tx
from servicekit.errors import NotFound


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
    """A disabled user holds nothing in that tenant; a disabled IAM user nothing on its console,
    nor does anybody where that is closed."""
    return tx.rows(
        """
        SELECT u.tenant,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.person_id = u.person_id AND m.tenant = u.tenant
                   AND (i.disabled_at IS NULL AND NOT t.console_closed
                        OR m.section NOT IN ('technical_console', 'dashboard'))) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.person_id = u.person_id AND o.tenant = u.tenant
                      ORDER BY o.office) AS offices,
               coalesce(e.second_factor_required, false) AS second_factor_required,
               u.management_id IS NOT NULL AS managed
          FROM users u
          LEFT JOIN entry_rules e ON e.tenant = u.tenant
          JOIN tenants t ON t.tenant = u.tenant
          LEFT JOIN iam_users i ON i.person_id = u.person_id AND i.tenant = u.tenant
         WHERE u.person_id = %(person_id)s AND u.disabled_at IS NULL
         ORDER BY u.tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        RightsInTenant,
    )


def find_rights(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> RightsInTenant | None:
    """What ``list_rights`` says of one tenant; None where he holds nothing there."""
    return tx.row(
        """
        SELECT u.tenant,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.person_id = u.person_id AND m.tenant = u.tenant
                   AND (i.disabled_at IS NULL AND NOT t.console_closed
                        OR m.section NOT IN ('technical_console', 'dashboard'))) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.person_id = u.person_id AND o.tenant = u.tenant
                      ORDER BY o.office) AS offices,
               coalesce(e.second_factor_required, false) AS second_factor_required,
               u.management_id IS NOT NULL AS managed
          FROM users u
          JOIN persons p ON p.id = u.person_id AND p.enabled
          LEFT JOIN entry_rules e ON e.tenant = u.tenant
          JOIN tenants t ON t.tenant = u.tenant
          LEFT JOIN iam_users i ON i.person_id = u.person_id AND i.tenant = u.tenant
         WHERE u.tenant = %(tenant)s AND u.person_id = %(person_id)s AND u.disabled_at IS NULL
        """,
        {"tenant": tenant, "person_id": person_id},
        RightsInTenant,
    )


@dataclass(frozen=True, slots=True)
class Shut:
    """Doors shut to a user of a tenant; that his login is, only where he has accepted."""

    login_closed: bool
    iam_user_disabled: bool
    console_closed: bool


def get_shut(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> Shut:
    found = tx.row(
        """
        SELECT NOT p.enabled AND u.accepted_at IS NOT NULL AS login_closed,
               i.disabled_at IS NOT NULL AS iam_user_disabled, t.console_closed
          FROM users u
          JOIN persons p ON p.id = u.person_id
          JOIN tenants t ON t.tenant = u.tenant
          LEFT JOIN iam_users i ON i.tenant = u.tenant AND i.person_id = u.person_id
         WHERE u.tenant = %(tenant)s AND u.person_id = %(person_id)s
        """,
        {"tenant": tenant, "person_id": person_id},
        Shut,
    )
    if found is None:
        raise NotFound("user-unknown")
    return found


@dataclass(frozen=True, slots=True)
class Grantor:
    person_id: UUID
    login: str
    name: str


def list_grantors(
    tx: Tx, *, tenant: TenantCode, section: Section, role: Role, limit: int
) -> list[Grantor]:
    """Who manages users there, can act, and holds this role himself: nobody grants what he has
    not."""
    return tx.rows(
        """
        SELECT u.person_id, p.login,
               coalesce(u.typed_given_name, p.given_name) || ' ' ||
               coalesce(u.typed_family_name, p.family_name) AS name
          FROM memberships m
          JOIN users u ON u.tenant = m.tenant AND u.person_id = m.person_id
                      AND u.disabled_at IS NULL AND u.accepted_at IS NOT NULL
          JOIN persons p ON p.id = m.person_id AND p.enabled
          JOIN credentials c ON c.person_id = m.person_id AND c.kind = 'portal'
                            AND c.hash IS NOT NULL
          JOIN memberships held ON held.tenant = m.tenant AND held.person_id = m.person_id
                               AND held.section = %(section)s
                               AND (held.role = %(role)s OR held.role = 'manager')
         WHERE m.tenant = %(tenant)s AND m.section = 'users' AND m.role = 'manager'
         ORDER BY u.sort_key, u.person_id
         LIMIT %(limit)s
        """,
        {"tenant": tenant, "section": section.value, "role": role.value, "limit": limit},
        Grantor,
    )


def list_holders(tx: Tx, *, tenant: TenantCode, offices: Sequence[Office]) -> list[Grantor]:
    """Of these offices."""
    return tx.rows(
        """
        SELECT DISTINCT u.person_id, p.login,
               coalesce(u.typed_given_name, p.given_name) || ' ' ||
               coalesce(u.typed_family_name, p.family_name) AS name
          FROM offices o
          JOIN users u ON u.tenant = o.tenant AND u.person_id = o.person_id
          JOIN persons p ON p.id = o.person_id
         WHERE o.tenant = %(tenant)s AND o.office = ANY (%(offices)s::text[])
         ORDER BY p.login
        """,
        {"tenant": tenant, "offices": [office.value for office in offices]},
        Grantor,
    )
