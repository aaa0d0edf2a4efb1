from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contracts.subscriptions import Product
from contracts.subscriptions import list_offers as declared
from servicekit.errors import Conflict
from subscriptions.actions.import_prices import fictional_prices
from subscriptions.actions.list_offers import OffersPage, list_offers

pytestmark = pytest.mark.servers


def offers(house, *, now=None, product=None, region=None, limit=200, cursor=None) -> OffersPage:
    return list_offers(
        db=house.db,
        context=house.context("subscriptions.list_offers"),
        now=now or house.now,
        product=product,
        region=region,
        limit=limit,
        cursor=cursor,
    )


def test_list_that_ships_is_imported_once(bare_house) -> None:
    first = bare_house.import_list(fictional_prices())
    again = bare_house.import_list(fictional_prices())
    assert (first.items, first.offers, first.known) == (15, 90, False)
    assert again.known
    assert bare_house.rows("SELECT count(*) FROM offers") == [(90,)]
    assert bare_house.rows("SELECT fictional FROM price_lists") == [(True,)]


def test_version_is_never_imported_with_other_prices(bare_house) -> None:
    bare_house.import_list(fictional_prices())
    other = replace(fictional_prices(), text=fictional_prices().text.replace("19.20", "1.20"))
    with pytest.raises(Conflict, match="price-list-version-taken"):
        bare_house.import_list(other)


def test_list_with_a_refused_line_changes_nothing(bare_house) -> None:
    text = fictional_prices().text.replace("EUR", "euro", 1)
    report = bare_house.import_list(replace(fictional_prices(), text=text))
    assert [(line.number, line.column) for line in report.refused] == [(2, "currency")]
    assert bare_house.rows("SELECT count(*) FROM price_lists") == [(0,)]


def test_list_comes_into_force_on_its_day_in_paris(house) -> None:
    newer = replace(
        fictional_prices(),
        text=fictional_prices().text.replace("19.20", "20.40"),
        version="2027",
        in_force_from=date(2027, 1, 1),
    )
    house.import_list(newer)

    def price(at: datetime) -> str:
        page = offers(house, now=at, region="eu-west-0")
        return str({one.offer_id: one.monthly_price for one in page.items}[house.offer_id])

    assert price(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == "19.20"
    assert price(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == "20.40"


def test_offers_are_filtered_by_region_and_product(house) -> None:
    found = offers(house, region="na-east-0", product=Product.WORKSPACE).items
    assert {one.region for one in found} == {"na-east-0"}
    assert len(found) == 30
    assert offers(house, region="mars").items == []


def test_pages_hold_every_offer_once(house) -> None:
    seen, cursor = [], None
    for _ in range(3):
        page = offers(house, limit=40, cursor=cursor)
        declared.response().load(declared.response().dump(page))
        seen += [one.offer_id for one in page.items]
        cursor = page.next_cursor
    assert len(seen) == len(set(seen)) == 90
    assert seen == sorted(seen)
    assert cursor is None


def test_nothing_is_on_offer_without_a_price_list(bare_house) -> None:
    assert offers(bare_house).items == []
