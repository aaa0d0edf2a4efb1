"""What a gateway process does again and again beside its requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from servicekit.errors import Unavailable

_log = structlog.get_logger(__name__)

Act = Callable[[], object]


class Rounds:
    """One thread; each act is done every so many seconds, the first time at the first look.

    ``waits`` is logged where a server is away, ``failed`` at every other fault; the thread
    outlives both.
    """

    def __init__(
        self, name: str, acts: Sequence[tuple[float, Act]], *, waits: str, failed: str
    ) -> None:
        self._acts = acts
        self._look_every = min(every for every, _ in acts)
        self._waits = waits
        self._failed = failed
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        due = [0.0] * len(self._acts)
        while not self._stopping.wait(self._look_every):
            for index, (every, act) in enumerate(self._acts):
                if time.monotonic() >= due[index]:
                    due[index] = time.monotonic() + every
                    self._try(act)

    def _try(self, act: Act) -> None:
        try:
            act()
        except Unavailable as error:
            _log.warning(self._waits, act=act.__qualname__, why=error.code)
        except Exception:  # noqa: BLE001 - the thread must outlive every fault: it carries revocation
            _log.exception(self._failed, act=act.__qualname__)
