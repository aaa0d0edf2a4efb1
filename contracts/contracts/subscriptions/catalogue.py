"""What can be ordered, at the prices in force."""

from __future__ import annotations

from enum import StrEnum

from contracts.declare import Effect, get
from contracts.fields import Choice, Flag, Many, Money, Part, Strict, Text, Whole
from contracts.paging import Page, PageRequest
from contracts.rights import listing
from contracts.subscriptions.contract import SUBSCRIPTIONS


class Product(StrEnum):
    WORKSPACE = "workspace"


class Offer(Strict):
    """One line of the price list in force: a flavour in a region under a package."""

    offer_id = Text(required=True, maximum=128)
    product = Choice(Product, required=True)
    region = Text(required=True, maximum=64)
    flavour = Text(required=True, maximum=64)
    package = Text(
        required=True,
        maximum=64,
        metadata={"description": "``12-months``, ``12-months-upfront``, …"},
    )
    term_months = Whole(required=True)
    upfront = Flag(required=True)
    monthly_price = Money(
        required=True, metadata={"description": "Per unit and month, excluding VAT."}
    )
    upfront_price = Money(required=True, metadata={"description": "Per unit, once, excluding VAT."})
    currency = Text(required=True, maximum=3)


class ListOffers(PageRequest):
    product = Choice(Product, load_default=None, allow_none=True)
    region = Text(maximum=64, load_default=None, allow_none=True)


class Offers(Page):
    items = Many(Part(Offer), maximum=200, required=True)


list_offers = SUBSCRIPTIONS.call(
    "list_offers",
    request=ListOffers,
    response=Offers,
    right=listing("catalogue.read"),
    effect=Effect.READ,
    summary="What can be ordered, at the prices in force.",
    route=get("/catalogue/offers"),
)
