from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from contracts.codes import TenantCode
from servicekit.db import Tx
from servicekit.plain import plain
from tenancy.domain.inventories import Inventory, InventoryPart

_FIND = """
    SELECT version, observed_at, remaining, parts
      FROM inventories
     WHERE tenant = %(tenant)s
"""
_CHANGE = """
    INSERT INTO inventories AS known (tenant, version, observed_at, remaining, parts)
    VALUES (%(tenant)s, %(version)s, %(observed_at)s, %(remaining)s, %(parts)s)
        ON CONFLICT (tenant) DO UPDATE
       SET version = excluded.version, observed_at = excluded.observed_at,
           remaining = excluded.remaining, parts = excluded.parts
     WHERE known.version < excluded.version
"""


@dataclass(frozen=True, slots=True)
class _Row:
    version: int
    observed_at: datetime
    remaining: int
    parts: list[dict[str, Any]]

    def inventory(self) -> Inventory:
        parts = tuple(
            InventoryPart(**{**part, "daily_cost": Decimal(part["daily_cost"])})
            for part in self.parts
        )
        return Inventory(self.version, self.observed_at, self.remaining, parts)


def find_inventory(tx: Tx, *, tenant: TenantCode) -> Inventory | None:
    """None: nothing was ever told, which is not the same as nothing there."""
    row = tx.row(_FIND, {"tenant": tenant}, _Row)
    return None if row is None else row.inventory()


def change_inventory(tx: Tx, *, tenant: TenantCode, inventory: Inventory) -> bool:
    """Whether it was newer than what was known."""
    params = {
        "tenant": tenant,
        "version": inventory.version,
        "observed_at": inventory.observed_at,
        "remaining": inventory.remaining,
        "parts": Jsonb([_told(part) for part in inventory.parts]),
    }
    return tx.run(_CHANGE, params) > 0


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
