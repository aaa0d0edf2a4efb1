"""The bucket of each holder, spent from without SQL (GCRA: one instant says how full it is).

A bucket holds ``amount`` requests and is given back one every ``seconds / amount``. All that is
kept is the instant at which it will be full again: each request moves it on by one, and a request
that would move it further than a whole bucket ahead is refused and moves nothing. So a burst up
to the amount passes at once, the long run is the rate, and nobody waits for a window to turn.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import NamedTuple

from servicekit.setting_kinds import Quota

_SECOND = 1_000_000_000
_KEPT_AT_MOST = 100_000


class Kind(StrEnum):
    """Who a quota belongs to; also the policy's name in the headers."""

    ADDRESS = "address"
    PERSON = "person"
    CLIENT = "client"
    STAFF = "staff"  # for what he looks at of the customers'


class Holder(NamedTuple):
    kind: Kind
    name: str


class Standing(NamedTuple):
    """What a holder has left after a request; ``retry_after``: seconds, where it is refused."""

    policy: str
    quota: Quota
    remaining: int
    full_in: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """What a holder has spent here since the last exchange. Times are monotonic nanoseconds."""

    holder: Holder
    since: int
    spent: int


class Buckets:
    """Shared by the threads of one process; ``gateway.limits.sharing`` joins the processes."""

    def __init__(
        self,
        quotas: Mapping[Kind, Quota | None],
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        size: int = _KEPT_AT_MOST,
    ) -> None:
        self._quotas = {kind: quota for kind, quota in quotas.items() if quota is not None}
        self._monotonic_ns = monotonic_ns
        self._size = size
        self._lock = Lock()
        self._full_at: OrderedDict[Holder, int] = OrderedDict()
        self._unshared: dict[Holder, list[int]] = {}  # since, spent

    def spend(self, holder: Holder, *, own: Quota | None = None) -> Standing | None:
        """One request of ``holder``; None where nothing limits him. ``own``: a quota that is his
        alone, in place of the one of his kind.
        """
        quota = own or self._quotas.get(holder.kind)
        if quota is None:
            return None
        step = quota.seconds * _SECOND // quota.amount
        whole = step * quota.amount
        with self._lock:
            now = self._monotonic_ns()
            full_at = max(self._full_at.get(holder, now), now) + step
            if full_at - now > whole:
                if holder in self._full_at:
                    self._full_at.move_to_end(holder)
                return _refused(holder, quota, full_at - step - now, full_at - now - whole)
            self._keep(holder, full_at, now)
            self._note(holder, now, step)
        missing = full_at - now
        remaining = (whole - missing) // step
        return Standing(holder.kind.value, quota, remaining, _seconds(missing))

    def charge(self, holder: Holder, requests: int) -> None:
        """So many more, for what has been done already: it may leave the holder in debt."""
        quota = self._quotas.get(holder.kind)
        if quota is None or requests <= 0:
            return
        spent = requests * (quota.seconds * _SECOND // quota.amount)
        with self._lock:
            now = self._monotonic_ns()
            self._keep(holder, max(self._full_at.get(holder, now), now) + spent, now)
            self._note(holder, now, spent)

    def refusal(self, holder: Holder) -> Standing | None:
        """What one more request of ``holder`` would be told; None where it would pass."""
        quota = self._quotas.get(holder.kind)
        if quota is None:
            return None
        step = quota.seconds * _SECOND // quota.amount
        with self._lock:
            now = self._monotonic_ns()
            missing = max(self._full_at.get(holder, now) - now, 0)
        wait = missing + step - step * quota.amount
        return _refused(holder, quota, missing, wait) if wait > 0 else None

    def forget(self, holder: Holder) -> None:
        """His quota is another one from now on: what he spent was counted by the former."""
        with self._lock:
            self._full_at.pop(holder, None)
            self._unshared.pop(holder, None)

    def take_spending(self) -> tuple[int, list[Spending]]:
        """What is not shared yet, with the instant of asking; it counts as shared from now on."""
        with self._lock:
            taken, self._unshared = self._unshared, {}
            as_of = self._monotonic_ns()
        return as_of, [Spending(holder, since, spent) for holder, (since, spent) in taken.items()]

    def put_back(self, spending: Iterable[Spending]) -> None:
        """It could not be told to the others: it is told next time."""
        with self._lock:
            for one in spending:
                _, later = self._unshared.get(one.holder, (0, 0))
                self._unshared[one.holder] = [one.since, one.spent + later]

    def learn(self, missing: Mapping[Holder, int], *, as_of: int) -> None:
        """What all processes together had spent of each bucket at ``as_of``; never loosens."""
        with self._lock:
            now = self._monotonic_ns()
            for holder, nanoseconds in missing.items():
                _, later = self._unshared.get(holder, (0, 0))
                full_at = as_of + nanoseconds + later
                if full_at > self._full_at.get(holder, now):
                    self._keep(holder, full_at, now)

    def _keep(self, holder: Holder, full_at: int, now: int) -> None:
        self._full_at[holder] = full_at
        self._full_at.move_to_end(holder)
        if len(self._full_at) > self._size:
            self._forget(now)

    def _forget(self, now: int) -> None:
        """Full buckets say nothing; if there are none, those longest unused go."""
        self._full_at = OrderedDict(
            (holder, full_at) for holder, full_at in self._full_at.items() if full_at > now
        )
        while len(self._full_at) > self._size * 9 // 10:
            self._full_at.popitem(last=False)

    def _note(self, holder: Holder, now: int, step: int) -> None:
        noted = self._unshared.get(holder)
        if noted is None:
            self._unshared[holder] = [now, step]
        else:
            noted[1] += step


def _refused(holder: Holder, quota: Quota, missing: int, wait: int) -> Standing:
    return Standing(
        holder.kind.value,
        quota,
        remaining=0,
        full_in=_seconds(missing),
        retry_after=max(1, _seconds(wait)),
    )


def _seconds(nanoseconds: int) -> int:
    return -(-nanoseconds // _SECOND)
