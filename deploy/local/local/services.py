"""The processes of our own: four services, the gateway and the mail catcher."""

import hashlib
import importlib.util
import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local import databases
from local.installation import PROCESSES, PYTHON, Installation
from local.plan import surroundings
from local.process import Command, Process, Watchdog, run_once
from local.waiting import GaveUpError, wait_until
from servicekit.migrate import HOUSE_MIGRATIONS, migrations_of

READY_SECONDS = 120.0
STOP_SECONDS = 10.0
COMMAND_SECONDS = 120.0
MIGRATIONS_AT_ONCE = 3


class ServicePart:
    """A process of ours: ready when its own readiness page says so."""

    def __init__(self, name: str, command: Command, *, ready_url: str, watchdog: Watchdog) -> None:
        self.name = name
        self._ready_url = ready_url
        self._process = Process(command, watchdog=watchdog)

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def start(self) -> None:
        self._process.start()

    def wait_ready(self) -> None:
        wait_until(
            lambda: is_ready(self._ready_url),
            seconds=READY_SECONDS,
            what=f"{self.name} to be ready ({self._ready_url})",
            lost=self._process.lost,
        )

    def stop(self) -> None:
        self._process.stop()

    def kill(self) -> None:
        self._process.kill()

    def lost(self) -> str | None:
        return self._process.lost()


def service_part(name: str, installation: Installation, *, watchdog: Watchdog) -> ServicePart:
    command = Command(
        name=name,
        argv=(PYTHON, "-m", name),
        log=installation.data / "logs" / f"{name}.log",
        env=installation.env(name),
        cwd=installation.data,
        stop_seconds=STOP_SECONDS,
    )
    ready_url = f"{installation.ops_url(name)}/readyz"
    return ServicePart(name, command, ready_url=ready_url, watchdog=watchdog)


def mailcatcher_part(installation: Installation, *, watchdog: Watchdog) -> ServicePart:
    smtp, page = installation.ports["smtp"], installation.ports["mail"]
    argv = (PYTHON, "-m", "local", "mailcatcher", "--folder", str(installation.data / "mail"))
    command = Command(
        name="mailcatcher",
        argv=(*argv, "--smtp-port", str(smtp), "--http-port", str(page)),
        log=installation.data / "logs" / "mailcatcher.log",
        env=surroundings() | {"PYTHONUNBUFFERED": "1"},
        cwd=installation.data,
    )
    ready_url = f"{installation.mail_url}/readyz"
    return ServicePart("mailcatcher", command, ready_url=ready_url, watchdog=watchdog)


def prepare_databases(installation: Installation) -> frozenset[str]:
    """Whose databases were not there before."""
    made = set()
    with databases.administer(installation.admin_url) as admin:
        for name in PROCESSES:
            names = databases.names_for(name, prefix=installation.plan.database_prefix)
            secrets = installation.secrets
            databases.ensure_role(admin, names.owner, password=secrets[f"{name}_owner"])
            databases.ensure_role(admin, names.app, password=secrets[f"{name}_app"])
            if databases.ensure_database(admin, names):
                made.add(name)
    return frozenset(made)


def remove_databases(installation: Installation) -> None:
    with databases.administer(installation.admin_url) as admin:
        for name in PROCESSES:
            names = databases.names_for(name, prefix=installation.plan.database_prefix)
            databases.remove_database(admin, names, roles=True)


def migrate_all(installation: Installation, *, fresh: frozenset[str]) -> list[str]:
    """Runs each process's own `migrate`, several at once; returns whose.

    Starting an interpreter that loads a whole service to find nothing to do takes two seconds of
    a processor each, so those are left out whose files are the ones that ran last time, unless
    their database is `fresh`.
    """
    stamp_file = installation.data / "migrated.json"
    ran = dict(json.loads(stamp_file.read_text())) if stamp_file.exists() else {}
    now = {name: _fingerprint(name) for name in PROCESSES}
    due = [name for name in PROCESSES if name in fresh or ran.get(name) != now[name]]
    with ThreadPoolExecutor(max_workers=MIGRATIONS_AT_ONCE) as pool:
        for done in [pool.submit(_migrate, name, installation) for name in due]:
            done.result()
    stamp_file.write_text(json.dumps(now, indent=2) + "\n")
    return due


def run_command(
    name: str, *arguments: str, installation: Installation, log: Path | None = None
) -> None:
    """`python -m NAME ARGUMENTS` with that process's own environment."""
    command = Command(
        name=f"{name} {arguments[0]}",
        argv=(PYTHON, "-m", name, *arguments),
        log=log or installation.data / "logs" / f"{name}-{arguments[0]}.log",
        env=installation.env(name),
        cwd=installation.data,
    )
    run_once(command, seconds=COMMAND_SECONDS)


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback URL
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _migrate(name: str, installation: Installation) -> None:
    command = Command(
        name=f"{name} migrate",
        argv=(PYTHON, "-m", name, "migrate"),
        log=installation.data / "logs" / f"{name}-migrate.log",
        env=installation.migration_env(name),
        cwd=installation.data,
    )
    run_once(command, seconds=COMMAND_SECONDS)


def _fingerprint(name: str) -> str:
    """Of all that the process's `migrate` may read: its own folder and the house's migrations."""
    migrations = migrations_of(name)
    digest = hashlib.sha256()
    for folder in (migrations, _package(name), HOUSE_MIGRATIONS):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix not in (".pyc", ".mo"):
                digest.update(str(file).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise GaveUpError(f"the package {name} is not installed: run make install")
    return Path(found.origin).parent
