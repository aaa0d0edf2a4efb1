"""OpenStack Keystone as its makers recommend it: uwsgi with two workers, fernet tokens, memcached
in front of PostgreSQL. In an environment of its own (`deploy/local/bootstrap peers`).
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from tests.load.peers.parts import started

from local.plan import surroundings
from local.ports import LOOPBACK, free_port
from local.postgres import Postgres, PostgresPlan
from local.process import Command, Process, Watchdog, run_once

BIN = Path(__file__).resolve().parents[3] / ".peers" / "keystone" / "bin"
WORKERS = 2
_COMMAND_SECONDS = 120.0
_SETTINGS = """\
[DEFAULT]
debug = false
log_dir = {folder}

[database]
connection = {database}

[token]
provider = fernet

[fernet_tokens]
key_repository = {folder}/fernet

[credential]
key_repository = {folder}/credential

[cache]
enabled = true
backend = oslo_cache.memcache_pool
memcache_servers = {host}:{memcached}
"""


@dataclass(frozen=True)
class Keystone:
    postgres: Postgres
    memcached: Process
    uwsgi: Process
    url: str
    token: str
    """Of an administrator: it asks about ``subject``, another token."""
    subject: str

    def stop(self) -> None:
        self.uwsgi.stop()
        self.memcached.stop()
        self.postgres.stop()


def start_keystone(folder: Path, *, watchdog: Watchdog) -> Keystone:
    folder.mkdir(mode=0o755)
    postgres = _postgres(folder, watchdog)
    memcached_port, port, password = free_port(), free_port(), secrets.token_urlsafe(24)
    memcached = started(_memcached(folder, memcached_port), port=memcached_port, watchdog=watchdog)
    parts = urlsplit(postgres.url)
    settings = folder / "keystone.conf"
    settings.write_text(
        _SETTINGS.format(
            folder=folder,
            database=parts._replace(scheme="postgresql+psycopg2").geturl(),
            host=LOOPBACK,
            memcached=memcached_port,
        )
    )
    url = f"http://{LOOPBACK}:{port}"
    _prepare(folder, settings, password=password, url=url)
    uwsgi = started(_uwsgi(folder, settings, port), port=port, watchdog=watchdog)
    tokens = [_token(url, password) for _ in range(2)]
    return Keystone(postgres, memcached, uwsgi, url, tokens[0], tokens[1])


def _postgres(folder: Path, watchdog: Watchdog) -> Postgres:
    postgres = Postgres(
        PostgresPlan(
            folder=folder / "postgres",
            log=folder / "postgres.log",
            port=free_port(),
            password=secrets.token_urlsafe(24),
        ),
        watchdog=watchdog,
    )
    postgres.start()
    postgres.wait_ready()
    return postgres


def _memcached(folder: Path, port: int) -> Command:
    argv: tuple[str, ...] = ("memcached", "-l", LOOPBACK, "-p", str(port), "-U", "0")
    argv += ("-u", "nobody") if os.geteuid() == 0 else ()
    return Command(
        name="memcached", argv=argv, log=folder / "memcached.log", env=surroundings(), cwd=folder
    )


def _prepare(folder: Path, settings: Path, *, password: str, url: str) -> None:
    user = str(os.getuid())
    owner = ("--keystone-user", user, "--keystone-group", str(os.getgid()))
    for name in ("fernet", "credential"):
        (folder / name).mkdir(mode=0o700)
    bootstrap = ("--bootstrap-password", password, "--bootstrap-public-url", f"{url}/v3")
    for step in (
        ("db_sync",),
        ("fernet_setup", *owner),
        ("credential_setup", *owner),
        ("bootstrap", *bootstrap, "--bootstrap-region-id", "bench"),
    ):
        command = Command(
            name=f"keystone-manage {step[0]}",
            argv=(str(BIN / "keystone-manage"), "--config-file", str(settings), *step),
            log=folder / "keystone-manage.log",
            env=_environment(settings),
            cwd=folder,
        )
        run_once(command, seconds=_COMMAND_SECONDS)


def _uwsgi(folder: Path, settings: Path, port: int) -> Command:
    argv = (str(BIN / "uwsgi"), "--http-socket", f"{LOOPBACK}:{port}", "--master", "--die-on-term")
    argv += ("--processes", str(WORKERS), "--threads", "1", "--lazy-apps", "--disable-logging")
    argv += ("--module", "keystone.wsgi.api:application", "--need-app", "--buffer-size", "65535")
    argv += ("--listen", "100", "--virtualenv", str(BIN.parent))
    return Command(
        name="uwsgi", argv=argv, log=folder / "uwsgi.log", env=_environment(settings), cwd=folder
    )


def _environment(settings: Path) -> dict[str, str]:
    """Without the project's own packages on the path."""
    kept = {name: value for name, value in surroundings().items() if name != "PYTHONPATH"}
    return kept | {"OS_KEYSTONE_CONFIG_FILES": str(settings)}


def _token(url: str, password: str) -> str:
    user = {"name": "admin", "domain": {"id": "default"}, "password": password}
    asked: dict[str, Any] = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "admin", "domain": {"id": "default"}}},
        }
    }
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{url}/v3/auth/tokens", json=asked, timeout=60)
    answer.raise_for_status()
    return answer.headers["X-Subject-Token"]
