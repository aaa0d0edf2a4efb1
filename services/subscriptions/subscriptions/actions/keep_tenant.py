"""Tenancy tells that a tenant was opened: from now on it may order."""

from __future__ import annotations

from uuid import UUID

from servicekit.context import Context
from servicekit.db import Database
from subscriptions.domain.tenants import TenantCopy
from subscriptions.store import tenants


def keep_tenant(*, db: Database, context: Context, event_id: UUID, copy: TenantCopy) -> None:
    with db.write(context, tenant=copy.tenant) as tx:
        if tx.once(event_id):
            tenants.add_tenant(tx, copy=copy)
