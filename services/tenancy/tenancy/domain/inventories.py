"""What exists in a tenant, by kind and region, with its cost a day: a copy that gates its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class InventoryPart:
    """``daily_cost`` is that of all ``count`` together, without VAT."""

    kind: str
    region: str
    count: int
    daily_cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The greater ``version`` is the newer one, whichever is heard first."""

    version: int
    observed_at: datetime
    remaining: int
    parts: Sequence[InventoryPart]

    @property
    def is_empty(self) -> bool:
        return self.remaining == 0

    def daily_costs(self) -> dict[str, Decimal]:
        """By currency."""
        costs: defaultdict[str, Decimal] = defaultdict(Decimal)
        for part in self.parts:
            costs[part.currency] += part.daily_cost
        return dict(costs)
