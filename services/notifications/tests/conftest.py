"""A migrated database of notifications, a real mail server, the desk where mails are written."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from cryptography.fernet import Fernet

from contracts.codes import Language, TenantCode
from local.ports import free_port
from notifications.actions.deliver_mail import Desk, deliver_next
from notifications.actions.keep_copies import keep_reader, keep_tenant
from notifications.actions.queue_mail import queue_mail
from notifications.clients.sealing import Unsealer
from notifications.clients.smtp import MailServer
from notifications.clients.wording import House, Wording
from notifications.domain.letters import Letter, Template
from notifications.domain.readers import Reader, Tenant
from servicekit.context import Context, system_context
from servicekit.db import EVERYONE, Database
from servicekit.ids import new_id

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ACME = TenantCode("OCB0000001")
GLOBEX = TenantCode("OCB0000002")
TOKEN = "the-one-time-token"
HOUSE = House(
    brand="Cloudstore", public_url="http://localhost:8080", contact="support@cloudstore.example"
)


class Postbox:
    """What a mail server took; ``refuse`` makes it answer a line instead."""

    def __init__(self) -> None:
        self._taken: queue.Queue[EmailMessage] = queue.Queue()
        self.refuse = ""
        self.on_data: Callable[[], None] | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.on_data is not None:
            self.on_data()
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=policy.SMTP)
        message["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
        self._taken.put(message)
        return "250 OK"

    def all(self) -> list[EmailMessage]:
        found = []
        while not self._taken.empty():
            found.append(self._taken.get())
        return found

    def next(self, seconds: float = 10) -> EmailMessage:
        return self._taken.get(timeout=seconds)


class FixedClock:
    simulated = True

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def move_to_offset(self, tx: Any, seconds: int) -> int:
        self.time = NOW + timedelta(seconds=seconds)
        return seconds


@dataclass
class Office:
    """The service's rooms put together, with time in the test's hands."""

    db: Database
    desk: Desk
    seal: Fernet
    postbox: Postbox
    clock: FixedClock
    woken: list[int] = field(default_factory=list)

    def context(self, tenant: TenantCode | None = None) -> Context:
        return system_context(service="notifications", call="test", tenant=tenant)

    def reader(
        self, *, language: Language = Language.FRENCH, as_of: datetime = NOW, **changes: Any
    ) -> Reader:
        reader = Reader(new_id(), "John.Doe", "john@acme.example", "John", "Doe", language)
        reader = replace(reader, **changes)
        keep_reader(
            db=self.db, context=self.context(), event_id=new_id(), as_of=as_of, reader=reader
        )
        return reader

    def tenant(self, code: TenantCode = ACME, name: str = "Production") -> Tenant:
        tenant = Tenant(code, name, "Acme SA", "eu-west-0")
        keep_tenant(db=self.db, context=self.context(code), event_id=new_id(), tenant=tenant)
        return tenant

    def welcome(self, reader: Reader, tenant: TenantCode | None = ACME) -> Letter:
        return Letter(
            template=Template.WELCOME,
            person_id=reader.person_id,
            tenant=tenant,
            facts={"login": reader.login, "expires_at": NOW + timedelta(days=7)},
            sealed_link=self.seal.encrypt(TOKEN.encode()).decode(),
            names_tenant=tenant is not None,
        )

    def queue(self, letter: Letter | None, event_id: UUID | None = None) -> None:
        queue_mail(
            db=self.db,
            wording=self.desk.wording,
            wake=lambda: self.woken.append(1),
            context=self.context(letter.tenant if letter else None),
            event_id=event_id or new_id(),
            now=self.clock.now(),
            real_now=self.desk.real.now(),
            letter=letter,
        )

    def deliver(self) -> list[EmailMessage]:
        while deliver_next(self.desk):
            pass
        return self.postbox.all()

    def column(self, name: str) -> Any:
        """Of the only mail there is."""
        with self.db.read(tenant=EVERYONE) as tx:
            [row] = tx.rows("SELECT * FROM mails", {}, dict)
        return row[name]

    def later(self, pause: timedelta) -> None:
        """Real time goes on for the desk."""
        self.desk = replace(self.desk, real=FixedClock(self.desk.real.now() + pause))


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def smtp_url(postbox: Postbox) -> Iterator[str]:
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def office(new_database: Callable[..., Any], smtp_url: str, postbox: Postbox) -> Iterator[Office]:
    key = Fernet.generate_key()
    clock = FixedClock(NOW)
    with Database(
        new_database("notifications").app_url, pool_size=8, service="notifications"
    ) as db:
        desk = Desk(
            db=db,
            clock=clock,
            wording=Wording(HOUSE),
            unsealer=Unsealer(key.decode(), public_url=HOUSE.public_url),
            server=MailServer(smtp_url),
            house=HOUSE,
            sender="noreply@cloudstore.example",
            real=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
        )
        yield Office(db, desk, Fernet(key), postbox, clock)
