"""A file outside a transaction: nobody waits for it, and a try that failed can be run again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from servicekit.migrate import MigrationError, migrate
from servicekit.migrate_online import read_statements
from servicekit.postgres import psycopg

THINGS = """
CREATE TABLE things (tenant text NOT NULL, n int PRIMARY KEY, m int);
SELECT house.guard('things');
INSERT INTO things (tenant, n) SELECT 'OCB0000001', n FROM generate_series(1, 25) AS n;
ALTER TABLE things ADD CONSTRAINT things_n_check CHECK (n > 0) NOT VALID
"""
ONLINE = """-- outside a transaction
--
-- A comment; with a semicolon.
UPDATE things SET m = 1
 WHERE n IN (SELECT n FROM things WHERE m IS NULL LIMIT 10);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS things_n_idx ON things (n) WHERE m = 1;
ALTER TABLE things VALIDATE CONSTRAINT things_n_check;
"""
STATE = """
SELECT (SELECT count(*) FROM things WHERE m = 1),
       (SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('things_n_idx')),
       (SELECT convalidated FROM pg_constraint WHERE conname = 'things_n_check')
"""


class Tried:
    """A database with THINGS, and the folder whose second file is tried."""

    def __init__(self, access: Any, folder: Path) -> None:
        self.access, self.folder = access, folder
        (folder / "0001_things.sql").write_text(THINGS)
        (folder / "HEAD").write_text("0001_things\n")
        self.migrate()

    def migrate(self) -> list[str]:
        return migrate(self.access.owner_url, self.folder, app_role=self.access.names.app)

    def add(self, text: str) -> None:
        (self.folder / "0002_online.sql").write_text(text)
        (self.folder / "HEAD").write_text("0002_online\n")

    def connect(self) -> Any:
        options = "-c guichet.tenant=*"
        return psycopg.connect(self.access.owner_url, autocommit=True, options=options)

    def row(self, query: str) -> Any:
        with self.connect() as connection:
            return connection.execute(query).fetchone()


@pytest.fixture
def tried(new_database: Any, tmp_path: Path) -> Tried:
    return Tried(new_database(), tmp_path)


@pytest.mark.servers
def test_indexes_are_built_constraints_validated_and_rows_filled_in_batches(tried: Tried) -> None:
    tried.add(ONLINE)
    assert tried.migrate() == ["service/0002_online"]
    assert tried.row(STATE) == (25, True, True)
    assert tried.migrate() == []


@pytest.mark.servers
def test_rows_stay_writable_while_it_waits_for_another_transaction(tried: Tried) -> None:
    """An index under construction waits for who wrote before; nobody waits for the index."""
    tried.add(ONLINE)
    with tried.connect() as busy, tried.connect() as other, ThreadPoolExecutor(1) as thread:
        busy.execute("BEGIN; INSERT INTO things VALUES ('OCB0000001', 100)")
        running = thread.submit(tried.migrate)
        _until(other, "SELECT to_regclass('things_n_idx') IS NOT NULL")
        other.execute("SET lock_timeout = '1s'; UPDATE things SET m = 2 WHERE n = 7")
        assert not running.done()
        busy.execute("COMMIT")
        assert running.result(timeout=20) == ["service/0002_online"]
    assert tried.row(STATE) == (24, True, True)


@pytest.mark.servers
def test_a_try_that_failed_is_not_recorded_and_the_next_one_replaces_its_index(
    tried: Tried,
) -> None:
    tried.add(ONLINE.replace("ON things (n)", "ON things ((n / 10))"))
    with pytest.raises(MigrationError, match="service/0002_online"):
        tried.migrate()
    assert tried.row(STATE) == (25, False, False)
    tried.add(ONLINE)
    assert tried.migrate() == ["service/0002_online"]
    assert tried.row(STATE) == (25, True, True)


@pytest.mark.servers
def test_runners_that_wait_do_not_hold_the_index_up(tried: Tried) -> None:
    tried.add(ONLINE)
    with ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(lambda _: tried.migrate(), range(4)))
    assert sorted(map(len, applied)) == [0, 0, 0, 1]


@pytest.mark.servers
def test_a_changed_file_is_refused_like_any_other(tried: Tried) -> None:
    tried.add(ONLINE)
    tried.migrate()
    tried.add(ONLINE + "\n")
    with pytest.raises(MigrationError, match="0002_online was changed after it was applied"):
        tried.migrate()


@pytest.mark.unit
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX things_n_idx ON things (n)",
        "CREATE INDEX CONCURRENTLY things_n_idx ON things (n)",
        "DROP INDEX things_n_idx",
        "ALTER TABLE things ADD COLUMN k int",
        "UPDATE things SET m = 1",
        "INSERT INTO things VALUES ('OCB0000001', 1)",
    ],
)
def test_what_locks_or_cannot_run_twice_does_not_belong_there(statement: str) -> None:
    with pytest.raises(ValueError, match="not for a file outside a transaction"):
        read_statements(f"-- outside a transaction\n{statement};\n")


def _until(connection: Any, query: str) -> None:
    for _ in range(500):
        if connection.execute(query).fetchone() == (True,):
            return
        connection.execute("SELECT pg_sleep(0.02)")
    raise AssertionError(query)
