"""What can be ordered today, at the prices in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.subscriptions import Product
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from subscriptions.domain.offers import Offer
from subscriptions.store import offers


@dataclass(frozen=True, slots=True)
class OffersPage:
    items: list[Offer]
    next_cursor: str | None


def list_offers(
    *,
    db: Database,
    context: Context,
    now: datetime,
    product: Product | None,
    region: str | None,
    limit: int,
    cursor: str | None,
) -> OffersPage:
    (after,) = decode_cursor(cursor, (str,)) or ("",)
    with db.read(tenant=EVERYONE, context=context) as tx:
        found = offers.list_offers(
            tx, day=day_of(now), product=product, region=region, after=after, limit=limit + 1
        )
    return OffersPage(*page(found, limit, lambda offer: (offer.offer_id,)))
