from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from servicekit import due_store
from servicekit.clock import SimulatedClock, SystemClock
from servicekit.context import system_context
from servicekit.db import EVERYONE, Database
from servicekit.due import MAX_ATTEMPTS, RETRY_SECONDS, DueItem, DueRunner
from servicekit.errors import Unavailable
from servicekit.ids import new_id

pytestmark = pytest.mark.servers

HOUR = timedelta(hours=1)


def schedule(db: Database, notes: Any, *when: tuple[str, timedelta]) -> None:
    with db.write(notes.context(), tenant=notes.acme) as tx:
        for key, after in when:
            tx.schedule("tick", due_at=notes.noon + after, key=key, payload={"key": key})


class FixedClock:
    simulated = True

    def __init__(self, now: Any) -> None:
        self.time = now

    def now(self) -> Any:
        return self.time

    def move_to_offset(self, tx: Any, seconds: int) -> int:
        raise AssertionError("a fixed clock stays")


def settling(db: Database, done: list[str]) -> Callable[[DueItem], None]:
    def handler(item: DueItem) -> None:
        assert item.tenant is not None
        with db.write(item.context, tenant=item.tenant) as tx:
            if tx.settle(item):
                done.append(item.key)

    return handler


def drain(runner: DueRunner) -> int:
    steps = 0
    while runner.step():
        steps += 1
    return steps


def test_work_is_done_in_the_order_it_falls_due(db: Database, notes: Any) -> None:
    schedule(db, notes, ("late", 2 * HOUR), ("early", HOUR), ("first", -HOUR), ("future", 9 * HOUR))
    done: list[str] = []
    runner = DueRunner(db, FixedClock(notes.noon + 3 * HOUR), {"tick": settling(db, done)})
    drain(runner)
    assert done == ["first", "early", "late"]
    assert runner.counts() == due_store.DueCounts(waiting=1, dead=0)


def test_a_jump_of_the_clock_does_the_work_at_its_own_time(db: Database, notes: Any) -> None:
    schedule(db, notes, ("a", HOUR))
    seen: list[DueItem] = []
    drain(DueRunner(db, FixedClock(notes.noon + 900 * HOUR), {"tick": seen.append}))
    [item] = seen
    assert item.now == item.due_at == notes.noon + HOUR
    assert (item.payload, item.tenant, item.attempts) == ({"key": "a"}, notes.acme, 1)


def test_on_a_real_clock_late_work_knows_that_it_is_late(db: Database, notes: Any) -> None:
    schedule(db, notes, ("a", -9000 * HOUR))
    seen: list[DueItem] = []
    before = SystemClock().now()
    drain(DueRunner(db, SystemClock(), {"tick": seen.append}))
    assert seen[0].now >= before


def test_the_same_key_again_moves_the_work(db: Database, notes: Any) -> None:
    schedule(db, notes, ("a", HOUR))
    schedule(db, notes, ("a", 5 * HOUR))
    runner = DueRunner(db, FixedClock(notes.noon + 2 * HOUR), {"tick": settling(db, [])})
    assert drain(runner) == 0
    assert runner.counts().waiting == 1


def test_work_called_off_is_not_done(db: Database, notes: Any) -> None:
    schedule(db, notes, ("a", HOUR))
    with db.write(notes.context(), tenant=notes.acme) as tx:
        tx.unschedule("tick", "a")
    assert drain(DueRunner(db, FixedClock(notes.noon + 2 * HOUR), {"tick": settling(db, [])})) == 0


def test_a_kind_this_version_does_not_know_is_left_for_one_that_does(
    db: Database, notes: Any
) -> None:
    schedule(db, notes, ("a", HOUR))
    clock = FixedClock(notes.noon + 2 * HOUR)
    assert drain(DueRunner(db, clock, {"other": settling(db, [])})) == 0
    assert drain(DueRunner(db, clock, {"tick": settling(db, [])})) == 1


def test_two_runners_do_each_piece_once_and_in_order(db: Database, notes: Any) -> None:
    keys = [f"{number:02}" for number in range(40)]
    schedule(db, notes, *((key, int(key) * HOUR / 100) for key in keys))
    done: list[str] = []
    runners = [
        DueRunner(db, FixedClock(notes.noon + HOUR), {"tick": settling(db, done)}) for _ in range(2)
    ]

    def work(runner: DueRunner) -> None:
        # A step may find that the next piece must wait for one in the other's hands.
        while runner.counts().waiting:
            drain(runner)

    threads = [threading.Thread(target=work, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == keys


def test_what_a_dead_runner_held_is_taken_over_when_its_lease_ends(
    db: Database, notes: Any
) -> None:
    schedule(db, notes, ("a", HOUR), ("b", 2 * HOUR))
    real_now = SystemClock().now()
    claim = {"kinds": ["tick"], "now": notes.noon + 3 * HOUR, "real_now": real_now}
    with db.write(notes.context(), tenant=EVERYONE) as tx:
        held = due_store.claim_row(
            tx, **claim, lease=new_id(), leased_until=real_now + timedelta(seconds=60)
        )
    done: list[str] = []
    runner = DueRunner(db, FixedClock(notes.noon + 3 * HOUR), {"tick": settling(db, done)})
    assert drain(runner) == 0, "nothing overtakes work in another's hands"
    with db.write(notes.context(), tenant=EVERYONE) as tx:
        tx.run("UPDATE house.due_work SET leased_until = %(now)s", {"now": real_now})
    drain(runner)
    assert held is not None
    assert done == ["a", "b"]


def test_who_lost_the_lease_does_not_settle(db: Database, notes: Any) -> None:
    schedule(db, notes, ("a", HOUR))

    def slow(item: DueItem) -> None:
        schedule(db, notes, ("a", 2 * HOUR))  # meanwhile somebody moves it
        with db.write(item.context, tenant=notes.acme) as tx:
            assert not tx.settle(item)

    runner = DueRunner(db, FixedClock(notes.noon + HOUR), {"tick": slow})
    assert runner.step()
    assert runner.counts().waiting == 1


def test_a_failure_is_undone_and_tried_again_later(db: Database, notes: Any) -> None:
    schedule(db, notes, ("a", HOUR), ("b", 2 * HOUR))
    done: list[str] = []

    def flaky(item: DueItem) -> None:
        with db.write(item.context, tenant=notes.acme) as tx:
            tx.settle(item)
            if item.key == "a" and item.attempts == 1:
                raise Unavailable("database")
            done.append(item.key)

    runner = DueRunner(db, FixedClock(notes.noon + 3 * HOUR), {"tick": flaky})
    drain(runner)
    assert done == ["b"], "the next one does not wait for the back-off"
    make_due_again(db, notes)
    drain(runner)
    assert done == ["b", "a"]


def test_attempts_are_bounded_and_the_dead_are_kept_and_counted(db: Database, notes: Any) -> None:
    schedule(db, notes, ("a", HOUR))
    tried = []

    def failing(item: DueItem) -> None:
        tried.append(item.attempts)
        raise ValueError("never right")

    runner = DueRunner(db, FixedClock(notes.noon + 3 * HOUR), {"tick": failing})
    for _ in range(MAX_ATTEMPTS + 3):
        drain(runner)
        make_due_again(db, notes)
    assert tried == list(range(1, MAX_ATTEMPTS + 1)) == list(range(1, len(RETRY_SECONDS) + 2))
    assert runner.counts() == due_store.DueCounts(waiting=0, dead=1)
    with db.read(tenant=EVERYONE) as tx:
        assert tx.value("SELECT last_error FROM house.due_work", {}) == "ValueError"


def make_due_again(db: Database, notes: Any) -> None:
    with db.write(notes.context(), tenant=EVERYONE) as tx:
        tx.run("UPDATE house.due_work SET leased_until = NULL", {})


def test_a_running_runner_wakes_up_for_what_is_scheduled_and_stops(
    db: Database, notes: Any
) -> None:
    done = threading.Event()
    runner = DueRunner(db, SimulatedClock(db), {"tick": lambda item: done.set()})
    thread = threading.Thread(target=runner.run)
    thread.start()
    schedule(db, notes, ("a", -9000 * HOUR))
    assert done.wait(5)
    runner.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_the_runner_outlives_a_database_that_is_away(new_database: Any, notes: Any) -> None:
    with Database("postgresql://nobody@127.0.0.1:1/none", pool_size=1, service="tenancy") as db:
        runner = DueRunner(db, FixedClock(notes.noon), {"tick": lambda item: None})
        thread = threading.Thread(target=runner.run)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        runner.stop()
        thread.join(10)
        assert not thread.is_alive()


def test_a_timers_own_context_says_who_acts(db: Database, notes: Any) -> None:
    schedule(db, notes, ("a", HOUR))
    seen: list[DueItem] = []
    drain(DueRunner(db, FixedClock(notes.noon + 2 * HOUR), {"tick": seen.append}))
    wanted = system_context(service="tenancy", call="due.tick", tenant=notes.acme)
    assert (seen[0].context.caller, seen[0].context.call) == (wanted.caller, wanted.call)
