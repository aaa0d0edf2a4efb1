"""Hashing: right, bounded, the same work for nobody, and never on the hub."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from identity.clients.hashing import Cost, Hasher, SameThread
from servicekit.errors import Unavailable

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)


class CountingThreads(SameThread):
    def __init__(self) -> None:
        self.runs = 0

    def run(self, work: Callable[[], Any]) -> Any:
        self.runs += 1
        return super().run(work)


def hasher(**more: Any) -> Hasher:
    return Hasher(**{"threads": SameThread(), "room": 4, "cost": CHEAP, **more})


@pytest.mark.unit
def test_password_matches_its_hash_alone() -> None:
    one = hasher()
    stored = one.hash("Sesame-2026!")
    assert one.verify(stored, "Sesame-2026!")
    assert not one.verify(stored, "sesame-2026!")
    assert not one.verify("not a hash", "Sesame-2026!")


@pytest.mark.unit
@pytest.mark.parametrize("lanes", [1, 2])
@pytest.mark.parametrize("password", ["Sesame-2026!", "mot de passe été €", "x" * 256])
def test_both_libraries_prove_what_one_has_hashed(lanes: int, password: str) -> None:
    """Hashes of several lanes are argon2-cffi's to check, the others libsodium's."""
    one = hasher(cost=Cost(passes=2, memory_kib=64, lanes=lanes))
    stored = one.hash(password)
    assert f"p={lanes}$" in stored
    assert one.verify(stored, password)
    assert not one.verify(stored, password + " ")
    assert not one.verify(stored[:-4] + "AAAA", password)


@pytest.mark.unit
@pytest.mark.parametrize(
    "stored", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$", "$argon2id$v=19$m=8,t=1,p=1$" + "a" * 300]
)
def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    assert not hasher().verify(stored or "?", "x")


@pytest.mark.unit
def test_nobody_costs_one_hash_and_never_matches() -> None:
    threads = CountingThreads()
    one = hasher(threads=threads)
    assert not one.verify(None, "Sesame-2026!")
    assert threads.runs == 1


@pytest.mark.unit
def test_default_cost_is_the_measured_one() -> None:
    one = Hasher(threads=SameThread(), room=1)
    assert "$m=19456,t=2,p=1$" in one.hash("x")


@pytest.mark.unit
def test_hash_of_other_parameters_is_weak() -> None:
    stored = hasher().hash("x")
    assert not hasher().is_weak(stored)
    assert hasher(cost=Cost(passes=2, memory_kib=8, lanes=1)).is_weak(stored)


@pytest.mark.unit
def test_full_house_refuses_at_once_and_opens_again() -> None:
    one = hasher(room=2)
    entered = threading.Barrier(3)
    leave = threading.Event()

    def stay() -> None:
        with one.place():
            entered.wait()
            leave.wait()

    guests = [threading.Thread(target=stay) for _ in range(2)]
    for guest in guests:
        guest.start()
    entered.wait()
    with pytest.raises(Unavailable, match="sign-in-busy"), one.place():
        pass
    leave.set()
    for guest in guests:
        guest.join()
    with one.place():
        pass


@pytest.mark.servers
@pytest.mark.parametrize(("arguments", "stands_still"), [([], False), (["--undo"], True)])
@pytest.mark.alone
def test_hub_turns_while_passwords_are_hashed(arguments: list[str], stands_still: bool) -> None:
    """``--undo`` hashes on the hub: then it stands still for a whole hash and more."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "green_hashing.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    assert (float(done.stdout) > 0.9) is stands_still, done.stdout
