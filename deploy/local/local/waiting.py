"""Waits that always end."""

import time
from collections.abc import Callable

STEP_SECONDS = 0.05


class GaveUpError(Exception):
    """What was waited for did not come; the message says what and for how long."""


def wait_until(
    happened: Callable[[], bool],
    *,
    seconds: float,
    what: str,
    lost: Callable[[], str | None] = lambda: None,
) -> None:
    """Poll until `happened()`; `lost()` may name a reason why it never will."""
    deadline = time.monotonic() + seconds
    while not happened():
        reason = lost()
        if reason is not None:
            raise GaveUpError(f"{what}: {reason}")
        if time.monotonic() > deadline:
            raise GaveUpError(f"{what}: not within {seconds:.0f} s")
        time.sleep(STEP_SECONDS)
