"""Row-level security stands, forced, on each tenant-owned table of each migrated database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

pytestmark = pytest.mark.servers

OWNERS = ("identity", "tenancy", "subscriptions", "notifications", "gateway")

TENANT_TABLES = """
    SELECT c.oid::regclass::text AS name, c.relrowsecurity, c.relforcerowsecurity,
           (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant' AND NOT a.attisdropped
     WHERE c.relkind IN ('r', 'p')
       AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
"""
# The installation's own machinery: read by the relay, the inbox and the due runner for every
# tenant, never by a call.
MACHINERY = {"house.outbox", "house.inbox", "house.due_work", "house.idempotency_keys"}

APP_ROLE = """
    SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
           EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid) AS owns_something
      FROM pg_roles r WHERE r.rolname = current_user
"""


@pytest.mark.parametrize("owner", OWNERS)
def test_tenant_owned_tables_have_forced_row_level_security(
    owner: str, new_database: Callable[[str], Any]
) -> None:
    with psycopg.connect(new_database(owner).owner_url) as connection:
        tables = connection.execute(TENANT_TABLES).fetchall()
    naked = [
        name
        for name, enabled, forced, policies in tables
        if name not in MACHINERY and not (enabled and forced and policies)
    ]
    assert naked == []
    if owner != "gateway":
        assert {name for name, *_ in tables} - MACHINERY, "a service without tenant-owned tables?"


@pytest.mark.parametrize("owner", OWNERS)
def test_the_role_that_serves_is_neither_owner_nor_superuser(
    owner: str, new_database: Callable[[str], Any]
) -> None:
    with psycopg.connect(new_database(owner).app_url) as connection:
        assert connection.execute(APP_ROLE).fetchone() == (False, False, False, False, False)
