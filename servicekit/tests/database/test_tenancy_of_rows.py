"""Row-level security: a missing WHERE leaks nothing."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.db import EVERYONE, Database
from servicekit.postgres import errors, psycopg

pytestmark = pytest.mark.servers


@pytest.fixture
def two_tenants(db: Database, notes: Any) -> None:
    for tenant, text in ((notes.acme, "acme"), (notes.globex, "globex")):
        with db.write(notes.context(), tenant=tenant) as tx:
            notes.add(tx, tenant=tenant, text=text)
            tx.record("notes:note:added", target=text, at=notes.noon)


@pytest.mark.usefixtures("two_tenants")
def test_a_tenant_sees_its_own_rows_only(db: Database, notes: Any) -> None:
    with db.read(tenant=notes.acme) as tx:
        assert notes.texts(tx) == ["acme"]
        assert tx.value("SELECT count(*) FROM house.audit_entries", {}) == 1
    with db.read(tenant=EVERYONE) as tx:
        assert notes.texts(tx) == ["acme", "globex"]


@pytest.mark.usefixtures("two_tenants")
@pytest.mark.parametrize("role", ["app_url", "owner_url"])
def test_who_names_no_tenant_sees_nothing_not_even_the_owner(sample: Any, role: str) -> None:
    with psycopg.connect(getattr(sample, role)) as connection:
        for table in ("notes", "house.audit_entries", "house.audit_heads", "house.due_work"):
            found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert found == (0,)


@pytest.mark.usefixtures("two_tenants")
def test_a_tenant_cannot_write_or_move_rows_into_another(db: Database, notes: Any) -> None:
    for statement in (
        "INSERT INTO notes SELECT gen_random_uuid(), %(globex)s, 'planted'",
        "UPDATE notes SET tenant = %(globex)s",
    ):
        with (
            pytest.raises(errors.InsufficientPrivilege),
            db.write(notes.context(), tenant=notes.acme) as tx,
        ):
            tx.run(statement, {"globex": notes.globex})


@pytest.mark.usefixtures("two_tenants")
def test_a_tenant_cannot_change_or_remove_the_rows_of_another(db: Database, notes: Any) -> None:
    with db.write(notes.context(), tenant=notes.acme) as tx:
        assert tx.run("UPDATE notes SET text = 'x' WHERE text = 'globex'", {}) == 0
        assert tx.run("DELETE FROM notes WHERE text = 'globex'", {}) == 0


def test_the_tenant_of_one_transaction_is_gone_in_the_next(sample: Any, notes: Any) -> None:
    with Database(sample.app_url, pool_size=1, service="tenancy") as db:
        with db.write(notes.context(), tenant=notes.acme) as tx:
            notes.add(tx, tenant=notes.acme, text="acme")
        connection = db._pool.getconn()
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)
        db._pool.putconn(connection)


def test_a_text_that_is_no_tenant_code_opens_nothing(db: Database) -> None:
    with pytest.raises(ValueError, match="not a tenant code"), db.read(tenant="*"):  # type: ignore[arg-type]
        raise AssertionError("never reached")


def test_the_application_role_cannot_rewrite_the_trail(db: Database, notes: Any) -> None:
    for statement in (
        "UPDATE house.audit_entries SET actor = 'someone else'",
        "DELETE FROM house.audit_entries",
        "TRUNCATE house.audit_entries",
        "ALTER TABLE notes DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE public.mine (x int)",
    ):
        with (
            pytest.raises(errors.InsufficientPrivilege),
            db.write(notes.context(), tenant=EVERYONE) as tx,
        ):
            tx.run(statement, {})
