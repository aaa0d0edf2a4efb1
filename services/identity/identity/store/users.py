"""Users of a tenant: who belongs to it, with which roles and offices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contracts.codes import Office, Role, Section, TenantCode
from identity.domain.people import User
from servicekit.db import Tx
from servicekit.errors import NotFound


def add_user(
    tx: Tx, *, tenant: TenantCode, person_id: UUID, sort_key: str, search_key: str, at: datetime
) -> bool:
    """False where the person is a user of the tenant already."""
    added = tx.run(
        """
        INSERT INTO users (tenant, person_id, sort_key, search_key, joined_at)
        VALUES (%(tenant)s, %(person_id)s, %(sort_key)s, %(search_key)s, %(at)s)
        ON CONFLICT ON CONSTRAINT users_pkey DO NOTHING
        """,
        {
            "tenant": tenant,
            "person_id": person_id,
            "sort_key": sort_key,
            "search_key": search_key,
            "at": at,
        },
    )
    return added == 1


def remove_user(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> None:
    """With roles, IAM user, API credential and its links."""
    tx.run(
        "DELETE FROM users WHERE tenant = %(tenant)s AND person_id = %(person_id)s",
        {"tenant": tenant, "person_id": person_id},
    )


def change_roles(
    tx: Tx, *, tenant: TenantCode, person_id: UUID, roles: Mapping[Section, Role]
) -> None:
    """Replace all roles of the user."""
    tx.run(
        """
        WITH wanted AS (
            SELECT *
              FROM unnest(%(sections)s::text[], %(roles)s::text[]) AS wanted (section, role)
        ), gone AS (
            DELETE FROM memberships
             WHERE tenant = %(tenant)s AND person_id = %(person_id)s
               AND section <> ALL (%(sections)s::text[])
        )
        INSERT INTO memberships (tenant, person_id, section, role)
        SELECT %(tenant)s, %(person_id)s, section, role FROM wanted
        ON CONFLICT ON CONSTRAINT memberships_pkey DO UPDATE SET role = excluded.role
        """,
        {
            "tenant": tenant,
            "person_id": person_id,
            "sections": [section.value for section in roles],
            "roles": [role.value for role in roles.values()],
        },
    )


def find_user(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> User | None:
    return tx.row(
        """
        SELECT u.tenant, u.person_id, p.login, p.email, p.given_name, p.family_name, u.sort_key,
               c.hash IS NOT NULL AS activated,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.tenant = u.tenant AND m.person_id = u.person_id) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.tenant = u.tenant AND o.person_id = u.person_id
                      ORDER BY o.office) AS offices
          FROM users u
          JOIN persons p ON p.id = u.person_id
          JOIN credentials c ON c.person_id = u.person_id AND c.kind = 'portal'
         WHERE u.tenant = %(tenant)s AND u.person_id = %(person_id)s
        """,
        {"tenant": tenant, "person_id": person_id},
        User,
    )


def get_user(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> User:
    user = find_user(tx, tenant=tenant, person_id=person_id)
    if user is None:
        raise NotFound("user-unknown")
    return user


def list_users(
    tx: Tx,
    *,
    tenant: TenantCode,
    search: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[User]:
    """By family name. ``search`` is folded text that occurs in name, login or e-mail."""
    sort_key, person_id = after or (None, None)
    return tx.rows(
        """
        SELECT u.tenant, u.person_id, p.login, p.email, p.given_name, p.family_name, u.sort_key,
               c.hash IS NOT NULL AS activated,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.tenant = u.tenant AND m.person_id = u.person_id) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.tenant = u.tenant AND o.person_id = u.person_id
                      ORDER BY o.office) AS offices
          FROM (SELECT tenant, person_id, sort_key
                  FROM users
                 WHERE tenant = %(tenant)s
                   AND (%(sort_key)s::text IS NULL
                        OR (sort_key, person_id) > (%(sort_key)s::text, %(person_id)s::uuid))
                   AND (%(search)s::text IS NULL
                        OR position(%(search)s::text IN search_key) > 0)
                 ORDER BY sort_key, person_id
                 LIMIT %(limit)s) AS u
          JOIN persons p ON p.id = u.person_id
          JOIN credentials c ON c.person_id = u.person_id AND c.kind = 'portal'
         ORDER BY u.sort_key, u.person_id
        """,
        {
            "tenant": tenant,
            "search": search,
            "sort_key": sort_key,
            "person_id": person_id,
            "limit": limit,
        },
        User,
    )


def list_user_managers(tx: Tx, *, tenant: TenantCode) -> list[UUID]:
    """Managers on Users who are enabled; what decides whether one of them may go."""
    found = tx.rows(
        """
        SELECT m.person_id
          FROM memberships m
          JOIN persons p ON p.id = m.person_id AND p.enabled
         WHERE m.tenant = %(tenant)s AND m.section = 'users' AND m.role = 'manager'
         ORDER BY m.person_id
         LIMIT 2
        """,
        {"tenant": tenant},
        dict,
    )
    return [row["person_id"] for row in found]


def add_office(
    tx: Tx, *, tenant: TenantCode, office: Office, person_id: UUID, at: datetime
) -> None:
    tx.run(
        """
        INSERT INTO offices (tenant, office, person_id, held_since)
        VALUES (%(tenant)s, %(office)s, %(person_id)s, %(at)s)
        """,
        {"tenant": tenant, "office": office.value, "person_id": person_id, "at": at},
    )
