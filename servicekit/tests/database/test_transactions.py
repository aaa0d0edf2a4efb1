from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts.codes import Month, Role, Section, TenantCode
from contracts.subscriptions import OrderPlaced
from contracts.tenancy import ClockMoved
from servicekit import outbox
from servicekit.context import deadline_in
from servicekit.db import EVERYONE, Database
from servicekit.errors import Conflict, Unavailable
from servicekit.ids import new_id
from servicekit.postgres import errors, psycopg

pytestmark = pytest.mark.servers


def test_a_change_is_kept_when_the_block_ends(db: Database, notes: Any) -> None:
    with db.write(notes.context(), tenant=notes.acme) as tx:
        notes.add(tx, tenant=notes.acme, text="kept")
    with db.read(tenant=notes.acme) as tx:
        assert notes.texts(tx) == ["kept"]


def test_a_change_is_undone_when_the_block_raises(db: Database, notes: Any) -> None:
    with pytest.raises(ZeroDivisionError), db.write(notes.context(), tenant=notes.acme) as tx:  # noqa: PT012
        notes.add(tx, tenant=notes.acme, text="lost")
        tx.emit(ClockMoved, at=notes.noon, offset_seconds=1)
        tx.record("notes:note:added", target="lost", at=notes.noon)
        1 / 0  # noqa: B018
    with db.read(tenant=EVERYONE) as tx:
        assert notes.texts(tx) == []
        assert outbox.count_rows(tx) == 0
        assert tx.value("SELECT count(*) FROM house.audit_entries", {}) == 0


def test_what_was_prepared_is_prepared_again_after_a_rollback(db: Database, notes: Any) -> None:
    """A refusal rolls back; psycopg then deallocates what it and we had prepared."""
    for _ in range(4):
        with pytest.raises(ZeroDivisionError), db.read(tenant=notes.acme) as tx:  # noqa: PT012
            for _ in range(8):  # often enough for psycopg to prepare it by itself, too
                notes.texts(tx)
            1 / 0  # noqa: B018
        with db.read(tenant=notes.acme) as tx:
            assert notes.texts(tx) == []


def test_a_read_cannot_write(db: Database, notes: Any) -> None:
    with pytest.raises(errors.ReadOnlySqlTransaction), db.read(tenant=notes.acme) as tx:
        notes.add(tx, tenant=notes.acme, text="no")


def test_a_transaction_that_has_ended_is_refused(db: Database, notes: Any) -> None:
    with db.read(tenant=notes.acme) as tx:
        pass
    with pytest.raises(RuntimeError, match="has ended"):
        notes.texts(tx)


def test_a_write_inside_a_write_is_a_mistake(db: Database, notes: Any) -> None:
    with (
        db.write(notes.context(), tenant=notes.acme),
        pytest.raises(RuntimeError, match="inside a write"),
        db.write(notes.context(), tenant=notes.acme),
    ):
        raise AssertionError("never reached")


def test_a_violated_constraint_becomes_the_error_named_for_it(db: Database, notes: Any) -> None:
    taken = Conflict("text-taken")
    with db.write(notes.context(), tenant=notes.acme) as tx:
        notes.add(tx, tenant=notes.acme, text="one")
        with (
            pytest.raises(Conflict, match="text-taken"),
            tx.unless(constraint="notes_tenant_text", error=taken),
        ):
            notes.add(tx, tenant=notes.acme, text="one")
        notes.add(tx, tenant=notes.acme, text="two")
    with db.read(tenant=notes.acme) as tx:
        assert notes.texts(tx) == ["one", "two"]


def test_another_constraint_passes_unchanged(db: Database, notes: Any) -> None:
    with pytest.raises(errors.UniqueViolation):  # noqa: PT012, SIM117
        with db.write(notes.context(), tenant=notes.acme) as tx:
            notes.add(tx, tenant=notes.acme, text="one")
            with tx.unless(constraint="some_other", error=Conflict("never")):
                notes.add(tx, tenant=notes.acme, text="one")


def test_an_event_waits_in_the_outbox_with_its_time_and_call(db: Database, notes: Any) -> None:
    context = notes.context(trace="00-abc-def-01")
    with db.write(context, tenant=EVERYONE) as tx:
        event_id = tx.emit(ClockMoved, at=notes.noon, offset_seconds=60)
    with db.write(notes.context(), tenant=EVERYONE) as tx:
        [row] = outbox.claim_rows(tx, limit=10)
        assert outbox.remove_rows(tx, positions=[row.position]) == 1
    assert (row.event_id, row.type) == (event_id, ClockMoved.type)
    assert row.data == {"offset_seconds": 60}
    assert (row.time, row.call_id, row.trace) == (notes.noon, "call-1", "00-abc-def-01")


def test_an_event_that_does_not_fit_its_schema_is_refused_before_it_is_told(
    db: Database, notes: Any
) -> None:
    with (
        pytest.raises(ValueError, match="offset_seconds"),
        db.write(notes.context(), tenant=EVERYONE) as tx,
    ):
        tx.emit(ClockMoved, at=notes.noon, offset_seconds=-1)


def test_a_service_speaks_for_itself_only(db: Database, notes: Any) -> None:
    with (
        pytest.raises(ValueError, match="cannot speak for subscriptions"),
        db.write(notes.context(), tenant=EVERYONE) as tx,
    ):
        tx.emit(OrderPlaced, at=notes.noon)


def test_those_who_wait_are_told_after_the_commit(db: Database, notes: Any) -> None:
    told: list[str] = []
    db.when_emitted(lambda: told.append("emitted"))
    db.when_scheduled(lambda: told.append("scheduled"))
    with db.write(notes.context(), tenant=EVERYONE) as tx:
        tx.after_commit(lambda: told.append("committed"))
        tx.emit(ClockMoved, at=notes.noon, offset_seconds=60)
        tx.schedule("tick", due_at=notes.noon, key="1", payload={})
        assert told == []
    assert told == ["committed", "emitted", "scheduled"]


def test_a_fact_is_applied_once(db: Database, notes: Any) -> None:
    event_id = new_id()
    heard = []
    for _ in range(3):
        with db.write(notes.context(), tenant=EVERYONE) as tx:
            heard.append(tx.once(event_id))
    assert heard == [True, False, False]


def test_a_fact_whose_application_failed_is_applied_again(db: Database, notes: Any) -> None:
    event_id = new_id()
    with pytest.raises(ZeroDivisionError), db.write(notes.context(), tenant=EVERYONE) as tx:  # noqa: PT012
        assert tx.once(event_id)
        1 / 0  # noqa: B018
    with db.write(notes.context(), tenant=EVERYONE) as tx:
        assert tx.once(event_id)


def test_a_slow_statement_ends_at_the_deadline(db: Database, notes: Any) -> None:
    context = notes.context(deadline=deadline_in(0.3))
    with pytest.raises(Unavailable) as caught, db.write(context, tenant=notes.acme) as tx:
        tx.value("SELECT pg_sleep(10)", {})
    assert caught.value == Unavailable("deadline", {"retry_after": 1})


def test_nothing_starts_after_the_deadline(db: Database, notes: Any) -> None:
    with (
        pytest.raises(Unavailable, match="deadline"),
        db.write(notes.context(deadline=deadline_in(-1)), tenant=notes.acme),
    ):
        raise AssertionError("never reached")


def test_a_lock_held_by_another_is_not_waited_for_beyond_the_deadline(
    db: Database, notes: Any
) -> None:
    with db.write(notes.context(), tenant=notes.acme) as tx:
        notes.add(tx, tenant=notes.acme, text="one")
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with db.write(notes.context(), tenant=notes.acme) as tx:
            tx.run("SELECT 1 FROM notes FOR UPDATE", {})
            held.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with (
        pytest.raises(Unavailable) as caught,
        db.write(notes.context(deadline=deadline_in(0.4)), tenant=notes.acme) as tx,
    ):
        tx.run("SELECT 1 FROM notes FOR UPDATE", {})
    done.set()
    holder.join()
    assert caught.value.code in ("database", "deadline")


def test_rows_come_out_with_their_types(db: Database, notes: Any) -> None:
    @dataclass(frozen=True, slots=True)
    class Everything:
        tenant: TenantCode
        month: Month | None
        nothing: Month | None
        roles: tuple[Role, ...]
        sections: frozenset[Section]
        grid: dict[Section, Role]
        amount: Decimal
        at: datetime

    globals()["Everything"] = Everything
    with db.read(tenant=notes.acme) as tx:
        row = tx.row(
            "SELECT 'OCB0000001' AS tenant, %(month)s::text AS month, NULL::text AS nothing,"
            " %(roles)s::text[] AS roles, %(sections)s::text[] AS sections, %(grid)s AS grid,"
            " %(amount)s::numeric AS amount, %(at)s AS at",
            {
                "month": Month(2026, 11),
                "roles": [Role.VISITOR],
                "sections": [Section.INVOICES],
                "grid": {Section.USERS: Role.MANAGER},
                "amount": Decimal("12.30"),
                "at": notes.noon,
            },
            Everything,
        )
    assert row == Everything(
        tenant=TenantCode("OCB0000001"),
        month=Month(2026, 11),
        nothing=None,
        roles=(Role.VISITOR,),
        sections=frozenset({Section.INVOICES}),
        grid={Section.USERS: Role.MANAGER},
        amount=Decimal("12.30"),
        at=notes.noon,
    )
    assert type(row.tenant) is TenantCode
    assert type(row.roles[0]) is Role


def test_many_rows_go_in_one_statement(db: Database, notes: Any) -> None:
    rows = [{"note_id": new_id(), "tenant": notes.acme, "text": str(n)} for n in range(100)]
    with db.write(notes.context(), tenant=notes.acme) as tx:
        added = tx.run_many("INSERT INTO notes VALUES (%(note_id)s, %(tenant)s, %(text)s)", rows)
    assert added == 100


def test_what_is_written_at_the_end_is_quoted(db: Database, notes: Any) -> None:
    hostile = "'; DROP TABLE notes; -- \\' %s %(x)s é"
    with db.write(notes.context(), tenant=notes.acme) as tx:
        tx.record("notes:note:added", target=hostile[:60], details={"t": hostile}, at=notes.noon)
        tx.schedule(hostile, due_at=notes.noon, key=hostile, payload={hostile: hostile})
    with db.read(tenant=notes.acme) as tx:
        assert tx.value("SELECT payload FROM house.due_work", {}) == {hostile: hostile}
        assert tx.value("SELECT details FROM house.audit_entries", {}) == {"t": hostile}
        assert notes.texts(tx) == []


def test_a_role_that_passes_row_level_security_by_is_refused(
    sample: Any, postgres_url: str
) -> None:
    from urllib.parse import urlsplit

    superuser = urlsplit(postgres_url)._replace(path=urlsplit(sample.app_url).path).geturl()
    with (
        Database(superuser, pool_size=2, service="tenancy") as db,
        pytest.raises(RuntimeError, match="row-level security"),
        db.read(tenant=EVERYONE),
    ):
        raise AssertionError("never reached")


def test_the_database_counts_its_round_trips(sample: Any, notes: Any) -> None:
    """The figures promised in transactions.py: 1 + n for a read, 3 + n for a recorded write."""
    sent = _count_messages(sample.app_url, notes)
    assert sent == {"read": 2, "write": 4}


def _count_messages(url: str, notes: Any) -> dict[str, int]:
    counts = {"read": 0, "write": 0}
    counting = "read"

    class Counting(psycopg.Connection[Any]):
        def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
            counts[counting] += 1
            return super().wait(gen, *args, **kwargs)

    with Database(url, pool_size=1, service="tenancy") as db:
        db._pool.connection_class = Counting
        for turn in ("first", "second"):  # the first one prepares what it says
            counts.update(read=0, write=0)
            counting = "read"
            with db.read(tenant=notes.acme) as tx:
                notes.texts(tx)
            counting = "write"
            context = notes.context(idempotency_key=turn, call="tenancy.get_clock")
            with db.write(context, tenant=notes.acme) as tx:
                note_id: UUID = notes.add(tx, tenant=notes.acme, text=turn)
                tx.record("notes:note:added", target=str(note_id), at=notes.noon)
                tx.emit(ClockMoved, at=notes.noon, offset_seconds=1)
                tx.answer({"now": notes.noon, "simulated": True})
    return counts
