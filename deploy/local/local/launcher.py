"""`make up`, `down`, `reset`, `status` and `logs`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from local import screen
from local.demo import seed
from local.folders import private_folder
from local.installation import Installation, holder
from local.plan import Plan
from local.services import is_ready, remove_databases
from local.stack import Stack
from local.waiting import GaveUpError, wait_until

UP_SECONDS = 300.0
DOWN_SECONDS = 60.0

# What this package puts into a data folder. `reset` removes nothing else.
OURS = (
    "postgres",
    "rabbitmq",
    "mail",
    "logs",
    "ports.json",
    "secrets.json",
    "demo.json",
    "migrated.json",
    "status.json",
    "lock",
)


class StopAskedError(Exception):
    """Ctrl-C, `make down`, or the terminal was closed."""


def up(plan: Plan) -> int:
    stack = Stack(plan, say=_say)
    with _stopped_by_signals() as ended:
        try:
            stack.start()
            seed(stack, say=_say)
            print(f"\n{screen.welcome(stack.installation)}\n\n  Ctrl-C or make down stops it.\n")
            sys.stdout.flush()
            stack.mark_usable()
            ended.wait()
        except StopAskedError:
            _say("stopping")
        finally:
            # A second Ctrl-C must not cut the stop in half; it is bounded in time anyway.
            _ignore_signals()
            stack.stop()
    _say("everything is stopped")
    return 0


def detach(plan: Plan) -> int:
    running = holder(plan.data)
    if running is not None:
        raise GaveUpError(f"{plan.data} is in use by process {running}: make down stops it")
    plan.data.mkdir(parents=True, exist_ok=True)
    log = private_folder(plan.data / "logs") / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "up"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"GUICHET_DATA": str(plan.data), "PYTHONUNBUFFERED": "1"},
        )
    try:
        with log.open() as lines:
            wait_until(
                lambda: _usable(plan.data, lines=iter(lines.readline, ""), pid=process.pid),
                seconds=UP_SECONDS,
                what="everything to start",
                lost=lambda: None if process.poll() is None else f"see above, or {log}",
            )
    except BaseException:
        process.terminate()
        raise
    return 0


def down(plan: Plan) -> int:
    pid = holder(plan.data)
    if pid is None:
        print(f"nothing runs in {plan.data}")
        return 0
    os.kill(pid, signal.SIGTERM)
    wait_until(
        lambda: holder(plan.data) != pid, seconds=DOWN_SECONDS, what=f"process {pid} to stop"
    )
    with suppress(GaveUpError):  # the last breath of the process itself; not ours to wait for long
        wait_until(lambda: not _exists(pid), seconds=2, what=f"process {pid} to end")
    print("everything is stopped")
    return 0


def reset(plan: Plan) -> int:
    if not plan.data.exists():
        print(f"{plan.data} does not exist: nothing to do")
        return 0
    if holder(plan.data) is not None:
        raise GaveUpError(f"{plan.data} is in use: make down first")
    if plan.database_url and (plan.data / "secrets.json").exists():
        installation = Installation(plan)
        installation.take()
        remove_databases(installation)
        installation.give_back()
    for name in OURS:
        _remove(plan.data / name)
    left = sorted(path.name for path in plan.data.iterdir())
    if not left:
        plan.data.rmdir()
    print(f"{plan.data} is empty" if not left else f"left in {plan.data}: {', '.join(left)}")
    return 0


def status(plan: Plan) -> int:
    pid = holder(plan.data)
    if pid is None:
        print(f"nothing runs in {plan.data}")
        return 3
    told = _read_status(plan.data)
    rows = [
        (name, str(part["pid"] or "-"), _state(name, part), part["ops"])
        for name, part in told.get("parts", {}).items()
    ]
    print(f"  launcher {pid}, {told.get('phase', 'starting')}; gateway {told.get('url', '-')}\n")
    if rows:
        print(screen.table(rows, head=("part", "process", "state", "address")))
    return 0


def logs(plan: Plan, *, names: list[str]) -> int:
    folder = plan.data / "logs"
    files = [folder / f"{name}.log" for name in names] or sorted(folder.glob("*.log"))
    missing = [str(file) for file in files if not file.exists()]
    if missing or not files:
        raise GaveUpError(f"no such log: {', '.join(missing) or folder}")
    argv = ["tail", "-n", "20", "-F", *map(str, files)]
    os.execvp(argv[0], argv)  # noqa: S606 - becomes tail, arguments are our own files


def _state(name: str, part: dict[str, Any]) -> str:
    if part["pid"] is None or not _exists(part["pid"]):
        return "down"
    if name in ("postgres", "rabbitmq"):
        return "up"
    return "ready" if is_ready(f"{part['ops']}/readyz") else "not ready"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # PostgreSQL's, under another user
        return True
    return True


def _usable(data: Path, *, lines: Iterator[str], pid: int) -> bool:
    """Tells on the way what the launcher in the background says."""
    for line in lines:
        print(line, end="", flush=True)
    told = _read_status(data)
    return told.get("phase") == "usable" and told.get("launcher") == pid


def _read_status(data: Path) -> dict[str, Any]:
    file = data / "status.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Signals interrupt whatever the main thread waits for."""

    def ask(number: int, frame: FrameType | None) -> None:
        _ignore_signals()
        raise StopAskedError

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    yield threading.Event()


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _say(line: str) -> None:
    print(line, flush=True)
