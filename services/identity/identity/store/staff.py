"""Staff roles: the provider's own people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import StaffRole
from identity.domain.people import StaffMember
from identity.domain.two_hands import Appointment
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class StaffRow(StaffMember):
    login_key: str


def add_roles(tx: Tx, *, person_id: UUID, roles: Iterable[StaffRole], at: datetime, by: str) -> int:
    """How many of them are new."""
    return tx.run(
        """
        INSERT INTO staff_roles (person_id, role, appointed_at, appointed_by)
        SELECT %(person_id)s, role, %(at)s, %(by)s FROM unnest(%(roles)s::text[]) AS role
        ON CONFLICT (person_id, role) DO NOTHING
        """,
        {
            "person_id": person_id,
            "roles": sorted({role.value for role in roles}),
            "at": at,
            "by": by,
        },
    )


def list_roles(tx: Tx, *, person_id: UUID) -> tuple[StaffRole, ...]:
    found = tx.rows(
        "SELECT role FROM staff_roles WHERE person_id = %(person_id)s ORDER BY role",
        {"person_id": person_id},
        dict,
    )
    return tuple(StaffRole(row["role"]) for row in found)


def list_staff(tx: Tx, *, after: str | None, limit: int) -> list[StaffRow]:
    """By login."""
    return tx.rows(
        """
        SELECT p.id AS person_id, p.login, p.login_key, p.email, p.given_name, p.family_name,
               array_agg(s.role ORDER BY s.role) AS roles
          FROM staff_roles s
          JOIN persons p ON p.id = s.person_id
         WHERE %(after)s::text IS NULL OR p.login_key > %(after)s::text
         GROUP BY p.id
         ORDER BY p.login_key
         LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
        StaffRow,
    )


def lock_operators(tx: Tx) -> None:
    """Until the transaction ends nobody else takes the role from an operator, or his login."""
    tx.rows(
        "SELECT person_id FROM staff_roles WHERE role = 'operator' ORDER BY person_id FOR UPDATE",
        {},
        dict,
    )


def list_operators(tx: Tx) -> list[UUID]:
    """Who can sign in and is one. Ask after ``lock_operators``, in a statement of its own: the one
    that waits for a lock would still see the logins as they were before."""
    found = tx.rows(
        """
        SELECT s.person_id
          FROM staff_roles s
          JOIN persons p ON p.id = s.person_id AND p.enabled
         WHERE s.role = 'operator'
         ORDER BY s.person_id
         LIMIT 2
        """,
        {},
        dict,
    )
    return [row["person_id"] for row in found]


def list_operators_to_tell(tx: Tx) -> list[UUID]:
    """Each of them, as far as anybody has that many."""
    found = tx.rows(
        """
        SELECT s.person_id
          FROM staff_roles s
          JOIN persons p ON p.id = s.person_id AND p.enabled
         WHERE s.role = 'operator'
         ORDER BY s.person_id
         LIMIT 50
        """,
        {},
        dict,
    )
    return [row["person_id"] for row in found]


def list_roles_to_rely_on(tx: Tx, *, person_id: UUID) -> tuple[StaffRole, ...]:
    """The same as ``list_roles``; nobody takes them away until the transaction ends."""
    found = tx.rows(
        "SELECT role FROM staff_roles WHERE person_id = %(person_id)s ORDER BY role FOR SHARE",
        {"person_id": person_id},
        dict,
    )
    return tuple(StaffRole(row["role"]) for row in found)


def list_appointments_to_rely_on(tx: Tx, *, person_id: UUID) -> tuple[Appointment, ...]:
    """With when and by whom; nobody takes them away until the transaction ends."""
    found = tx.rows(
        """
        SELECT role, appointed_at, appointed_by
          FROM staff_roles
         WHERE person_id = %(person_id)s
         ORDER BY role
           FOR SHARE
        """,
        {"person_id": person_id},
        Appointment,
    )
    return tuple(found)


def find_keeper_to_rely_on(tx: Tx, *, login_key: str) -> UUID | None:
    """Whoever can sign in by that login and holds support or operator; nobody takes it away until
    the transaction ends."""
    found: UUID | None = tx.value(
        """
        SELECT p.id
          FROM persons p
          JOIN staff_roles s ON s.person_id = p.id AND s.role IN ('support', 'operator')
         WHERE p.login_key = %(login_key)s AND p.enabled
         ORDER BY s.role
           FOR SHARE OF s
        """,
        {"login_key": login_key},
    )
    return found


def is_keeper_to_rely_on(tx: Tx, *, person_id: UUID) -> bool:
    """The same of somebody who is known."""
    found = tx.value(
        """
        SELECT p.id
          FROM persons p
          JOIN staff_roles s ON s.person_id = p.id AND s.role IN ('support', 'operator')
         WHERE p.id = %(person_id)s AND p.enabled
         ORDER BY s.role
           FOR SHARE OF s
        """,
        {"person_id": person_id},
    )
    return found is not None


def remove_roles(tx: Tx, *, person_id: UUID, roles: Iterable[StaffRole]) -> None:
    tx.run(
        "DELETE FROM staff_roles WHERE person_id = %(person_id)s AND role = ANY(%(roles)s)",
        {"person_id": person_id, "roles": sorted({role.value for role in roles})},
    )
