"""Contracts that ask somebody who has a login to accept them.

invited_until is missing where a process of the version before attached him: then the invitation
has run out, as all of that version have.
"""

from __future__ import annotations

from uuid import UUID

from contracts.codes import TenantCode
from identity.domain.people import Invitation
from servicekit.db import Tx


def find_invitation(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> Invitation | None:
    """None where he is no user, or has accepted."""
    return tx.row(
        """
        SELECT u.tenant, t.name, u.invited_by AS invited_by_id,
               coalesce(u.invited_until, u.joined_at) AS invited_until,
               i.given_name || ' ' || i.family_name AS invited_by,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.tenant = u.tenant AND m.person_id = u.person_id) AS roles
          FROM users u
          JOIN tenants t ON t.tenant = u.tenant
          LEFT JOIN persons i ON i.id = u.invited_by
         WHERE u.tenant = %(tenant)s AND u.person_id = %(person_id)s
           AND u.accepted_at IS NULL
        """,
        {"tenant": tenant, "person_id": person_id},
        Invitation,
    )


def list_own_invitations(tx: Tx, *, person_id: UUID, limit: int) -> list[Invitation]:
    """Of one person, by contract. Asked with the scope EVERYONE."""
    return tx.rows(
        """
        SELECT u.tenant, t.name, u.invited_by AS invited_by_id,
               coalesce(u.invited_until, u.joined_at) AS invited_until,
               i.given_name || ' ' || i.family_name AS invited_by,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.tenant = u.tenant AND m.person_id = u.person_id) AS roles
          FROM users u
          JOIN tenants t ON t.tenant = u.tenant
          LEFT JOIN persons i ON i.id = u.invited_by
         WHERE u.person_id = %(person_id)s
           AND u.accepted_at IS NULL
         ORDER BY u.tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        Invitation,
    )
