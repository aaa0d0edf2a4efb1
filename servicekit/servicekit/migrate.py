"""Numbered SQL files, forward only, run by the owner role while older versions keep serving.

First the house's own (``servicekit/house_migrations``), then the service's. Each file is one
transaction, or says in its first line that it runs outside one (``migrate_online.py``); ``HEAD``
names the newest, so that two branches that add one conflict in git.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from servicekit.clock import SystemClock
from servicekit.migrate_online import apply_online, is_online
from servicekit.postgres import Connection, psycopg, sql, tuple_row

HOUSE_MIGRATIONS = Path(__file__).parent / "house_migrations"
_FILE = re.compile(r"(?P<number>[0-9]{4})_[a-z0-9_]+\.sql")
# Asked again and again: whoever sat in the database waiting for it would hold a snapshot, for which
# an index that is built concurrently under this very lock waits in turn.
_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('house.migrations', 0))"
_LOCK_SECONDS, _LOCK_PAUSE = 1800.0, 0.2
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('house.migrations', 0))"
# A migration that cannot get its lock at once gives up rather than queue everybody behind it.
_LIMITS = "SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '300s'; "
_EVERYONE = "SET LOCAL guichet.tenant = '*'"
_REGISTER = """
CREATE SCHEMA IF NOT EXISTS house;
CREATE TABLE IF NOT EXISTS house.migrations (
    source text NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (source, name)
)
"""
# What the application role may do in the house: the trail can be added to, never rewritten.
_HOUSE_GRANTS = """
GRANT USAGE ON SCHEMA house, public TO {role};
GRANT SELECT ON house.migrations TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON house.outbox, house.due_work TO {role};
GRANT SELECT, INSERT, DELETE ON house.inbox, house.idempotency_keys TO {role};
GRANT SELECT, INSERT ON house.audit_entries TO {role};
GRANT SELECT, INSERT, UPDATE ON house.audit_heads, house.clock TO {role};
GRANT EXECUTE ON FUNCTION house.claim_key(text, text, text, text) TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
REVOKE CREATE ON SCHEMA public FROM PUBLIC
"""


class MigrationError(Exception):
    """The files and the database do not fit; nothing was applied beyond what is named."""


@dataclass(frozen=True, slots=True)
class Migration:
    source: str
    name: str
    checksum: str
    text: str


def migrate(owner_url: str, directory: Path, *, app_role: str | None = None) -> list[str]:
    """Bring the database up to date and grant the application role; gives the names applied.

    ``app_role`` defaults to ``<database>_app``. Concurrent runs wait for one another.
    """
    wanted = read_migrations(HOUSE_MIGRATIONS, source="house")
    wanted += read_migrations(directory, source="service")
    with psycopg.connect(
        owner_url, autocommit=True, row_factory=tuple_row, connect_timeout=10
    ) as connection:
        role = app_role or f"{connection.info.dbname}_app"
        _lock(connection)
        try:
            connection.execute(_REGISTER)
            applied = _applied(connection)
            _check(wanted, applied)
            new = [one for one in wanted if (one.source, one.name) not in applied]
            for one in new:
                _apply(connection, one, at=SystemClock().now())
            _grant(connection, role)
        finally:
            connection.execute(_UNLOCK)
    return [f"{one.source}/{one.name}" for one in new]


def read_migrations(directory: Path, *, source: str) -> list[Migration]:
    """The numbered files, in order, without gaps, the newest pinned in HEAD."""
    paths = sorted(directory.glob("*.sql"))
    found = []
    for number, path in enumerate(paths, start=1):
        match = _FILE.fullmatch(path.name)
        if match is None or int(match["number"]) != number:
            raise MigrationError(f"{path}: expected {number:04d}_name.sql")
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        checksum = hashlib.sha256(text.encode()).hexdigest()
        found.append(Migration(source, path.stem, checksum, text))
    head = directory / "HEAD"
    pinned = head.read_text(encoding="utf-8").strip() if head.exists() else ""
    newest = found[-1].name if found else ""
    if pinned != newest:
        raise MigrationError(f"{head}: names {pinned!r}, the newest migration is {newest!r}")
    return found


def migrations_of(service: str) -> Path:
    """Where a service's files are: inside its wheel, or beside its package in the source tree."""
    spec = importlib.util.find_spec(service)
    if spec is None or spec.origin is None:
        raise MigrationError(f"no package {service}")
    package = Path(spec.origin).parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def is_current(applied: Mapping[tuple[str, str], str], directory: Path) -> bool:
    """Whether all that this version needs is applied; a newer version may have added more."""
    wanted = read_migrations(HOUSE_MIGRATIONS, source="house")
    wanted += read_migrations(directory, source="service")
    return all(applied.get((one.source, one.name)) == one.checksum for one in wanted)


def run_migrations(service: str, environ: Mapping[str, str]) -> list[str]:
    """``python -m <service> migrate``."""
    owner_url = environ.get("GUICHET_OWNER_DATABASE_URL")
    if not owner_url:
        raise MigrationError("GUICHET_OWNER_DATABASE_URL is not set")
    return migrate(
        owner_url, migrations_of(service), app_role=environ.get("GUICHET_APP_ROLE") or None
    )


def _lock(connection: Connection[Any]) -> None:
    """Wait for the one who migrates before us: with large tables that may be a while."""
    until = time.monotonic() + _LOCK_SECONDS
    while connection.execute(_LOCK).fetchone() != (True,):
        if time.monotonic() > until:
            raise MigrationError("another migration has been running for too long")
        time.sleep(_LOCK_PAUSE)


def _applied(connection: Connection[Any]) -> dict[tuple[str, str], str]:
    rows = connection.execute("SELECT source, name, checksum FROM house.migrations").fetchall()
    return {(source, name): checksum for source, name, checksum in rows}


def _check(wanted: list[Migration], applied: Mapping[tuple[str, str], str]) -> None:
    """What was applied must be what stands in the files.

    Names that are not in our files belong to a newer version, which may have migrated first.
    """
    for one in wanted:
        checksum = applied.get((one.source, one.name), one.checksum)
        if checksum != one.checksum:
            raise MigrationError(f"{one.source}/{one.name} was changed after it was applied")
    newest = {one.source: one.name for one in wanted}
    known = {(one.source, one.name) for one in wanted}
    for source, name in applied:
        if (source, name) not in known and name <= newest.get(source, ""):
            raise MigrationError(f"{source}/{name} was applied but is not among the files")


def _apply(connection: Connection[Any], one: Migration, *, at: datetime) -> None:
    try:
        if is_online(one.text):
            apply_online(connection, one.text)
            _record(connection, one, at=at)
            return
        with connection.transaction():
            connection.execute(_LIMITS + _EVERYONE, prepare=False)
            connection.execute(one.text.encode(), prepare=False)
            _record(connection, one, at=at)
    except (psycopg.Error, ValueError) as error:
        raise MigrationError(f"{one.source}/{one.name}: {error}") from error


def _record(connection: Connection[Any], one: Migration, *, at: datetime) -> None:
    connection.execute(
        "INSERT INTO house.migrations (source, name, checksum, applied_at) VALUES (%s, %s, %s, %s)",
        (one.source, one.name, one.checksum, at),
    )


def _grant(connection: Connection[Any], role: str) -> None:
    with connection.transaction():
        connection.execute(sql.SQL(_HOUSE_GRANTS).format(role=sql.Identifier(role)))
