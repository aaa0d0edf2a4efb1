"""The life of a service process: start, serve, stop.

    from servicekit import green
    green.patch()                       # first, before anything else is imported
    ...
    serve(TenancyService, parts, settings)

Around the nameko service run, as green threads: the outbox relay, the due-work runner and the
ops app. SIGTERM and SIGINT stop it: no more messages are taken, what runs is finished, what was
committed is told, connections close; within five seconds. A second signal ends it at once.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import eventlet
import eventlet.wsgi
import structlog
from nameko.constants import AMQP_URI_CONFIG_KEY, MAX_WORKERS_CONFIG_KEY
from nameko.runners import ServiceRunner

from servicekit import green, logs
from servicekit.clock import Clock
from servicekit.container import CONTAINER
from servicekit.context import ContextVerifier
from servicekit.db import EVERYONE, Database
from servicekit.due import DueRunner, Handler
from servicekit.errors import GuichetError
from servicekit.intake import Intake
from servicekit.migrate import is_current, migrations_of
from servicekit.relay import Relay
from servicekit.web import ops_app

_log = structlog.get_logger("servicekit.serve")
WORK_SECONDS = 4.0
TELL_SECONDS = 1.0
_LOOK_SECONDS = 0.1
_PLENTY = 10_000  # what runs at once is bounded by the intake


class Parts(Protocol):
    """What a service's ``parts`` must have; it may hold more, which methods reach by ``house``."""

    @property
    def db(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def verifier(self) -> ContextVerifier: ...
    @property
    def due_handlers(self) -> Mapping[str, Handler]: ...


class Beside(Protocol):
    """Work of the service's own beside calls, facts and due work, in threads of its own."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class ServeSettings(Protocol):
    @property
    def amqp_url(self) -> str: ...
    @property
    def ops_host(self) -> str: ...
    @property
    def ops_port(self) -> int: ...
    @property
    def workers(self) -> int: ...
    @property
    def log_level(self) -> str: ...
    @property
    def log_format(self) -> str: ...


def serve(
    service_class: type[Any],
    parts: Parts,
    settings: ServeSettings,
    *,
    beside: Sequence[Beside] = (),
    migrations: Path | None = None,
) -> None:
    """Serve until told to stop. Exits the process with 1 when the service broke down.

    ``beside`` starts once the database is open and stops before it closes.
    ``migrations`` is where the service's migrations are: beside or in its package when not given.
    """
    if not green.patched():
        raise RuntimeError("green.patch() must come first in __main__")
    name = service_class.name
    logs.configure(service=name, level=settings.log_level, form=settings.log_format)
    process = _Process(service_class, parts, settings, migrations or migrations_of(name), beside)
    process.start()
    broken = process.wait()
    process.stop()
    if broken:
        sys.exit(1)


class _Process:
    def __init__(
        self,
        service_class: type[Any],
        parts: Parts,
        settings: ServeSettings,
        migrations: Path,
        beside: Sequence[Beside],
    ) -> None:
        self._name: str = service_class.name
        self._parts = parts
        self._settings = settings
        self._migrations = migrations
        self._beside = beside
        self._told_to_stop = False
        self._relay = Relay(parts.db, settings.amqp_url, self._name)
        self._due = DueRunner(parts.db, parts.clock, parts.due_handlers)
        self._runner = ServiceRunner(
            {
                AMQP_URI_CONFIG_KEY: settings.amqp_url,
                MAX_WORKERS_CONFIG_KEY: _PLENTY,
                "SERVICE_CONTAINER_CLS": CONTAINER,
                "workers": settings.workers,
                "parts": parts,
            }
        )
        self._runner.add_service(service_class)
        self._threads: dict[str, Any] = {}

    def start(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        self._parts.db.open()
        address = self._open_ops()
        self._spawn("relay", self._relay.run)
        self._spawn("due", self._due.run)
        self._spawn("service", self._serve)
        for one in self._beside:
            one.start()
        _log.info("serving", ops=address, workers=self._settings.workers, pid=os.getpid())

    def wait(self) -> bool:
        """Until a signal, or until a part ended by itself: then True."""
        while not self._told_to_stop:
            for name, thread in self._threads.items():
                if thread.dead:
                    _log.critical("a part of the service ended", part=name)
                    return True
            eventlet.sleep(_LOOK_SECONDS)
        return False

    def stop(self) -> None:
        _log.info("stopping")
        self._within(WORK_SECONDS, self._end_work)
        # After everything that may still commit, so that what was committed is told.
        self._within(TELL_SECONDS, self._end_telling)
        self._parts.db.close()
        _log.info("stopped")

    def _end_work(self) -> None:
        self._due.stop()
        self._runner.stop()
        for one in self._beside:
            one.stop()
        self._threads["due"].wait()

    def _end_telling(self) -> None:
        self._relay.stop()
        self._threads["relay"].wait()

    def _within(self, seconds: float, act: Callable[[], None]) -> None:
        """What is not finished in time comes again after the next start."""
        try:
            with eventlet.Timeout(seconds):
                act()
        except eventlet.Timeout:
            _log.warning("not finished in time", what=act.__name__, seconds=seconds)
        except Exception:  # noqa: BLE001 - logged; the other steps of the stop still matter
            _log.exception("stopping failed", what=act.__name__)

    def _serve(self) -> None:
        self._runner.start()
        self._runner.wait()

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                run()
            except Exception:  # noqa: BLE001 - logged; ``wait`` sees that the part is gone
                _log.exception("part failed", part=name)

        self._threads[name] = eventlet.spawn(guarded)

    def _open_ops(self) -> str:
        app = ops_app(
            service=self._name,
            checks={
                "database": self._parts.db.ready,
                "broker": self._consumers_stand,
                "migrations": self._is_migrated,
            },
        )
        listener = eventlet.listen((self._settings.ops_host, self._settings.ops_port))
        host, port = listener.getsockname()[:2]
        eventlet.spawn(eventlet.wsgi.server, listener, app, log_output=False)
        return f"http://{host}:{port}"

    def _consumers_stand(self) -> bool:
        containers = self._runner.service_map.values()
        intakes = [container.shared_extensions.get(Intake) for container in containers]
        return all(intake is not None and intake.connected for intake in intakes)

    def _is_migrated(self) -> bool:
        try:
            with self._parts.db.read(tenant=EVERYONE) as tx:
                rows = tx.rows("SELECT source, name, checksum FROM house.migrations", {}, dict)
        except GuichetError:
            return False
        applied = {(row["source"], row["name"]): row["checksum"] for row in rows}
        return is_current(applied, self._migrations)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._told_to_stop:
            os._exit(1)  # asked twice: at once
        self._told_to_stop = True
