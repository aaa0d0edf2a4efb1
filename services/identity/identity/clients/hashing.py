"""Password hashing: argon2id off the hub, bounded, the same work whether or not there is a user."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from nacl import exceptions, pwhash

from identity.clients.guessing import estimate
from identity.domain.passwords import Guessable
from servicekit.errors import Unavailable
from servicekit.metrics import PASSWORD_CHECKS

T = TypeVar("T")
_ONE_LANE = ",p=1$"


class Threads(Protocol):
    """Where work runs that never yields."""

    def run(self, work: Callable[[], T]) -> T: ...


class SameThread:
    """For tools and tests, where nobody else waits."""

    def run(self, work: Callable[[], T]) -> T:
        return work()


@dataclass(frozen=True, slots=True)
class Cost:
    """argon2id: 20 ms on one core of 2026 with these; a stored hash that cost less is renewed."""

    passes: int = 2
    memory_kib: int = 19 * 1024
    lanes: int = 1


class Hasher:
    """``room`` is how many sign-ins may be under way at once; the next one is told to come back,
    so that a flood of them leaves workers for other calls."""

    def __init__(self, *, threads: Threads, room: int, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._argon2 = PasswordHasher(
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            type=Type.ID,
        )
        self._threads = threads
        self._room = threading.BoundedSemaphore(room)
        self._decoy = self._argon2.hash(secrets.token_urlsafe(16))

    @contextmanager
    def place(self) -> Iterator[None]:
        """Taken before a try is reserved: a full house must cost nobody a try."""
        if not self._room.acquire(blocking=False):
            raise Unavailable("sign-in-busy", {"retry_after": 1})
        try:
            yield
        finally:
            self._room.release()

    def verify(self, hash: str | None, password: str) -> bool:
        """Without a hash: the same work on a decoy, and no."""
        PASSWORD_CHECKS.labels("decoy" if hash is None else "hash").inc()
        matches = self._threads.run(lambda: self._matches(hash or self._decoy, password))
        return matches and hash is not None

    def hash(self, password: str) -> str:
        return self._threads.run(lambda: self._argon2.hash(password))

    def estimate(self, password: str, *, names: Sequence[str]) -> Guessable:
        """How guessable a new password is: the hub turns meanwhile, as while one is hashed."""
        return self._threads.run(lambda: estimate(password, names=names))

    def is_weak(self, hash: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(hash)

    def _matches(self, hash: str, password: str) -> bool:
        """By libsodium, which does the same work in half of the time (it knows the processor's wide
        registers), or by argon2-cffi where several lanes were used, which libsodium does not know.
        """
        if _ONE_LANE not in hash:
            return self._matches_in_lanes(hash, password)
        try:
            return pwhash.verify(hash.encode(), password.encode())
        except (exceptions.CryptoError, ValueError):
            return False

    def _matches_in_lanes(self, hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(hash, password)
        except (VerificationError, InvalidHashError):
            return False
