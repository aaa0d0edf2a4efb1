"""No statement about applications, consents and quotas reads a large table from end to end, and
neither does what a removed application takes with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from contracts.codes import TenantCode
from gateway.store import (
    client_news,
    consents,
    families,
    registered_clients,
    set_keys,
    spent_quotas,
)
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import RegisteredRow

pytestmark = pytest.mark.servers

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TENANT = TenantCode("OCB0000007")
CLIENT = "c7"
PERSON = UUID("018f0000-0000-7000-8000-000000000001")
LARGE = (
    "clients",
    "client_secrets",
    "consents",
    "token_families",
    "authorization_codes",
    "client_news",
)

FILL = """
INSERT INTO clients (client_id, name, kind, first_party, redirect_uris, post_logout_redirect_uris,
                     grants, scopes, tenants, audiences, created_at, changed_at, owned_by)
SELECT 'c' || n, 'App', 'public', false, '{}', '{}', '{}', '{}', '{}', '{}', %(at)s, %(at)s,
       'OCB' || lpad((n / 2)::text, 7, '0')
  FROM generate_series(1, 4000) AS n;
INSERT INTO client_secrets (secret_id, client_id, digest, created_at, expires_at)
SELECT gen_random_uuid(), client_id, sha256(client_id::bytea), %(at)s, %(at)s FROM clients;
INSERT INTO client_news (news_id, owner, client_id, client_name, change, happened_at, told_at)
SELECT gen_random_uuid(), owned_by, client_id, 'App', 'changed', %(at)s,
       CASE WHEN random() < 0.5 THEN %(at)s END::timestamptz FROM clients;
INSERT INTO consents (person_id, client_id, scopes, given_at)
SELECT md5('p' || client_id)::uuid, client_id, '{}', %(at)s FROM clients;
INSERT INTO token_families (family_id, client_id, person_id, session_id, scopes, auth_time,
                            created_at, expires_at)
SELECT gen_random_uuid(), client_id, md5('p' || client_id)::uuid, gen_random_uuid(), '{}', %(at)s,
       %(at)s, %(at)s FROM clients;
INSERT INTO authorization_codes (digest, family_id, client_id, redirect_uri, scopes, person_id,
                                 session_id, auth_time, code_challenge, created_at, expires_at)
SELECT sha256(('code' || client_id)::bytea), gen_random_uuid(), client_id, 'x', '{}',
       md5('p' || client_id)::uuid, gen_random_uuid(), %(at)s, repeat('x', 43), %(at)s, %(at)s
  FROM clients;
ANALYZE;
"""


@dataclass
class Notebook:
    """Stands for a transaction and notes what is said."""

    said: list[tuple[str, Any]] = field(default_factory=list)

    def rows(self, sql: str, params: Any, cls: Any) -> list[Any]:
        self.said.append((sql, params))
        return []

    def row(self, sql: str, params: Any, cls: Any) -> Any:
        self.said.append((sql, params))
        return object()

    def value(self, sql: str, params: Any) -> Any:
        self.said.append((sql, params))

    def run(self, sql: str, params: Any) -> int:
        self.said.append((sql, params))
        return 1


def statements() -> list[tuple[str, Any]]:
    tx: Any = Notebook()
    client = RegisteredRow(CLIENT, "A", ClientKind.PUBLIC, frozenset(), (), (), (), NOW, NOW)
    one = {"tenant": TENANT, "client_id": CLIENT}
    store = registered_clients
    store.list_clients(tx, tenant=TENANT, after="", limit=51)
    store.get_client_to_change(tx, **one)
    store.count_clients(tx, tenant=TENANT)
    store.change_client(tx, tenant=TENANT, client=client)
    store.remove_client(tx, **one)
    store.list_provider_clients(tx, after="", limit=51)
    store.get_client_to_change(tx, tenant=None, client_id=CLIENT)
    store.list_quotas(tx)
    store.find_secret(tx, secret_id=PERSON)
    store.remove_secrets(tx, client_id=CLIENT)
    asked = {"maker": PERSON, "ends_at": NOW, "now": NOW}
    store.change_secrets_to_end(tx, tenant=TENANT, everywhere=False, **asked)
    store.change_secrets_to_end(tx, tenant=None, everywhere=True, **asked)
    until = {"ends_at": NOW, "now": NOW}
    set_keys.change_keys_to_end(tx, setter=PERSON, tenant=TENANT, everywhere=False, **until)
    set_keys.change_keys_to_end(tx, setter=PERSON, tenant=None, everywhere=True, **until)
    set_keys.find_keys(tx, client_id=CLIENT)
    client_news.remove_told(tx, owner=TENANT, before=NOW)
    client_news.count_told(tx, owner=TENANT)
    client_news.find_first_waiting(tx, owner=TENANT)
    client_news.remove_waiting(tx, owner=TENANT)
    store.list_secrets(tx, client_ids=[CLIENT], now=NOW)
    store.remove_secret(tx, client_id=CLIENT, secret_id=PERSON)
    consents.list_consents(tx, person_id=PERSON, after="", limit=51)
    consents.remove_consent(tx, person_id=PERSON, client_id=CLIENT)
    consents.remove_unused_codes(tx, person_id=PERSON, client_id=CLIENT)
    consents.remove_consents_of_client(tx, client_id=CLIENT)
    consents.remove_unused_codes_of_client(tx, client_id=CLIENT)
    families.change_families_of_client_to_ended(tx, client_id=CLIENT, now=NOW)
    families.list_living_families(tx, person_id=PERSON, client_id=CLIENT)
    spent_quotas.add_spending(tx, holders=[b"x" * 16], since=[NOW], spent=[timedelta(seconds=1)])
    said: list[tuple[str, Any]] = tx.said
    return said


@pytest.fixture
def filled(new_database: Callable[[str], Any]) -> str:
    url: str = new_database("gateway").owner_url
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in FILL.split(";\n"):
            if statement.strip():
                connection.execute(statement.replace("%(at)s", f"'{NOW.isoformat()}'"))
    return url


def test_no_large_table_is_read_from_end_to_end(filled: str) -> None:
    with psycopg.connect(filled) as connection:
        for sql, params in statements():
            lines = connection.execute(f"EXPLAIN {sql}", params).fetchall()
            plan = "\n".join(line for (line,) in lines)
            read = [table for table in LARGE if f"Seq Scan on {table}" in plan]
            assert read == [], f"{sql}\n{plan}"


def test_each_reference_to_a_client_has_its_index(filled: str) -> None:
    """Removing one takes along what hangs on it: without an index by reading all of it."""
    unindexed = """
        SELECT c.conrelid::regclass::text
          FROM pg_constraint AS c
         WHERE c.contype = 'f' AND c.confrelid = 'clients'::regclass
           AND NOT EXISTS (SELECT 1 FROM pg_index AS i
                            WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
    """
    with psycopg.connect(filled) as connection:
        assert connection.execute(unindexed).fetchall() == []
