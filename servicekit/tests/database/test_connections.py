"""A server that goes away and comes back; many who want a connection at once."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from contracts.tenancy import ClockMoved
from servicekit import outbox
from servicekit.db import EVERYONE, Database
from servicekit.errors import Unavailable
from servicekit.postgres import psycopg

pytestmark = pytest.mark.servers

GREEN_THREADS = Path(__file__).with_name("green_threads.py")


def end_connections(url: str, *, of: str) -> int:
    """As a restart of the server does to those who are connected."""
    with psycopg.connect(url, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s",
            (of,),
        ).fetchone()
        assert ended is not None
        while admin.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = %s LIMIT 1", (of,)
        ).fetchone():
            time.sleep(0.01)  # each ends when it comes to it
    return int(ended[0])


def busy(db: Database, tenant: Any, threads: int) -> None:
    """So many connections at once that the pool has to grow."""
    together = threading.Barrier(threads)

    def hold() -> None:
        with db.read(tenant=tenant) as tx:
            together.wait(10)
            tx.value("SELECT 1", {})

    workers = [threading.Thread(target=hold) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def test_connections_broken_while_idle_are_not_noticed(
    db: Database, sample: Any, notes: Any, postgres_url: str
) -> None:
    busy(db, notes.acme, 8)
    assert end_connections(postgres_url, of=sample.names.database) >= 8
    for _ in range(12):
        with db.read(tenant=notes.acme) as tx:
            assert notes.texts(tx) == []


def test_a_write_in_one_message_leaves_connections_that_broke_while_idle(
    db: Database, sample: Any, notes: Any, postgres_url: str
) -> None:
    """It says BEGIN and COMMIT at once, so it could not be sent a second time."""
    busy(db, notes.acme, 8)
    assert end_connections(postgres_url, of=sample.names.database) >= 8
    for number in range(12):
        with db.write(notes.context(), tenant=notes.acme) as tx:
            tx.emit(ClockMoved, at=notes.noon, offset_seconds=number)
    with db.read(tenant=notes.acme) as tx:
        assert outbox.count_rows(tx) == 12


def test_what_says_commit_is_never_sent_again(
    db: Database, notes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost after the server has done it: told, not done twice."""
    sent = []
    execute = psycopg.Connection.execute

    def lose(connection: Any, query: Any, *rest: Any, **options: Any) -> Any:
        done = execute(connection, query, *rest, **options)
        if b"COMMIT" in query:
            sent.append(query)
            connection.close()
            raise psycopg.OperationalError("the server closed the connection unexpectedly")
        return done

    with monkeypatch.context() as losing:
        losing.setattr(psycopg.Connection, "execute", lose)
        with pytest.raises(Unavailable), db.write(notes.context(), tenant=notes.acme) as tx:
            tx.emit(ClockMoved, at=notes.noon, offset_seconds=1)
    assert len(sent) == 1
    with db.read(tenant=notes.acme) as tx:
        assert outbox.count_rows(tx) == 1


def test_a_connection_broken_in_the_middle_is_unavailable_and_the_next_call_works(
    db: Database, sample: Any, notes: Any, postgres_url: str
) -> None:
    with pytest.raises(Unavailable) as caught, db.write(notes.context(), tenant=notes.acme) as tx:  # noqa: PT012
        notes.add(tx, tenant=notes.acme, text="lost")
        end_connections(postgres_url, of=sample.names.database)
        notes.add(tx, tenant=notes.acme, text="lost too")
    assert caught.value == Unavailable("database", {"retry_after": 1})
    with db.read(tenant=notes.acme) as tx:
        assert notes.texts(tx) == []


def test_a_connection_broken_at_the_commit_is_unavailable(
    db: Database, sample: Any, notes: Any, postgres_url: str
) -> None:
    with pytest.raises(Unavailable), db.write(notes.context(), tenant=notes.acme) as tx:  # noqa: PT012
        notes.add(tx, tenant=notes.acme, text="lost")
        end_connections(postgres_url, of=sample.names.database)


def test_a_server_that_is_not_there_is_unavailable_soon(notes: Any) -> None:
    with Database("postgresql://nobody@127.0.0.1:1/none", pool_size=2, service="tenancy") as db:
        assert not db.ready()
        with pytest.raises(Unavailable) as caught, db.read(tenant=EVERYONE):
            raise AssertionError("never reached")
    assert caught.value == Unavailable("database", {"retry_after": 1})


def test_more_callers_than_connections_wait_their_turn(sample: Any, notes: Any) -> None:
    with Database(sample.app_url, pool_size=2, service="tenancy") as db:
        answers = []

        def ask() -> None:
            with db.read(tenant=notes.acme) as tx:
                tx.value("SELECT pg_sleep(0.05)", {})
            answers.append(1)

        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == 12


@pytest.mark.alone
def test_slow_calls_in_green_threads_do_not_slow_a_quick_one(sample: Any) -> None:
    found = run_green(sample.app_url)
    # Ten times 0.3 s: 3 s one after another, 0.3 s side by side.
    assert found["slow"] < 1.5, found
    assert found["quick"] < 0.3, "it waited for one of the slow ones"


def test_the_trap_is_real(sample: Any) -> None:
    """Undo the wait function, and the test above would fail."""
    found = run_green(sample.app_url, "--undo")
    assert found["slow"] > 2.5, found


def test_the_pool_works_in_green_threads_through_a_loss_of_all_connections(
    sample: Any, postgres_url: str
) -> None:
    found = run_green(sample.app_url, f"--lose={postgres_url}")
    assert found["after"] == 12


def run_green(url: str, *options: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, str(GREEN_THREADS), url, *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {
        name: float(value)
        for name, value in (line.split() for line in done.stdout.split("\n") if line)
    }
