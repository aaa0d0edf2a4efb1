"""One data folder: its lock, its ports, its credentials, and the environment of each process."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from local import databases
from local.broker import USER as BROKER_USER
from local.credentials import keep_credentials, write_private
from local.plan import Plan, surroundings
from local.ports import LOOPBACK, Wish, choose, read_ports, write_ports
from local.postgres import SUPERUSER

SERVICES = ("identity", "tenancy", "subscriptions", "notifications")
PROCESSES = (*SERVICES, "gateway")
VIGIE = "vigie"  # the second application; not one of ours, so it has no database

# Here everybody comes from one address, and a bench is a client in a hurry: the limits count and
# refuse nobody but a runaway. A user's own settings count instead.
LIMITS = {
    "GUICHET_LIMIT_ADDRESS": "60000/60",
    "GUICHET_LIMIT_PERSON": "600000/60",
    "GUICHET_LIMIT_CLIENT": "600000/60",
    "GUICHET_LIMIT_STAFF": "600000/60",
}

GUESSES = {
    "GUICHET_ADDRESS_FAILURES": "5000",
    "GUICHET_FAILURES_A_MINUTE": "100000",
}

SEALERS = ("identity", "tenancy", "notifications")


class AlreadyRunningError(Exception):
    """Another launcher holds the data folder."""


class Installation:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.data = plan.data
        self.demo_file = plan.data / "demo.json"
        self.ports: dict[str, int] = {}
        self.secrets: Mapping[str, str] = {}
        self._lock: IO[str] | None = None

    def take(self) -> None:
        """Become the one launcher of this folder, and settle ports and credentials."""
        self.data.mkdir(parents=True, exist_ok=True)
        # Others may pass through (PostgreSQL runs as its own user under root), not look around.
        self.data.chmod(0o711)
        self._lock = _lock(self.data / "lock")
        remembered = read_ports(self.data / "ports.json")
        self.ports = choose(self._wishes(), remembered=remembered)
        write_ports(self.data / "ports.json", self.ports)
        self.secrets = keep_credentials(self.data / "secrets.json", databases=PROCESSES)

    def give_back(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.ports['gateway']}"

    @property
    def mail_url(self) -> str:
        return f"http://localhost:{self.ports['mail']}"

    @property
    def brand(self) -> str:
        return self.plan.settings.get("GUICHET_BRAND", "Cloudstore")

    @property
    def smtp_url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.ports['smtp']}"

    @property
    def admin_url(self) -> str:
        if self.plan.database_url:
            return self.plan.database_url
        password = quote(self.secrets["postgres"], safe="")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.ports['postgres']}/postgres"

    @property
    def amqp_url(self) -> str:
        if self.plan.amqp_url:
            return self.plan.amqp_url
        password = quote(self.secrets["rabbitmq"], safe="")
        return f"amqp://{BROKER_USER}:{password}@{LOOPBACK}:{self.ports['amqp']}/"

    def ops_url(self, name: str) -> str:
        if name == "gateway":
            return self.url
        if name == "mailcatcher":
            return self.mail_url
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def database(self, name: str) -> databases.Access:
        return databases.access(
            self.admin_url,
            databases.names_for(name, prefix=self.plan.database_prefix),
            owner_password=self.secrets[f"{name}_owner"],
            app_password=self.secrets[f"{name}_app"],
        )

    def env(self, name: str) -> dict[str, str]:
        """Exactly what that process needs; no secret goes to one that has no use for it."""
        env = {
            **surroundings(),
            **self.plan.settings,
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self.database(name).app_url,
            "AMQP_URL": self.amqp_url,
            "GUICHET_MODE": self.plan.mode,
            "GUICHET_PUBLIC_URL": self.url,
        }
        if name == "identity":
            env = {**GUESSES, **env}
        if name in SEALERS:
            env["GUICHET_SEAL_KEY"] = self.secrets["seal_key"]
        if name == "notifications":
            env["SMTP_URL"] = self.smtp_url
        if name == "gateway":
            return (
                LIMITS
                | env
                | {
                    "GUICHET_HOST": LOOPBACK,
                    "GUICHET_PORT": str(self.ports["gateway"]),
                    "GUICHET_CONTEXT_PRIVATE_KEY": self.secrets["context_private_key"],
                    "GUICHET_VAULT_KEY": self.secrets["vault_key"],
                    "GUICHET_PORTAL_CLIENT_SECRET": self.secrets["portal_client_secret"],
                    "GUICHET_OPS_PEERS": ",".join(f"{one}={self.ops_url(one)}" for one in SERVICES),
                }
            )
        return env | {
            "GUICHET_OPS_HOST": LOOPBACK,
            "GUICHET_OPS_PORT": str(self.ports[name]),
            "GUICHET_CONTEXT_PUBLIC_KEY": self.secrets["context_public_key"],
        }

    def migration_env(self, name: str) -> dict[str, str]:
        access = self.database(name)
        return {
            **surroundings(),
            "PYTHONUNBUFFERED": "1",
            "GUICHET_MODE": self.plan.mode,
            "GUICHET_OWNER_DATABASE_URL": access.owner_url,
            "GUICHET_APP_ROLE": access.names.app,
        }

    def read_demo(self) -> dict[str, Any]:
        if not self.demo_file.exists():
            return {}
        return dict(json.loads(self.demo_file.read_text()))

    def write_demo(self, demo: Mapping[str, Any]) -> None:
        write_private(self.demo_file, json.dumps(demo, indent=2, ensure_ascii=False) + "\n")

    def _wishes(self) -> tuple[Wish, ...]:
        plan = self.plan
        wishes = [
            Wish("gateway", setting="GUICHET_PORT", asked=plan.port or None),
            Wish("mail", setting="GUICHET_MAIL_PORT", asked=plan.mail_port or None),
            Wish("smtp", setting="GUICHET_SMTP_PORT", asked=plan.smtp_port or None),
            Wish(VIGIE, setting="GUICHET_VIGIE_PORT", asked=plan.vigie_port or None),
        ]
        if not plan.database_url:
            asked = plan.postgres_port or None
            wishes.append(Wish("postgres", setting="GUICHET_POSTGRES_PORT", asked=asked))
        if not plan.amqp_url:
            asked = plan.amqp_port or None
            wishes.append(Wish("amqp", setting="GUICHET_AMQP_PORT", asked=asked))
            wishes += [Wish("amqp-dist"), Wish("epmd")]
        return (*wishes, *(Wish(name) for name in SERVICES))


def _lock(file: Path) -> IO[str]:
    """Held until this process ends, however it ends: the kernel lets go."""
    lock = file.open("a+")
    if not _try_lock(lock, tries=5):
        lock.seek(0)
        pid = lock.read().strip()
        lock.close()
        raise AlreadyRunningError(f"{file.parent} is in use by process {pid}: make down stops it")
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def holder(data: Path) -> int | None:
    """The process that runs the installation in `data`, if one does."""
    file = data / "lock"
    if not file.exists():
        return None
    with file.open("r+") as lock:
        if _try_lock(lock, tries=1):
            return None
        return int(lock.read().strip() or 0)


def _try_lock(lock: IO[str], *, tries: int) -> bool:
    """A few tries: `holder()` takes the lock too, for the blink of an eye, to see if it is free."""
    for left in reversed(range(tries)):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1 if left else 0)
        else:
            return True
    return False


PYTHON = sys.executable
