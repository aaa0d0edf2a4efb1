"""A small service of notes on real PostgreSQL, on which the database side of the kit is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.codes import TenantCode
from contracts.rights import Caller, CallerKind
from servicekit.canonical import canonical_hash
from servicekit.context import Context, deadline_in
from servicekit.db import Database, Tx
from servicekit.ids import new_id

SAMPLE_MIGRATIONS = Path(__file__).parent / "sample_migrations"
ACME = TenantCode("OCB0000001")
GLOBEX = TenantCode("OCB0000002")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Note:
    note_id: UUID
    tenant: TenantCode
    text: str


class Notes:
    """The store, and a context to call with."""

    acme, globex, noon = ACME, GLOBEX, NOON

    def context(self, **changes: Any) -> Context:
        context = Context(
            caller=Caller(kind=CallerKind.PERSON, subject="person-1"),
            call="tenancy.open_tenant",
            call_id="call-1",
            deadline=deadline_in(30),
            request_hash=canonical_hash({"name": "one"}),
        )
        return replace(context, **changes)

    def add(self, tx: Tx, *, tenant: TenantCode, text: str) -> UUID:
        note_id = new_id()
        tx.run(
            "INSERT INTO notes (note_id, tenant, text) VALUES (%(note_id)s, %(tenant)s, %(text)s)",
            {"note_id": note_id, "tenant": tenant, "text": text},
        )
        return note_id

    def texts(self, tx: Tx) -> list[str]:
        rows = tx.rows("SELECT note_id, tenant, text FROM notes ORDER BY text", {}, Note)
        return [row.text for row in rows]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def sample(new_database: Callable[..., Any]) -> Any:
    """``.owner_url`` and ``.app_url`` of a fresh database of notes."""
    return new_database(migrations=SAMPLE_MIGRATIONS)


@pytest.fixture
def db(sample: Any) -> Iterator[Database]:
    with Database(sample.app_url, pool_size=10, service="tenancy") as database:
        yield database
