"""Facts from one action to another, over a broker and services that may die at any moment."""

from __future__ import annotations

import io
import json
import threading
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.codes import TenantCode
from servicekit import broker as wire
from servicekit import deadletters, relay, topology
from servicekit.errors import GuichetError, NotFound
from servicekit.ids import new_id

pytestmark = pytest.mark.servers

ACME = TenantCode("OCB0000001")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUEUE = "sample.guichet.sample.NoteAdded.v1"


def told(text: str, **changes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": "/guichet/sample",
        "type": "guichet.sample.NoteAdded.v1",
        "time": "2026-11-23T12:00:00+00:00",
        "callid": "call-1",
        "data": {"note_id": str(new_id()), "tenant": ACME, "text": text, "parts": []},
        **changes,
    }


def tell(url: str, *bodies: bytes | dict[str, Any], message_id: str = "m") -> None:
    sender = wire.ConfirmedSender(url, name="by hand")
    messages = [
        wire.Outgoing(
            message_id=f"{message_id}-{number}",
            exchange=topology.EVENTS_EXCHANGE,
            routing_key="guichet.sample.NoteAdded.v1",
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        )
        for number, body in enumerate(bodies)
    ]
    assert sender.send(messages) == set()
    sender.close()


def emit(house: Any, text: str) -> None:
    """As another replica's action would."""
    with house.db.write(house.context(house.calls.echo), tenant=ACME) as tx:
        tx.emit(house.calls.NoteAdded, at=NOON, note_id=new_id(), tenant=ACME, text=text, parts=[])


def dead(url: str) -> list[str]:
    return [letter.body.decode(errors="replace") for letter in deadletters.list_letters(url, QUEUE)]


def test_a_fact_is_told_and_heard(running: Any, eventually: Any) -> None:
    running.add("told", key="told")
    eventually(lambda: "told" in running.heard())
    eventually(lambda: running.value("SELECT count(*) FROM house.outbox") == 0)


def test_a_commit_wakes_the_relay(
    house: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With threads here, as in any process without eventlet; the next poll is a minute away."""
    monkeypatch.setattr(relay, "_POLL_SECONDS", 60.0)
    teller = relay.Relay(house.db, house.url, "sample")
    thread = threading.Thread(target=teller.run)
    thread.start()
    eventually(lambda: not teller._awake.is_set())
    time.sleep(0.5)
    emit(house, "woken")
    eventually(lambda: house.value("SELECT count(*) FROM house.outbox") == 0, seconds=20)
    teller.stop()
    thread.join(timeout=20)
    assert not thread.is_alive()
    house.service.start()
    eventually(lambda: house.heard() == ["woken"])


def test_a_fact_heard_twice_takes_effect_once(running: Any, eventually: Any) -> None:
    fact = told("twice")
    tell(running.url, fact, fact, fact)
    tell(running.url, told("after twice"))
    eventually(lambda: "after twice" in running.heard())
    time.sleep(0.3)
    assert running.heard().count("twice") == 1


def test_a_newer_publisher_is_understood(running: Any, eventually: Any) -> None:
    fact = told("newer", extension="x")
    fact["data"] |= {"newer": {"deep": 1}, "parts": [{"name": "p", "newer": 1}]}
    tell(running.url, fact)
    eventually(lambda: "newer" in running.heard())


@pytest.mark.parametrize("body", [b"", b"no json", b"{}", b"\xff\xfe", b"[" * 50_000])
def test_what_cannot_be_read_is_parked_at_once(house: Any, eventually: Any, body: bytes) -> None:
    house.service.start()
    tell(house.url, body, told("next"))
    eventually(lambda: house.heard() == ["next"])
    eventually(lambda: len(dead(house.url)) == 1)
    (letter,) = deadletters.list_letters(house.url, QUEUE)
    assert letter.body == body
    assert letter.attempts == 0
    assert letter.message_id == "m-0"


def test_a_failing_listener_tries_again_and_then_gives_up(house: Any, eventually: Any) -> None:
    """Others are not held up meanwhile; repaired, it is replayed and takes effect once."""
    house.service.start()
    fact = told("never this")
    tell(house.url, fact, told("behind"))
    eventually(lambda: house.heard() == ["behind"])
    eventually(lambda: len(dead(house.url)) == 1)
    (letter,) = deadletters.list_letters(house.url, QUEUE)
    assert letter.attempts == 2
    assert letter.headers[topology.REASON_HEADER] == "RuntimeError"
    failures = [line for line in house.service.lines() if line["event"] == "event failed"]
    assert [line["attempt"] for line in failures] == [1, 2, 3]
    counted = house.service.get("/metrics")[1]
    assert 'event="guichet.sample.NoteAdded.v1",outcome="retried"} 2.0' in counted
    assert 'event="guichet.sample.NoteAdded.v1",outcome="dead"} 1.0' in counted


def test_the_command_line_shows_and_replays(house: Any, eventually: Any) -> None:
    house.service.start()
    spoiled = told("repaired", time="yesterday")
    tell(house.url, spoiled, b"hopeless")
    eventually(lambda: len(dead(house.url)) == 2)

    def command(*arguments: str) -> str:
        out = io.StringIO()
        with redirect_stdout(out):
            assert deadletters.main([*arguments, "--amqp-url", house.url]) == 0
        return out.getvalue()

    assert command("list").split() == ["2", QUEUE]
    shown = [json.loads(line) for line in command("show", QUEUE).splitlines()]
    assert {line["id"] for line in shown} == {"m-0", "m-1"}
    assert shown[0]["event"]["data"]["text"] == "repaired"
    assert "0 put back" in command("replay", QUEUE, "--id", "not-there")
    assert "1 put back" in command("replay", QUEUE, "--id", "m-0")
    eventually(lambda: len(dead(house.url)) == 2)  # as spoiled as before: parked again
    assert "2 put back" in command("replay", QUEUE)
    assert deadletters.main(["show", "not.a.queue", "--amqp-url", house.url]) == 1
    with pytest.raises(NotFound):
        deadletters.replay_letters(house.url, "not.a.queue")


def test_a_killed_service_loses_and_doubles_nothing(house: Any, eventually: Any) -> None:
    """SIGKILL again and again while facts are told and applied."""
    house.service.start()
    texts = [f"slow {number:02d}" for number in range(30)]

    def add(text: str) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                house.add(text, key=text)
            except GuichetError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"{text} could not be added")

    threads = [threading.Thread(target=add, args=(text,)) for text in texts]
    for number, thread in enumerate(threads):
        thread.start()
        if number % 10 == 9:
            time.sleep(0.15)
            house.service.kill()
            house.service.start(wait=False)
    for thread in threads:
        thread.join()
    eventually(lambda: len(house.heard()) >= len(texts), seconds=60)
    time.sleep(1.0)
    assert house.heard() == texts
    assert house.value("SELECT count(*) FROM notes") == len(texts)
    assert house.value("SELECT count(*) FROM house.outbox") == 0


def test_a_broker_restart_loses_and_doubles_nothing(
    house: Any, broker: Any, broker_away: Any, eventually: Any
) -> None:
    """The node is killed without notice while facts are on their way."""
    house.service.start()
    house.add("warm", key="warm")
    eventually(lambda: house.heard() == ["warm"])
    stopping = threading.Event()
    added: list[str] = []

    def add() -> None:
        number = 0
        while not stopping.is_set():
            text = f"note {number:04d}"
            try:
                house.add(text, key=text, timeout=2)
            except GuichetError:
                time.sleep(0.05)
            else:
                added.append(text)
                number += 1

    writer = threading.Thread(target=add)
    writer.start()
    time.sleep(0.7)
    with broker_away(broker):
        time.sleep(0.5)
    before = len(added)
    eventually(lambda: len(added) > before + 5, seconds=60)
    stopping.set()
    writer.join()
    eventually(lambda: len(house.heard()) >= len(added) + 1, seconds=60)
    time.sleep(1.0)
    assert house.heard() == sorted([*added, "warm"])


def test_facts_wait_in_the_outbox_while_the_broker_is_away(
    house: Any, broker: Any, broker_away: Any, eventually: Any
) -> None:
    house.service.start()
    with broker_away(broker):
        emit(house, "waited")
        time.sleep(1.5)
        assert house.value("SELECT count(*) FROM house.outbox") == 1
    eventually(lambda: house.heard() == ["waited"], seconds=60)


def test_what_no_queue_takes_stays_in_the_outbox(house: Any, eventually: Any) -> None:
    """An operator deleted the listener's queue: it is declared again and the fact told again."""
    house.service.start()
    house.add("warm", key="warm")
    eventually(lambda: house.heard() == ["warm"])
    connection = wire.connect(house.url, name="operator", heartbeat=0)
    channel = connection.channel()
    channel.queue_unbind(QUEUE, topology.EVENTS_EXCHANGE, "guichet.sample.NoteAdded.v1")
    house.add("unrouted", key="unrouted")
    eventually(lambda: "unrouted" in house.heard())
    connection.close()
    lines = [line for line in house.service.lines() if "not routed" in line["event"]]
    assert lines
    assert lines[0]["level"] == "error"
