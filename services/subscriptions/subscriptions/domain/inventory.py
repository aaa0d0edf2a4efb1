"""What exists in a tenant: looks at the cloud, in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from contracts.codes import TenantCode
from contracts.subscriptions import ResourceState
from servicekit.errors import Invalid

_CLOCKS_DIFFER_BY = timedelta(minutes=5)
_PARTS_TOLD = 200


@dataclass(frozen=True, slots=True)
class Resource:
    """``daily_cost`` is without VAT, as long as it exists."""

    resource_id: str
    kind: str
    name: str
    region: str
    state: ResourceState
    daily_cost: Decimal
    currency: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class InventoryPart:
    kind: str
    region: str
    count: int
    daily_cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """``version`` 0 and ``observed_at`` None: nothing was ever reported."""

    tenant: TenantCode
    version: int
    observed_at: datetime | None
    remaining: int
    parts: Sequence[InventoryPart]


@dataclass(frozen=True, slots=True)
class Look:
    """``complete``: the resources are all that existed at ``observed_at``."""

    observed_at: datetime
    complete: bool
    resources: Sequence[Resource]


@dataclass(frozen=True, slots=True)
class Known:
    """What was taken in until now. ``complete_at``: the newest look that saw all there was."""

    version: int
    observed_at: datetime | None
    complete_at: datetime | None

    def after(self, look: Look, *, changed: bool) -> Known:
        """The same where the look says nothing that is new. The first one is news as such: who
        waits for it must hear that a tenant is empty."""
        return Known(
            version=self.version + (changed or self.observed_at is None),
            observed_at=_newer(look.observed_at, self.observed_at),
            complete_at=(
                _newer(look.observed_at, self.complete_at) if look.complete else self.complete_at
            ),
        )


def _newer(instant: datetime, other: datetime | None) -> datetime:
    return instant if other is None else max(instant, other)


def require_past(look: Look, *, now: datetime) -> None:
    """One from the future would make every later one worthless: Invalid ``observed-in-future``."""
    if look.observed_at > now + _CLOCKS_DIFFER_BY:
        raise Invalid("observed-in-future", {"fields": {"observed_at": ["invalid"]}})


def require_distinct(look: Look) -> None:
    """One look sees a thing once: Invalid ``fields-invalid``."""
    if len({one.resource_id for one in look.resources}) < len(look.resources):
        raise Invalid("fields-invalid", {"fields": {"resources": ["duplicate"]}})


def told(parts: Iterable[InventoryPart]) -> tuple[InventoryPart, ...]:
    """The dearest first, then by name; the first 200: who wants more reads the resources."""
    ranked = sorted(parts, key=lambda one: (-one.daily_cost, one.kind, one.region, one.currency))
    return tuple(ranked[:_PARTS_TOLD])
