"""What is forgotten and ended when identity says that something changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import identity
from contracts.codes import CredentialKind
from contracts.declare import Event
from contracts.registry import events_heard_by
from gateway.listening import RIGHTS_CHANGED, Listening
from servicekit.context import system_context
from servicekit.events import Fact
from servicekit.ids import new_id

pytestmark = pytest.mark.unit

PERSON = UUID("018f0000-0000-7000-8000-000000000001")


@dataclass
class Rights:
    forgotten: list[UUID] = field(default_factory=list)

    def forget(self, person_id: UUID) -> None:
        self.forgotten.append(person_id)

    def forget_all(self) -> None:
        self.forgotten.clear()


@dataclass
class Sessions:
    ended: list[tuple[UUID, dict[str, Any]]] = field(default_factory=list)

    def end_all(self, person_id: UUID, **options: Any) -> int:
        self.ended.append((person_id, options))
        return 1


def fact(event: Event, **data: Any) -> Fact:
    return Fact(
        id=new_id(),
        type=event.type,
        source="/guichet/identity",
        time=datetime(2031, 1, 1, tzinfo=UTC),  # a simulated clock, far ahead
        data={"person_id": PERSON, **data},
        call_id="c-1",
        context=system_context(service="gateway", call=event.type),
    )


def listening(rights: Rights, sessions: Sessions) -> Listening:
    return Listening(amqp_url="amqp://127.0.0.1:1/", rights=rights, sessions=sessions)


def test_all_that_the_gateway_hears_empties_its_rights() -> None:
    assert set(RIGHTS_CHANGED) == set(events_heard_by("gateway"))


@pytest.mark.parametrize("event", RIGHTS_CHANGED, ids=lambda event: event.name)
def test_rights_of_the_person_are_forgotten(event: Event) -> None:
    rights = Rights()
    listening(rights, Sessions()).forget_rights(fact(event))
    assert rights.forgotten == [PERSON]


@pytest.mark.parametrize(
    ("credential", "methods"),
    [(CredentialKind.PORTAL, ("portal", "web")), (CredentialKind.API, ("api",))],
)
def test_a_new_password_ends_the_sessions_it_opened(
    credential: CredentialKind, methods: tuple[str, ...]
) -> None:
    sessions = Sessions()
    listening(Rights(), sessions).end_sessions(fact(identity.PasswordSet, credential=credential))
    [(person_id, options)] = sessions.ended
    assert person_id == PERSON
    assert options["methods"] == methods
    assert options["except_call"] == "c-1"


def test_a_session_begun_after_the_news_was_told_goes_on() -> None:
    sessions = Sessions()
    told = datetime.now(UTC)
    news = fact(identity.PasswordSet, credential=CredentialKind.PORTAL)
    listening(Rights(), sessions).end_sessions(news)
    [(_, options)] = sessions.ended
    assert abs(options["proved_before"] - told) < timedelta(seconds=2)


@pytest.mark.parametrize(
    "event", [event for event in RIGHTS_CHANGED if event is not identity.PasswordSet]
)
def test_other_news_end_no_session(event: Event) -> None:
    sessions = Sessions()
    listening(Rights(), sessions).end_sessions(fact(event))
    assert sessions.ended == []
