"""What can be ordered: one item of the price list under one package."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from contracts.subscriptions import Product


@dataclass(frozen=True, slots=True)
class Package:
    """How long one commits, and whether the whole term is paid at once."""

    term_months: int
    upfront: bool

    @property
    def code(self) -> str:
        return f"{self.term_months}-months" + ("-upfront" if self.upfront else "")


# 1, 2, 3 years, without and with upfront payment (domain facts §4).
PACKAGES = tuple(Package(months, upfront) for upfront in (False, True) for months in (12, 24, 36))


@dataclass(frozen=True, slots=True)
class Offer:
    """Prices are per unit and without VAT: each month, and once at the order.

    ``price_list_id`` is the version of the price list that said so.
    """

    price_list_id: UUID
    offer_id: str
    product: Product
    region: str
    flavour: str
    package: str
    term_months: int
    upfront: bool
    monthly_price: Decimal
    upfront_price: Decimal
    currency: str
