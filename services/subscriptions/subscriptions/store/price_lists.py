from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from servicekit.db import Tx
from servicekit.errors import Conflict
from subscriptions.domain.price_lists import PricedItem, PriceList

_BATCH = 500

_FIND = """
    SELECT price_list_id, version, in_force_from, title, fictional, digest, imported_at
      FROM price_lists
     WHERE version = %(version)s
"""
_ADD = """
    INSERT INTO price_lists (price_list_id, version, in_force_from, title, fictional, digest,
                             imported_at)
    VALUES (%(price_list_id)s, %(version)s, %(in_force_from)s, %(title)s, %(fictional)s,
            %(digest)s, %(imported_at)s)
"""
_ADD_ITEMS = """
    INSERT INTO priced_items (price_list_id, item_id, product, name, family, category, region,
                              flavour, os_unit, vcpu, ram_gib, unit, currency, price)
    SELECT %(price_list_id)s, item_id, product, name, family, category, region,
           flavour, os_unit, vcpu, ram_gib, unit, currency, price
      FROM jsonb_to_recordset(%(batch)s -> 'items') AS line (
               item_id text, product text, name text, family text, category text, region text,
               flavour text, os_unit text, vcpu integer, ram_gib numeric, unit text,
               currency text, price numeric)
"""
_ADD_OFFERS = """
    INSERT INTO offers (price_list_id, offer_id, item_id, product, region, flavour, package,
                        term_months, upfront, monthly_price, upfront_price, currency)
    SELECT %(price_list_id)s, offer_id, item_id, product, region, flavour, package,
           term_months, upfront, monthly_price, upfront_price, currency
      FROM jsonb_to_recordset(%(batch)s -> 'offers') AS line (
               offer_id text, item_id text, product text, region text, flavour text,
               package text, term_months integer, upfront boolean, monthly_price numeric,
               upfront_price numeric, currency text)
"""


def find_price_list(tx: Tx, *, version: str) -> PriceList | None:
    return tx.row(_FIND, {"version": version}, PriceList)


def add_price_list(tx: Tx, *, price_list: PriceList, items: Sequence[PricedItem]) -> None:
    """Raises Conflict ``price-list-version-taken``."""
    with tx.unless(
        constraint="price_lists_version_key", error=Conflict("price-list-version-taken")
    ):
        tx.run(
            _ADD,
            {
                "price_list_id": price_list.price_list_id,
                "version": price_list.version,
                "in_force_from": price_list.in_force_from,
                "title": price_list.title,
                "fictional": price_list.fictional,
                "digest": price_list.digest,
                "imported_at": price_list.imported_at,
            },
        )
    lines = iter(items)
    while batch := list(islice(lines, _BATCH)):
        identity = {"price_list_id": price_list.price_list_id}
        tx.run(_ADD_ITEMS, identity | {"batch": {"items": [_item(item) for item in batch]}})
        tx.run(_ADD_OFFERS, identity | {"batch": {"offers": _offers(batch)}})


def _item(item: PricedItem) -> dict[str, object]:
    return {
        "item_id": item.item_id,
        "product": item.product,
        "name": item.name,
        "family": item.family,
        "category": item.category,
        "region": item.region,
        "flavour": item.flavour,
        "os_unit": item.os_unit,
        "vcpu": item.vcpu,
        "ram_gib": item.ram_gib,
        "unit": item.unit,
        "currency": item.currency,
        "price": item.price,
    }


def _offers(items: Sequence[PricedItem]) -> list[dict[str, object]]:
    return [
        {
            "offer_id": offer.offer_id,
            "item_id": item.item_id,
            "product": offer.product,
            "region": offer.region,
            "flavour": offer.flavour,
            "package": offer.package,
            "term_months": offer.term_months,
            "upfront": offer.upfront,
            "monthly_price": offer.monthly_price,
            "upfront_price": offer.upfront_price,
            "currency": offer.currency,
        }
        for item in items
        for offer in item.offers
    ]
