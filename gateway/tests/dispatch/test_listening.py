"""What is forgotten and ended when identity says that something changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import identity
from contracts.codes import CredentialKind, TenantCode
from contracts.declare import Event
from contracts.identity.facts import Leaving
from gateway.listening import RIGHTS_CHANGED, Listening
from servicekit.context import system_context
from servicekit.events import Fact
from servicekit.ids import new_id

pytestmark = pytest.mark.unit

PERSON = UUID("018f0000-0000-7000-8000-000000000001")
TENANT = TenantCode("OCB0001234")


@dataclass
class Rights:
    forgotten: list[UUID] = field(default_factory=list)
    emptied: int = 0
    left: list[TenantCode] = field(default_factory=list)

    def forget(self, person_id: UUID) -> None:
        self.forgotten.append(person_id)

    def forget_all(self) -> None:
        self.emptied += 1

    def forget_tenant(self, tenant: TenantCode) -> None:
        self.left.append(tenant)


@dataclass
class Sessions:
    ended: list[tuple[UUID, dict[str, Any]]] = field(default_factory=list)
    ended_at: list[tuple[TenantCode, dict[str, Any]]] = field(default_factory=list)

    def end_at(self, domain: TenantCode, **options: Any) -> None:
        self.ended_at.append((domain, options))

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


@dataclass
class Names:
    emptied: int = 0

    def forget_all(self) -> None:
        self.emptied += 1


@dataclass
class OwnData:
    forgotten: list[UUID] = field(default_factory=list)

    def forget(self, person_id: UUID) -> None:
        self.forgotten.append(person_id)


@dataclass
class Leavers:
    heard: list[Fact] = field(default_factory=list)

    def hear(self, fact: Fact) -> None:
        self.heard.append(fact)


@dataclass
class Views:
    ended: list[UUID] = field(default_factory=list)

    def end(self, grant_id: UUID) -> None:
        self.ended.append(grant_id)


def listening(
    rights: Rights,
    sessions: Sessions,
    names: Names | None = None,
    own_data: OwnData | None = None,
    leavers: Leavers | None = None,
    views: Views | None = None,
) -> Listening:
    return Listening(
        amqp_url="amqp://127.0.0.1:1/",
        rights=rights,
        sessions=sessions,
        naming=names or Names(),
        own_data=own_data or OwnData(),
        leavers=leavers or Leavers(),
        views=views or Views(),
    )


def test_what_is_seen_by_a_grant_ends_with_it_and_with_nothing_else() -> None:
    grant_id, views, sessions = UUID(int=7), Views(), Sessions()
    side = listening(Rights(), sessions, views=views)
    side.end_sessions(fact(identity.ImpersonationEnded, grant_id=grant_id))
    side.end_sessions(fact(identity.UserEnabled))
    assert (views.ended, sessions.ended) == ([grant_id], [])


@pytest.mark.parametrize("event", RIGHTS_CHANGED, ids=lambda event: event.name)
def test_rights_of_the_person_are_forgotten(event: Event) -> None:
    rights = Rights()
    listening(rights, Sessions()).forget_rights(fact(event))
    assert rights.forgotten == [PERSON]


def test_a_rule_about_everybody_empties_all_rights() -> None:
    rights = Rights()
    news = replace(fact(identity.SecondFactorRuleChanged), data={"tenant": None})
    listening(rights, Sessions()).forget_rights(news)
    assert rights.emptied == 1


def test_a_contracts_rule_empties_nobody_elses_rights() -> None:
    rights = Rights()
    news = replace(fact(identity.SecondFactorRuleChanged), data={"tenant": TENANT})
    listening(rights, Sessions()).forget_rights(news)
    assert (rights.left, rights.emptied) == ([TENANT], 0)


ALL = {
    "methods": ("portal", "web", "api"),
    "domain": None,
    "except_call": None,
    "except_amr": None,
}
AT_DOMAIN = {**ALL, "methods": ("web", "api"), "domain": TENANT}
CAUSES: list[tuple[Event, dict[str, Any], dict[str, Any]]] = [
    (
        identity.PasswordSet,
        {"credential": CredentialKind.PORTAL, "tenant": None},
        {**ALL, "methods": ("portal", "web"), "except_call": "c-1"},
    ),
    (
        identity.PasswordSet,
        {"credential": CredentialKind.API, "tenant": TENANT},
        {**AT_DOMAIN, "methods": ("api",), "except_call": "c-1"},
    ),
    (identity.LoginDisowned, {}, ALL),
    (identity.FactorsReset, {}, ALL),
    (identity.FactorsChanged, {"first": True}, {**ALL, "except_call": "c-1", "except_amr": "mfa"}),
    (identity.PersonDisabled, {}, ALL),
    (identity.PersonErased, {}, ALL),
    (identity.UserDisabled, {"tenant": TENANT, "accepted": True}, ALL),
    (identity.UserDisabled, {"tenant": TENANT, "accepted": False}, AT_DOMAIN),
    (identity.TenantLeft, {"tenant": TENANT, "how": Leaving.REMOVED, "accepted": True}, ALL),
    (identity.TenantLeft, {"tenant": TENANT, "how": Leaving.REMOVED, "accepted": False}, AT_DOMAIN),
    (identity.TenantLeft, {"tenant": TENANT, "how": Leaving.LEFT, "accepted": True}, AT_DOMAIN),
    (identity.IamUserDisabled, {"tenant": TENANT}, AT_DOMAIN),
]


@pytest.mark.parametrize(
    ("event", "data", "ended"),
    CAUSES,
    ids=lambda one: getattr(one, "name", ""),
)
def test_what_ends_which_sessions(
    event: Event, data: dict[str, Any], ended: dict[str, Any]
) -> None:
    sessions = Sessions()
    listening(Rights(), sessions).end_sessions(fact(event, **data))
    [(person_id, options)] = sessions.ended
    assert person_id == PERSON
    assert options == {**ended, "why": event.type, "proved_before": options["proved_before"]}


def test_a_session_begun_after_the_news_was_told_goes_on() -> None:
    sessions = Sessions()
    told = datetime.now(UTC)
    news = fact(identity.PasswordSet, credential=CredentialKind.PORTAL, tenant=None)
    listening(Rights(), sessions).end_sessions(news)
    [(_, options)] = sessions.ended
    assert abs(options["proved_before"] - told) < timedelta(seconds=2)


def test_of_an_erased_person_sessions_consents_and_names_go() -> None:
    sessions, names, own_data = Sessions(), Names(), OwnData()
    heard = listening(Rights(), sessions, names, own_data)
    heard.forget_rights(fact(identity.PersonErased))
    heard.end_sessions(fact(identity.PersonErased))
    assert len(sessions.ended) == 1
    assert own_data.forgotten == [PERSON]
    assert names.emptied == 1


def test_an_office_that_has_moved_changes_the_rights_of_both_and_ends_no_session() -> None:
    rights, sessions = Rights(), Sessions()
    moved = {"tenant": TENANT, "former_id": PERSON, "holder_id": UUID(int=7)}
    news = replace(fact(identity.OfficeHandedOver), data=moved)
    heard = listening(rights, sessions)
    heard.forget_rights(news)
    heard.end_sessions(news)
    assert (rights.left, rights.emptied, sessions.ended) == ([TENANT], 0, [])


def test_a_closed_console_ends_who_came_in_there_and_changes_the_rights_of_its_users() -> None:
    rights, sessions = Rights(), Sessions()
    news = replace(fact(identity.ConsoleClosed), data={"tenant": TENANT})
    heard = listening(rights, sessions)
    heard.forget_rights(news)
    heard.end_sessions(news)
    [(domain, options)] = sessions.ended_at
    assert (domain, options["why"]) == (TENANT, identity.ConsoleClosed.type)
    assert (rights.left, rights.emptied, sessions.ended) == ([TENANT], 0, [])


def test_a_further_factor_ends_no_session() -> None:
    sessions = Sessions()
    listening(Rights(), sessions).end_sessions(fact(identity.FactorsChanged, first=False))
    assert sessions.ended == []


ENDING = {event.name for event, _, _ in CAUSES}


@pytest.mark.parametrize("event", [event for event in RIGHTS_CHANGED if event.name not in ENDING])
def test_other_news_end_no_session(event: Event) -> None:
    sessions = Sessions()
    listening(Rights(), sessions).end_sessions(fact(event, grant_id=PERSON, tenant=TENANT))
    assert sessions.ended == []
