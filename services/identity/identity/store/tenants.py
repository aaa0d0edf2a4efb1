"""Tenants known: a read copy, and the row that serialises changes of a tenant's rights."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from servicekit.db import Tx
from servicekit.errors import NotFound


def add_tenant(tx: Tx, *, tenant: TenantCode, name: str, opened_at: datetime) -> bool:
    """False where it is known already."""
    added = tx.run(
        """
        INSERT INTO tenants (tenant, name, opened_at)
        VALUES (%(tenant)s, %(name)s, %(opened_at)s)
        ON CONFLICT ON CONSTRAINT tenants_pkey DO NOTHING
        """,
        {"tenant": tenant, "name": name, "opened_at": opened_at},
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
