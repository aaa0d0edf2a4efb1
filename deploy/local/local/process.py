"""One child process: started in a group of its own, logged, watched, ended."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import watchdog as watchdog_script
from local.waiting import GaveUpError, wait_until

LOG_LIMIT_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(repr=False)
    cwd: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    account: str | None = None
    """Run as this user instead of root."""


class Watchdog:
    """The side process that outlives this one just long enough to end its children."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wards: dict[int, int] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def guard(self, pid: int, stop_signal: signal.Signals) -> None:
        with self._lock:
            self._wards[pid] = int(stop_signal)
            self._tell(f"+ {pid} {int(stop_signal)}\n")

    def release(self, pid: int) -> None:
        with self._lock:
            self._wards.pop(pid, None)
            self._tell(f"- {pid}\n")

    def close(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            if process is not None and process.stdin is not None:
                process.stdin.close()
                process.wait()

    def _tell(self, line: str) -> None:
        if self._process is None or self._process.poll() is not None:
            self._process = self._spawn()
            line = "".join(f"+ {pid} {number}\n" for pid, number in self._wards.items())
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode())
        self._process.stdin.flush()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", watchdog_script.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )


class Process:
    def __init__(self, command: Command, *, watchdog: Watchdog) -> None:
        self.command = command
        self._watchdog = watchdog
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen is not None and self.running else None

    @property
    def exit_code(self) -> int | None:
        return None if self._popen is None else self._popen.poll()

    def start(self) -> None:
        if self.running:
            return
        self._forget()
        command = self.command
        _bound_log(command.log)
        with command.log.open("ab") as log:
            self._popen = subprocess.Popen(
                list(command.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(command.env),
                cwd=command.cwd,
                # Ctrl-C in the terminal must reach the supervisor alone, which then stops in order.
                start_new_session=True,
                user=command.account,
                group=command.account,
                extra_groups=[] if command.account else None,
            )
        self._watchdog.guard(self._popen.pid, command.stop_signal)

    def stop(self) -> None:
        """Ask, wait, then insist."""
        if self._popen is not None and self.running:
            self._signal(self.command.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(self.command.stop_seconds)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group: a crash as hard as they come, leaving no half of it."""
        if self._popen is None:
            return
        self._signal(signal.SIGKILL)
        self._popen.wait()
        self._forget()

    def lost(self) -> str | None:
        """Why it will never be ready, when it has already ended."""
        if self.running:
            return None
        return f"it ended with code {self.exit_code}; last words in {self.command.log}:\n" + (
            self.last_words()
        )

    def wait_ended(self, *, seconds: float) -> None:
        wait_until(lambda: not self.running, seconds=seconds, what=f"{self.command.name} to end")

    def last_words(self, *, lines: int = 15) -> str:
        if not self.command.log.exists():
            return ""
        text = self.command.log.read_text(errors="replace")
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])

    def _signal(self, number: signal.Signals) -> None:
        assert self._popen is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)

    def _forget(self) -> None:
        if self._popen is not None:
            self._watchdog.release(self._popen.pid)
            self._popen = None


def run_once(command: Command, *, seconds: float) -> None:
    """Run to the end, or raise with its last words."""
    _bound_log(command.log)
    with command.log.open("ab") as log:
        try:
            done = subprocess.run(
                list(command.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(command.env),
                cwd=command.cwd,
                timeout=seconds,
                user=command.account,
                group=command.account,
                extra_groups=[] if command.account else None,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise GaveUpError(f"{command.name}: not finished within {seconds:.0f} s") from late
    if done.returncode != 0:
        words = command.log.read_text(errors="replace").splitlines()[-20:]
        told = "\n".join(f"    {line}" for line in words)
        raise GaveUpError(f"{command.name} failed (code {done.returncode}):\n{told}")


def _bound_log(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
