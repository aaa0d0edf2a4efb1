"""Work that never yields (hashing) on native threads, while the hub goes on turning."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from eventlet import tpool

T = TypeVar("T")


class NativeThreads:
    """eventlet's thread pool, which is one per process: make one of these, at start.

    ``count`` 0: one thread per processor. More would only share them; what waits, waits green.
    """

    def __init__(self, count: int) -> None:
        self.count = count or os.cpu_count() or 1
        tpool.set_num_threads(self.count)

    def run(self, work: Callable[[], T]) -> T:
        """The calling green thread waits; the others do not. ``work`` must touch nothing green."""
        done: T = tpool.execute(work)
        return done
