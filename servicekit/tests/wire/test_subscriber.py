"""Hearing events in a process with threads, as the gateway does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sample_contract

from contracts.codes import TenantCode
from contracts.declare import Event
from servicekit import broker as wire
from servicekit import deadletters, topology
from servicekit.broker import ConfirmedSender, Outgoing
from servicekit.clock import SystemClock
from servicekit.events import Fact, Subscriber
from servicekit.facts import cloud_event
from servicekit.ids import new_id
from servicekit.outbox import OutboxRow

pytestmark = pytest.mark.servers

ACME = TenantCode("OCB0000001")
EVENT = sample_contract.NoteAdded
QUEUE = topology.work_queue("sample", EVENT)


@pytest.fixture(autouse=True)
def _ends(request: pytest.FixtureRequest) -> Iterator[list[Subscriber]]:
    started: list[Subscriber] = []
    yield started
    for subscriber in started:
        subscriber.stop()


@pytest.fixture
def subscribe(vhost: str, _ends: list[Subscriber]) -> Any:
    def start(handler: Any, **options: Any) -> Subscriber:
        subscriber = Subscriber(vhost, "sample", [EVENT], handler, **options)
        subscriber.start()
        _ends.append(subscriber)
        assert subscriber.up.wait(20)
        return subscriber

    return start


def tell(url: str, *texts: str, event: Event = EVENT) -> None:
    import json

    sender = ConfirmedSender(url, name="by hand", prepare=topology.declare_exchange)
    for text in texts:
        data = {"note_id": str(new_id()), "tenant": ACME, "text": text, "parts": []}
        row = OutboxRow(1, new_id(), event.type, SystemClock().now(), "call-1", None, "fr", data)
        body = json.dumps(cloud_event(row)).encode()
        sender.send(
            [
                Outgoing(
                    message_id=str(row.event_id),
                    exchange=topology.EVENTS_EXCHANGE,
                    routing_key=event.type,
                    body=body,
                )
            ]
        )
    sender.close()


class Ears:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.threads: set[str] = set()

    def __call__(self, fact: Fact) -> None:
        self.heard.append(fact.data["text"])
        self.threads.add(threading.current_thread().name)


def test_a_broadcast_is_heard_by_every_process(vhost: str, subscribe: Any, eventually: Any) -> None:
    one, other = Ears(), Ears()
    subscribe(one, broadcast=True)
    subscribe(other, broadcast=True)
    tell(vhost, "to all")
    eventually(lambda: (one.heard, other.heard) == (["to all"], ["to all"]))
    assert one.threads == {"sample-broadcast"}


def test_a_durable_event_is_heard_by_one_of_them(
    vhost: str, subscribe: Any, eventually: Any
) -> None:
    one, other = Ears(), Ears()
    subscribe(one, broadcast=False)
    subscribe(other, broadcast=False)
    tell(vhost, *[str(number) for number in range(20)])
    eventually(lambda: len(one.heard) + len(other.heard) == 20)
    assert sorted(one.heard + other.heard, key=int) == [str(number) for number in range(20)]


def test_a_durable_event_waits_for_a_process_that_is_away(
    vhost: str, subscribe: Any, eventually: Any
) -> None:
    ears = Ears()
    subscribe(ears, broadcast=False).stop()
    tell(vhost, "meanwhile")
    subscribe(ears, broadcast=False)
    eventually(lambda: ears.heard == ["meanwhile"])


def test_a_failing_handler_is_tried_again_then_parked(
    vhost: str, subscribe: Any, eventually: Any
) -> None:
    tries: list[str] = []

    def fail(fact: Fact) -> None:
        tries.append(fact.data["text"])
        if len(tries) < 3 or fact.data["text"] == "never":
            raise RuntimeError("no")

    subscribe(fail, broadcast=False, delays=(0.1, 0.1))
    tell(vhost, "third time")
    eventually(lambda: tries == ["third time"] * 3)
    assert deadletters.list_letters(vhost, QUEUE) == []
    tell(vhost, "never")
    eventually(lambda: len(deadletters.list_letters(vhost, QUEUE)) == 1)
    assert tries[3:] == ["never"] * 3


def test_what_cannot_be_read_is_parked(vhost: str, subscribe: Any, eventually: Any) -> None:
    ears = Ears()
    subscribe(ears, broadcast=False)
    sender = ConfirmedSender(vhost, name="by hand")
    sender.send([Outgoing(message_id="bad", routing_key=QUEUE, body=b"no json")])
    sender.close()
    eventually(lambda: [one.body for one in deadletters.list_letters(vhost, QUEUE)] == [b"no json"])
    assert ears.heard == []


def test_a_broadcast_that_fails_counts_as_lost(vhost: str, subscribe: Any, eventually: Any) -> None:
    """Better to forget everything than to keep what should have been forgotten."""
    forgotten: list[int] = []

    def fail(fact: Fact) -> None:
        raise RuntimeError("no")

    subscribe(fail, broadcast=True, lost=lambda: forgotten.append(1))
    assert forgotten == [1], "whatever was told before the connection stood was missed"
    tell(vhost, "x")
    eventually(lambda: len(forgotten) == 2)


def test_it_comes_back_after_the_broker_did(
    vhost: str, broker: Any, broker_away: Any, subscribe: Any, eventually: Any
) -> None:
    ears, forgotten = Ears(), list[int]()
    durable = subscribe(ears, broadcast=False)
    shout = subscribe(Ears(), broadcast=True, lost=lambda: forgotten.append(1))
    with broker_away(broker):
        eventually(lambda: not durable.up.is_set())
    assert durable.up.wait(60)
    assert shout.up.wait(60)
    assert len(forgotten) >= 2
    tell(vhost, "after")
    eventually(lambda: ears.heard == ["after"])


def test_a_sender_finds_its_connection_broken_and_takes_another(vhost: str) -> None:
    sender = ConfirmedSender(vhost, name="by hand", prepare=topology.declare_exchange)
    message = Outgoing(message_id="m", routing_key="nowhere", body=b"x")
    assert sender.send([message]) == {"m"}, "no queue has that name"
    wire.discard(sender._connection)
    assert sender.send([message]) == {"m"}
    sender.close()
