"""Several trails, each with its own cursor, read as one by time and page by page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.portal.trail import PAGE, Position, from_text, merged_page, to_text
from servicekit.errors import Unavailable

pytestmark = pytest.mark.unit

SERVICES = ("identity", "tenancy")


class Trails:
    """Serves pages as the services do: an opaque cursor, None at the end."""

    def __init__(self, entries: dict[str, list[dict[str, Any]]]) -> None:
        self.entries = entries
        self.away: set[str] = set()

    def fetch(self, service: str, cursor: str | None, limit: int) -> dict[str, Any]:
        if service in self.away:
            raise Unavailable("service-timeout")
        start = int(cursor or 0)
        items = self.entries[service][start : start + limit]
        later = start + limit if start + limit < len(self.entries[service]) else None
        return {"items": items, "next_cursor": None if later is None else str(later)}


def trail(moments: list[int]) -> list[dict[str, Any]]:
    return [
        {"at": f"2026-11-23T12:{at:06d}", "sequence": number}
        for number, at in enumerate(sorted(moments), start=1)
    ]


def read_all(trails: Trails) -> list[tuple[str, dict[str, Any]]]:
    positions, seen = from_text(None, SERVICES), []
    for _ in range(100):
        page = merged_page(trails.fetch, positions)
        assert len(page.entries) <= PAGE
        seen.extend(page.entries)
        if page.ended:
            return seen
        positions = from_text(to_text(page.positions), SERVICES)
    raise AssertionError("the trail does not end")


@given(
    st.lists(st.integers(0, 999), max_size=260),
    st.lists(st.integers(0, 999), max_size=260),
)
def test_every_entry_comes_once_and_in_order(first: list[int], second: list[int]) -> None:
    trails = Trails({"identity": trail(first), "tenancy": trail(second)})
    seen = read_all(trails)
    assert len(seen) == len(first) + len(second)
    assert [entry["at"] for _, entry in seen] == sorted(entry["at"] for _, entry in seen)
    for service in SERVICES:
        own = [entry["sequence"] for name, entry in seen if name == service]
        assert own == list(range(1, len(own) + 1))


def test_what_is_silent_is_said_and_read_on_where_it_was_left_once_it_is_back() -> None:
    trails = Trails({"identity": trail(list(range(70))), "tenancy": trail(list(range(70)))})
    first = merged_page(trails.fetch, from_text(None, SERVICES))
    trails.away = {"tenancy"}
    second = merged_page(trails.fetch, from_text(to_text(first.positions), SERVICES))
    assert (second.silent, {name for name, _ in second.entries}) == ({"tenancy"}, {"identity"})
    assert second.positions["tenancy"] == first.positions["tenancy"]
    assert not second.ended
    trails.away = set()
    third = merged_page(trails.fetch, from_text(to_text(second.positions), SERVICES))
    assert third.silent == set()
    seen = [*first.entries, *second.entries, *third.entries]
    assert [entry["sequence"] for name, entry in seen if name == "tenancy"] == list(range(1, 71))


@pytest.mark.parametrize("text", ["", "x", "e30", "WzFd", "eyJpZGVudGl0eSI6MX0", "💥"])
def test_cursor_that_is_not_ours_starts_at_the_beginning(text: str) -> None:
    assert from_text(text, SERVICES) == dict.fromkeys(SERVICES, Position())
