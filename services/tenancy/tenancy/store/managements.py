"""Multi-tenant management: which organisation, whose second login. One is active at a time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from servicekit.db import Tx
from servicekit.errors import Conflict
from tenancy.domain.organisations import Management

_FIND = """
    SELECT management_id, organisation_id, first_person_id, person_id, login, activated_at
      FROM multi_tenant_managements
     WHERE organisation_id = %(organisation_id)s AND ended_at IS NULL
"""
_FIND_TO_CHANGE = _FIND + " FOR UPDATE"
_ADD = """
    INSERT INTO multi_tenant_managements (management_id, organisation_id, first_person_id,
                                          activated_at, activated_by)
    VALUES (%(management_id)s, %(organisation_id)s, %(first_person_id)s, %(activated_at)s, %(by)s)
"""
_CHANGE_KNOWN = """
    UPDATE multi_tenant_managements
       SET person_id = %(person_id)s, login = %(login)s
     WHERE management_id = %(management_id)s
"""
_CHANGE_ENDED = """
    UPDATE multi_tenant_managements
       SET ended_at = %(at)s, ended_by = %(by)s
     WHERE management_id = %(management_id)s AND ended_at IS NULL
"""


def find_active(tx: Tx, *, organisation_id: UUID) -> Management | None:
    return tx.row(_FIND, {"organisation_id": organisation_id}, Management)


def find_active_to_change(tx: Tx, *, organisation_id: UUID) -> Management | None:
    """Nobody else changes it until the transaction ends."""
    return tx.row(_FIND_TO_CHANGE, {"organisation_id": organisation_id}, Management)


def add_management(tx: Tx, *, management: Management, by: str) -> None:
    """Conflict("multi-tenant-active") where the organisation has one;
    Conflict("second-login-in-use") where the person's manages another already."""
    active, in_use = Conflict("multi-tenant-active"), Conflict("second-login-in-use")
    with (
        tx.unless(constraint="multi_tenant_managements_organisation_key", error=active),
        tx.unless(constraint="multi_tenant_managements_first_key", error=in_use),
    ):
        tx.run(
            _ADD,
            {
                "management_id": management.management_id,
                "organisation_id": management.organisation_id,
                "first_person_id": management.first_person_id,
                "activated_at": management.activated_at,
                "by": by,
            },
        )


def change_known(tx: Tx, *, management_id: UUID, person_id: UUID, login: str) -> None:
    """Identity has told whose the second login is."""
    tx.run(_CHANGE_KNOWN, {"management_id": management_id, "person_id": person_id, "login": login})


def change_ended(tx: Tx, *, management_id: UUID, at: datetime, by: str) -> None:
    tx.run(_CHANGE_ENDED, {"management_id": management_id, "at": at, "by": by})
