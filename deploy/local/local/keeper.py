"""Starts again what fell over: at once, then ever later, and in the end not at all."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
MOST_RESTARTS = 12
LOOK_SECONDS = 0.2


@dataclass(slots=True)
class Fall:
    """How often a part has fallen since it last stood for a while."""

    times: int = 0
    restart_at: float | None = None
    stood_since: float = 0.0


def pause_after(times: int) -> float:
    return min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** (times - 1))


class Keeper:
    """`running(name)` looks, `restart(name)` starts; both must be safe to call at any time."""

    def __init__(
        self,
        names: tuple[str, ...],
        *,
        running: Callable[[str], bool],
        restart: Callable[[str], None],
        say: Callable[[str], None],
    ) -> None:
        self._names = names
        self._running = running
        self._restart = restart
        self._say = say
        self._falls = {name: Fall() for name in names}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def restarts(self, name: str) -> int:
        return self._falls[name].times

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            for name in self._names:
                self.look(name, now=time.monotonic())

    def look(self, name: str, *, now: float) -> None:
        fall = self._falls[name]
        if self._running(name):
            if fall.times and now - fall.stood_since > HEALTHY_SECONDS:
                self._falls[name] = Fall()
            return
        if fall.times >= MOST_RESTARTS:
            return
        if fall.restart_at is None:
            self._note(name, fall, now=now)
        elif now >= fall.restart_at:
            fall.restart_at = None
            fall.stood_since = now
            self._try(name)

    def _note(self, name: str, fall: Fall, *, now: float) -> None:
        fall.times += 1
        if fall.times >= MOST_RESTARTS:
            self._say(f"{name} ended {fall.times} times in a row: left down, see its log")
            return
        pause = pause_after(fall.times)
        fall.restart_at = now + pause
        self._say(f"{name} ended unexpectedly: starting it again in {pause:.1f} s")

    def _try(self, name: str) -> None:
        try:
            self._restart(name)
        except Exception as error:  # noqa: BLE001 - told, counted and tried again by the next look
            self._say(f"{name} could not be started: {error}")
