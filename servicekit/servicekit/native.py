"""Work that never yields (hashing) on native threads, while the hub goes on turning."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from eventlet import patcher, tpool

T = TypeVar("T")
NICENESS = 10
_threading = patcher.original("threading")


class NativeThreads:
    """eventlet's thread pool, which is one per process: make one of these, at start.

    ``count`` 0: one thread per processor. More would only share them; what waits, waits green.
    """

    def __init__(self, count: int) -> None:
        self.count = count or _processors()
        tpool.set_num_threads(self.count)
        self._polite = _threading.local()

    def run(self, work: Callable[[], T]) -> T:
        """The calling green thread waits; the others do not. ``work`` must touch nothing green."""
        done: T = tpool.execute(self._politely, work)
        return done

    def _politely(self, work: Callable[[], T]) -> T:
        """These threads take what the processors have left: who only asks need not wait for them.

        On Linux niceness is a thread's own, and lowering oneself needs no right.
        """
        if not hasattr(self._polite, "done"):
            self._polite.done = True
            if sys.platform == "linux":
                os.setpriority(os.PRIO_PROCESS, _threading.get_native_id(), NICENESS)
        return work()


def _processors() -> int:
    """Those this process may use, where the system tells (a container may have fewer)."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
