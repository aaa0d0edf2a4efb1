"""Migrations hold nobody up: what reads a table that stands already does so beside its writers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit.migrate_online import is_online

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
FOLDERS = (
    ROOT / "servicekit/servicekit/house_migrations",
    ROOT / "gateway/migrations",
    *sorted((ROOT / "services").glob("*/migrations")),
)
# Of tables that are empty or small where these run: all are older than the first release.
BEFORE_THE_RULE = {
    "gateway/0009_register_clients_of_tenants.sql",
    "identity/0004_key_decoys_and_keep_welcome_links.sql",
    "identity/0007_write_policies_for_tenants.sql",
    "notifications/0004_erase_people.sql",
    "tenancy/0004_find_offices_of_a_person.sql",
}
COMMENT = re.compile(r"--[^\n]*")
CREATED = re.compile(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?([a-z_.]+)")
INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX [a-z0-9_]+ ON ([a-z_.]+)")
ALTERED = re.compile(r"ALTER TABLE ([a-z_.]+) ")


def held_up(text: str) -> Iterator[str]:
    """Statements that read a table of an earlier file under their lock."""
    if is_online(text):
        return
    plain = COMMENT.sub("", text)
    own = set(CREATED.findall(plain))
    for statement in (" ".join(part.split()) for part in plain.split(";")):
        index, altered = INDEX.match(statement), ALTERED.match(statement)
        if index and index[1] not in own:
            yield statement
        elif altered and altered[1] not in own:
            checks = len(re.findall(r"\bCHECK \(", statement))
            if checks > statement.count("NOT VALID") or "SET NOT NULL" in statement:
                yield statement


def test_a_file_in_a_transaction_reads_no_table_that_stands_already() -> None:
    found = {
        f"{path.parent.parent.name}/{path.name}"
        for folder in FOLDERS
        for path in sorted(folder.glob("*.sql"))
        if list(held_up(path.read_text(encoding="utf-8")))
    }
    assert found == BEFORE_THE_RULE


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("CREATE INDEX a_idx ON a (b);", True),
        ("CREATE TABLE a (b text);\nCREATE INDEX a_idx ON a (b);", False),
        ("ALTER TABLE a ADD CONSTRAINT a_check CHECK (b IN ('x'));", True),
        ("ALTER TABLE a ADD CONSTRAINT a_check CHECK (b IN ('x')) NOT VALID;", False),
        ("ALTER TABLE a ADD COLUMN b text CHECK (b <> '');", True),
        ("-- outside a transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b);", False),
    ],
)
def test_the_law_knows_what_holds_up(text: str, held: bool) -> None:
    assert bool(list(held_up(text))) is held
