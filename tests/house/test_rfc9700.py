"""The page that goes through RFC 9700 names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "rfc9700.md"
SECTIONS = {"2.1", "2.1.1", "2.1.2", "2.2", "2.3", "2.4", "2.5", "2.6"}
SECTIONS |= {f"4.{number}" for number in range(1, 18)}


def rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in lines
        if re.match(r"\| \d", line)
    ]


def named() -> list[str]:
    return [name for row in rows() for name in re.findall(r"`(\w+/\w+\.py[^`]*)`", row[3])]


@pytest.mark.parametrize("name", sorted(set(named())))
def test_a_test_that_is_named_is_there(name: str) -> None:
    path, _, function = name.partition("::")
    text = (ROOT / "gateway" / "tests" / path).read_text(encoding="utf-8")
    assert not function or f"\ndef {function}(" in text


def test_each_section_has_a_row() -> None:
    told = {section.strip() for row in rows() for section in row[0].split(",")}
    assert told == SECTIONS
