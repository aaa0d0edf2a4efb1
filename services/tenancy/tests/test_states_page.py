"""Starts a process, so it is left to the whole round (`make test`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(
    ("command", "page"),
    [
        ("draw-states", "states-tenant.md"),
        ("draw-request-states", "states-request.md"),
        ("draw-handover-states", "states-handover.md"),
    ],
)
def test_page_of_states_is_current(command: str, page: str) -> None:
    drawn = subprocess.run(
        [sys.executable, "-m", "tenancy", command], capture_output=True, text=True, check=True
    )
    kept = (DOCS / page).read_text(encoding="utf-8")
    assert kept == drawn.stdout, "make it again: see its third line"
