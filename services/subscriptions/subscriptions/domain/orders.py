"""An order: its states, and the subscription that it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import TenantCode
from contracts.subscriptions import OrderStatus
from servicekit.errors import Conflict
from subscriptions.domain.offers import Offer
from subscriptions.domain.subscriptions import Subscription, started


class OrderAct(StrEnum):
    PLACE = "place"


ORDER_TRANSITIONS: Mapping[tuple[OrderStatus | None, OrderAct], OrderStatus] = {
    (None, OrderAct.PLACE): OrderStatus.ACCEPTED,
}


def after(status: OrderStatus | None, act: OrderAct) -> OrderStatus:
    """The state that ``act`` leads to; None is before the order exists."""
    reached = ORDER_TRANSITIONS.get((status, act))
    if reached is None:
        legal = [legal.value for start, legal in ORDER_TRANSITIONS if start is status]
        details = {"status": status and status.value, "act": act.value, "legal": legal}
        raise Conflict("transition-illegal", details)
    return reached


@dataclass(frozen=True, slots=True)
class Order:
    """``offer`` is what was on offer when it was placed; a later price list changes nothing."""

    order_id: UUID
    tenant: TenantCode
    offer: Offer
    quantity: int
    status: OrderStatus
    subscription_id: UUID
    placed_by: str
    placed_at: datetime


def placed(
    *,
    order_id: UUID,
    subscription_id: UUID,
    tenant: TenantCode,
    offer: Offer,
    quantity: int,
    placed_by: str,
    at: datetime,
) -> tuple[Order, Subscription]:
    """The order and the subscription, which starts at once."""
    order = Order(
        order_id=order_id,
        tenant=tenant,
        offer=offer,
        quantity=quantity,
        status=after(None, OrderAct.PLACE),
        subscription_id=subscription_id,
        placed_by=placed_by,
        placed_at=at,
    )
    subscription = started(
        subscription_id=subscription_id,
        order_id=order_id,
        tenant=tenant,
        offer=offer,
        quantity=quantity,
        at=at,
    )
    return order, subscription
