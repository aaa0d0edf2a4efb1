from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.rights import Caller, CallerKind
from servicekit import housekeeping
from servicekit.clock import SystemClock
from servicekit.db import EVERYONE, Database, Replayed
from servicekit.errors import Conflict, Invalid

ANSWER = {"now": "2026-11-23T12:00:00+00:00", "simulated": True}

pytestmark = pytest.mark.servers


def move_clock(db: Database, notes: Any, context: Any, *, text: str = "once") -> str:
    """A write that answers as tenancy.get_clock does; tells what came of it."""
    try:
        with db.write(context, tenant=notes.acme) as tx:
            notes.add(tx, tenant=notes.acme, text=text)
            tx.answer({"now": notes.noon, "simulated": True})
    except Replayed as replayed:
        return "replayed" if replayed.answer == ANSWER else f"replayed as {replayed.answer}"
    except Conflict as conflict:
        return conflict.code
    return "done"


@pytest.fixture
def keyed(notes: Any) -> Any:
    return notes.context(idempotency_key="key-1", call="tenancy.get_clock")


def test_the_same_key_gives_the_same_answer_and_no_second_effect(
    db: Database, notes: Any, keyed: Any
) -> None:
    outcomes = [move_clock(db, notes, keyed) for _ in range(3)]
    assert outcomes == ["done", "replayed", "replayed"]
    with db.read(tenant=notes.acme) as tx:
        assert notes.texts(tx) == ["once"]


def test_a_hundred_at_once_with_one_key_have_one_effect(
    db: Database, notes: Any, keyed: Any
) -> None:
    with ThreadPoolExecutor(32) as threads:
        outcomes = Counter(threads.map(lambda _: move_clock(db, notes, keyed), range(100)))
    assert outcomes["done"] == 1
    assert set(outcomes) <= {"done", "replayed", "request-in-flight"}
    assert outcomes.total() == 100
    with db.read(tenant=notes.acme) as tx:
        assert notes.texts(tx) == ["once"]


def test_a_request_in_flight_is_told_so_at_once(db: Database, notes: Any, keyed: Any) -> None:
    with db.write(keyed, tenant=notes.acme) as tx:
        with ThreadPoolExecutor(1) as thread:
            second = thread.submit(move_clock, db, notes, keyed).result(timeout=5)
        tx.answer({"now": notes.noon, "simulated": True})
    assert second == "request-in-flight"


def test_a_key_with_another_body_is_refused(db: Database, notes: Any, keyed: Any) -> None:
    move_clock(db, notes, keyed)
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        move_clock(db, notes, replace(keyed, request_hash="other"))


def test_a_key_belongs_to_its_caller_and_call(db: Database, notes: Any, keyed: Any) -> None:
    other_caller = replace(keyed, caller=Caller(kind=CallerKind.PERSON, subject="person-2"))
    client = replace(keyed, caller=Caller(kind=CallerKind.CLIENT, subject="person-1"))
    other_call = replace(keyed, call="tenancy.move_clock")
    contexts = [keyed, other_caller, client, other_call]
    outcomes = [move_clock(db, notes, one, text=str(n)) for n, one in enumerate(contexts)]
    assert outcomes == ["done"] * 4


def test_what_failed_is_not_remembered(db: Database, notes: Any, keyed: Any) -> None:
    with pytest.raises(ZeroDivisionError), db.write(keyed, tenant=notes.acme):
        1 / 0  # noqa: B018
    assert move_clock(db, notes, keyed) == "done"


def test_a_write_that_forgets_its_answer_is_a_mistake_and_changes_nothing(
    db: Database, notes: Any, keyed: Any
) -> None:
    with (
        pytest.raises(RuntimeError, match=r"tx\.answer"),
        db.write(keyed, tenant=notes.acme) as tx,
    ):
        notes.add(tx, tenant=notes.acme, text="never")
    with db.read(tenant=notes.acme) as tx:
        assert notes.texts(tx) == []


def test_reading_with_a_key_claims_nothing_and_owes_nothing(
    db: Database, notes: Any, keyed: Any
) -> None:
    with db.read(tenant=notes.acme, context=keyed) as tx:
        assert notes.texts(tx) == []
    assert move_clock(db, notes, keyed) == "done"


def test_answered_keys_are_forgotten_after_two_days(db: Database, notes: Any, keyed: Any) -> None:
    move_clock(db, notes, keyed)
    now = SystemClock().now()
    assert housekeeping.sweep(db, now=now + timedelta(days=1)) == 0
    assert housekeeping.sweep(db, now=now + timedelta(days=3)) == 1
    with db.read(tenant=EVERYONE) as tx:
        assert tx.value("SELECT count(*) FROM house.idempotency_keys", {}) == 0
