"""What exists in a tenant: its parts in one read, its resources by pages."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database
from servicekit.paging import decode_cursor, page
from subscriptions.domain.inventory import Inventory, Resource
from subscriptions.store import inventory, tenants


@dataclass(frozen=True, slots=True)
class ResourcesPage:
    items: list[Resource]
    next_cursor: str | None


def read_inventory(*, db: Database, context: Context, tenant: TenantCode) -> Inventory:
    with db.read(tenant=tenant, context=context) as tx:
        found = inventory.find_inventory(tx, tenant=tenant)
        if found is None:
            tenants.get_tenant(tx, tenant=tenant)
    return found or Inventory(tenant, version=0, observed_at=None, remaining=0, parts=())


def list_resources(
    *, db: Database, context: Context, tenant: TenantCode, limit: int, cursor: str | None
) -> ResourcesPage:
    [after] = decode_cursor(cursor, (str,)) or ("",)
    with db.read(tenant=tenant, context=context) as tx:
        found = inventory.list_resources(tx, tenant=tenant, after=after, limit=limit + 1)
    return ResourcesPage(*page(found, limit, lambda one: (one.resource_id,)))
