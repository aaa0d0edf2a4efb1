from __future__ import annotations

import csv
import io
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.actions.import_prices import fictional_prices
from subscriptions.domain.price_lists import COLUMNS, ReadPrices, read_prices

pytestmark = pytest.mark.unit

LINE = {
    "id": "workspace.eu-west-0.standard-2",
    "productId": "workspace",
    "productIdParameter": "standard-2",
    "productName": "Workspace, 2 vCPU",
    "productFamily": "Workspace",
    "productCategory": "desktop",
    "opiFlavour": "standard-2",
    "osUnit": "Windows",
    "vCpu": "2",
    "ram": "4",
    "region": "eu-west-0",
    "unit": "month",
    "currency": "EUR",
    "priceAmount": "24.00",
    "fromOn": "0",
    "upTo": "",
    "isMRC": "true",
    "R12": "23.15",
    "R24": "19.94",
    "R36": "0",
    "RU12": "21.50",
    "RU24": "19.541667",
    "RU36": "",
}


def read(*lines: dict[str, str]) -> ReadPrices:
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS)
    table.writeheader()
    table.writerows(lines)
    return read_prices(text.getvalue(), price_list_id=UUID(int=1))


def test_line_makes_an_offer_of_each_package_that_has_a_price() -> None:
    [item] = read(LINE).items
    assert [offer.offer_id.removeprefix(item.item_id) for offer in item.offers] == [
        ".12-months",
        ".24-months",
        ".12-months-upfront",
        ".24-months-upfront",
    ]


def test_monthly_package_costs_each_month_and_nothing_at_once() -> None:
    offer = read(LINE).items[0].offers[0]
    assert (offer.monthly_price, offer.upfront_price) == (Decimal("23.15"), Decimal(0))
    assert (offer.term_months, offer.upfront) == (12, False)


def test_upfront_package_costs_the_whole_term_at_once_to_the_cent() -> None:
    offer = read(LINE).items[0].offers[-1]
    assert (offer.monthly_price, offer.upfront_price) == (Decimal(0), Decimal("469.00"))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", ""),
        ("id", "Not A Code"),
        ("productId", "toaster"),
        ("region", "EU West"),
        ("currency", "euro"),
        ("priceAmount", "-1"),
        ("priceAmount", "24,00"),
        ("priceAmount", "NaN"),
        ("R12", "1e3"),
        ("R12", "9" * 40),
        ("vCpu", "2.5"),
    ],
)
def test_faulty_line_is_refused_by_number_and_column(column: str, value: str) -> None:
    other = LINE | {"id": "workspace.eu-west-0.other"}
    prices = read(other, LINE | {column: value})
    assert [(line.number, line.column) for line in prices.refused] == [(3, column)]
    assert len(prices.items) == 1


def test_item_stands_in_a_list_once() -> None:
    assert [line.number for line in read(LINE, LINE).refused] == [3]


def test_file_without_the_columns_is_refused_as_a_whole() -> None:
    [refused] = read_prices("id,price\na,1\n", price_list_id=UUID(int=1)).refused
    assert refused.number == 1
    assert refused.column.split(", ") == [column for column in COLUMNS if column != "id"]


def test_empty_list_is_refused() -> None:
    assert read().refused


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    read_prices(text, price_list_id=UUID(int=1))
    read_prices(",".join(COLUMNS) + "\n" + text, price_list_id=UUID(int=1))


def test_list_that_ships_says_that_it_is_fictional() -> None:
    file = fictional_prices()
    prices = read_prices(file.text, price_list_id=UUID(int=1))
    assert prices.refused == ()
    assert file.fictional
    assert {item.region for item in prices.items} == {"eu-west-0", "eu-west-1", "na-east-0"}
    assert all(len(item.offers) == 6 for item in prices.items)
    assert all("tarif fictif" in item.name for item in prices.items)
