"""A new version of the price list comes into force on a day: all of it or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.errors import Conflict
from servicekit.ids import new_id
from subscriptions.domain.price_lists import PriceList, RefusedLine, read_prices
from subscriptions.store import price_lists

_FICTIONAL = Path(__file__).parents[1] / "fictional-prices.csv"


@dataclass(frozen=True, slots=True)
class PriceFile:
    """A CSV file of the shape in ``domain/price_lists.py``, and what is said about it."""

    text: str
    version: str
    in_force_from: date
    title: str
    fictional: bool


def fictional_prices() -> PriceFile:
    """What a demo sells; in force since before any installation's clock."""
    return PriceFile(
        text=_FICTIONAL.read_text(encoding="utf-8"),
        version="fictional-1",
        in_force_from=date(2020, 1, 1),
        title="Tarif fictif / fictional price list",
        fictional=True,
    )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``known``: this very file is in force under this version already; nothing was changed."""

    items: int
    offers: int
    refused: tuple[RefusedLine, ...]
    known: bool = False


def import_prices(
    *, db: Database, context: Context, now: datetime, file: PriceFile
) -> ImportReport:
    """With a refused line nothing is imported. A version is never imported with other prices."""
    price_list = PriceList(
        price_list_id=new_id(),
        version=file.version,
        in_force_from=file.in_force_from,
        title=file.title,
        fictional=file.fictional,
        digest=hashlib.sha256(file.text.encode()).hexdigest(),
        imported_at=now,
    )
    prices = read_prices(file.text, price_list_id=price_list.price_list_id)
    offers = sum(len(item.offers) for item in prices.items)
    report = ImportReport(len(prices.items), offers, prices.refused)
    if prices.refused:
        return report
    with db.write(context, tenant=EVERYONE) as tx:
        known = price_lists.find_price_list(tx, version=file.version)
        if known is not None:
            if known.digest != price_list.digest:
                raise Conflict("price-list-version-taken")
            return ImportReport(report.items, report.offers, (), known=True)
        price_lists.add_price_list(tx, price_list=price_list, items=prices.items)
        tx.record(
            "catalogue:price-list:imported",
            target=file.version,
            details={
                "title": file.title,
                "in_force_from": file.in_force_from,
                "fictional": file.fictional,
                "items": report.items,
                "offers": report.offers,
                "digest": price_list.digest,
            },
            at=now,
        )
    return report
