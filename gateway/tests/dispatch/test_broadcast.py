"""On a real broker: a change that identity tells reaches every gateway process within a second."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from contracts import identity
from contracts.codes import Language
from contracts.declare import Event
from gateway.listening import Listening
from gateway.naming import Naming
from gateway.rights import RightsCache
from gateway.wire import Circumstances
from servicekit.broker import ConfirmedSender, Outgoing
from servicekit.facts import CONTENT_TYPE
from servicekit.ids import new_id
from servicekit.topology import EVENTS_EXCHANGE

pytestmark = pytest.mark.servers

PERSON = UUID("018f0000-0000-7000-8000-000000000001")
TENANT = "OCB0000001"
ABOUT = Circumstances(language=Language.FRENCH, call_id="c")


@dataclass
class Identity:
    role: str = "visitor"

    def send(self, *_: object) -> dict[str, Any]:
        held = {"tenant": TENANT, "roles": {"invoices": self.role}, "offices": []}
        return {"person_id": str(PERSON), "enabled": True, "staff": [], "tenants": [held]}


@dataclass
class Sessions:
    ended: list[UUID] = field(default_factory=list)

    def end_all(self, person_id: UUID, **_: object) -> int:
        self.ended.append(person_id)
        return 1


class NoLeavers:
    def hear(self, fact: Any) -> None:
        """Nobody here has made any."""


class NoViews:
    def end(self, grant_id: UUID) -> None: ...


class NoData:
    def forget(self, person_id: UUID) -> None: ...


@dataclass
class Process:
    rights: RightsCache
    sessions: Sessions
    listening: Listening

    def role(self) -> str:
        [held] = self.rights.resolve(PERSON, ABOUT).tenants.values()
        [role] = held.roles.values()
        return str(role)


@pytest.fixture
def stored() -> Identity:
    return Identity()


@pytest.fixture
def processes(vhost: str, stored: Identity) -> Iterator[list[Process]]:
    started = []
    for _ in range(2):
        rights, sessions = RightsCache(wire=stored, ttl=3600), Sessions()
        listening = Listening(
            amqp_url=vhost,
            rights=rights,
            sessions=sessions,
            naming=Naming(wire=stored),
            own_data=NoData(),
            leavers=NoLeavers(),
            views=NoViews(),
        )
        listening.start()
        assert listening.wait_until_up(10)
        started.append(Process(rights, sessions, listening))
    yield started
    for process in started:
        process.listening.stop()


def tell(vhost: str, event: Event, **data: str | None) -> None:
    sender = ConfirmedSender(vhost, name="test")
    event_id = str(new_id())
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/guichet/identity",
        "type": event.type,
        "time": "2026-11-23T10:00:00+00:00",
        "data": {"person_id": str(PERSON), **data},
    }
    message = Outgoing(
        message_id=event_id,
        exchange=EVENTS_EXCHANGE,
        routing_key=event.type,
        body=json.dumps(envelope).encode(),
        content_type=CONTENT_TYPE,
    )
    assert sender.send([message]) == set()
    sender.close()


def soon(happened: Callable[[], bool], *, within: float) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.alone
def test_a_changed_role_counts_in_every_process_within_a_second(
    vhost: str, stored: Identity, processes: list[Process]
) -> None:
    assert [process.role() for process in processes] == ["visitor", "visitor"]
    stored.role = "manager"
    tell(vhost, identity.RolesChanged, tenant=TENANT)
    assert soon(lambda: {p.role() for p in processes} == {"manager"}, within=1.0)


def test_a_new_password_ends_sessions_once_for_all(vhost: str, processes: list[Process]) -> None:
    tell(
        vhost,
        identity.PasswordSet,
        credential="portal",
        tenant=None,
        user_name="John.doe",
        set_at="2026-11-23T10:00:00+00:00",
    )
    assert soon(lambda: any(p.sessions.ended for p in processes), within=2.0)
    assert [one for p in processes for one in p.sessions.ended] == [PERSON]
