"""``python -m identity`` as a process of its own, asked over the broker as the gateway asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from uuid import UUID

import pytest
from cryptography.fernet import Fernet

from contracts import tenancy
from contracts.codes import Language, Role, Section, StaffRole, SupportLevel, TenantCode
from contracts.declare import Call, Event
from contracts.registry import SCOPES
from contracts.rights import Audience, Caller, CallerKind
from local.ports import free_port
from servicekit.broker import connect, discard, publish
from servicekit.client import RpcClient
from servicekit.context import (
    Context,
    ContextSigner,
    deadline_in,
    generate_key_pair,
    new_call_id,
)
from servicekit.db import EVERYONE, Database
from servicekit.facts import CONTENT_TYPE
from servicekit.ids import new_id
from servicekit.topology import EVENTS_EXCHANGE, declare_listener

OPENED_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOBODY = "00000000-0000-7000-8000-000000000000"


@dataclass
class Running:
    """The process, what it was given, and a client of it."""

    env: dict[str, str]
    log: Path
    client: RpcClient
    signer: ContextSigner
    db: Database
    fernet: Fernet
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "identity"], env=self.env, stdout=log, stderr=log
            )
        self.eventually(self.ready, seconds=90)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "identity", *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        url = f"http://127.0.0.1:{self.env['GUICHET_OPS_PORT']}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def eventually(self, check: Callable[[], Any], *, seconds: float = 30.0) -> Any:
        until = time.monotonic() + seconds
        while True:
            found = check()
            if found:
                return found
            assert time.monotonic() < until, self.log.read_text()[-4000:]
            time.sleep(0.05)

    def ask(
        self,
        call: Call,
        *,
        by: str = NOBODY,
        staff: tuple[StaffRole, ...] = (),
        key: str | None = None,
        reason: str | None = None,
        **payload: Any,
    ) -> dict[str, Any]:
        caller = Caller(CallerKind.GATEWAY, "gateway")
        if call.right.audience is not Audience.GATEWAY:
            code = payload.get("tenant")
            caller = Caller(
                CallerKind.PERSON,
                by,
                scopes=frozenset(SCOPES),
                staff=frozenset(staff),
                tenant=None if code is None else TenantCode(code),
                roles=dict.fromkeys(Section, Role.MANAGER),
                proved_at=deadline_in(0),  # just now
            )
        context = Context(
            caller=caller,
            call=call.full_name,
            call_id=new_call_id(),
            deadline=deadline_in(20),
            idempotency_key=key,
            reason=reason,
        )
        return self.client.call(call, payload, self.signer.sign(context, payload), 20)

    def tell(self, event: Event, **payload: Any) -> None:
        """As the service that owns the event would; again with the same id where given."""
        envelope = {
            "specversion": "1.0",
            "id": str(payload.pop("event_id", None) or new_id()),
            "source": f"/guichet/{event.service}",
            "type": event.type,
            "time": OPENED_AT.isoformat(),
            "datacontenttype": "application/json",
            "data": event.payload().dump(payload),
        }
        connection = connect(self.env["AMQP_URL"], name="tests")
        try:
            publish(
                connection.channel(),
                json.dumps(envelope).encode(),
                exchange=EVENTS_EXCHANGE,
                routing_key=event.type,
                content_type=CONTENT_TYPE,
                delivery_mode=2,
            )
            time.sleep(0.2)
        finally:
            discard(connection)

    def open_tenant(
        self, code: str, *, event_id: UUID | None = None, family_name: str = "Doe"
    ) -> None:
        john = {
            "email": f"john.{family_name.lower()}@example.com",
            "given_name": "John",
            "family_name": family_name,
            "language": Language.FRENCH,
            "mobile": "+33612345678",
        }
        self.tell(
            tenancy.TenantOpened,
            event_id=event_id,
            tenant=TenantCode(code),
            organisation_id=new_id(),
            organisation_name="Essai SA",
            name="Essai",
            region="eu-west-0",
            support_level=SupportLevel.BASIC,
            referent=john,
            domain_owner=john,
            opened_at=OPENED_AT,
            opened_by="sales",
        )

    def value(self, sql: str, **params: Any) -> Any:
        with self.db.read(tenant=EVERYONE) as tx:
            return tx.value(sql, params)

    def heard(self, event: Event, listener: str = "notifications", **wanted: Any) -> dict[str, Any]:
        """The next such event with these values, as a listener takes it from his queue."""
        connection = connect(self.env["AMQP_URL"], name="tests")
        try:
            channel = connection.channel()
            queue = declare_listener(channel, listener=listener, event=event)

            def take() -> dict[str, Any] | None:
                message = channel.basic_get(queue, no_ack=True)
                data = {} if message is None else json.loads(message.body)["data"]
                return data if data and wanted.items() <= data.items() else None

            found: dict[str, Any] = self.eventually(take)
            return found
        finally:
            discard(connection)

    def token(self, event: Event, **wanted: Any) -> str:
        return self.fernet.decrypt(self.heard(event, **wanted)["sealed_link"]).decode()


@pytest.fixture(scope="module")
def identity(
    database_factory: Any, module_vhost: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    access = database_factory("identity")
    private, public = generate_key_pair()
    seal_key = Fernet.generate_key()
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")},
        "DATABASE_URL": access.app_url,
        "AMQP_URL": module_vhost,
        "GUICHET_MODE": "test",
        "GUICHET_CONTEXT_PUBLIC_KEY": public,
        "GUICHET_SEAL_KEY": seal_key.decode(),
        "GUICHET_OPS_PORT": str(free_port()),
        "GUICHET_ADDRESS_FAILURES": "40",
        "GUICHET_FAILURES_A_MINUTE": "100000",
    }
    client = RpcClient(module_vhost, name="tests")
    with Database(access.app_url, pool_size=4, service="identity") as db:
        running = Running(
            env=env,
            log=tmp_path_factory.mktemp("identity") / "service.log",
            client=client,
            signer=ContextSigner(private),
            db=db,
            fernet=Fernet(seal_key),
        )
        running.start()
        yield running
        assert running.process is not None
        running.process.terminate()
        assert running.process.wait(timeout=30) == 0, running.log.read_text()[-4000:]
        client.close()


@pytest.fixture(scope="module")
def second(identity: Running) -> Iterator[Running]:
    """On the same database and broker: the broker hands requests to either."""
    env = {**identity.env, "GUICHET_OPS_PORT": str(free_port())}
    other = replace(identity, env=env, log=identity.log.with_name("second.log"), process=None)
    other.start()
    yield other
    assert other.process is not None
    other.process.terminate()
    assert other.process.wait(timeout=30) == 0, other.log.read_text()[-4000:]
