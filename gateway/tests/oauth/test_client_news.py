"""Who answers for a client is told: of what happened to it, and of a secret before it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.gateway import MOST_NEWS_NAMED, ClientChange
from gateway.oauth.acting import acting
from gateway.oauth.client_news import NEWS, SECRET, days_left, next_look
from gateway.oauth.news_telling import GATHERED, MOST_A_DAY
from gateway.store import registered_clients as store
from gateway.tests.oauth.client_world import DAY, MANAGERS, World
from servicekit.db import EVERYONE
from servicekit.setting_kinds import days

pytestmark = pytest.mark.servers

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (40.0, 10.0),
        (30.0, 23.0),
        (29.9, 22.9),
        (7.0, 6.0),
        (1.5, 0.5),
        (1.0, 1.0),
        (0.2, 0.2),
    ],
)
def test_a_secret_is_spoken_of_on_its_days_and_at_its_end(left: float, due: float) -> None:
    ends = AT + left * DAY
    assert next_look(expires_at=ends, days=(30, 7, 1), now=AT) == AT + due * DAY


def test_without_days_it_is_spoken_of_at_its_end_alone() -> None:
    assert next_look(expires_at=AT + 99 * DAY, days=(), now=AT) == AT + 99 * DAY


@pytest.mark.parametrize(("left", "told"), [(30.0, 30), (6.999, 7), (0.01, 1)])
def test_days_that_are_left_are_counted_up(left: float, told: int) -> None:
    assert days_left(expires_at=AT + left * DAY, now=AT) == told


@pytest.mark.parametrize(
    ("given", "read"), [("30,7,1", (30, 7, 1)), ("1", (1,)), ("7, 30,7", (30, 7))]
)
def test_days_are_read_from_the_setting(given: str, read: tuple[int, ...]) -> None:
    assert days(given) == read


@pytest.mark.parametrize("given", ["", "0", "366", "-1", "seven", "7,,1", "7;1", "١"])
def test_what_is_no_list_of_days_is_refused_at_start(given: str) -> None:
    with pytest.raises(ValueError, match="whole numbers from 1 to 365"):
        days(given)


@pytest.fixture
def world(provider: Any) -> Iterator[World]:
    made = World(provider)
    yield made
    made.remove()


def test_a_secret_is_told_to_each_manager_thirty_seven_and_one_day_before_and_at_its_end(
    world: World,
) -> None:
    secret_id, secret = world.secret(40)
    seen = []
    for _ in range(5):
        world.do_due()
        seen.append([(name, data.get("days")) for name, data in world.told()])
        with world.db.read(tenant=EVERYONE) as tx:
            due = tx.value(
                "SELECT due_at FROM house.due_work WHERE kind = %(kind)s AND key = %(key)s",
                {"kind": SECRET, "key": str(secret_id)},
            )
        if due is None:
            break
        world.clock.move(seconds=(due - world.clock.now()).total_seconds() + 1)
    soon = "ClientSecretExpiryApproached"
    assert seen == [
        [],
        [(soon, 30)] * 2,
        [(soon, 7)] * 2,
        [(soon, 1)] * 2,
        [("ClientSecretExpired", None)] * 2,
    ]
    assert world.token(secret).status_code == 401


def test_a_secret_that_was_ended_is_not_spoken_of(world: World) -> None:
    secret_id, _ = world.secret(31)
    with world.db.write(acting("test"), tenant=EVERYONE) as tx:
        store.remove_secret(tx, client_id=world.client_id, secret_id=secret_id)
    world.clock.move(days=2)
    world.do_due()
    assert world.told() == []


def test_news_wait_where_identity_is_away_and_are_told_once(world: World) -> None:
    world.readers.away = True
    world.announce()
    world.do_due()
    assert world.told() == []
    world.readers.away = False
    with world.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run("UPDATE house.due_work SET leased_until = NULL WHERE kind = %(k)s", {"k": NEWS})
    world.do_due()
    world.do_due()
    told = world.told()
    assert [name for name, _ in told] == ["ClientAnnounced"] * 2
    assert {data["person_id"] for _, data in told} == {str(one) for one in MANAGERS}
    assert {data["changed_by_name"] for _, data in told} == {"Jane Roe"}


def test_beyond_so_many_a_day_news_are_told_together_within_the_hour(world: World) -> None:
    """Whoever changes a client a thousand times fills nobody's mailbox, and hides nothing by it."""
    for _ in range(MOST_A_DAY):
        world.announce(ClientChange.CHANGED)
    world.announce(ClientChange.SECRET_ADDED)
    world.announce(ClientChange.QUOTA_CHANGED)
    world.do_due()
    told = world.told()
    assert len(told) == MOST_A_DAY * len(MANAGERS)
    assert {(name, data["change"]) for name, data in told} == {("ClientAnnounced", "changed")}

    world.clock.move(minutes=61)
    world.do_due()
    told = world.told()
    assert [name for name, _ in told] == ["ClientNewsGathered"] * len(MANAGERS)
    assert {data["person_id"] for _, data in told} == {str(one) for one in MANAGERS}
    [(_, first), _] = told
    assert first["counted"] == 2
    assert [one["change"] for one in first["changes"]] == ["secret-added", "quota-changed"]
    assert {one["client_id"] for one in first["changes"]} == {world.client_id}
    world.do_due()
    assert world.told() == []


def test_as_many_clients_as_one_likes_bring_no_more_mails(world: World) -> None:
    for number in range(MOST_A_DAY + MOST_NEWS_NAMED + 3):
        world.announce(client_id=f"{world.client_id}-{number}")
    world.do_due()
    assert len(world.told()) == MOST_A_DAY * len(MANAGERS)
    world.clock.move(minutes=61)
    world.do_due()
    [(_, first), _] = world.told()
    assert (first["counted"], len(first["changes"])) == (MOST_NEWS_NAMED + 3, MOST_NEWS_NAMED)


def test_a_day_later_each_is_told_alone_again(world: World) -> None:
    for _ in range(MOST_A_DAY):
        world.announce()
    world.do_due()
    world.told()
    world.clock.move(days=1, seconds=1)
    world.announce()
    world.do_due()
    assert [name for name, _ in world.told()] == ["ClientAnnounced"] * len(MANAGERS)


def test_what_waits_is_told_also_where_identity_was_away_for_long(world: World) -> None:
    for _ in range(MOST_A_DAY + 1):
        world.announce()
    world.do_due()
    world.told()
    with world.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run("UPDATE house.due_work SET dead_at = now() WHERE kind = %(k)s", {"k": GATHERED})
    world.clock.move(minutes=61)
    world.announce()
    world.do_due()
    [(_, first), _] = world.told()
    assert first["counted"] == 2
