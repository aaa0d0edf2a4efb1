"""The life of a service process: ready, stopping, what it says and what it weighs."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from servicekit.errors import GuichetError

pytestmark = pytest.mark.servers

MIB = 1024


def resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1])


def test_ops_app_says_alive_ready_and_what_was_counted(running: Any) -> None:
    assert running.ask(running.calls.echo, {"word": "x"})
    status, text = running.service.get("/readyz")
    assert status == 200
    assert json.loads(text)["checks"] == {"database": True, "broker": True, "migrations": True}
    assert running.service.get("/livez")[0] == 200
    counted = running.service.get("/metrics")[1]
    assert 'guichet_calls_seconds_count{call="sample.echo",outcome="ok"}' in counted
    assert running.service.get("/elsewhere")[0] == 404


def test_an_idle_service_is_lean(running: Any) -> None:
    assert resident_kib(running.service.pid) < 120 * MIB


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_running_work_finish(house: Any, number: signal.Signals) -> None:
    house.service.start()
    said: list[Any] = []
    waiting = threading.Thread(
        target=lambda: said.append(house.ask(house.calls.wait, {"milliseconds": 1500}))
    )
    waiting.start()
    time.sleep(0.5)
    started = time.monotonic()
    house.service.signal(number)
    assert house.service.wait() == 0, house.service.words()
    assert time.monotonic() - started < 10
    waiting.join()
    assert said == [{"word": "waited"}]
    assert house.service.lines()[-1]["event"] == "stopped"


def test_a_stop_does_not_wait_for_ever(house: Any) -> None:
    house.service.start()

    def ask() -> None:
        with pytest.raises(GuichetError):
            house.ask(house.calls.wait, {"milliseconds": 20_000}, timeout=9)

    waiting = threading.Thread(target=ask)
    waiting.start()
    time.sleep(0.5)
    started = time.monotonic()
    house.service.signal(signal.SIGTERM)
    house.service.wait()
    assert time.monotonic() - started < 15
    waiting.join()


def test_an_idle_service_stops_quickly(house: Any) -> None:
    house.service.start()
    started = time.monotonic()
    house.service.signal(signal.SIGTERM)
    assert house.service.wait() == 0, house.service.words()
    assert time.monotonic() - started < 8


def test_what_was_committed_before_the_stop_is_told(house: Any) -> None:
    house.service.start()
    house.add("last words", key="last words")
    house.service.signal(signal.SIGTERM)
    house.service.wait()
    assert house.value("SELECT count(*) FROM house.outbox") == 0
    house.service.start()
    until = time.monotonic() + 30
    while house.heard() != ["last words"]:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_service_waits_for_its_broker(
    house: Any, broker: Any, broker_away: Any, eventually: Any
) -> None:
    with broker_away(broker):
        house.service.start(wait=False)
        eventually(lambda: house.service.get("/livez")[0] == 200, seconds=90)
        assert house.service.get("/readyz")[0] == 503
    house.service.wait_ready()
    eventually(lambda: house.ask(house.calls.echo, {"word": "x"}) == {"word": "x"})


def test_a_stop_is_heard_while_the_broker_is_away(
    house: Any, broker: Any, broker_away: Any, eventually: Any
) -> None:
    with broker_away(broker):
        house.service.start(wait=False)
        eventually(lambda: house.service.get("/livez")[0] == 200, seconds=90)
        started = time.monotonic()
        house.service.signal(signal.SIGTERM)
        house.service.wait()
        assert time.monotonic() - started < 15


def test_every_line_is_one_json_object_without_secrets(running: Any) -> None:
    assert running.ask(running.calls.echo, {"word": "x"})
    words = running.service.words().splitlines()
    assert all(json.loads(line)["service"] == "sample" for line in words)
    password = re.search(r"://[^:]+:([^@]+)@", running.url)
    assert password
    assert password[1] not in running.service.words()
