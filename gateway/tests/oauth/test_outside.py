"""One deadline for all: the name, the connection, the handshake and the answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.oauth.outside import NotSentError, Outside

pytestmark = pytest.mark.unit

PATIENCE, LONG = 0.3, 3.0


def outside() -> Outside:
    return Outside(private_allowed=True, patience=PATIENCE)


def seconds_of(act: Callable[[], object], *, why: str = ".") -> float:
    began = time.monotonic()
    with pytest.raises(NotSentError, match=why):
        act()
    return time.monotonic() - began


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A resolver that waits until the test is over; which names it was asked."""
    leave, asked = threading.Event(), list[str]()

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        leave.wait(30)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    yield asked
    leave.set()


@pytest.fixture
def dribbling() -> Iterator[Callable[[bytes], int]]:
    """A server that sends these bytes one at a time, each well within any one read's patience."""
    ended, listeners = threading.Event(), list[socket.socket]()

    def serve(listener: socket.socket, sent: bytes) -> None:
        line, _ = listener.accept()
        with line:
            for one in sent:
                if ended.wait(PATIENCE / 4):
                    return
                try:
                    line.send(bytes([one]))
                except OSError:
                    return
            ended.wait(30)

    def begin(sent: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=serve, args=(listener, sent), daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    yield begin
    ended.set()
    for listener in listeners:
        listener.close()


def test_a_name_that_is_resolved_slowly_is_not_waited_for(slow_names: list[str]) -> None:
    taken = seconds_of(
        lambda: outside().get("https://keys.example/", most=10), why="not resolved in time"
    )
    assert taken < LONG
    assert slow_names == ["keys.example"]


def test_names_that_hang_take_a_few_threads_and_no_more(slow_names: list[str]) -> None:
    one = Outside(private_allowed=True, patience=0.01)
    for n in range(8):
        seconds_of(lambda n=n: one.get(f"https://k{n}.example/", most=10))  # type: ignore[misc]
    seconds_of(lambda: one.get("https://k9.example/", most=10), why="too many names")
    assert len(slow_names) == 8


def test_a_dribbled_handshake_is_cut_off(dribbling: Callable[[bytes], int]) -> None:
    """The head of a handshake record that announces far more than ever comes in time."""
    port = dribbling(b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"\x00" * 200)
    assert seconds_of(lambda: outside().get(f"https://127.0.0.1:{port}/", most=10)) < LONG


def test_a_dribbled_answer_is_cut_off_and_no_document(dribbling: Callable[[bytes], int]) -> None:
    """Not even what had come until then."""
    port = dribbling(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 200)
    assert seconds_of(lambda: outside().get(f"http://127.0.0.1:{port}/", most=500)) < LONG


def test_all_of_it_has_one_deadline(
    monkeypatch: pytest.MonkeyPatch, dribbling: Callable[[bytes], int]
) -> None:
    """What the name has cost is gone for the rest: the connection gets no whole patience anew."""
    port, given = dribbling(b""), list[float]()
    real = socket.create_connection

    def resolved(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        if host == "keys.example":
            time.sleep(PATIENCE / 2)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))]

    def connected(address: tuple[str, int], *, timeout: float) -> socket.socket:
        given.append(timeout)
        return real(address, timeout=timeout)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connected)
    seconds_of(lambda: outside().get(f"http://keys.example:{port}/", most=10))
    assert 0 < given[0] <= PATIENCE / 2
