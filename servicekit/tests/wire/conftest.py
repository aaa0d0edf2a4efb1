"""The sample service as a process of its own, a client of it, and what both need."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest

SAMPLE = Path(__file__).parent / "sample"
sys.path.append(str(SAMPLE))

import sample_contract  # noqa: E402

from contracts.codes import Role, Section, TenantCode  # noqa: E402
from contracts.rights import Audience, Caller, CallerKind  # noqa: E402
from local.ports import free_port  # noqa: E402
from servicekit.client import RpcClient  # noqa: E402
from servicekit.context import (  # noqa: E402
    Context,
    ContextSigner,
    deadline_in,
    generate_key_pair,
    new_call_id,
)
from servicekit.db import EVERYONE, Database  # noqa: E402

ACME = TenantCode("OCB0000001")


class ServiceProcess:
    """``python sample_service.py``, and what its ops app says."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self._env = env
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *, wait: bool = True) -> ServiceProcess:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(SAMPLE / "sample_service.py")],
                env=self._env,
                stdout=log,
                stderr=log,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, *, seconds: float = 90.0) -> None:
        until = time.monotonic() + seconds
        while self.get("/readyz")[0] != 200:
            assert self._process is not None
            assert self._process.poll() is None, self.words()
            assert time.monotonic() < until, self.words()
            time.sleep(0.05)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text; status 0 while nobody answers."""
        url = f"http://127.0.0.1:{self._env['GUICHET_OPS_PORT']}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (URLError, OSError):
            return 0, ""

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, *, seconds: float = 30.0) -> int:
        assert self._process is not None
        return self._process.wait(timeout=seconds)

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def words(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.words().splitlines() if line.startswith("{")]


@dataclass
class Installation:
    """One database, one virtual host, one key pair: calls, and a service to answer them."""

    url: str
    database_url: str
    service: ServiceProcess
    client: RpcClient
    signer: ContextSigner
    db: Database
    calls: Any = field(default=sample_contract)

    def context(self, call: Any, **changes: Any) -> Context:
        if call.right.audience is Audience.GATEWAY:
            caller = Caller(kind=CallerKind.GATEWAY, subject="gateway")
        else:
            caller = Caller(
                kind=CallerKind.PERSON,
                subject="john",
                scopes=frozenset({"notes"}),
                tenant=ACME,
                roles={Section.CONTRACT: Role.MANAGER},
            )
        context = Context(
            caller=caller, call=call.full_name, call_id=new_call_id(), deadline=deadline_in(10)
        )
        return replace(context, **changes)

    def ask(
        self, call: Any, payload: dict[str, Any], *, timeout: float = 10.0, **changes: Any
    ) -> Any:
        context = self.context(call, **{"deadline": deadline_in(timeout), **changes})
        return self.client.call(call, payload, self.signer.sign(context, payload), timeout)

    def add(self, text: str, *, key: str, **options: Any) -> Any:
        payload = {"tenant": ACME, "text": text}
        return self.ask(sample_contract.add_note, payload, idempotency_key=key, **options)

    def value(self, sql: str) -> Any:
        with self.db.read(tenant=EVERYONE) as tx:
            return tx.value(sql, {})

    def heard(self) -> list[str]:
        with self.db.read(tenant=EVERYONE) as tx:
            rows = tx.rows("SELECT text FROM hearings ORDER BY text", {}, dict)
        return [row["text"] for row in rows]


def eventually(check: Callable[[], Any], *, seconds: float = 30.0) -> Any:
    until = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < until, f"still {found!r} after {seconds} s"
        time.sleep(0.05)


@pytest.fixture(name="eventually")
def _eventually() -> Callable[..., Any]:
    return eventually


def _installation(access: Any, amqp_url: str, folder: Path) -> Iterator[Installation]:
    private, public = generate_key_pair()
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")},
        "DATABASE_URL": access.app_url,
        "AMQP_URL": amqp_url,
        "GUICHET_CONTEXT_PUBLIC_KEY": public,
        "GUICHET_OPS_PORT": str(free_port()),
    }
    service = ServiceProcess(env, folder / "service.log")
    client = RpcClient(amqp_url, name="tests")
    db = Database(access.app_url, pool_size=4, service="sample")
    db.open()
    yield Installation(amqp_url, access.app_url, service, client, ContextSigner(private), db)
    service.kill()
    client.close()
    db.close()


@pytest.fixture
def house(new_database: Any, vhost: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation of this test's own; its service is not running yet."""
    yield from _installation(new_database(migrations=SAMPLE / "migrations"), vhost, tmp_path)


@pytest.fixture(scope="module", autouse=True)
def sample_registered() -> Iterator[None]:
    """Only while these tests run: others look at all contracts of the house."""
    sample_contract.register()
    yield
    sample_contract.unregister()


@pytest.fixture(scope="module")
def running_since_first(
    database_factory: Any, module_vhost: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation that the tests of a module share, its service running."""
    access = database_factory(migrations=SAMPLE / "migrations")
    for made in _installation(access, module_vhost, tmp_path_factory.mktemp("service")):
        made.service.start()
        yield made


@pytest.fixture
def running(running_since_first: Installation) -> Installation:
    """Connected: a test before may have had the broker away."""
    assert running_since_first.client.ping(30.0)
    return running_since_first


@pytest.fixture
def free_amqp_url() -> str:
    """Where no broker is."""
    return f"amqp://guest:guest@127.0.0.1:{free_port()}/"


@pytest.fixture
def management(broker: Any) -> Callable[..., Any]:
    """Ask the broker's management plug-in: ``management("GET", "/api/connections")``."""
    plan = broker.plan
    login = base64.b64encode(f"guichet:{plan.password}".encode()).decode()

    def ask(method: str, path: str) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{plan.management_port}{path}",
            method=method,
            headers={"Authorization": f"Basic {login}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    return ask


@pytest.fixture
def broker_away() -> Callable[..., Any]:
    """Inside the block the node is dead, killed without notice; after it, back."""

    @contextmanager
    def away(broker: Any) -> Iterator[None]:
        broker.kill()
        try:
            yield
        finally:
            broker.start()
            broker.wait_ready()

    return away
