"""A trail names people by pseudonyms, so that erasing somebody leaves its chain as it was."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
# What would say of an entry who somebody is.
NAMING = {
    "login", "email", "user_name", "recipient", "recipient_name", "given_name", "family_name",
    "full_name", "mobile", "name_of_caller", "new_email",
}  # fmt: skip
ACTIONS = sorted((ROOT / "services").glob("*/*/actions/*.py"))


def recorded(path: Path) -> list[ast.expr]:
    """Target and details of every entry that the file writes."""
    found: list[ast.expr] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name == "record":
                found += [word.value for word in node.keywords if word.arg in ("target", "details")]
    return found


def named_in(expression: ast.expr) -> set[str]:
    names = {node.attr for node in ast.walk(expression) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    return names & NAMING


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_entry_says_who_somebody_is(path: Path) -> None:
    assert [ast.unparse(one) for one in recorded(path) if named_in(one)] == []


def test_entries_are_found_at_all() -> None:
    assert sum(len(recorded(path)) for path in ACTIONS) > 20
