"""The private PostgreSQL and RabbitMQ: they come up, survive, and leave nothing behind."""

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from local import databases
from local.broker import Broker, BrokerPlan
from local.ports import free_port
from local.postgres import Postgres, PostgresPlan
from local.process import Command, Process, Watchdog
from local.waiting import GaveUpError, wait_until

pytestmark = pytest.mark.servers


@pytest.fixture
def own_watchdog() -> Iterator[Watchdog]:
    watchdog = Watchdog()
    yield watchdog
    watchdog.close()


@pytest.fixture
def own_postgres(server_folder: Path, own_watchdog: Watchdog) -> Iterator[Postgres]:
    folder = server_folder / f"own-{secrets.token_hex(4)}"
    plan = PostgresPlan(
        folder=folder,
        log=folder.with_suffix(".log"),
        port=free_port(),
        password="p/w @:%",
        durable=False,
    )
    server = Postgres(plan, watchdog=own_watchdog)
    yield server
    server.stop()


def processes_naming(text: str) -> list[str]:
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True
    )
    return [line for line in listing.stdout.splitlines() if text in line]


def start(server: Postgres | Broker) -> None:
    server.start()
    server.wait_ready()


def test_postgres_keeps_its_data_over_a_stop_and_over_a_crash(own_postgres: Postgres) -> None:
    start(own_postgres)
    with psycopg.connect(own_postgres.url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    for end in (own_postgres.stop, own_postgres.kill):
        with psycopg.connect(own_postgres.url) as connection:
            connection.execute("INSERT INTO kept VALUES (1)")
        end()
        start(own_postgres)
    with psycopg.connect(own_postgres.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (2,)


def test_postgres_asks_for_the_password(own_postgres: Postgres) -> None:
    start(own_postgres)
    wrong = databases.url_of(own_postgres.url, user="postgres", password="guess", db="postgres")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_a_stale_note_of_a_process_is_no_obstacle(own_postgres: Postgres) -> None:
    start(own_postgres)
    note = own_postgres.plan.folder / "postmaster.pid"
    text = note.read_text()
    own_postgres.kill()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        note.write_text(text.replace(text.split("\n", 1)[0], str(stranger.pid), 1))
        start(own_postgres)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_lost_its_owner_is_ended_and_replaced(
    own_postgres: Postgres, own_watchdog: Watchdog
) -> None:
    start(own_postgres)
    lost = own_postgres.pid
    heir = Postgres(own_postgres.plan, watchdog=own_watchdog)
    start(heir)
    assert heir.pid != lost
    assert not own_postgres.running
    heir.stop()


def test_databases_have_an_owner_and_a_role_that_only_works(
    new_database: Callable[[], databases.Access],
) -> None:
    made = new_database()
    with psycopg.connect(made.owner_url) as owner:
        owner.execute("CREATE TABLE things (n int)")
    with psycopg.connect(made.app_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT * FROM things")
    stranger = databases.url_of(
        new_database().app_url,
        user=made.names.app,
        password=made.app_url.split(":")[2].split("@")[0],
        db="template1",
    )
    with psycopg.connect(stranger) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE public.mine (n int)")


def test_rabbitmq_comes_back_after_a_crash_and_leaves_nothing(
    tmp_path: Path, own_watchdog: Watchdog
) -> None:
    plan = BrokerPlan(
        folder=tmp_path / "rabbitmq",
        log=tmp_path / "rabbitmq.log",
        port=free_port(),
        dist_port=free_port(),
        epmd_port=free_port(),
        password=secrets.token_urlsafe(16),
    )
    node = Broker(plan, watchdog=own_watchdog)
    try:
        start(node)
        node.kill()
        assert not node.running
        start(node)
    finally:
        node.stop()
    assert processes_naming(str(plan.folder)) == []
    assert processes_naming(f"-port {plan.epmd_port}") == []


def test_virtual_hosts_are_apart(vhost: str, amqp_url: str) -> None:
    assert vhost != amqp_url
    assert vhost.rsplit("/", 1)[1].startswith("test-")


def test_a_process_that_cannot_start_says_why(tmp_path: Path, own_watchdog: Watchdog) -> None:
    argv = (sys.executable, "-c", "raise SystemExit('no such thing')")
    command = Command(name="part", argv=argv, log=tmp_path / "part.log", env={})
    process = Process(command, watchdog=own_watchdog)
    process.start()
    with pytest.raises(GaveUpError, match="no such thing"):
        wait_until(lambda: False, seconds=20, what="part", lost=process.lost)
    process.kill()


ORPHANAGE = """
import sys, time
from pathlib import Path
from local.process import Command, Process, Watchdog
argv = (sys.executable, "-c", "import time; time.sleep(600)  # " + sys.argv[1])
child = Process(Command(name="c", argv=argv, log=Path(sys.argv[2]), env={}), watchdog=Watchdog())
child.start()
print("started", flush=True)
time.sleep(600)
"""


def test_children_end_with_a_launcher_that_was_killed(tmp_path: Path) -> None:
    mark = f"mark-{secrets.token_hex(8)}"
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANAGE, mark, str(tmp_path / "c.log")],
        stdout=subprocess.PIPE,
        text=True,
    ) as launcher:
        try:
            assert launcher.stdout is not None
            assert launcher.stdout.readline() == "started\n"
            assert len(processes_naming(mark)) == 2
        finally:
            launcher.kill()
    deadline = time.monotonic() + 15
    while processes_naming(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_naming(mark) == []
