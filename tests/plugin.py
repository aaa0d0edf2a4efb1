"""Real servers for tests: private PostgreSQL and RabbitMQ, and the whole suite.

Each process of a run owns its servers: free ports, temporary folders, generated passwords.
DATABASE_URL and AMQP_URL are not looked at, so a run disturbs neither a `make up` nor another run
beside it. Servers start when the first test asks for them and end with the run, however it ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

# Before the first import of psycopg in the test process: see servicekit/postgres.py.
os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")

import hypothesis
import pytest
import structlog
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from tests.shared_out import SharedOut, processes_for
from xdist.scheduler import Scheduling

from local import databases
from local.broker import Broker, BrokerPlan
from local.demo import seed
from local.mailbox import Mailbox
from local.plan import Plan
from local.ports import LOOPBACK, free_port
from local.postgres import Postgres, PostgresPlan
from local.process import Watchdog
from local.stack import Stack, silent
from local.virtual_hosts import VirtualHosts

# How long one example takes is the machine's affair: other tests run beside it.
hypothesis.settings.register_profile("whole", deadline=None)
hypothesis.settings.load_profile("whole")
# Rules are tried on fewer examples while one works (`make test-unit`), on all in `make test`.
hypothesis.settings.register_profile("quick", max_examples=15, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stack",
        choices=("local", "docker"),
        default="local",
        help="where the whole suite runs: local processes, or containers",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--stack") == "docker":
        raise pytest.UsageError(
            "--stack=docker: the container images come with a later issue (OP-2); use --stack=local"
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    return SharedOut(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return processes_for(config)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`-m unit` reads the modules that have such tests and no other: half the time to the first."""
    if config.option.markexpr != "unit":
        return None
    folders = tuple(config.rootpath / name for name in config.getini("testpaths"))
    return None if collection_path in _with_units(folders) else True


@cache
def _with_units(folders: tuple[Path, ...]) -> set[Path]:
    """Modules and the folders on the way to them."""
    modules = {
        path
        for folder in folders
        for path in folder.rglob("test_*.py")
        if "mark.unit" in path.read_text(encoding="utf-8")
    }
    return modules | {folder for path in modules for folder in path.parents}


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """A test that talks to the outside world fails at once, and says so."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


class _Compiled(BytecodeCache):
    """Templates as compiled for an earlier test; Jinja checks that the source is the same."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(autouse=True, scope="session")
def templates_compiled_once() -> Iterator[None]:
    """Each test makes its own Flask app; compiling its templates took half of the quick round."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())
        yield


@pytest.fixture(autouse=True, scope="session")
def plain_tracebacks() -> None:
    """What is logged before a process configures its logs: Rich's tracebacks with all locals take
    a second each, which a search for a smaller example (hypothesis) waits for hundreds of times."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise PermissionError(f"a test tried to reach {address}: only loopback is open")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def watchdog() -> Iterator[Watchdog]:
    side_process = Watchdog()
    yield side_process
    side_process.close()


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


# --- PostgreSQL ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres(watchdog: Watchdog, server_folder: Path) -> Iterator[Postgres]:
    """The server itself, for tests that stop, kill or restart it: give it back running."""
    server = Postgres(
        PostgresPlan(
            folder=server_folder / "postgres",
            log=server_folder / "postgres.log",
            port=free_port(),
            password=secrets.token_urlsafe(24),
            durable=False,
        ),
        watchdog=watchdog,
    )
    server.start()
    server.wait_ready()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """URL of the administrator of a private PostgreSQL."""
    return postgres.url


class DatabaseFactory:
    """Fresh databases with everything migrated, copied from one template per service."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._password = secrets.token_urlsafe(24)
        self._templates: dict[tuple[str, Path | None], str] = {}
        self._roles: set[str] = set()

    def __call__(self, service: str = "", *, migrations: Path | None = None) -> databases.Access:
        """A fresh database: migrated by the service's own migrations, or by those in `migrations`
        (with the house's), or empty when neither is named."""
        template = None
        if service or migrations is not None:
            template = self._template(service or "scratch", migrations)
        return self._create(service or "scratch", template=template)

    def remove(self, made: databases.Access) -> None:
        with databases.administer(self._admin_url) as admin:
            databases.remove_database(admin, made.names, roles=False)

    def _template(self, service: str, migrations: Path | None) -> str:
        from servicekit.migrate import migrate, migrations_of

        known = self._templates.get((service, migrations))
        if known is not None:
            return known
        made = self._create(service, template=None)
        directory = migrations if migrations is not None else migrations_of(service)
        migrate(made.owner_url, directory, app_role=made.names.app)
        self._templates[service, migrations] = made.names.database
        return made.names.database

    def _create(self, service: str, *, template: str | None) -> databases.Access:
        roles = databases.names_for(service)
        names = databases.DatabaseNames(
            database=f"{roles.database}_{secrets.token_hex(4)}", owner=roles.owner, app=roles.app
        )
        with databases.administer(self._admin_url) as admin:
            for role in {names.owner, names.app} - self._roles:
                databases.ensure_role(admin, role, password=self._password)
                self._roles.add(role)
            databases.ensure_database(admin, names, template=template)
        return databases.access(
            self._admin_url, names, owner_password=self._password, app_password=self._password
        )


@pytest.fixture(scope="session")
def database_factory(postgres_url: str) -> DatabaseFactory:
    """For fixtures of wider scope; what it makes lives until the run ends."""
    return DatabaseFactory(postgres_url)


@pytest.fixture
def new_database(
    database_factory: DatabaseFactory,
) -> Iterator[Callable[..., databases.Access]]:
    """`new_database("identity")`: `.owner_url`, `.app_url` of a fresh database, gone afterwards."""
    made: list[databases.Access] = []

    def make(service: str = "", *, migrations: Path | None = None) -> databases.Access:
        made.append(database_factory(service, migrations=migrations))
        return made[-1]

    yield make
    for one in made:
        database_factory.remove(one)


# --- RabbitMQ -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def broker(watchdog: Watchdog, server_folder: Path) -> Iterator[Broker]:
    """The node itself, for tests that stop, kill or restart it: give it back running."""
    ports = [free_port() for _ in range(4)]
    node = Broker(
        BrokerPlan(
            folder=server_folder / "rabbitmq",
            log=server_folder / "rabbitmq.log",
            port=ports[0],
            dist_port=ports[1],
            epmd_port=ports[2],
            management_port=ports[3],
            password=secrets.token_urlsafe(24),
        ),
        watchdog=watchdog,
    )
    node.start()
    node.wait_ready()
    yield node
    # Nobody will read its data again: no need to wait for a tidy end.
    node.kill()
    node.stop()


@pytest.fixture(scope="session")
def amqp_url(broker: Broker) -> str:
    return broker.url


@pytest.fixture(scope="session")
def virtual_hosts(broker: Broker) -> VirtualHosts:
    return VirtualHosts(
        amqp_url=broker.url, management_url=f"http://{LOOPBACK}:{broker.plan.management_port}"
    )


@pytest.fixture
def vhost(virtual_hosts: VirtualHosts) -> Iterator[str]:
    """AMQP URL of a virtual host that nobody else uses."""
    name = f"test-{secrets.token_hex(6)}"
    yield virtual_hosts.add(name)
    virtual_hosts.remove(name)


@pytest.fixture(scope="module")
def module_vhost(virtual_hosts: VirtualHosts) -> Iterator[str]:
    """The same, shared by the tests of one module."""
    name = f"test-{secrets.token_hex(6)}"
    yield virtual_hosts.add(name)
    virtual_hosts.remove(name)


_SUITES = pytest.StashKey[list[Stack]]()


# --- the whole suite ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def stack(server_folder: Path, pytestconfig: pytest.Config) -> Iterator[Stack]:
    """Everything `make up` runs, demo data included: shared by the run, so leave it as it was.

    `.url`, `.mail_url`, `.demo` (the content of demo.json), `.env(name)`, `.ops_url(name)`.
    """
    yield from _whole_suite(server_folder / "stack", pytestconfig)


@pytest.fixture(scope="module")
def fresh_stack(server_folder: Path, pytestconfig: pytest.Config) -> Iterator[Stack]:
    """A suite of one's own, to kill and restart parts of. Nothing is started again by itself.

    `.kill("identity")`, `.start_service("identity")`, `.restart("rabbitmq")`, `.wait_ready()`.
    """
    yield from _whole_suite(server_folder / f"stack-{secrets.token_hex(4)}", pytestconfig)


@pytest.fixture(scope="session")
def mail(stack: Stack) -> Mailbox:
    """What the shared suite has sent: `mail.wait_for(to=..., subject=...)`."""
    return stack.mail


def _whole_suite(data: Path, config: pytest.Config) -> Iterator[Stack]:
    suite = Stack(Plan(data=data, mode="test", durable=False), keep=False)
    running = config.stash.setdefault(_SUITES, [])
    running.append(suite)
    try:
        suite.start()
        seed(suite, say=silent)
        yield suite
    finally:
        suite.stop()
        running.remove(suite)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed story is told with what the services had to say meanwhile."""
    report = yield
    if report.failed and item.get_closest_marker("unit") is None:
        for suite in item.config.stash.get(_SUITES, []):
            folder = suite.installation.data.name
            report.sections.append((f"complaints in the logs of {folder}", _complaints(suite)))
    return report


def _complaints(suite: Stack, *, most: int = 40) -> str:
    """The last lines at level warning or worse, of all processes."""
    lines = [
        f"{log.stem}: {line}"
        for log in sorted((suite.installation.data / "logs").glob("*.log"))
        for line in log.read_text(errors="replace").splitlines()[-500:]
        if any(f'"level": "{level}"' in line for level in ("warning", "error", "critical"))
        or "Traceback" in line
    ]
    return "\n".join(lines[-most:]) or "none"
