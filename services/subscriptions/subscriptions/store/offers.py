from __future__ import annotations

from datetime import date

from contracts.subscriptions import Product
from servicekit.db import Tx
from servicekit.errors import NotFound
from subscriptions.domain.offers import Offer

_GET = """
    SELECT price_list_id, offer_id, product, region, flavour, package, term_months, upfront,
           monthly_price, upfront_price, currency
      FROM offers
     WHERE price_list_id = (SELECT price_list_id
                              FROM price_lists
                             WHERE in_force_from <= %(day)s
                             ORDER BY in_force_from DESC, price_list_id DESC
                             LIMIT 1)
       AND offer_id = %(offer_id)s
"""
_LIST = """
    SELECT price_list_id, offer_id, product, region, flavour, package, term_months, upfront,
           monthly_price, upfront_price, currency
      FROM offers
     WHERE price_list_id = (SELECT price_list_id
                              FROM price_lists
                             WHERE in_force_from <= %(day)s
                             ORDER BY in_force_from DESC, price_list_id DESC
                             LIMIT 1)
       AND (%(product)s::text IS NULL OR product = %(product)s)
       AND (%(region)s::text IS NULL OR region = %(region)s)
       AND offer_id > %(after)s
     ORDER BY offer_id
     LIMIT %(limit)s
"""


def get_offer(tx: Tx, *, offer_id: str, day: date) -> Offer:
    """At the price in force on that day."""
    offer = tx.row(_GET, {"offer_id": offer_id, "day": day}, Offer)
    if offer is None:
        raise NotFound("offer-unknown")
    return offer


def list_offers(
    tx: Tx, *, day: date, product: Product | None, region: str | None, after: str, limit: int
) -> list[Offer]:
    """In the order of their ids, after ``after`` (``""`` at first)."""
    params = {"day": day, "product": product, "region": region, "after": after, "limit": limit}
    return tx.rows(_LIST, params, Offer)
