"""Starts a process, so it is left to the whole round (`make test`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "states-recovery.md"


def test_page_of_states_is_current() -> None:
    drawn = subprocess.run(
        [sys.executable, "-m", "identity", "draw-states"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert PAGE.read_text(encoding="utf-8") == drawn.stdout, "make it again: see its third line"
