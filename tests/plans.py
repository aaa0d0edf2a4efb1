"""How a service reads its tables: which large ones a call reads from end to end.

The plan of every statement is looked at, also of parts that did not run; and PostgreSQL's own count
of sequential scans, because plans say nothing of what functions and foreign keys do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from contracts.declare import Call, Contract
from servicekit.context import Context, system_context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import GuichetError

# Every service answers these alike, from the house's own tables: servicekit/tests/database looks at
# how those are read.
OF_THE_HOUSE = {
    "list_audit_entries",
    "verify_audit_chain",
    "list_house_entries",
    "verify_house_chain",
    "list_looks",
    "list_own_looks",
}
LARGE_ENOUGH = 3900  # rows from which on the planner prefers an index
_PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_SCANS = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE schemaname = 'public'"
_TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def fill(db: Database, admin_url: str, statements: str, params: Mapping[str, Any]) -> None:
    """And have the planner know."""
    context = system_context(service=db.service, call="test")
    with db.write(context, tenant=EVERYONE) as tx:
        for statement in statements.split(";"):
            if statement.strip():
                tx.run(statement, params)
        name = tx.value("SELECT current_database()", {})
    url = urlsplit(admin_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("ANALYZE")


def large_tables(db: Database, *, but: Collection[str]) -> set[str]:
    return {row["relname"] for row in _rows(db, _TABLES)} - set(but)


def _rows(db: Database, sql: str) -> list[dict[str, Any]]:
    with db.read(tenant=EVERYONE) as tx:
        return tx.rows(sql, {}, dict)


def read_whole(plan: Mapping[str, Any]) -> set[str]:
    """Tables under a sequential scan, of a plan as EXPLAIN (FORMAT JSON) tells it."""
    found = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(read_whole(part) for part in plan.get("Plans", [])))


class Plans:
    """How each statement is planned in the transaction that is about to run it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[tuple[str, set[str]]] = []
        original, plans = Tx._execute, self

        def execute(tx: Tx, cursor: Any, sql: str, params: Any) -> Any:
            if sql.split()[0] in _PLANNED:
                plan = tx.value("EXPLAIN (FORMAT JSON) " + sql, params)[0]["Plan"]
                plans.told.append((" ".join(sql.split())[:600], read_whole(plan)))
            return original(tx, cursor, sql, params)

        monkeypatch.setattr(Tx, "_execute", execute)


class Desk:
    """An edge in this process: each call by its contract; keeps which did what was expected.

    ``db`` has one connection: what that has counted is what was asked here.
    """

    def __init__(self, *, edge: Any, db: Database, plans: Plans, large: set[str]) -> None:
        self.edge, self.db, self.plans, self.large = edge, db, plans, large
        self.asked: set[str] = set()
        self.whole_reads: dict[str, set[tuple[str, str]]] = {}

    def put(
        self, call: Call, context: Context, payload: Mapping[str, Any], *, refused: str | None
    ) -> Any:
        """Its answer as JSON values; or None where the named refusal was what had to come."""
        loaded = call.request().load(json.loads(json.dumps(payload, default=str)))
        with self.watching(call.name):
            code, answer = _outcome(lambda: getattr(self.edge, call.name)(context, loaded))
        assert code == refused, f"{call.name}: {code or answer}"
        self.asked.add(call.name)
        return None if code else call.response().dump(answer)

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        before = self._scans()
        self.plans.told.clear()
        yield
        told = list(self.plans.told)
        assert told, f"{name} asked the database nothing"
        found = {(table, sql) for sql, tables in told for table in tables & self.large}
        after = self._scans()
        named = {table for table, _ in found}
        more = {one for one in self.large if after[one] > before[one]} - named
        found |= {(table, "inside a function or for a foreign key") for table in more}
        if found:
            self.whole_reads.setdefault(name, set()).update(found)

    def _scans(self) -> dict[str, int]:
        """As PostgreSQL counts them: what functions and foreign keys read whole is in it."""
        _rows(self.db, "SELECT pg_stat_force_next_flush()::text AS done")
        return {row["relname"]: row["seq_scan"] for row in _rows(self.db, _SCANS)}

    def unasked(self, contract: Contract) -> set[str]:
        return set(contract.calls) - self.asked - OF_THE_HOUSE

    def told(self) -> str:
        """A line for each table that a call read whole."""
        found = [(name, *one) for name, some in self.whole_reads.items() for one in some]
        return "\n".join(f"{name}: {table}: {sql}" for name, table, sql in sorted(found))

    def small(self) -> dict[str, int]:
        """Tables that are to be large and are not, with their rows: nothing is learnt of them."""
        counts = {
            table: _rows(self.db, f"SELECT count(*) AS n FROM {table}") for table in self.large
        }
        return {table: row["n"] for table, [row] in counts.items() if row["n"] < LARGE_ENOUGH}


def _outcome(act: Callable[[], Any]) -> tuple[str | None, Any]:
    try:
        return None, act()
    except GuichetError as error:
        return error.code, None
