"""Tenancy tells that a contract has another name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database
from subscriptions.store import tenants


def rename_tenant(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    tenant: TenantCode,
    name: str,
    renamed_at: datetime,
) -> None:
    """A tenant not known yet is NotFound ``tenant-unknown``: the fact is heard again later."""
    with db.write(context, tenant=tenant) as tx:
        if tx.once(event_id):
            tenants.get_tenant(tx, tenant=tenant)
            tenants.change_name(tx, tenant=tenant, name=name, as_of=renamed_at)
