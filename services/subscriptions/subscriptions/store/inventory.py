"""What exists in tenants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from contracts.codes import TenantCode
from servicekit.db import Tx
from servicekit.plain import plain
from subscriptions.domain.inventory import Inventory, InventoryPart, Known, Look, Resource

_FIND = """
    SELECT tenant, version, observed_at, remaining, parts
      FROM inventories
     WHERE tenant = %(tenant)s
"""
_ADD = """
    INSERT INTO inventories (tenant, version, remaining, parts)
    VALUES (%(tenant)s, 0, 0, '[]')
        ON CONFLICT (tenant) DO NOTHING
"""
_LOCK = """
    SELECT version, observed_at, complete_at
      FROM inventories
     WHERE tenant = %(tenant)s
       FOR UPDATE
"""
_CHANGE = """
    UPDATE inventories
       SET version = %(version)s, observed_at = %(observed_at)s, complete_at = %(complete_at)s,
           remaining = %(remaining)s, parts = %(parts)s
     WHERE tenant = %(tenant)s
"""
# Of two looks of the same instant, the one that saw it deleted is right.
_SEE = """
    INSERT INTO resources AS known (tenant, resource_id, kind, name, region, state, daily_cost,
                                    currency, observed_at)
    SELECT %(tenant)s, seen.resource_id, seen.kind, seen.name, seen.region, seen.state,
           seen.daily_cost, seen.currency, %(observed_at)s
      FROM jsonb_to_recordset(%(seen)s) AS seen (
               resource_id text, kind text, name text, region text, state text,
               daily_cost numeric, currency text)
     WHERE %(complete_at)s::timestamptz IS NULL
        OR seen.state = 'deleted'
        OR %(observed_at)s > %(complete_at)s
        OR EXISTS (SELECT 1
                     FROM resources AS r
                    WHERE r.tenant = %(tenant)s AND r.resource_id = seen.resource_id)
        ON CONFLICT (tenant, resource_id) DO UPDATE
       SET kind = excluded.kind, name = excluded.name, region = excluded.region,
           state = excluded.state, daily_cost = excluded.daily_cost,
           currency = excluded.currency, observed_at = excluded.observed_at
     WHERE (known.observed_at, known.state = 'deleted')
           < (excluded.observed_at, excluded.state = 'deleted')
"""
_REMOVE_UNSEEN = """
    UPDATE resources
       SET state = 'deleted', observed_at = %(observed_at)s
     WHERE tenant = %(tenant)s
       AND state <> 'deleted'
       AND observed_at < %(observed_at)s
       AND resource_id <> ALL(%(seen)s)
"""
_SUM = """
    SELECT kind, region, count(*)::integer AS count, sum(daily_cost) AS daily_cost, currency
      FROM resources
     WHERE tenant = %(tenant)s AND state <> 'deleted'
     GROUP BY kind, region, currency
"""
_LIST = """
    SELECT resource_id, kind, name, region, state, daily_cost, currency, observed_at
      FROM resources
     WHERE tenant = %(tenant)s AND state <> 'deleted' AND resource_id > %(after)s
     ORDER BY resource_id
     LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class _Row:
    tenant: TenantCode
    version: int
    observed_at: datetime | None
    remaining: int
    parts: list[dict[str, Any]]

    def inventory(self) -> Inventory:
        parts = tuple(
            InventoryPart(**{**part, "daily_cost": Decimal(part["daily_cost"])})
            for part in self.parts
        )
        return Inventory(self.tenant, self.version, self.observed_at, self.remaining, parts)


def find_inventory(tx: Tx, *, tenant: TenantCode) -> Inventory | None:
    row = tx.row(_FIND, {"tenant": tenant}, _Row)
    return None if row is None else row.inventory()


def get_known_to_change(tx: Tx, *, tenant: TenantCode) -> Known:
    """Nobody else takes in a look at this tenant until the transaction ends."""
    tx.run(_ADD, {"tenant": tenant})
    known = tx.row(_LOCK, {"tenant": tenant}, Known)
    if known is None:
        raise RuntimeError("an inventory that was just added is not there")
    return known


def change_resources(tx: Tx, *, tenant: TenantCode, look: Look, known: Known) -> bool:
    """Take in what the look saw and is not older than what is known; whether anything changed."""
    seen = [
        {
            "resource_id": one.resource_id,
            "kind": one.kind,
            "name": one.name,
            "region": one.region,
            "state": one.state,
            "daily_cost": one.daily_cost,
            "currency": one.currency,
        }
        for one in look.resources
    ]
    params = {"tenant": tenant, "observed_at": look.observed_at}
    changed = tx.run(_SEE, {**params, "complete_at": known.complete_at, "seen": Jsonb(plain(seen))})
    if look.complete:
        named = [one.resource_id for one in look.resources]
        changed += tx.run(_REMOVE_UNSEEN, {**params, "seen": named})
    return changed > 0


def list_parts(tx: Tx, *, tenant: TenantCode) -> list[InventoryPart]:
    return tx.rows(_SUM, {"tenant": tenant}, InventoryPart)


def change_inventory(tx: Tx, *, inventory: Inventory, complete_at: datetime | None) -> None:
    tx.run(
        _CHANGE,
        {
            "tenant": inventory.tenant,
            "version": inventory.version,
            "observed_at": inventory.observed_at,
            "complete_at": complete_at,
            "remaining": inventory.remaining,
            "parts": Jsonb([_told(part) for part in inventory.parts]),
        },
    )


def list_resources(tx: Tx, *, tenant: TenantCode, after: str, limit: int) -> list[Resource]:
    """Those that exist, by id."""
    return tx.rows(_LIST, {"tenant": tenant, "after": after, "limit": limit}, Resource)


def _told(part: InventoryPart) -> Any:
    return plain(
        {
            "kind": part.kind,
            "region": part.region,
            "count": part.count,
            "daily_cost": part.daily_cost,
            "currency": part.currency,
        }
    )
