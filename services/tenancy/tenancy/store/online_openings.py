"""The option by which one user of an organisation opens contracts alone, and what was opened so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx
from tenancy.domain.online_opening import MANAGED_A_DAY, OnlineOpening, OwnOpening

_FIND = """
    SELECT organisation_id, person_id, daily_limit, activated_at
      FROM online_openings
     WHERE organisation_id = %(organisation_id)s
"""
_PUT = """
    INSERT INTO online_openings (organisation_id, person_id, daily_limit, activated_at,
                                 activated_by)
    VALUES (%(organisation_id)s, %(person_id)s, %(daily_limit)s, %(activated_at)s, %(by)s)
        ON CONFLICT ON CONSTRAINT online_openings_pkey
        DO UPDATE SET person_id = excluded.person_id, daily_limit = excluded.daily_limit,
                      activated_at = excluded.activated_at, activated_by = excluded.activated_by
"""
_REMOVE = "DELETE FROM online_openings WHERE organisation_id = %(organisation_id)s"
# By the option, or as the second login; the former where he has both.
_LIST_OWN = """
    SELECT g.organisation_id, o.name, g.ground, g.daily_limit,
           (SELECT count(*)
              FROM customer_openings c
             WHERE c.organisation_id = g.organisation_id AND c.opened_on = %(today)s
               AND c.person_id = %(person_id)s) AS opened_today
      FROM (SELECT organisation_id, 'online_opening' AS ground, daily_limit
              FROM online_openings
             WHERE person_id = %(person_id)s
             UNION ALL
            SELECT organisation_id, 'multi_tenant_management', %(managed_a_day)s
              FROM multi_tenant_managements
             WHERE person_id = %(person_id)s AND ended_at IS NULL) AS g
      JOIN organisations o ON o.organisation_id = g.organisation_id
     WHERE EXISTS (SELECT 1
                     FROM contracts held
                    WHERE held.organisation_id = g.organisation_id
                      AND held.tenant = ANY(%(tenants)s))
     ORDER BY o.name, g.organisation_id, g.ground DESC
     LIMIT 100
"""
_LOCK_OPTION = """
    SELECT organisation_id
      FROM online_openings
     WHERE organisation_id = %(organisation_id)s AND person_id = %(person_id)s
       FOR UPDATE
"""
_LOCK_MANAGEMENT = """
    SELECT organisation_id
      FROM multi_tenant_managements
     WHERE organisation_id = %(organisation_id)s AND person_id = %(person_id)s
       AND ended_at IS NULL
       FOR UPDATE
"""
_ADD_OPENED = """
    INSERT INTO customer_openings (tenant, organisation_id, person_id, opened_on)
    VALUES (%(tenant)s, %(organisation_id)s, %(person_id)s, %(opened_on)s)
"""


def find_online_opening(tx: Tx, *, organisation_id: UUID) -> OnlineOpening | None:
    return tx.row(_FIND, {"organisation_id": organisation_id}, OnlineOpening)


def change_online_opening(tx: Tx, *, option: OnlineOpening, by: str) -> None:
    """The organisation's option as it is from now on: one person, whoever it was before."""
    tx.run(
        _PUT,
        {
            "organisation_id": option.organisation_id,
            "person_id": option.person_id,
            "daily_limit": option.daily_limit,
            "activated_at": option.activated_at,
            "by": by,
        },
    )


def remove_online_opening(tx: Tx, *, organisation_id: UUID) -> None:
    tx.run(_REMOVE, {"organisation_id": organisation_id})


def list_own_openings(
    tx: Tx, *, person_id: UUID, tenants: Sequence[str], today: date
) -> list[OwnOpening]:
    """Of the organisations of these tenants: who has left them all opens nothing, whatever option
    still names him. Asked with the scope EVERYONE."""
    return tx.rows(
        _LIST_OWN,
        {
            "person_id": person_id,
            "tenants": list(tenants),
            "today": today,
            "managed_a_day": MANAGED_A_DAY,
        },
        OwnOpening,
    )


def lock_grounds(tx: Tx, *, organisation_id: UUID, person_id: UUID) -> None:
    """Whoever opens there by the same ground waits: two at once are counted one after the other,
    and neither opens by an option that is being withdrawn."""
    params = {"organisation_id": organisation_id, "person_id": person_id}
    tx.run(_LOCK_OPTION, params)
    tx.run(_LOCK_MANAGEMENT, params)


def add_opened(
    tx: Tx, *, tenant: TenantCode, organisation_id: UUID, person_id: UUID, opened_on: date
) -> None:
    tx.run(
        _ADD_OPENED,
        {
            "tenant": tenant,
            "organisation_id": organisation_id,
            "person_id": person_id,
            "opened_on": opened_on,
        },
    )
