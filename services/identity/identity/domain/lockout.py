"""The lock of one credential: how many tries, inside which window, and for how long it locks.

A try is reserved before its password is checked and settled after it. So many tries as the limit
allows are under way or have failed at any time, never more: of a hundred guesses made at once,
``limit`` are checked, and the right password among the others is turned away like them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# A reserved try nobody settled (its process died) counts as a failure from then on.
ABANDONED_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class LockRule:
    limit: int
    window: timedelta
    duration: timedelta


class Turn(StrEnum):
    CHECK = "check"  # a try was reserved: check the password, then settle it
    WAIT = "wait"  # all tries left are under way: ask again when one has been settled
    AWAY = "away"  # locked: no check, whatever the password


@dataclass(frozen=True, slots=True)
class Guard:
    """State of a credential's lock. Oldest first, at most ``limit`` instants in each."""

    failed_at: tuple[datetime, ...] = ()
    pending_at: tuple[datetime, ...] = ()
    turned_away: int = 0
    locked_until: datetime | None = None

    def seen_at(self, now: datetime, rule: LockRule) -> Guard:
        """The same guard with everything that time has settled."""
        if self.locked_until is not None and now >= self.locked_until:
            return Guard(pending_at=self.pending_at).seen_at(now, rule)
        abandoned = tuple(at for at in self.pending_at if now - at >= ABANDONED_AFTER)
        failed = sorted(at for at in self.failed_at + abandoned if now - at < rule.window)
        return replace(
            self,
            failed_at=tuple(failed[-rule.limit :]),
            pending_at=tuple(at for at in self.pending_at if now - at < ABANDONED_AFTER),
            turned_away=self.turned_away if failed or self.locked_until else 0,
        )

    def reserve(self, now: datetime, rule: LockRule) -> tuple[Guard, Turn]:
        guard = self.seen_at(now, rule)
        if guard.locked_until is not None or len(guard.failed_at) >= rule.limit:
            return guard.turn_away(), Turn.AWAY
        if len(guard.failed_at) + len(guard.pending_at) >= rule.limit:
            return guard, Turn.WAIT
        return replace(guard, pending_at=(*guard.pending_at, now)), Turn.CHECK

    def turn_away(self) -> Guard:
        return replace(self, turned_away=self.turned_away + 1)

    def release(self, reserved_at: datetime) -> Guard:
        """Give a reserved try back: no password was checked with it."""
        return self._settled(reserved_at)

    def fail(self, reserved_at: datetime, now: datetime, rule: LockRule) -> Guard:
        """Settle a reserved try that was wrong. It counts from when it was made, also after a
        reset, and not at all once the window has left it behind."""
        settled = self._settled(reserved_at)
        failed = tuple(sorted((*settled.failed_at, reserved_at)))
        guard = replace(settled, failed_at=failed).seen_at(now, rule)
        if guard.locked_until is None and len(guard.failed_at) >= rule.limit:
            return replace(guard, locked_until=now + rule.duration)
        return guard

    def succeed(self, reserved_at: datetime) -> Guard:
        """Settle a reserved try that was right: what failed before it is forgiven."""
        return Guard(pending_at=self._settled(reserved_at).pending_at)

    def reset(self) -> Guard:
        """Reset Failed Login, or a new password: counter and lock are gone at once.

        Tries under way stay reserved, so that a reset in the middle of a burst opens no gap.
        """
        return Guard(pending_at=self.pending_at)

    def failures(self) -> int:
        """Wrong or refused tries since the counter last stood at nought."""
        return len(self.failed_at) + self.turned_away

    def _settled(self, reserved_at: datetime) -> Guard:
        pending = list(self.pending_at)
        failed = list(self.failed_at)
        if reserved_at in pending:
            pending.remove(reserved_at)
        elif reserved_at in failed:  # it was taken for abandoned meanwhile
            failed.remove(reserved_at)
        return replace(self, pending_at=tuple(pending), failed_at=tuple(failed))


@dataclass(frozen=True, slots=True)
class Lockable:
    """The columns in which a credential's guard and its rule are stored."""

    failed_at: tuple[datetime, ...]
    pending_at: tuple[datetime, ...]
    turned_away: int
    locked_until: datetime | None
    failure_limit: int
    window_seconds: int
    lock_seconds: int

    @property
    def guard(self) -> Guard:
        return Guard(self.failed_at, self.pending_at, self.turned_away, self.locked_until)

    @property
    def rule(self) -> LockRule:
        return LockRule(
            limit=self.failure_limit,
            window=timedelta(seconds=self.window_seconds),
            duration=timedelta(seconds=self.lock_seconds),
        )
