"""The client under threads, and when services, broker or connections come and go."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest

from contracts.declare import Call
from servicekit.client import RpcClient
from servicekit.errors import GuichetError

pytestmark = pytest.mark.servers


def outcome(act: Any) -> str:
    """``ok`` or the error's code."""
    try:
        act()
    except GuichetError as error:
        return error.code
    return "ok"


def timed(act: Any) -> tuple[str, float]:
    started = time.monotonic()
    return outcome(act), time.monotonic() - started


def test_64_threads_share_one_client_and_get_their_own_answers(running: Any) -> None:
    wrong: list[str] = []

    def work(number: int) -> None:
        for turn in range(20):
            word = f"{number}-{turn}-" + "x" * (number * 40)
            if running.ask(running.calls.echo, {"word": word})["word"] != word:
                wrong.append(word)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_service_nobody_ever_started_is_refused_at_once(running: Any) -> None:
    call = Call(
        service="nowhere",
        name="echo",
        request=running.calls.echo.request,
        response=running.calls.echo.response,
        right=running.calls.echo.right,
        effect=running.calls.echo.effect,
        summary="",
    )
    said, seconds = timed(lambda: running.client.call(call, {"word": "x"}, "x.y", 10))
    assert said == "service-unavailable"
    assert seconds < 3


def test_no_call_outlives_its_deadline(running: Any) -> None:
    act = lambda: running.ask(running.calls.wait, {"milliseconds": 3000}, timeout=0.4)  # noqa: E731
    said, seconds = timed(act)
    assert said == "service-timeout"
    assert 0.3 < seconds < 3


def test_an_answer_that_comes_too_late_goes_to_nobody(running: Any) -> None:
    outcome(lambda: running.ask(running.calls.wait, {"milliseconds": 600}, timeout=0.3))
    time.sleep(0.5)
    assert running.ask(running.calls.echo, {"word": "mine"}) == {"word": "mine"}


def test_a_dead_service_is_noticed_and_its_return_too(house: Any) -> None:
    house.service.start()
    assert house.ask(house.calls.echo, {"word": "x"})
    house.service.kill()

    def ask() -> str:
        return outcome(lambda: house.ask(house.calls.echo, {"word": "x"}))

    said, seconds = timed(lambda: house.ask(house.calls.echo, {"word": "x"}))
    assert said == "service-unavailable"
    assert seconds < 8, "nobody is at its queue: no need to wait for the deadline"
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said, seconds = timed(lambda: house.ask(house.calls.echo, {"word": "x"}))
    assert (said, seconds < 2) == ("service-unavailable", True), "the breaker is open"
    house.service.start()
    back = time.monotonic()
    while ask() != "ok":
        assert time.monotonic() - back < 5, "it takes about half a second"
        time.sleep(0.02)


def test_a_frozen_service_costs_five_deadlines_and_then_nothing(house: Any) -> None:
    house.service.start()
    assert house.ask(house.calls.echo, {"word": "x"})
    house.service.signal(signal.SIGSTOP)
    try:
        for _ in range(5):
            assert (
                outcome(lambda: house.ask(house.calls.echo, {"word": "x"}, timeout=0.3))
                == "service-timeout"
            )
        said, seconds = timed(lambda: house.ask(house.calls.echo, {"word": "x"}))
        assert (said, seconds < 2) == ("service-unavailable", True)
    finally:
        house.service.signal(signal.SIGCONT)
    time.sleep(0.7)
    assert house.ask(house.calls.echo, {"word": "x"})


def test_a_refused_call_does_not_open_the_breaker(running: Any) -> None:
    fault = {"kind": "Unavailable", "code": "database", "details": {}}
    for _ in range(7):
        assert outcome(lambda: running.ask(running.calls.fail, fault)) == "database"
    assert running.ask(running.calls.echo, {"word": "x"})


def test_broker_restart_fails_what_is_in_flight_and_all_comes_back(
    house: Any, broker: Any, broker_away: Any
) -> None:
    house.service.start()
    assert house.ask(house.calls.echo, {"word": "x"})
    said: Counter[str] = Counter()
    waiting = [
        threading.Thread(
            target=lambda: said.update(
                [outcome(lambda: house.ask(house.calls.wait, {"milliseconds": 8000}))]
            )
        )
        for _ in range(4)
    ]
    for thread in waiting:
        thread.start()
    time.sleep(0.5)
    with broker_away(broker):
        for thread in waiting:
            thread.join(timeout=5)
        assert said == {"broker": 4}
        code, seconds = timed(lambda: house.ask(house.calls.echo, {"word": "x"}))
        assert (code, seconds < 2) == ("broker", True)
        assert house.service.get("/livez")[0] == 200
        assert house.service.get("/readyz")[0] == 503
    back = time.monotonic()
    while outcome(lambda: house.ask(house.calls.echo, {"word": "x"}, timeout=2)) != "ok":
        assert time.monotonic() - back < 60
        time.sleep(0.05)
    house.service.wait_ready()


def test_connections_closed_by_an_operator_are_replaced(
    house: Any, management: Any, eventually: Any
) -> None:
    house.service.start()
    assert house.ask(house.calls.echo, {"word": "x"})
    names = {
        "guichet tests requests",
        "guichet tests replies",
        "guichet sample answers",
        "guichet sample",
    }
    closed = eventually(lambda: _close(management, house.url, names), seconds=15)
    assert closed == len(names)
    eventually(
        lambda: outcome(lambda: house.ask(house.calls.echo, {"word": "x"}, timeout=2)) == "ok"
    )
    assert [outcome(lambda: house.ask(house.calls.echo, {"word": "x"})) for _ in range(20)] == [
        "ok"
    ] * 20


def _close(management: Any, url: str, names: set[str]) -> int:
    """Close these connections of the virtual host; 0 until the management plug-in lists all."""
    vhost = url.rsplit("/", 1)[1]
    listed = management("GET", f"/api/vhosts/{vhost}/connections")
    found = [
        one["name"]
        for one in listed
        if one.get("client_properties", {}).get("connection_name") in names
    ]
    if len(found) < len(names):
        return 0
    for name in found:
        management("DELETE", f"/api/connections/{quote(name, safe='')}")
    return len(found)


def test_a_client_without_a_broker_says_so(free_amqp_url: str) -> None:
    client = RpcClient(free_amqp_url, name="alone")
    assert client.ping(timeout=0.3) is False
    client.close()


def test_a_closed_client_leaves_no_threads(running: Any) -> None:
    client = RpcClient(running.url, name="brief")
    assert client.ping(timeout=5)
    client.close()
    assert [thread.name for thread in threading.enumerate() if "brief" in thread.name] == []
