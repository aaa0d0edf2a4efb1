"""Keys that a client publishes: asked for seldom, never believed when weak, never in the way."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey

from gateway.oauth.outside import NotSentError, Outside
from gateway.oauth.published_keys import PublishedKeys

pytestmark = pytest.mark.unit

URI = "https://app.example/keys"


def key(kid: str, **more: Any) -> dict[str, Any]:
    made = ECKey.generate_key("P-256", parameters={"kid": kid}).as_dict(private=False)
    return {**made, **more}


class Source:
    """``answer`` is what is published, or the error that asking ends in."""

    def __init__(self) -> None:
        self.answer: Any = {"keys": [key("one")]}
        self.asked: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def get(self, url: str, *, most: int) -> bytes:
        self.asked.append(url)
        self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()


class Hand:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def published(source: Source, hand: Hand) -> PublishedKeys:
    return PublishedKeys(outside=source, monotonic=hand)


def kids(published: PublishedKeys, kid: str | None = "one") -> list[str]:
    return [one["kid"] for one in published.of(URI, kid=kid)["keys"]]


def test_they_are_asked_once_and_kept(published: PublishedKeys, source: Source) -> None:
    assert kids(published) == kids(published) == kids(published, None) == ["one"]
    assert source.asked == [URI]


def test_a_key_that_is_not_known_is_asked_for_but_not_at_every_knock(
    published: PublishedKeys, source: Source, hand: Hand
) -> None:
    kids(published)
    source.answer = {"keys": [key("one"), key("two")]}
    for _ in range(50):
        assert kids(published, "made-up") == ["one"]
    assert len(source.asked) == 1, "whoever invents names of keys makes us ask nobody"
    hand.now = 61
    assert kids(published, "two") == ["one", "two"]


def test_a_key_that_was_taken_away_opens_nothing_after_ten_minutes(
    published: PublishedKeys, source: Source, hand: Hand
) -> None:
    kids(published)
    source.answer = {"keys": [key("two")]}
    hand.now = 601
    assert kids(published, "one") == ["two"]


def test_an_address_that_does_not_answer_is_borne_for_an_hour(
    published: PublishedKeys, source: Source, hand: Hand
) -> None:
    kids(published)
    source.answer = NotSentError("timed out")
    hand.now = 3_000
    assert kids(published) == ["one"]
    hand.now = 3_700
    with pytest.raises(ValueError, match="no keys"):
        kids(published)


@pytest.mark.parametrize(
    "answer",
    [
        NotSentError("private address"),
        b"<html>",
        b"[" * 100_000,
        [],
        {},
        {"keys": {}},
        {"keys": []},
        {"keys": [key("one"), key("one")]},
        {"keys": [{"kty": "RSA", "e": "AQAB", "n": "s" * 171}]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]},
        {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]},
    ],
    ids=lambda answer: str(answer)[:24],
)
def test_what_is_no_set_of_strong_public_keys_opens_nothing(
    published: PublishedKeys, source: Source, answer: Any
) -> None:
    source.answer = answer
    with pytest.raises(ValueError, match="no keys"):
        kids(published)


def test_keys_for_encrypting_are_none_of_ours(published: PublishedKeys, source: Source) -> None:
    source.answer = {"keys": [key("one"), key("two", use="enc")]}
    assert kids(published) == ["one"]


def test_who_answers_slowly_holds_up_three_threads_and_no_fourth(
    source: Source, hand: Hand
) -> None:
    published = PublishedKeys(outside=source, monotonic=hand)
    entered, leave = threading.Semaphore(0), threading.Event()

    def stand_still() -> None:
        entered.release()
        assert leave.wait(10)

    source.meanwhile = stand_still
    slow = [
        threading.Thread(target=published.of, args=(f"{URI}/{n}",), kwargs={"kid": None})
        for n in range(3)
    ]
    for thread in slow:
        thread.start()
    for _ in slow:
        assert entered.acquire(timeout=10)
    with pytest.raises(ValueError, match="no keys"):
        published.of(f"{URI}/fourth", kid=None)
    leave.set()
    for thread in slow:
        thread.join(10)
    assert len(source.asked) == 3


def test_addresses_that_do_not_answer_hold_up_none_that_do(source: Source, hand: Hand) -> None:
    """However many they are: known ones and new ones are asked meanwhile."""
    published = PublishedKeys(outside=source, monotonic=hand)
    silent = [f"{URI}/silent/{n}" for n in range(4)]
    kids(published)
    source.answer = NotSentError("timed out")
    for uri in silent:
        with pytest.raises(ValueError, match="no keys"):
            published.of(uri, kid=None)
    source.answer, hand.now = {"keys": [key("one"), key("two")]}, 61
    entered, leave = threading.Semaphore(0), threading.Event()

    def stand_still() -> None:
        if "silent" in source.asked[-1]:
            entered.release()
            assert leave.wait(10)

    source.meanwhile = stand_still
    slow = threading.Thread(target=published.of, args=(silent[0],), kwargs={"kid": None})
    slow.start()
    assert entered.acquire(timeout=10)
    for uri in silent[1:]:
        with pytest.raises(ValueError, match="no keys"):
            published.of(uri, kid=None)
    assert kids(published, "two") == ["one", "two"]
    assert published.of(f"{URI}/new", kid="one")["keys"]
    leave.set()
    slow.join(10)
    assert not slow.is_alive()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"],
)
def test_a_public_name_that_stands_for_our_own_network_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.216.34", port)), (0, 0, 0, "", (address, port))]

    def connected(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing is connected to")

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(NotSentError, match="private address"):
        Outside(private_allowed=False).get("https://keys.example/", most=10)


def test_a_name_that_changes_its_mind_is_asked_where_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the second answer of the name is never asked for."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    reached: list[str] = []

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", (one, port)) for one in answers.pop(0)]

    def connected(address: tuple[str, int], **_: Any) -> None:
        reached.append(address[0])
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(NotSentError):
        Outside(private_allowed=False).get("https://keys.example/", most=10)
    assert reached == ["93.184.216.34"]
