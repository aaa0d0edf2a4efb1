"""Every capability has its row, and a row that claims something names the tests that show it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"\| (?P<id>[A-Z]{2}-\d+) \| [^|]+ \| (?P<state>\w+) \|(?P<tests>[^|]*)\|")
COUNTS = {"ID": 16, "GW": 8, "TN": 16, "SB": 18, "NT": 6, "PO": 3, "OP": 7}


def rows() -> list[re.Match[str]]:
    text = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
    return [match for line in text.splitlines() if (match := ROW.match(line))]


def test_each_capability_has_one_row() -> None:
    wanted = [f"{area}-{number + 1}" for area, count in COUNTS.items() for number in range(count)]
    assert sorted(row["id"] for row in rows()) == sorted(wanted)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_row_names_tests_that_exist_unless_it_comes_later(row: re.Match[str]) -> None:
    named = re.findall(r"`([^`]+)`", row["tests"])
    if row["state"] == "later":
        assert named == []
        return
    assert row["state"] in ("part", "done")
    assert named
    for path in named:
        place = ROOT / path
        assert place.is_file() or any(place.rglob("test_*.py")), path
