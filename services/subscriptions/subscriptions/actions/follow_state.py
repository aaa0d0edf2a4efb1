"""Tenancy tells that a contract is in another state: what is not running orders nothing."""

from __future__ import annotations

from uuid import UUID

from contracts.codes import TenantCode
from contracts.tenancy import ContractStatus
from servicekit.context import Context
from servicekit.db import Database
from subscriptions.store import tenants


def follow_state(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    tenant: TenantCode,
    state: ContractStatus,
    number: int,
) -> None:
    """A tenant not known yet is NotFound ``tenant-unknown``: the fact is heard again later."""
    with db.write(context, tenant=tenant) as tx:
        if tx.once(event_id):
            tenants.get_tenant(tx, tenant=tenant)
            tenants.change_status(tx, tenant=tenant, status=state, number=number)
