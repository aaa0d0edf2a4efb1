"""The processes of our own: four services, the gateway and the mail catcher."""

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local import databases
from local.installation import PROCESSES, PYTHON, Installation
from local.plan import surroundings
from local.process import Command, Process, Watchdog, run_once
from local.waiting import wait_until

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
MIGRATE_SECONDS = 120.0


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


def prepare_databases(installation: Installation) -> None:
    with databases.administer(installation.admin_url) as admin:
        for name in PROCESSES:
            names = databases.names_for(name, prefix=installation.plan.database_prefix)
            secrets = installation.secrets
            databases.ensure_role(admin, names.owner, password=secrets[f"{name}_owner"])
            databases.ensure_role(admin, names.app, password=secrets[f"{name}_app"])
            databases.ensure_database(admin, names)


def remove_databases(installation: Installation) -> None:
    with databases.administer(installation.admin_url) as admin:
        for name in PROCESSES:
            names = databases.names_for(name, prefix=installation.plan.database_prefix)
            databases.remove_database(admin, names, roles=True)


def migrate_all(installation: Installation) -> None:
    with ThreadPoolExecutor(max_workers=len(PROCESSES)) as pool:
        for done in [pool.submit(_migrate, name, installation) for name in PROCESSES]:
            done.result()


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
    run_once(command, seconds=MIGRATE_SECONDS)


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
    run_once(command, seconds=MIGRATE_SECONDS)
