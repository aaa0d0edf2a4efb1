"""People as staff find them: by how a name begins, and all that is known of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.codes import TenantCode
from identity.domain.lockout import Lockable
from identity.domain.person_files import (
    ExportedIamUser,
    ExportedLink,
    Found,
    Naming,
    PersonRow,
    SignIn,
    TenantHeld,
)
from servicekit.db import Tx
from servicekit.errors import NotFound

# Each is one range of one index, in its order. A person whom an earlier way finds is not found by
# a later one again. chr(1114111) sorts behind whatever can follow the beginning.
_BY_LOGIN: Final = """
SELECT id AS person_id, login, email, given_name, family_name, enabled, login_key AS key
  FROM persons
 WHERE login_key COLLATE "C" >= %(key)s AND login_key COLLATE "C" < %(key)s || chr(1114111)
   AND (%(after)s::text IS NULL
        OR (login_key COLLATE "C", id) > (%(after)s::text COLLATE "C", %(after_id)s::uuid))
 ORDER BY login_key COLLATE "C", id
 LIMIT %(limit)s
"""
_BY_EMAIL: Final = """
SELECT id AS person_id, login, email, given_name, family_name, enabled, email_key AS key
  FROM persons
 WHERE email_key COLLATE "C" >= %(key)s AND email_key COLLATE "C" < %(key)s || chr(1114111)
   AND (%(after)s::text IS NULL
        OR (email_key COLLATE "C", id) > (%(after)s::text COLLATE "C", %(after_id)s::uuid))
   AND NOT starts_with(login_key, %(key)s)
 ORDER BY email_key COLLATE "C", id
 LIMIT %(limit)s
"""
_BY_FAMILY_NAME: Final = """
SELECT id AS person_id, login, email, given_name, family_name, enabled,
       folded_name(family_name) AS key
  FROM persons
 WHERE folded_name(family_name) COLLATE "C" >= folded_name(%(text)s)
   AND folded_name(family_name) COLLATE "C" < folded_name(%(text)s) || chr(1114111)
   AND (%(after)s::text IS NULL
        OR (folded_name(family_name) COLLATE "C", id)
           > (%(after)s::text COLLATE "C", %(after_id)s::uuid))
   AND NOT starts_with(login_key, %(key)s) AND NOT starts_with(email_key, %(key)s)
 ORDER BY folded_name(family_name) COLLATE "C", id
 LIMIT %(limit)s
"""
_BY_GIVEN_NAME: Final = """
SELECT id AS person_id, login, email, given_name, family_name, enabled,
       folded_name(given_name) AS key
  FROM persons
 WHERE folded_name(given_name) COLLATE "C" >= folded_name(%(text)s)
   AND folded_name(given_name) COLLATE "C" < folded_name(%(text)s) || chr(1114111)
   AND (%(after)s::text IS NULL
        OR (folded_name(given_name) COLLATE "C", id)
           > (%(after)s::text COLLATE "C", %(after_id)s::uuid))
   AND NOT starts_with(login_key, %(key)s) AND NOT starts_with(email_key, %(key)s)
   AND NOT starts_with(folded_name(family_name), folded_name(%(text)s))
 ORDER BY folded_name(given_name) COLLATE "C", id
 LIMIT %(limit)s
"""
WAYS: Final = (_BY_LOGIN, _BY_EMAIL, _BY_FAMILY_NAME, _BY_GIVEN_NAME)


def list_beginning(
    tx: Tx, *, way: int, key: str, text: str, after: tuple[str, UUID] | None, limit: int
) -> list[Found]:
    """Whose login or e-mail (as ``key``) or name (as ``text``) begins so, by one of ``WAYS``."""
    last, last_id = after or (None, None)
    asked = {"key": key, "text": text, "after": last, "after_id": last_id, "limit": limit}
    return tx.rows(WAYS[way], asked, Found)


def get_row(tx: Tx, *, person_id: UUID) -> PersonRow:
    found = tx.row(
        """
        SELECT id AS person_id, login, email, given_name, family_name, mobile, language, enabled,
               registered_at, disabled_at, disabled_why, erased_at
          FROM persons
         WHERE id = %(person_id)s
        """,
        {"person_id": person_id},
        PersonRow,
    )
    if found is None:
        raise NotFound("person-unknown")
    return found


def get_row_to_change(tx: Tx, *, person_id: UUID) -> PersonRow:
    """The same, and nobody else changes it until the transaction ends."""
    tx.run(
        "SELECT id FROM persons WHERE id = %(person_id)s FOR NO KEY UPDATE",
        {"person_id": person_id},
    )
    return get_row(tx, person_id=person_id)


def change_enabled(
    tx: Tx, *, person_id: UUID, enabled: bool, at: datetime | None, why: str | None
) -> None:
    """``at`` and ``why`` are of closing; None of both opens."""
    tx.run(
        """
        UPDATE persons SET enabled = %(enabled)s, disabled_at = %(at)s, disabled_why = %(why)s
         WHERE id = %(person_id)s
        """,
        {"person_id": person_id, "enabled": enabled, "at": at, "why": why},
    )


def list_tenants_held(tx: Tx, *, person_id: UUID, limit: int) -> list[TenantHeld]:
    """By code. Asked with the scope EVERYONE."""
    return tx.rows(
        """
        SELECT u.tenant, t.name, u.joined_at, u.accepted_at,
               (SELECT coalesce(jsonb_object_agg(m.section, m.role), '{}')
                  FROM memberships m
                 WHERE m.tenant = u.tenant AND m.person_id = u.person_id) AS roles,
               ARRAY(SELECT o.office FROM offices o
                      WHERE o.tenant = u.tenant AND o.person_id = u.person_id
                      ORDER BY o.office) AS offices
          FROM (SELECT tenant, person_id, joined_at, accepted_at
                  FROM users
                 WHERE person_id = %(person_id)s
                 ORDER BY tenant
                 LIMIT %(limit)s) AS u
          JOIN tenants t ON t.tenant = u.tenant
         ORDER BY u.tenant
        """,
        {"person_id": person_id, "limit": limit},
        TenantHeld,
    )


@dataclass(frozen=True, slots=True)
class PortalLock(Lockable):
    password_set: bool


def find_portal_lock(tx: Tx, *, person_id: UUID) -> PortalLock | None:
    """None for who is erased: he has no credential."""
    return tx.row(
        """
        SELECT c.hash IS NOT NULL AS password_set, c.failed_at, c.pending_at, c.turned_away,
               c.locked_until, r.failure_limit, r.window_seconds, r.lock_seconds
          FROM credentials c
          JOIN policies r ON r.id = c.policy_id
         WHERE c.person_id = %(person_id)s AND c.kind = 'portal'
        """,
        {"person_id": person_id},
        PortalLock,
    )


def list_sign_ins(tx: Tx, *, person_id: UUID, limit: int) -> list[SignIn]:
    """Newest first."""
    return tx.rows(
        """
        SELECT at, method, outcome, address, device
          FROM sign_ins
         WHERE person_id = %(person_id)s
         ORDER BY at DESC
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        SignIn,
    )


def list_links(tx: Tx, *, person_id: UUID, limit: int) -> list[ExportedLink]:
    """Of all his credentials, newest first; what they open stands nowhere."""
    return tx.rows(
        """
        SELECT l.purpose, l.issued_at, l.expires_at, l.used_at
          FROM credentials c
          JOIN links l ON l.credential_id = c.id
         WHERE c.person_id = %(person_id)s
         ORDER BY l.issued_at DESC, l.id
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        ExportedLink,
    )


def list_exported_iam_users(tx: Tx, *, person_id: UUID, limit: int) -> list[ExportedIamUser]:
    """By domain. Asked with the scope EVERYONE."""
    return tx.rows(
        """
        SELECT tenant, user_name, email, mobile, created_at
          FROM iam_users
         WHERE person_id = %(person_id)s
         ORDER BY tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        ExportedIamUser,
    )


def list_namings(tx: Tx, *, tenant: TenantCode | None, person_ids: list[UUID]) -> list[Naming]:
    """``shown_*``: what this tenant calls him; None for who is no user of it (any more)."""
    return tx.rows(
        """
        SELECT p.id AS person_id, p.login, p.given_name, p.family_name,
               p.erased_at IS NOT NULL AS erased,
               EXISTS (SELECT 1 FROM staff_roles s WHERE s.person_id = p.id) AS staff,
               coalesce(u.typed_given_name || ' ' || u.typed_family_name,
                        CASE WHEN u.person_id IS NOT NULL
                             THEN p.given_name || ' ' || p.family_name END) AS shown
          FROM persons p
          LEFT JOIN users u ON u.tenant = %(tenant)s::text AND u.person_id = p.id
         WHERE p.id = ANY(%(person_ids)s)
        """,
        {"tenant": tenant, "person_ids": person_ids},
        Naming,
    )


def list_iam_names(tx: Tx, *, iam_user_ids: list[UUID]) -> dict[UUID, str]:
    """Of the transaction's tenant, or of all where its scope is EVERYONE."""
    found = tx.rows(
        "SELECT id, user_name FROM iam_users WHERE id = ANY(%(ids)s)", {"ids": iam_user_ids}, dict
    )
    return {row["id"]: row["user_name"] for row in found}
