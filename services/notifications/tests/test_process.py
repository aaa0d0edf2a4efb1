"""The service as a process of its own: facts in, mails out, a clean stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from cryptography.fernet import Fernet
from kombu import Connection, Exchange

from contracts import identity, tenancy
from contracts.codes import Language, SupportLevel
from contracts.declare import Event
from local.ports import free_port
from servicekit.context import generate_key_pair
from servicekit.ids import new_id
from servicekit.plain import plain
from servicekit.topology import EVENTS_EXCHANGE

pytestmark = pytest.mark.servers

KEY = Fernet.generate_key()
TENANT = "OCB0000001"
PERSON = new_id()
CONTACT = {
    "email": "john@acme.example",
    "given_name": "John",
    "family_name": "Doe",
    "language": Language.FRENCH,
}


class Process:
    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self._environ = environ
        self._log = log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "notifications"],
                env=self._environ,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + 90
        while not self._is_ready():
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < until, self._log.read_text()
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        url = f"http://127.0.0.1:{self._environ['GUICHET_OPS_PORT']}/readyz"
        try:
            with urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        except (HTTPError, URLError, OSError):
            return False

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


@pytest.fixture
def service(
    new_database: Callable[..., Any], vhost: str, smtp_url: str, tmp_path: Path
) -> Iterator[Process]:
    environ = {name: value for name, value in os.environ.items() if "GUICHET" not in name}
    process = Process(
        environ
        | {
            "DATABASE_URL": new_database("notifications").app_url,
            "AMQP_URL": vhost,
            "SMTP_URL": smtp_url,
            "GUICHET_MODE": "test",
            "GUICHET_CONTEXT_PUBLIC_KEY": generate_key_pair()[1],
            "GUICHET_SEAL_KEY": KEY.decode(),
            "GUICHET_OPS_PORT": str(free_port()),
        },
        tmp_path / "notifications.log",
    )
    yield process
    if process.process.poll() is None:
        process.end(signal.SIGKILL)


def tell(url: str, event: Event, **data: Any) -> None:
    """As a relay does."""
    envelope = {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": f"/guichet/{event.service}",
        "type": event.type,
        "time": "2026-11-23T10:00:00+00:00",
        "callid": "call-1",
        "data": plain(event.payload().dump(data)),
    }
    with Connection(url) as connection:
        producer = connection.Producer(exchange=Exchange(EVENTS_EXCHANGE, "topic"))
        producer.publish(
            json.dumps(envelope), routing_key=event.type, content_type="application/json"
        )


def tell_the_welcome(url: str, token: str) -> None:
    tell(
        url,
        identity.WelcomeLinkIssued,
        person_id=PERSON,
        tenant=TENANT,
        login="John.Doe",
        sealed_link=Fernet(KEY).encrypt(token.encode()).decode(),
        expires_at=datetime(2026, 11, 30, tzinfo=UTC),
    )


def tell_who_and_where(url: str) -> None:
    tell(url, identity.PersonRegistered, person_id=PERSON, login="John.Doe", **CONTACT)
    tell(
        url,
        tenancy.TenantOpened,
        tenant=TENANT,
        organisation_id=new_id(),
        organisation_name="Acme SA",
        name="Production",
        region="eu-west-0",
        support_level=SupportLevel.BASIC,
        referent=CONTACT,
        domain_owner=CONTACT,
        opened_at=datetime(2026, 11, 23, tzinfo=UTC),
        opened_by="sales-1",
    )


def text_of(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())


def test_facts_out_of_order_become_mails_also_across_a_crash_and_it_stops_cleanly(
    service: Process, vhost: str, postbox: Any
) -> None:
    tell_the_welcome(vhost, "first-token")
    tell_who_and_where(vhost)
    first = postbox.next(60)
    assert first["Subject"] == "Bienvenue sur l'espace client Cloudstore"
    assert "/links/first-token" in text_of(first)

    service.end(signal.SIGKILL)
    tell_the_welcome(vhost, "second-token")
    service.start()
    assert "/links/second-token" in text_of(postbox.next(60))

    began = time.monotonic()
    assert service.end() == 0
    assert time.monotonic() - began < 10
    assert postbox.all() == []
