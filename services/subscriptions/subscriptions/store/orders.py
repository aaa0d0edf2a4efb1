from __future__ import annotations

from servicekit.db import Tx
from subscriptions.domain.orders import Order

_ADD = """
    INSERT INTO orders (tenant, order_id, price_list_id, offer_id, product, region, flavour,
                        package, term_months, upfront, monthly_price, upfront_price, currency,
                        quantity, status, placed_by, placed_at)
    VALUES (%(tenant)s, %(order_id)s, %(price_list_id)s, %(offer_id)s, %(product)s, %(region)s,
            %(flavour)s, %(package)s, %(term_months)s, %(upfront)s, %(monthly_price)s,
            %(upfront_price)s, %(currency)s, %(quantity)s, %(status)s, %(placed_by)s,
            %(placed_at)s)
"""


def add_order(tx: Tx, *, order: Order) -> None:
    """Of a tenant that is known: it was asked whether it may order."""
    tx.run(
        _ADD,
        {
            "tenant": order.tenant,
            "order_id": order.order_id,
            "price_list_id": order.offer.price_list_id,
            "offer_id": order.offer.offer_id,
            "product": order.offer.product,
            "region": order.offer.region,
            "flavour": order.offer.flavour,
            "package": order.offer.package,
            "term_months": order.offer.term_months,
            "upfront": order.offer.upfront,
            "monthly_price": order.offer.monthly_price,
            "upfront_price": order.offer.upfront_price,
            "currency": order.offer.currency,
            "quantity": order.quantity,
            "status": order.status,
            "placed_by": order.placed_by,
            "placed_at": order.placed_at,
        },
    )
