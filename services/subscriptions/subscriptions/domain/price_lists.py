"""A price list as it comes in: lines of the public shape (domain facts §4) become offers.

    id,productName,…,priceAmount,…,R12,R24,R36,RU12,RU24,RU36

``priceAmount`` is the price without commitment per ``unit``; ``R`` and ``RU`` are the price of a
month under a term of 12, 24 or 36 months, ``RU`` when the whole term is paid at the order. 0 or
empty: not on offer.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from contracts.subscriptions import Product
from subscriptions.domain.offers import PACKAGES, Offer, Package

COLUMNS = (
    "id", "productId", "productIdParameter", "productName", "productFamily", "productCategory",
    "opiFlavour", "osUnit", "vCpu", "ram", "region", "unit", "currency", "priceAmount", "fromOn",
    "upTo", "isMRC", "R12", "R24", "R36", "RU12", "RU24", "RU36",
)  # fmt: skip
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_WHOLE = re.compile(r"[0-9]{1,6}")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class PriceList:
    """A version of the prices. ``digest`` is the SHA-256 of the file it came from."""

    price_list_id: UUID
    version: str
    in_force_from: date
    title: str
    fictional: bool
    digest: str
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class PricedItem:
    """One line: a flavour in a region. ``price`` is what ``unit`` costs without commitment."""

    item_id: str
    product: Product
    name: str
    family: str
    category: str
    region: str
    flavour: str
    os_unit: str
    vcpu: int
    ram_gib: Decimal
    unit: str
    currency: str
    price: Decimal
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """``number`` as an editor shows it: the header is line 1."""

    number: int
    column: str
    problem: str


@dataclass(frozen=True, slots=True)
class ReadPrices:
    items: tuple[PricedItem, ...]
    refused: tuple[RefusedLine, ...]


class _LineError(Exception):
    """``args``: the column and what is wrong with it."""


def read_prices(text: str, *, price_list_id: UUID) -> ReadPrices:
    """CSV with a header. Each line is read for itself, so that all faults are told at once."""
    table = csv.DictReader(io.StringIO(text, newline=None))
    items: dict[str, PricedItem] = {}
    refused: list[RefusedLine] = []
    try:
        _check_header(table.fieldnames or ())
        for line in table:
            try:
                item = _item(line, price_list_id=price_list_id)
                if item.item_id in items:
                    raise _LineError("id", "stands in the list already")
                items[item.item_id] = item
            except _LineError as error:
                refused.append(RefusedLine(table.line_num, *error.args))
        if not items and not refused:
            raise _LineError("id", "no line follows the header")
    except (_LineError, csv.Error) as error:
        column, problem = error.args if isinstance(error, _LineError) else ("", str(error))
        refused.append(RefusedLine(table.line_num, column, problem))
    return ReadPrices(tuple(items.values()), tuple(refused))


def _check_header(names: Sequence[str]) -> None:
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise _LineError(", ".join(missing), "missing from the header")


def _item(line: Mapping[str, str], *, price_list_id: UUID) -> PricedItem:
    item = PricedItem(
        item_id=_text(line, "id", _CODE),
        product=_product(line),
        name=_text(line, "productName"),
        family=_text(line, "productFamily"),
        category=_text(line, "productCategory"),
        region=_text(line, "region", _CODE),
        flavour=_text(line, "opiFlavour", _CODE),
        os_unit=_text(line, "osUnit"),
        vcpu=int(_text(line, "vCpu", _WHOLE)),
        ram_gib=_amount(line, "ram"),
        unit=_text(line, "unit"),
        currency=_text(line, "currency", _CURRENCY),
        price=_amount(line, "priceAmount"),
        offers=(),
    )
    offers = (_offer(item, package, line, price_list_id) for package in PACKAGES)
    known = tuple(offer for offer in offers if offer is not None)
    return replace(item, offers=known)


def _offer(
    item: PricedItem, package: Package, line: Mapping[str, str], price_list_id: UUID
) -> Offer | None:
    column = ("RU" if package.upfront else "R") + str(package.term_months)
    monthly = _amount(line, column)
    if monthly == 0:
        return None
    once = (monthly * package.term_months).quantize(_CENT, ROUND_HALF_UP)
    return Offer(
        price_list_id=price_list_id,
        offer_id=f"{item.item_id}.{package.code}",
        product=item.product,
        region=item.region,
        flavour=item.flavour,
        package=package.code,
        term_months=package.term_months,
        upfront=package.upfront,
        monthly_price=Decimal(0) if package.upfront else monthly,
        upfront_price=once if package.upfront else Decimal(0),
        currency=item.currency,
    )


def _product(line: Mapping[str, str]) -> Product:
    try:
        return Product(_text(line, "productId"))
    except ValueError:
        raise _LineError("productId", f"not one of {', '.join(Product)}") from None


def _text(line: Mapping[str, str], column: str, pattern: re.Pattern[str] | None = None) -> str:
    text = (line.get(column) or "").strip()
    if not text:
        raise _LineError(column, "is missing")
    if len(text) > 255 or (pattern is not None and not pattern.fullmatch(text)):
        raise _LineError(column, f"cannot be {text[:40]!r}")
    return text


def _amount(line: Mapping[str, str], column: str) -> Decimal:
    text = (line.get(column) or "0").strip()
    if not _AMOUNT.fullmatch(text):
        raise _LineError(column, f"{text[:40]!r} is not an amount")
    return Decimal(text)
