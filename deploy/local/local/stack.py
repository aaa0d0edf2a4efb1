"""The whole suite on this machine, as `make up` and the tests run it."""

import json
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from local.broker import Broker, BrokerPlan
from local.credentials import write_private
from local.folders import private_folder
from local.installation import PROCESSES, VIGIE, Installation
from local.keeper import Keeper
from local.mailbox import Mailbox
from local.plan import Plan
from local.postgres import Postgres, PostgresPlan
from local.process import Watchdog
from local.second_application import second_application_part
from local.services import (
    mailcatcher_part,
    migrate_all,
    prepare_databases,
    run_command,
    service_part,
)


class Part(Protocol):
    name: str

    @property
    def running(self) -> bool: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def wait_ready(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def lost(self) -> str | None: ...


def silent(line: str) -> None:
    """Say nothing."""


class Stack:
    """Its parts: postgres and rabbitmq (unless the plan names servers), mailcatcher, identity,
    tenancy, subscriptions, notifications, gateway, and vigie, which signs in by it.

    `keep`: start a part again when it falls over. Tests of faults switch it off.
    """

    def __init__(
        self, plan: Plan, *, keep: bool = True, say: Callable[[str], None] = silent
    ) -> None:
        self.installation = Installation(plan)
        self.parts: dict[str, Part] = {}
        self._say = say
        self._keep = keep
        self._keeper: Keeper | None = None
        self._watchdog = Watchdog()
        self._lock = threading.RLock()
        self._phase = "new"
        self._began = time.monotonic()

    # --- the whole ------------------------------------------------------------------------------

    def start(self) -> None:
        self._began = time.monotonic()
        self.installation.take()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """In order: who asks first, who answers last. Always bounded, safe to repeat."""
        if self._keeper is not None:
            self._keeper.stop()
            self._keeper = None
        with self._lock:
            self._write_status("stopping")
            servers = ("mailcatcher", "rabbitmq", "postgres")
            for names in (("gateway", VIGIE), PROCESSES[:-1], servers):
                _at_once([self.parts[name].stop for name in names if name in self.parts])
            self._watchdog.close()
            self._write_status("stopped")
            self.installation.give_back()

    def mark_usable(self) -> None:
        """Demo data and all: who waits from outside may go on."""
        with self._lock:
            self._write_status("usable")

    # --- one part -------------------------------------------------------------------------------

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash would be."""
        with self._lock:
            self.parts[name].kill()

    def stop_service(self, name: str) -> None:
        with self._lock:
            self.parts[name].stop()

    def start_service(self, name: str, *, wait: bool = True) -> None:
        with self._lock:
            self.parts[name].start()
        if wait:
            self.parts[name].wait_ready()

    def restart(self, name: str) -> None:
        """A clean stop and a start, for example of the broker under everybody's feet."""
        self.stop_service(name)
        self.start_service(name)

    def wait_ready(self, *names: str) -> None:
        for name in names or tuple(self.parts):
            self.parts[name].wait_ready()

    def run(self, name: str, *arguments: str) -> None:
        """`python -m NAME ARGUMENTS` with the environment of that process."""
        run_command(name, *arguments, installation=self.installation)

    # --- where things are -----------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.installation.url

    @property
    def mail_url(self) -> str:
        return self.installation.mail_url

    @property
    def mail(self) -> Mailbox:
        return Mailbox(self.mail_url)

    @property
    def amqp_url(self) -> str:
        return self.installation.amqp_url

    @property
    def demo(self) -> dict[str, Any]:
        return self.installation.read_demo()

    def env(self, name: str) -> dict[str, str]:
        return self.installation.env(name)

    def ops_url(self, name: str) -> str:
        return self.installation.ops_url(name)

    def admin_database_url(self, name: str) -> str:
        """The database of that process, as the server's administrator: for tests that look in."""
        names = self.installation.database(name).names
        return self.installation.admin_url.rsplit("/", 1)[0] + f"/{names.database}"

    def log(self, name: str) -> Path:
        return self.installation.data / "logs" / f"{name}.log"

    # --- how it starts --------------------------------------------------------------------------

    def _start(self) -> None:
        installation, watchdog = self.installation, self._watchdog
        private_folder(installation.data / "logs")
        self._write_status("starting")
        self._add(mailcatcher_part(installation, watchdog=watchdog))
        # RabbitMQ takes longest: everything that can happens meanwhile.
        if not installation.plan.amqp_url:
            self._add(self._broker())
        if not installation.plan.database_url:
            self._add(self._postgres())
            self.wait_ready("postgres")
        fresh = prepare_databases(installation)
        self._tell("databases are there")
        migrated = migrate_all(installation, fresh=fresh)
        self._tell(f"databases are migrated ({', '.join(migrated) or 'nothing had changed'})")
        if "rabbitmq" in self.parts:
            self.wait_ready("rabbitmq")
            self._tell("RabbitMQ is ready")
        for name in PROCESSES:
            self._add(service_part(name, installation, watchdog=watchdog))
        self._add(second_application_part(installation, watchdog=watchdog))
        self.wait_ready()
        self._tell("every part is ready")
        self._write_status("ready")
        if self._keep:
            self._keeper = Keeper(
                tuple(self.parts),
                running=lambda name: self.parts[name].running,
                restart=self._start_again,
                say=self._say,
            )
            self._keeper.start()

    def _start_again(self, name: str) -> None:
        with self._lock:
            self.parts[name].start()
            self._write_status(self._phase)

    def _add(self, part: Part) -> None:
        self.parts[part.name] = part
        part.start()

    def _postgres(self) -> Postgres:
        installation = self.installation
        return Postgres(
            PostgresPlan(
                folder=installation.data / "postgres",
                log=self.log("postgres"),
                port=installation.ports["postgres"],
                password=installation.secrets["postgres"],
                durable=installation.plan.durable,
            ),
            watchdog=self._watchdog,
        )

    def _broker(self) -> Broker:
        ports = self.installation.ports
        return Broker(
            BrokerPlan(
                folder=self.installation.data / "rabbitmq",
                log=self.log("rabbitmq"),
                port=ports["amqp"],
                dist_port=ports["amqp-dist"],
                epmd_port=ports["epmd"],
                password=self.installation.secrets["rabbitmq"],
            ),
            watchdog=self._watchdog,
        )

    def _tell(self, what: str) -> None:
        self._say(f"{time.monotonic() - self._began:6.1f} s  {what}")

    def _write_status(self, phase: str) -> None:
        """For `make status` and `make up DETACH=1`, which look from outside."""
        if not self.installation.ports:
            return
        parts = {
            name: {"pid": part.pid, "ops": self._ops_of(name)} for name, part in self.parts.items()
        }
        self._phase = phase
        status = {
            "phase": phase,
            "launcher": os.getpid(),
            "url": self.url,
            "mail_url": self.mail_url,
            "parts": parts,
        }
        write_private(self.installation.data / "status.json", json.dumps(status, indent=2) + "\n")

    def _ops_of(self, name: str) -> str:
        if name in ("postgres", "rabbitmq"):
            port = self.installation.ports["postgres" if name == "postgres" else "amqp"]
            return f"127.0.0.1:{port}"
        return self.ops_url(name)


def _at_once(acts: list[Callable[[], None]]) -> None:
    if not acts:
        return
    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()
