"""Subscriptions tell what exists in a tenant; a contract that drains ends when nothing does."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database
from tenancy.actions.close_contract import close_if_over
from tenancy.domain.inventories import Inventory
from tenancy.store import contracts, inventories


def keep_inventory(
    *,
    db: Database,
    context: Context,
    now: datetime,
    event_id: UUID,
    tenant: TenantCode,
    inventory: Inventory,
) -> None:
    """Twice, late and out of order do no harm. A contract not known yet: heard again later.

    The contract is locked before its inventory, as by everybody who ends contracts.
    """
    with db.write(context, tenant=tenant) as tx:
        if not tx.once(event_id):
            return
        contracts.get_contract_to_change(tx, tenant=tenant)
        if inventories.change_inventory(tx, tenant=tenant, inventory=inventory):
            close_if_over(tx, tenant=tenant, now=now)
