"""Ends what its parent started, once the parent is gone. Run as a script, by path.

The parent writes "+ PID SIGNAL" and "- PID" on this process's standard input and never closes it;
the kernel does, however the parent ends, SIGKILL included. PR_SET_PDEATHSIG would do less: it fires
when the *thread* that forked ends rather than the process, reaches the direct child alone, is lost
on a change of user (which PostgreSQL needs under root) and exists on Linux only.
"""

import os
import signal
import sys
import time

PATIENCE_SECONDS = 10.0


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    wards: dict[int, int] = {}
    for line in sys.stdin:
        verb, *numbers = line.split()
        pid = int(numbers[0])
        if verb == "+":
            wards[pid] = int(numbers[1])
        else:
            wards.pop(pid, None)
    _end(wards)


def _end(wards: dict[int, int]) -> None:
    for pid, wanted in reversed(wards.items()):
        _signal_group(pid, wanted)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and any(_signal_group(pid, 0) for pid in wards):
        time.sleep(0.1)
    for pid in wards:
        _signal_group(pid, signal.SIGKILL)


def _signal_group(pid: int, number: int) -> bool:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
