from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.subscriptions import TerminationScheduledPayload, TerminationTookEffectPayload
from contracts.subscriptions import terminate_subscription as declared
from servicekit import audit
from servicekit.db import Replayed
from servicekit.errors import Conflict

pytestmark = pytest.mark.servers


def test_termination_is_scheduled_told_and_recorded(house) -> None:
    order = house.order(5)
    ending = house.terminate(order.subscription_id, 2)
    assert house.read(order.subscription_id) == ending.foreseen(house.now)
    [told] = house.told("TerminationScheduled")
    loaded = TerminationScheduledPayload().load(told)
    assert (loaded["quantity"], loaded["remaining"]) == (2, 3)
    assert loaded["effective_on"] == date(2026, 12, 1)
    entries = audit.list_entries(db=house.db, tenant=house.tenant, limit=10, cursor=None)["items"]
    assert entries[-1].action == "subscriptions:termination:scheduled"


def test_same_key_terminates_once(house) -> None:
    order = house.order(5)
    ending = house.terminate(order.subscription_id, 2, key="k-1")
    with pytest.raises(Replayed) as again:
        house.terminate(order.subscription_id, 2, key="k-1")
    assert again.value.answer == declared.response().dump(ending)
    assert house.read(order.subscription_id).remaining == 3


def test_terminations_at_once_never_exceed_what_runs(house) -> None:
    order = house.order(30)

    def terminate(_: int) -> bool:
        try:
            house.terminate(order.subscription_id, 2)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(max_workers=10) as pool:
        accepted = sum(pool.map(terminate, range(40)))
    assert accepted == 15
    assert house.rows("SELECT sum(quantity), count(*) FROM terminations") == [(30, 15)]
    assert house.read(order.subscription_id).status == "terminating"


def test_nothing_ends_before_its_day_begins_in_paris(house) -> None:
    order = house.order(5)
    house.terminate(order.subscription_id, 2)
    assert house.rows("SELECT due_at FROM house.due_work") == [
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC),)
    ]


def test_units_end_when_the_clock_has_jumped_past_their_day(house) -> None:
    order = house.order(5, now=house.clock.now())
    ending = house.terminate(order.subscription_id, 2, now=house.clock.now())
    assert house.run_due() == 0
    house.move_clock_to(house.clock.now() + timedelta(days=400))
    assert house.run_due() == 1
    after = house.read(order.subscription_id)
    assert (after.quantity, after.status) == (3, "active")
    assert after.terminations[0].done
    [told] = house.told("TerminationTookEffect")
    loaded = TerminationTookEffectPayload().load(told)
    assert (loaded["quantity"], loaded["remaining"]) == (2, 3)
    assert loaded["effective_on"] == ending.terminations[0].effective_on
    assert loaded["requested_by"] == "person-1"


def test_effect_carries_the_time_of_its_day_however_late(house) -> None:
    """On a simulated clock that jumps a year, the units still end on the first of the month."""
    order = house.order(now=house.clock.now())
    house.terminate(order.subscription_id, now=house.clock.now())
    [(due_at,)] = house.rows("SELECT due_at FROM house.due_work")
    house.move_clock_to(house.clock.now() + timedelta(days=400))
    house.run_due()
    assert house.rows("SELECT done_at FROM terminations") == [(due_at,)]
    [(at,)] = house.rows("SELECT at FROM house.audit_entries ORDER BY sequence DESC LIMIT 1")
    assert at == due_at


def test_terminations_of_several_months_take_effect_in_order(house) -> None:
    start = house.clock.now()
    order = house.order(6, now=start)
    for months in (3, 1, 2):
        house.terminate(order.subscription_id, months, now=start + timedelta(days=31 * months))
    house.move_clock_to(start + timedelta(days=400))
    assert house.run_due() == 3
    told = house.told("TerminationTookEffect")
    assert [one["quantity"] for one in told] == [1, 2, 3]
    assert [one["remaining"] for one in told] == [5, 3, 0]
    assert house.read(order.subscription_id).status == "ended"
    assert audit.verify_chain(db=house.db, tenant=house.tenant).verified


def test_runners_side_by_side_end_units_once(house) -> None:
    start = house.clock.now()
    for _ in range(10):
        house.terminate(house.order(2, now=start).subscription_id, 1, now=start)
    house.move_clock_to(start + timedelta(days=40))
    with ThreadPoolExecutor(max_workers=4) as pool:
        done = sum(pool.map(lambda _: house.run_due(), range(4)))
    house.run_due()
    assert done >= 1
    assert len(house.told("TerminationTookEffect")) == 10
    assert house.rows("SELECT DISTINCT quantity FROM subscriptions") == [(1,)]
    assert house.rows("SELECT count(*) FROM house.due_work") == [(0,)]


def test_ended_subscription_refuses(house) -> None:
    start = house.clock.now()
    order = house.order(now=start)
    house.terminate(order.subscription_id, now=start)
    house.move_clock_to(start + timedelta(days=40))
    house.run_due()
    with pytest.raises(Conflict, match="subscription-ended"):
        house.terminate(order.subscription_id)
