"""Users of a tenant: who belongs to it, with which roles and offices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.codes import Office, Role, Section, TenantCode
from contracts.identity import UserState
from identity.domain.names import search_key, sort_key
from identity.domain.people import NewPerson, Person, User
from servicekit.db import Tx
from servicekit.errors import NotFound


def add_user(
    tx: Tx,
    *,
    tenant: TenantCode,
    person: Person,
    typed: NewPerson | None,
    at: datetime,
    invited_until: datetime | None,
    invited_by: UUID | None,
    management_id: UUID | None = None,
) -> bool:
    """False where the person is a user of the tenant already.

    ``typed``: what the tenant calls somebody who had a login before, until he accepts.
    ``management_id``: by which multi-tenant management he is one.
    """
    own = _keys(person, login=person.login)
    shown = own if typed is None else _keys(typed, login=person.login)
    added = tx.run(
        """
        INSERT INTO users (tenant, person_id, sort_key, search_key, joined_at, accepted_at,
                           typed_given_name, typed_family_name, own_sort_key, own_search_key,
                           invited_until, invited_by, management_id)
        VALUES (%(tenant)s, %(person_id)s, %(sort_key)s, %(search_key)s, %(at)s, %(accepted_at)s,
                %(given_name)s, %(family_name)s, %(own_sort_key)s, %(own_search_key)s,
                %(invited_until)s, %(invited_by)s, %(management_id)s)
        ON CONFLICT ON CONSTRAINT users_pkey DO NOTHING
        """,
        {
            "tenant": tenant,
            "person_id": person.person_id,
            "sort_key": shown[0],
            "search_key": shown[1],
            "at": at,
            "accepted_at": at if typed is None else None,
            "given_name": None if typed is None else typed.given_name,
            "family_name": None if typed is None else typed.family_name,
            "own_sort_key": None if typed is None else own[0],
            "own_search_key": None if typed is None else own[1],
            "invited_until": invited_until,
            "invited_by": invited_by,
            "management_id": management_id,
        },
    )
    return added == 1


def _keys(named: Person | NewPerson, *, login: str) -> tuple[str, str]:
    names = {"given_name": named.given_name, "family_name": named.family_name}
    return sort_key(**names), search_key(**names, login=login, email=named.email)


def change_accepted(tx: Tx, *, tenant: TenantCode, person_id: UUID, at: datetime) -> bool:
    """From now on he is seen as he calls himself. False where there is nothing to accept."""
    accepted = tx.run(
        """
        UPDATE users u
           SET accepted_at = %(at)s, typed_given_name = NULL, typed_family_name = NULL,
               sort_key = coalesce(own_sort_key, sort_key),
               search_key = coalesce(own_search_key, search_key),
               own_sort_key = NULL, own_search_key = NULL,
               invited_until = CASE WHEN c.hash IS NULL THEN invited_until END
          FROM credentials c
         WHERE u.tenant = %(tenant)s AND u.person_id = %(person_id)s AND u.accepted_at IS NULL
           AND c.person_id = u.person_id AND c.kind = 'portal'
        """,
        {"tenant": tenant, "person_id": person_id, "at": at},
    )
    return accepted == 1


def change_activated(tx: Tx, *, person_id: UUID) -> None:
    """He has set his first portal password. Asked with the scope EVERYONE."""
    tx.run(
        """
        UPDATE users SET invited_until = NULL
         WHERE person_id = %(person_id)s AND invited_until IS NOT NULL
           AND accepted_at IS NOT NULL
        """,
        {"person_id": person_id},
    )


def change_invited(tx: Tx, *, tenant: TenantCode, person_id: UUID, until: datetime) -> None:
    tx.run(
        """
        UPDATE users SET invited_until = %(until)s
         WHERE tenant = %(tenant)s AND person_id = %(person_id)s
        """,
        {"tenant": tenant, "person_id": person_id, "until": until},
    )


def change_names(
    tx: Tx, *, tenant: TenantCode, person: Person, given_name: str, family_name: str
) -> None:
    """What this tenant calls him; his own names where they are those. They stay his."""
    own = (given_name, family_name) == (person.given_name, person.family_name)
    called = replace(person, given_name=given_name, family_name=family_name)
    sort, search = _keys(called, login=person.login)
    tx.run(
        """
        UPDATE users
           SET typed_given_name = CASE WHEN %(own)s AND accepted_at IS NOT NULL
                                       THEN NULL ELSE %(given_name)s::text END,
               typed_family_name = CASE WHEN %(own)s AND accepted_at IS NOT NULL
                                        THEN NULL ELSE %(family_name)s::text END,
               sort_key = %(sort_key)s, search_key = %(search_key)s
         WHERE tenant = %(tenant)s AND person_id = %(person_id)s
        """,
        {
            "tenant": tenant,
            "person_id": person.person_id,
            "own": own,
            "given_name": given_name,
            "family_name": family_name,
            "sort_key": sort,
            "search_key": search,
        },
    )


def change_own_keys(tx: Tx, *, person: Person) -> None:
    """His own names or his e-mail are others now: in every tenant he is sorted and found by them,
    or by what the tenant calls him. Asked with the scope EVERYONE."""
    sort, search = _keys(person, login=person.login)
    tx.run(
        """
        UPDATE users
           SET sort_key = CASE WHEN typed_given_name IS NULL THEN %(sort_key)s ELSE sort_key END,
               search_key = CASE WHEN typed_given_name IS NULL
                                 THEN %(search_key)s ELSE search_key END,
               own_sort_key = CASE WHEN own_sort_key IS NOT NULL THEN %(sort_key)s END,
               own_search_key = CASE WHEN own_search_key IS NOT NULL THEN %(search_key)s END
         WHERE person_id = %(person_id)s
        """,
        {"person_id": person.person_id, "sort_key": sort, "search_key": search},
    )
    called = tx.rows(
        """
        SELECT tenant, typed_given_name AS given_name, typed_family_name AS family_name
          FROM users
         WHERE person_id = %(person_id)s AND typed_given_name IS NOT NULL
         LIMIT 10000
        """,
        {"person_id": person.person_id},
        dict,
    )
    for one in called:
        names = {"given_name": one["given_name"], "family_name": one["family_name"]}
        tx.run(
            """
            UPDATE users SET search_key = %(search_key)s
             WHERE tenant = %(tenant)s AND person_id = %(person_id)s
            """,
            {
                "tenant": one["tenant"],
                "person_id": person.person_id,
                "search_key": search_key(**names, login=person.login, email=person.email),
            },
        )


def change_disabled(
    tx: Tx, *, tenant: TenantCode, person_id: UUID, at: datetime | None, by: UUID | None
) -> None:
    """``at`` None: enabled again."""
    tx.run(
        """
        UPDATE users SET disabled_at = %(at)s, disabled_by = %(by)s
         WHERE tenant = %(tenant)s AND person_id = %(person_id)s
        """,
        {"tenant": tenant, "person_id": person_id, "at": at, "by": by},
    )


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
        SELECT u.tenant, u.person_id, p.login, p.email,
               coalesce(u.typed_given_name, p.given_name) AS given_name,
               coalesce(u.typed_family_name, p.family_name) AS family_name, u.sort_key,
               c.hash IS NOT NULL AND u.accepted_at IS NOT NULL AS activated,
               i.mobile, i.id IS NOT NULL AS has_iam_user, u.disabled_at,
               CASE WHEN u.accepted_at IS NULL THEN coalesce(u.invited_until, u.joined_at)
                    ELSE u.invited_until END AS invited_until,
               u.accepted_at IS NOT NULL AS accepted,
               u.management_id IS NOT NULL AS manages_organisation,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.tenant = u.tenant AND m.person_id = u.person_id) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.tenant = u.tenant AND o.person_id = u.person_id
                      ORDER BY o.office) AS offices
          FROM users u
          JOIN persons p ON p.id = u.person_id
          JOIN credentials c ON c.person_id = u.person_id AND c.kind = 'portal'
          LEFT JOIN iam_users i ON i.tenant = u.tenant AND i.person_id = u.person_id
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
    state: UserState | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[User]:
    """By family name. ``search`` is folded text that occurs in name, login or e-mail."""
    last_key, person_id = after or (None, None)
    return tx.rows(
        """
        SELECT u.tenant, u.person_id, p.login, p.email,
               coalesce(u.typed_given_name, p.given_name) AS given_name,
               coalesce(u.typed_family_name, p.family_name) AS family_name, u.sort_key,
               c.hash IS NOT NULL AND u.accepted_at IS NOT NULL AS activated,
               i.mobile, i.id IS NOT NULL AS has_iam_user, u.disabled_at,
               CASE WHEN u.accepted_at IS NULL THEN coalesce(u.invited_until, u.joined_at)
                    ELSE u.invited_until END AS invited_until,
               u.accepted_at IS NOT NULL AS accepted,
               u.management_id IS NOT NULL AS manages_organisation,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.tenant = u.tenant AND m.person_id = u.person_id) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.tenant = u.tenant AND o.person_id = u.person_id
                      ORDER BY o.office) AS offices
          FROM (SELECT tenant, person_id, sort_key, accepted_at, typed_given_name,
                       typed_family_name, joined_at, disabled_at, invited_until, management_id
                  FROM users
                 WHERE tenant = %(tenant)s
                   AND (%(sort_key)s::text IS NULL
                        OR (sort_key, person_id) > (%(sort_key)s::text, %(person_id)s::uuid))
                   AND (%(search)s::text IS NULL
                        OR position(%(search)s::text IN search_key) > 0)
                   AND (%(state)s::text IS NULL
                        OR %(state)s::text = 'disabled' AND disabled_at IS NOT NULL
                        OR %(state)s::text = 'invited'
                           AND (invited_until IS NOT NULL OR accepted_at IS NULL))
                 ORDER BY sort_key, person_id
                 LIMIT %(limit)s) AS u
          JOIN persons p ON p.id = u.person_id
          JOIN credentials c ON c.person_id = u.person_id AND c.kind = 'portal'
          LEFT JOIN iam_users i ON i.tenant = u.tenant AND i.person_id = u.person_id
         ORDER BY u.sort_key, u.person_id
        """,
        {
            "tenant": tenant,
            "search": search,
            "state": None if state is None else state.value,
            "sort_key": last_key,
            "person_id": person_id,
            "limit": limit,
        },
        User,
    )


def list_user_managers(tx: Tx, *, tenant: TenantCode) -> list[UUID]:
    """Managers on Users who can act: who have accepted, have a portal password, and are enabled,
    here too; no second login, which sales end. Two at most: enough to decide whether one of them
    may go."""
    found = tx.rows(
        """
        SELECT m.person_id
          FROM memberships m
          JOIN persons p ON p.id = m.person_id AND p.enabled
          JOIN credentials c ON c.person_id = m.person_id AND c.kind = 'portal'
                            AND c.hash IS NOT NULL
          JOIN users u ON u.tenant = m.tenant AND u.person_id = m.person_id
                      AND u.disabled_at IS NULL AND u.accepted_at IS NOT NULL
                      AND u.management_id IS NULL
         WHERE m.tenant = %(tenant)s AND m.section = 'users' AND m.role = 'manager'
         ORDER BY m.person_id
         LIMIT 2
        """,
        {"tenant": tenant},
        dict,
    )
    return [row["person_id"] for row in found]


def list_administrators(tx: Tx, *, tenant: TenantCode, limit: int) -> list[UUID]:
    """Enabled managers on Users who have accepted; also who has no password yet: he is mailed.
    Not a second login: its bearer has his mail as what he is here himself."""
    found = tx.rows(
        """
        SELECT m.person_id
          FROM memberships m
          JOIN persons p ON p.id = m.person_id AND p.enabled
          JOIN users u ON u.tenant = m.tenant AND u.person_id = m.person_id
                      AND u.disabled_at IS NULL AND u.accepted_at IS NOT NULL
                      AND u.management_id IS NULL
         WHERE m.tenant = %(tenant)s AND m.section = 'users' AND m.role = 'manager'
         ORDER BY m.person_id
         LIMIT %(limit)s
        """,
        {"tenant": tenant, "limit": limit},
        dict,
    )
    return [row["person_id"] for row in found]


def change_office(
    tx: Tx, *, tenant: TenantCode, office: Office, former_id: UUID, person_id: UUID, at: datetime
) -> bool:
    """In one statement: there is no moment without a holder, nor with two. False where somebody
    else than ``former_id`` holds it."""
    moved = tx.run(
        """
        UPDATE offices SET person_id = %(person_id)s, held_since = %(at)s
         WHERE tenant = %(tenant)s AND office = %(office)s AND person_id = %(former_id)s
        """,
        {
            "tenant": tenant,
            "office": office.value,
            "former_id": former_id,
            "person_id": person_id,
            "at": at,
        },
    )
    return moved == 1


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
