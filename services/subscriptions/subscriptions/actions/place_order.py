"""A manager of services orders units of an offer; they run at once."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.subscriptions import OrderPlaced
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import Database
from servicekit.ids import new_id
from subscriptions.domain.orders import Order, placed
from subscriptions.store import offers, orders, subscriptions, tenants


def place_order(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    offer_id: str,
    quantity: int,
) -> Order:
    with db.write(context, tenant=tenant) as tx:
        tenants.get_tenant(tx, tenant=tenant).check_may_order()
        offer = offers.get_offer(tx, offer_id=offer_id, day=day_of(now))
        order, subscription = placed(
            order_id=new_id(),
            subscription_id=new_id(),
            tenant=tenant,
            offer=offer,
            quantity=quantity,
            placed_by=context.caller.subject,
            at=now,
        )
        orders.add_order(tx, order=order)
        subscriptions.add_subscription(tx, subscription=subscription)
        tx.record(
            "orders:order:placed",
            target=str(order.order_id),
            details={
                "offer_id": offer_id,
                "quantity": quantity,
                "monthly_price": offer.monthly_price,
                "upfront_price": offer.upfront_price,
                "currency": offer.currency,
                "subscription_id": order.subscription_id,
            },
            at=now,
        )
        tx.emit(
            OrderPlaced,
            at=now,
            order_id=order.order_id,
            subscription_id=order.subscription_id,
            tenant=tenant,
            offer=offer,
            quantity=quantity,
            placed_by=order.placed_by,
            placed_at=now,
        )
        return tx.answer(order)
