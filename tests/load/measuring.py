"""How the benches count: a closed loop of workers for some seconds, latencies and rate."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int = 0

    def line(self) -> str:
        return (
            f"{self.name:<58} {self.per_second:>9.0f}/s"
            f"   p50 {self.p50_ms:>7.1f} ms   p99 {self.p99_ms:>7.1f} ms   errors {self.errors}"
        )


def closed_loop(
    name: str,
    make_act: Callable[[], Callable[[], object]],
    *,
    workers: int,
    seconds: float,
    warm_up: float = 1.0,
) -> Figure:
    """Run ``workers`` threads that each repeat an act of their own; count after the warm-up.

    An act that raises counts as an error and not as a success. The first error is shown.
    """
    latencies: list[list[float]] = [[] for _ in range(workers)]
    errors: list[Exception] = []
    start = time.perf_counter()
    counting, stopping = start + warm_up, start + warm_up + seconds

    def work(index: int) -> None:
        act = make_act()
        mine = latencies[index]
        while (before := time.perf_counter()) < stopping:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - counted and shown
                errors.append(error)
                continue
            if before >= counting:
                mine.append(time.perf_counter() - before)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        print(f"  first error of {name}: {errors[0]!r}"[:400])
    every = sorted(latency for one in latencies for latency in one)
    return Figure(
        name=name,
        per_second=len(every) / seconds,
        p50_ms=percentile(every, 0.50) * 1000,
        p99_ms=percentile(every, 0.99) * 1000,
        errors=len(errors),
    )


def percentile(ordered: list[float], share: float) -> float:
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
