"""By which management which second login is a user of which organisation's tenants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from identity.domain.managers import Manager
from servicekit.db import Tx


def lock_organisation(tx: Tx, *, organisation_id: UUID) -> None:
    """What is told of it is applied one fact after another: a tenant that is opened while a
    management begins is joined by one of the two."""
    tx.run(
        """
        INSERT INTO known_organisations (organisation_id) VALUES (%(organisation_id)s)
            ON CONFLICT DO NOTHING
        """,
        {"organisation_id": organisation_id},
    )
    tx.run(
        """
        SELECT organisation_id
          FROM known_organisations
         WHERE organisation_id = %(organisation_id)s
           FOR UPDATE
        """,
        {"organisation_id": organisation_id},
    )


def add_management(tx: Tx, *, management_id: UUID, organisation_id: UUID, at: datetime) -> bool:
    """False where its end was heard of already."""
    added = tx.run(
        """
        INSERT INTO organisation_managers (management_id, organisation_id, began_at)
        VALUES (%(management_id)s, %(organisation_id)s, %(at)s)
            ON CONFLICT DO NOTHING
        """,
        {"management_id": management_id, "organisation_id": organisation_id, "at": at},
    )
    return added == 1


def change_person(tx: Tx, *, management_id: UUID, person_id: UUID) -> None:
    tx.run(
        """
        UPDATE organisation_managers SET person_id = %(person_id)s
         WHERE management_id = %(management_id)s
        """,
        {"management_id": management_id, "person_id": person_id},
    )


def change_ended(tx: Tx, *, management_id: UUID, organisation_id: UUID, at: datetime) -> None:
    """Also of one whose beginning has not been heard of: it never begins then."""
    tx.run(
        """
        INSERT INTO organisation_managers (management_id, organisation_id, ended_at)
        VALUES (%(management_id)s, %(organisation_id)s, %(at)s)
            ON CONFLICT ON CONSTRAINT organisation_managers_pkey
            DO UPDATE SET ended_at = coalesce(organisation_managers.ended_at, excluded.ended_at)
        """,
        {"management_id": management_id, "organisation_id": organisation_id, "at": at},
    )


def find_manager(tx: Tx, *, management_id: UUID) -> Manager | None:
    """None while nobody is known to manage by it."""
    return tx.row(
        """
        SELECT management_id, organisation_id, person_id, ended_at IS NOT NULL AS ended
          FROM organisation_managers
         WHERE management_id = %(management_id)s AND person_id IS NOT NULL
        """,
        {"management_id": management_id},
        Manager,
    )


def find_manager_of(tx: Tx, *, organisation_id: UUID) -> Manager | None:
    return tx.row(
        """
        SELECT management_id, organisation_id, person_id, false AS ended
          FROM organisation_managers
         WHERE organisation_id = %(organisation_id)s AND ended_at IS NULL
           AND person_id IS NOT NULL
        """,
        {"organisation_id": organisation_id},
        Manager,
    )


def change_organisation_of(tx: Tx, *, tenants: Sequence[TenantCode], organisation_id: UUID) -> None:
    """Tenants from before it was told with their opening. Asked with the scope EVERYONE."""
    tx.run(
        """
        UPDATE tenants SET organisation_id = %(organisation_id)s
         WHERE tenant = ANY (%(tenants)s) AND organisation_id IS NULL
        """,
        {"tenants": list(tenants), "organisation_id": organisation_id},
    )


def list_tenants_to_join(tx: Tx, *, manager: Manager, limit: int) -> list[TenantCode]:
    """Those of the organisation in which he is no user yet. Asked with the scope EVERYONE."""
    found = tx.rows(
        """
        SELECT t.tenant
          FROM tenants t
         WHERE t.organisation_id = %(organisation_id)s
           AND NOT EXISTS (SELECT 1
                             FROM users u
                            WHERE u.tenant = t.tenant AND u.person_id = %(person_id)s)
         ORDER BY t.tenant
         LIMIT %(limit)s
        """,
        {
            "organisation_id": manager.organisation_id,
            "person_id": manager.person_id,
            "limit": limit,
        },
        dict,
    )
    return [TenantCode(row["tenant"]) for row in found]


def list_tenants_to_leave(tx: Tx, *, manager: Manager, limit: int) -> list[TenantCode]:
    """Those that he is a user of by this management. Asked with the scope EVERYONE."""
    found = tx.rows(
        """
        SELECT tenant
          FROM users
         WHERE management_id = %(management_id)s
         ORDER BY tenant
         LIMIT %(limit)s
        """,
        {"management_id": manager.management_id, "limit": limit},
        dict,
    )
    return [TenantCode(row["tenant"]) for row in found]


def is_user_of_managed(tx: Tx, *, first_person_id: UUID) -> bool:
    """Whether somebody is still a user, with rights, of a tenant that his second login manages.
    Asked with the scope EVERYONE."""
    found: bool = tx.value(
        """
        SELECT EXISTS (SELECT 1
                         FROM persons s
                         JOIN organisation_managers m
                           ON m.person_id = s.id AND m.ended_at IS NULL
                         JOIN users u ON u.person_id = %(first)s AND u.disabled_at IS NULL
                                     AND u.accepted_at IS NOT NULL
                         JOIN tenants t ON t.tenant = u.tenant
                                       AND t.organisation_id = m.organisation_id
                        WHERE s.second_of = %(first)s)
        """,
        {"first": first_person_id},
    )
    return found
