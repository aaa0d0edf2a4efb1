"""Tenants known: a read copy, and the row that serialises changes of a tenant's rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx
from servicekit.errors import NotFound


def add_tenant(
    tx: Tx, *, tenant: TenantCode, name: str, opened_at: datetime, organisation_id: UUID
) -> bool:
    """False where it is known already."""
    added = tx.run(
        """
        INSERT INTO tenants (tenant, name, opened_at, organisation_id)
        VALUES (%(tenant)s, %(name)s, %(opened_at)s, %(organisation_id)s)
        ON CONFLICT ON CONSTRAINT tenants_pkey DO NOTHING
        """,
        {
            "tenant": tenant,
            "name": name,
            "opened_at": opened_at,
            "organisation_id": organisation_id,
        },
    )
    return added == 1


def lock_tenant(tx: Tx, *, tenant: TenantCode) -> None:
    """Until the transaction ends nobody else changes who holds what in the tenant."""
    found = tx.value(
        "SELECT tenant FROM tenants WHERE tenant = %(tenant)s FOR NO KEY UPDATE",
        {"tenant": tenant},
    )
    if found is None:
        raise NotFound("tenant-unknown")


@dataclass(frozen=True, slots=True)
class Console:
    """``state_number``: of the change of state that told so; None: none was told yet."""

    console_closed: bool
    state_number: int | None


def get_console_to_change(tx: Tx, *, tenant: TenantCode) -> Console:
    found = tx.row(
        """
        SELECT console_closed, state_number
          FROM tenants
         WHERE tenant = %(tenant)s
           FOR NO KEY UPDATE
        """,
        {"tenant": tenant},
        Console,
    )
    if found is None:
        raise NotFound("tenant-unknown")
    return found


def change_console(
    tx: Tx, *, tenant: TenantCode, closed: bool, state_number: int, at: datetime
) -> None:
    tx.run(
        """
        UPDATE tenants
           SET state_number = %(state_number)s, console_closed = %(closed)s,
               console_changed_at = CASE WHEN console_closed = %(closed)s
                                         THEN console_changed_at ELSE %(at)s END
         WHERE tenant = %(tenant)s
        """,
        {"tenant": tenant, "closed": closed, "state_number": state_number, "at": at},
    )
