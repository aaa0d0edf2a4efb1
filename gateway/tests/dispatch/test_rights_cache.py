"""Rights are kept for a while, fetched once for many, and forgotten at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from contracts.codes import Language, Role, Section, TenantCode
from gateway.rights import RightsCache
from gateway.wire import Circumstances
from servicekit.errors import NotFound, Unavailable

pytestmark = pytest.mark.unit

PERSON = UUID("018f0000-0000-7000-8000-000000000001")
OTHER = UUID("018f0000-0000-7000-8000-000000000002")
ABOUT = Circumstances(language=Language.FRENCH, call_id="c")


def rights(role: str, person: UUID = PERSON) -> dict[str, Any]:
    held = {"tenant": "OCB0000001", "roles": {"invoices": role}, "offices": []}
    return {"person_id": str(person), "enabled": True, "staff": [], "tenants": [held]}


@dataclass
class Identity:
    """Stands for the wire to identity."""

    answer: Callable[[], dict[str, Any]] = lambda: rights("visitor")
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, *_: object) -> dict[str, Any]:
        with self.lock:
            self.asked += 1
        return self.answer()


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(identity: Identity, clock: Clock) -> RightsCache:
    return RightsCache(wire=identity, ttl=30.0, size=2, monotonic=clock)


def role(cache: RightsCache) -> Role:
    [holding] = cache.resolve(PERSON, ABOUT).tenants.values()
    return holding.roles[Section.INVOICES]


def test_rights_are_asked_once_within_their_time(cache: RightsCache, identity: Identity) -> None:
    assert role(cache) is role(cache) is Role.VISITOR
    assert identity.asked == 1


def test_rights_are_asked_again_after_their_time(
    cache: RightsCache, identity: Identity, clock: Clock
) -> None:
    role(cache)
    clock.now += 30
    role(cache)
    assert identity.asked == 2


def test_forgotten_rights_are_asked_again(cache: RightsCache, identity: Identity) -> None:
    role(cache)
    identity.answer = lambda: rights("manager")
    cache.forget(PERSON)
    assert role(cache) is Role.MANAGER


def test_forgetting_all_forgets_everybody(cache: RightsCache, identity: Identity) -> None:
    role(cache)
    cache.forget_all()
    role(cache)
    assert identity.asked == 2


def test_no_more_people_are_kept_than_there_is_room(cache: RightsCache, identity: Identity) -> None:
    for number in (1, 2, 3, 1):
        person = UUID(int=number)
        identity.answer = lambda person=person: rights("visitor", person)
        cache.resolve(person, ABOUT)
    assert identity.asked == 4


def test_an_error_is_raised_and_not_kept(cache: RightsCache, identity: Identity) -> None:
    def away() -> dict[str, Any]:
        raise Unavailable("service-unavailable")

    identity.answer = away
    with pytest.raises(Unavailable):
        cache.resolve(PERSON, ABOUT)
    identity.answer = lambda: rights("visitor")
    assert role(cache) is Role.VISITOR


def test_many_at_once_ask_once(cache: RightsCache, identity: Identity) -> None:
    everybody = threading.Barrier(21)
    held = threading.Event()

    def slow() -> dict[str, Any]:
        held.wait(5)
        return rights("visitor")

    identity.answer = slow

    def ask() -> Role:
        everybody.wait(5)
        return role(cache)

    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(ask) for _ in range(20)]
        everybody.wait(5)
        held.set()
        assert {answer.result(5) for answer in answers} == {Role.VISITOR}
    # Those that the machine let start late find it kept: nobody asks a second time.
    assert identity.asked == 1


def test_those_who_wait_hear_of_the_error_too(cache: RightsCache, identity: Identity) -> None:
    asking, held = threading.Event(), threading.Event()

    def refused() -> dict[str, Any]:
        asking.set()
        held.wait(5)
        raise NotFound("person-unknown")

    identity.answer = refused
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.resolve, PERSON, ABOUT)
        asking.wait(5)
        second = pool.submit(cache.resolve, PERSON, ABOUT)
        held.set()
        for answer in (first, second):
            with pytest.raises(NotFound):
                answer.result(5)


@pytest.mark.parametrize("forget", ["forget", "forget_all"])
def test_a_change_during_a_fetch_wins(cache: RightsCache, identity: Identity, forget: str) -> None:
    asking, changed = threading.Event(), threading.Event()
    answers = iter([rights("manager"), rights("visitor")])

    def read_before_the_change() -> dict[str, Any]:
        answer = next(answers)
        asking.set()
        changed.wait(5)
        return answer

    identity.answer = read_before_the_change
    with ThreadPoolExecutor(2) as pool:
        leader = pool.submit(role, cache)
        asking.wait(5)
        waiter = pool.submit(role, cache)
        cache.forget_all() if forget == "forget_all" else cache.forget(PERSON)
        changed.set()
        assert leader.result(5) is waiter.result(5) is Role.VISITOR
    assert role(cache) is Role.VISITOR
    assert identity.asked == 2


def test_a_change_of_one_leaves_the_others(cache: RightsCache, identity: Identity) -> None:
    role(cache)
    cache.forget(OTHER)
    role(cache)
    assert identity.asked == 1


def test_rights_that_never_stand_still_are_unavailable(
    cache: RightsCache, identity: Identity
) -> None:
    def changing() -> dict[str, Any]:
        cache.forget(PERSON)
        return rights("manager")

    identity.answer = changing
    with pytest.raises(Unavailable) as refused:
        cache.resolve(PERSON, ABOUT)
    assert refused.value.code == "rights-changing"


def test_forgetting_a_tenant_leaves_who_holds_nothing_there(
    cache: RightsCache, identity: Identity
) -> None:
    role(cache)
    cache.forget_tenant(TenantCode("OCB0000002"))
    role(cache)
    assert identity.asked == 1
    cache.forget_tenant(TenantCode("OCB0000001"))
    role(cache)
    assert identity.asked == 2


def test_a_tenant_forgotten_under_way_is_fetched_anew(
    cache: RightsCache, identity: Identity
) -> None:
    answers = iter(("visitor", "manager"))

    def answer() -> dict[str, Any]:
        said = rights(next(answers))
        if identity.asked == 1:
            cache.forget_tenant(TenantCode("OCB0000001"))
        return said

    identity.answer = answer
    assert role(cache) is Role.MANAGER


def test_another_tenant_forgotten_under_way_spoils_nothing(
    cache: RightsCache, identity: Identity
) -> None:
    def answer() -> dict[str, Any]:
        cache.forget_tenant(TenantCode("OCB0000002"))
        return rights("visitor")

    identity.answer = answer
    assert role(cache) is Role.VISITOR
    assert role(cache) is Role.VISITOR
    assert identity.asked == 1
