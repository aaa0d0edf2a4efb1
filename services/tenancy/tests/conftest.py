"""A migrated database of tenancy behind its application role, and people who call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from contracts.codes import Language, StaffRole, SupportLevel, TenantCode
from contracts.rights import Caller, CallerKind
from servicekit.context import Context, deadline_in, new_call_id
from servicekit.db import Database
from tenancy.actions.open_tenant import open_tenant
from tenancy.domain.contracts import Contract, Opening
from tenancy.domain.people import Contact

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
JOHN = Contact("john.doe@example.com", "John", "Doe", Language.FRENCH, "+33612345678")
JANE = Contact("jane.roe@example.com", "Jane", "Roe", Language.ENGLISH)
SALES = Caller(CallerKind.PERSON, "sales-1", staff=frozenset({StaffRole.SALES}))


@dataclass(frozen=True)
class House:
    db: Database
    owner_url: str
    now: datetime = NOW
    john: Contact = JOHN
    jane: Contact = JANE

    def opening(self, **said: Any) -> Opening:
        usual = {
            "name": "Contrat Cloud",
            "support_level": SupportLevel.BUSINESS,
            "referent": self.john,
            "organisation_name": "Exemple SA",
        }
        return Opening(**(usual | said))

    def opened(self, *, key: str | None = None, body: str = "", **said: Any) -> Contract:
        """A contract that a sales person just opened."""
        return open_tenant(
            db=self.db,
            context=self.context(SALES, "tenancy.open_tenant", key=key, body=body),
            now=self.now,
            region="eu-west-0",
            opening=self.opening(**said),
        )

    def by_staff(self, call: str) -> Context:
        return self.context(SALES, call)

    def by_person(self, call: str, *tenants: TenantCode) -> Context:
        return self.context(Caller(CallerKind.PERSON, "person-1", tenants=frozenset(tenants)), call)

    def by_client(self, call: str, *tenants: str) -> Context:
        return self.context(Caller(CallerKind.CLIENT, "client-1", tenants=frozenset(tenants)), call)

    def context(
        self, caller: Caller, call: str, *, key: str | None = None, body: str = ""
    ) -> Context:
        return Context(
            caller=caller,
            call=call,
            call_id=new_call_id(),
            deadline=deadline_in(20),
            idempotency_key=key,
            request_hash=body,
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database really holds, seen as its owner in everyone's scope."""
        with psycopg.connect(self.owner_url) as connection:
            connection.execute("SET guichet.tenant = '*'")
            return connection.execute(sql.encode()).fetchall()


@pytest.fixture
def house(new_database: Callable[..., Any]) -> Iterator[House]:
    access = new_database("tenancy")
    with Database(access.app_url, pool_size=10, service="tenancy") as db:
        yield House(db, access.owner_url)
