"""Migration files that run outside a transaction: what would lock a large table for long.

The first line says ``-- outside a transaction``. Statement by statement, each of a kind that lets
readers and writers pass and that may run twice, because a file that fails is run again from its
beginning: indexes built and dropped concurrently, constraints validated that were added NOT VALID,
rows filled in a batch at a time.
"""

from __future__ import annotations

import re
from typing import Any

from servicekit.postgres import Connection

_HEADER = "-- outside a transaction\n"
_INDEX = re.compile(
    r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS (?P<name>[a-z_][a-z0-9_]*)"
    r" ON (?P<schema>[a-z_]+\.)?"
)
_OTHERS = re.compile(
    r"DROP INDEX CONCURRENTLY IF EXISTS [a-z_][a-z0-9_]*$"
    r"|ALTER TABLE [a-z_]+ VALIDATE CONSTRAINT [a-z_][a-z0-9_]*$"
)
_BATCH = re.compile(r"UPDATE .*\bLIMIT [0-9]+\b")
_COMMENT = re.compile(r"--[^\n]*")
# Waiting here holds nobody up, except in a batch, whose rows others wait for.
_SETTINGS = """
SET lock_timeout = '600s';
SET statement_timeout = 0;
SET guichet.tenant = '*'
"""
_SETTINGS_AGAIN = "RESET lock_timeout; RESET statement_timeout; RESET guichet.tenant"
_UNFINISHED = """
SELECT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid)
"""


def is_online(text: str) -> bool:
    return text.startswith(_HEADER)


def apply_online(connection: Connection[Any], text: str) -> None:
    """Run all statements; raises ValueError for one that does not belong here, before any runs."""
    statements = read_statements(text)
    connection.execute(_SETTINGS, prepare=False)
    try:
        for statement in statements:
            _run(connection, statement)
    finally:
        connection.execute(_SETTINGS_AGAIN, prepare=False)


def read_statements(text: str) -> list[str]:
    found = [" ".join(part.split()) for part in _COMMENT.sub("", text).split(";")]
    statements = [statement for statement in found if statement]
    for statement in statements:
        if not any(kind.match(statement) for kind in (_INDEX, _OTHERS, _BATCH)):
            raise ValueError(f"not for a file outside a transaction: {statement}")
    return statements


def _run(connection: Connection[Any], statement: str) -> None:
    index = _INDEX.match(statement)
    name = None if index is None else (index["schema"] or "") + index["name"]
    if name is not None and _is_unfinished(connection, name):
        # Left by a try that failed: it exists, is kept up to date, and serves nobody.
        connection.execute(f"DROP INDEX CONCURRENTLY {name}".encode(), prepare=False)
    cursor = connection.execute(statement.encode(), prepare=False)
    while _BATCH.match(statement) and cursor.rowcount:
        cursor = connection.execute(statement.encode(), prepare=False)


def _is_unfinished(connection: Connection[Any], name: str) -> bool:
    row = connection.execute(_UNFINISHED, (name,)).fetchone()
    return row is not None and bool(row[0])
