"""What a number of units costs and how many of them still run: arithmetic for display."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def total(unit_price: str, quantity: int) -> Decimal:
    return Decimal(unit_price) * quantity


def units_left(subscription: Mapping[str, Any]) -> int:
    """Units that run now and are not yet told to end."""
    ending = sum(
        termination["quantity"]
        for termination in subscription["terminations"]
        if not termination["done"]
    )
    return int(subscription["quantity"]) - int(ending)
