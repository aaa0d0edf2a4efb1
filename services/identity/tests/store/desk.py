"""Identity's edge in this process: each call by its contract, and how it reads its tables.

The plan of every statement is looked at, also of parts that did not run; and PostgreSQL's own count
of sequential scans, because plans say nothing of what functions and foreign keys do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from contracts.codes import TenantCode
from contracts.declare import Call
from identity.clients.factor_keys import FactorKeys
from identity.clients.passkeys import Passkeys
from identity.service import IdentityService
from servicekit.db import Tx
from servicekit.errors import GuichetError

VISIT = {"address": "192.0.2.7", "device": "Firefox"}


SCANS = """
SELECT relname, seq_scan FROM pg_stat_user_tables WHERE schemaname = 'public'
"""


class Plans:
    """How each statement is planned in the transaction that is about to run it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[tuple[str, set[str]]] = []
        original, plans = Tx._execute, self

        def execute(tx: Tx, cursor: Any, sql: str, params: Any) -> Any:
            if sql.split()[0] in _PLANNED:
                plan = tx.value("EXPLAIN (FORMAT JSON) " + sql, params)[0]["Plan"]
                plans.told.append((" ".join(sql.split())[:600], _read_whole(plan)))
            return original(tx, cursor, sql, params)

        monkeypatch.setattr(Tx, "_execute", execute)


_PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def _read_whole(plan: dict[str, Any]) -> set[str]:
    found = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(_read_whole(part) for part in plan.get("Plans", [])))


def _scans(counter: Any) -> dict[str, int]:
    """As PostgreSQL counts them: what functions and foreign keys read whole is in it."""
    counter.rows("SELECT pg_stat_force_next_flush()::text AS done")
    return {row["relname"]: row["seq_scan"] for row in counter.rows(SCANS)}


class Desk:
    """Asks as the gateway does, and keeps which calls did what was expected of them."""

    def __init__(self, counter: Any, plans: Plans, large: set[str]) -> None:
        self.counter, self.plans, self.large = counter, plans, large
        self.asked: set[str] = set()
        self.whole_reads: dict[str, set[tuple[str, str]]] = {}
        self.passkeys = Passkeys(public_url="http://localhost:8080", brand="Cloudstore")
        settings = SimpleNamespace(
            throttle=counter.throttle, brand="Cloudstore", history_kept_for=timedelta(days=365)
        )
        self.edge = IdentityService()
        self.edge.house = SimpleNamespace(
            db=counter.db,
            clock=counter.clock,
            hasher=counter.hasher,
            sealer=counter.sealer,
            factor_keys=FactorKeys(counter.fernet.generate_key().decode()),
            passkeys=self.passkeys,
            settings=settings,
        )

    def ask(
        self, call: Call, *, by: UUID | None = None, refused: str | None = None, **payload: Any
    ) -> Any:
        """Its answer as JSON values; or None where the named refusal was what had to come."""
        context = self.counter.gateway() if by is None else self.counter.person(by)
        tenant = payload.get("tenant")
        if by is not None and tenant is not None:
            context = self.counter.person(by, tenant=TenantCode(tenant))
        caller = replace(context.caller, factors=frozenset({"pwd", "otp", "mfa"}))
        context = replace(context, caller=caller, call=call.full_name, reason="Ticket 42")
        if {"address", "device"} <= call.request().fields.keys():
            payload = {**VISIT, **payload}
        loaded = call.request().load(json.loads(json.dumps(payload, default=str)))
        with self.watching(call.name):
            code, answer = _outcome(lambda: getattr(self.edge, call.name)(context, loaded))
        assert code == refused, f"{call.name}: {code or answer}"
        self.asked.add(call.name)
        return None if code else call.response().dump(answer)

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        before = _scans(self.counter)
        self.plans.told.clear()
        yield
        told = list(self.plans.told)
        assert told, f"{name} asked the database nothing"
        found = {(table, sql) for sql, tables in told for table in tables & self.large}
        after = _scans(self.counter)
        named = {table for table, _ in found}
        more = {one for one in self.large if after[one] > before[one]} - named
        found |= {(table, "inside a function or for a foreign key") for table in more}
        if found:
            self.whole_reads.setdefault(name, set()).update(found)

    def told(self) -> str:
        """A line for each table that a call read whole."""
        found = [(name, *one) for name, some in self.whole_reads.items() for one in some]
        return "\n".join(f"{name}: {table}: {sql}" for name, table, sql in sorted(found))


def _outcome(act: Callable[[], Any]) -> tuple[str | None, Any]:
    try:
        return None, act()
    except GuichetError as error:
        return error.code, None
