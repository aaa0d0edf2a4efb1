"""The provider's cloud says what exists in a tenant; it may say so twice, late and out of order."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.subscriptions import InventoryChanged
from servicekit.context import Context
from servicekit.db import Database, Tx
from subscriptions.domain.inventory import (
    Inventory,
    Known,
    Look,
    require_distinct,
    require_past,
    told,
)
from subscriptions.store import inventory, tenants


def report_resources(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, look: Look
) -> Inventory:
    """The inventory after it. Only what changes something makes a version, an entry, an event."""
    require_past(look, now=now)
    require_distinct(look)
    with db.write(context, tenant=tenant) as tx:
        tenants.get_tenant(tx, tenant=tenant)
        known = inventory.get_known_to_change(tx, tenant=tenant)
        changed = inventory.change_resources(tx, tenant=tenant, look=look, known=known)
        after = known.after(look, changed=changed)
        if after == known:
            return tx.answer(_present(tx, tenant=tenant))
        seen = _seen(tx, tenant=tenant, known=after)
        inventory.change_inventory(tx, inventory=seen, complete_at=after.complete_at)
        if after.version > known.version:
            _tell(tx, seen=seen, at=now)
        return tx.answer(seen)


def _present(tx: Tx, *, tenant: TenantCode) -> Inventory:
    found = inventory.find_inventory(tx, tenant=tenant)
    if found is None:
        raise RuntimeError("an inventory that was just locked is not there")
    return found


def _seen(tx: Tx, *, tenant: TenantCode, known: Known) -> Inventory:
    parts = inventory.list_parts(tx, tenant=tenant)
    return Inventory(
        tenant=tenant,
        version=known.version,
        observed_at=known.observed_at,
        remaining=sum(part.count for part in parts),
        parts=told(parts),
    )


def _tell(tx: Tx, *, seen: Inventory, at: datetime) -> None:
    tx.record(
        "inventory:tenant:changed",
        target=seen.tenant,
        details={"version": seen.version, "remaining": seen.remaining},
        at=at,
    )
    tx.emit(
        InventoryChanged,
        at=at,
        tenant=seen.tenant,
        version=seen.version,
        observed_at=seen.observed_at,
        remaining=seen.remaining,
        parts=seen.parts,
    )
