"""A person's sessions by the calls of the gateway's own contract, on a real database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import gateway as calls
from contracts.codes import Language
from contracts.declare import Call
from contracts.identity import resolve_rights
from gateway.dispatch import Dispatcher
from gateway.local_calls import LocalCalls
from gateway.oauth.client_news import ClientNews
from gateway.parts import build_local_calls
from gateway.rights import RightsCache
from servicekit.db import EVERYONE
from servicekit.errors import Forbidden, Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Wire:
    """Identity's part: everybody is enabled; ``staff`` are of support."""

    def __init__(self) -> None:
        self.staff: set[str] = set()
        self.operators: set[str] = set()

    def send(self, call: Call, payload: Any, caller: Any, about: Any) -> dict[str, Any]:
        assert call is resolve_rights, call.full_name
        person = payload["person_id"]
        staff = ["support"] if person in self.staff else []
        staff += ["operator"] if person in self.operators else []
        return {"person_id": person, "enabled": True, "staff": staff, "tenants": []}


@dataclass
class Person:
    """Somebody with his browsers; ``ask`` as an application of his does over REST."""

    provider: Any
    dispatcher: Dispatcher
    person_id: UUID
    app: Any

    def browser(self, **about: Any) -> Any:
        browser = self.provider.browser()
        browser.sign_in(self.person_id, **about)
        return browser

    def ask(self, browser: Any, call: Call, payload: Any = None, **about: Any) -> Any:
        raw = browser.tokens(self.app, scope="openid account staff people.write")["access_token"]
        token = self.provider.parts.tokens.check(raw)
        return self.dispatcher.as_token(
            call, payload or {}, token, language=Language.ENGLISH, **about
        )

    def is_in(self, browser: Any) -> bool:
        answer = browser.ask(self.app, prompt="none")
        return "code=" in answer.location


def local_calls(provider: Any, rights: Any) -> LocalCalls:
    parts = provider.parts
    return build_local_calls(
        parts.db,
        provider.clock,
        parts.endings,
        parts.own_data,
        rights,
        news=ClientNews(days=()),
        private_allowed=False,
    )


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def newcomer(provider: Any, wire: Wire) -> Any:
    """Another person each time he is called."""
    rights = RightsCache(wire=wire)
    dispatcher = Dispatcher(
        wire=wire,
        rights=rights,
        clock=provider.clock,
        local=local_calls(provider, rights),
    )
    scopes = frozenset({"openid", "account", "staff", "people.write"})
    app = provider.register(name="Billing", scopes=scopes)
    return lambda: Person(provider, dispatcher, uuid4(), app)


def ids(answer: Any) -> list[str]:
    return [item["session_id"] for item in answer["items"]]


def test_one_sees_ones_sessions_and_nobody_elses(newcomer: Any) -> None:
    john, jane = newcomer(), newcomer()
    first = john.browser(address="203.0.113.7", device=FIREFOX, amr=("mfa", "otp", "pwd"))
    second = john.browser(method="api")
    jane.browser()
    answer = john.ask(first, calls.list_sessions)
    api, portal = answer["items"]
    assert (portal["method"], portal["current"], portal["address"]) == (
        "portal",
        True,
        "203.0.113.7",
    )
    assert (portal["browser"], portal["system"]) == ("Firefox 128", "Windows 10")
    assert portal["applications"] == ["Billing"]
    assert (api["method"], api["tenant"], api["current"]) == ("api", "OCB0000001", False)
    assert (api["browser"], api["applications"]) == (None, [])
    assert john.is_in(second)


def test_list_is_paged_the_latest_first(newcomer: Any) -> None:
    john = newcomer()
    browsers = [john.browser() for _ in range(3)]
    first = john.ask(browsers[0], calls.list_sessions, {"limit": 2})
    rest = john.ask(browsers[0], calls.list_sessions, {"limit": 2, "cursor": first["next_cursor"]})
    assert len(ids(first)) == 2
    assert sorted(ids(first) + ids(rest), reverse=True) == ids(first) + ids(rest)
    assert rest.get("next_cursor") is None


def test_ended_session_is_out_with_its_tokens(newcomer: Any, provider: Any) -> None:
    john = newcomer()
    here, there = john.browser(), john.browser()
    tokens = there.tokens(john.app, scope="openid account")
    [other] = [
        item["session_id"]
        for item in john.ask(here, calls.list_sessions)["items"]
        if not item["current"]
    ]
    john.ask(here, calls.end_session, {"session_id": other})
    assert not john.is_in(there)
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(tokens["access_token"])
    assert provider.refresh(john.app, tokens["refresh_token"]).status_code == 400
    assert john.is_in(here)
    assert ("session:browser:ended", f"person:{john.person_id}") in provider.trail()


def test_session_of_somebody_else_is_unknown_and_goes_on(newcomer: Any) -> None:
    john, jane = newcomer(), newcomer()
    his, hers = john.browser(), jane.browser()
    [target] = ids(jane.ask(hers, calls.list_sessions))
    for unknown in (target, str(uuid4())):
        with pytest.raises(NotFound) as refused:
            john.ask(his, calls.end_session, {"session_id": unknown})
        assert refused.value.code == "session-unknown"
    assert jane.is_in(hers)


def test_the_same_request_again_gets_the_same_answer(newcomer: Any) -> None:
    john = newcomer()
    here, _there = john.browser(), john.browser()
    other = next(
        item["session_id"]
        for item in john.ask(here, calls.list_sessions)["items"]
        if not item["current"]
    )
    asked = {"session_id": other}
    answers = [john.ask(here, calls.end_session, asked, idempotency_key="once") for _ in range(2)]
    assert answers == [{"ended": 1}, {"ended": 1}]
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        john.ask(here, calls.end_session, {"session_id": str(uuid4())}, idempotency_key="once")


def test_all_others_end_or_all(newcomer: Any) -> None:
    john, jane = newcomer(), newcomer()
    browsers, hers = [john.browser() for _ in range(3)], jane.browser()
    assert john.ask(browsers[0], calls.end_other_sessions) == {"ended": 2}
    assert [john.is_in(browser) for browser in browsers] == [True, False, False]
    assert john.ask(browsers[0], calls.end_all_sessions) == {"ended": 1}
    assert not john.is_in(browsers[0])
    assert jane.is_in(hers)


def test_support_ends_all_of_a_person_with_a_reason_and_a_fresh_proof(
    newcomer: Any, wire: Wire, provider: Any
) -> None:
    john, agent = newcomer(), newcomer()
    his, desk = john.browser(), agent.browser()
    asked = {"person_id": str(john.person_id)}
    with pytest.raises(Forbidden, match="staff-only"):
        agent.ask(desk, calls.end_all_sessions_of, asked, reason="ticket 7")
    wire.staff.add(str(agent.person_id))
    agent.dispatcher.rights.forget_all()
    with pytest.raises(Invalid, match="reason-required"):
        agent.ask(desk, calls.end_all_sessions_of, asked)
    provider.clock.move(minutes=11)
    with pytest.raises(Forbidden, match="step-up-required"):
        agent.ask(desk, calls.end_all_sessions_of, asked, reason="ticket 7")
    assert john.is_in(his)
    desk.sign_in(agent.person_id)
    assert agent.ask(desk, calls.end_all_sessions_of, asked, reason="ticket 7") == {"ended": 1}
    assert not john.is_in(his)
    assert agent.is_in(desk)
    assert told_to(provider, john) == [{"person_id": str(john.person_id)}]


def told_to(provider: Any, person: Person) -> list[dict[str, Any]]:
    """What was told of sessions that ended, without the moment."""
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        rows = tx.rows(
            """
            SELECT data - 'ended_at' AS data FROM house.outbox
             WHERE type = %(type)s AND data ->> 'person_id' = %(person)s
            """,
            {"type": calls.SessionsEnded.type, "person": str(person.person_id)},
            dict,
        )
    return [row["data"] for row in rows]


def test_who_ends_his_own_sessions_or_had_none_is_not_written_to(
    newcomer: Any, wire: Wire, provider: Any
) -> None:
    john, agent, absent = newcomer(), newcomer(), newcomer()
    his, desk = john.browser(), agent.browser()
    wire.staff.add(str(agent.person_id))
    agent.dispatcher.rights.forget_all()
    assert john.ask(his, calls.end_all_sessions) == {"ended": 1}
    asked = {"person_id": str(absent.person_id)}
    assert agent.ask(desk, calls.end_all_sessions_of, asked, reason="ticket 7") == {"ended": 0}
    assert told_to(provider, john) == told_to(provider, absent) == []


@pytest.mark.parametrize("above", ["staff", "operators"])
def test_support_signs_no_staff_out(newcomer: Any, wire: Wire, above: str) -> None:
    agent, boss, chief = newcomer(), newcomer(), newcomer()
    wire.staff.add(str(agent.person_id))
    getattr(wire, above).add(str(boss.person_id))
    wire.operators.add(str(chief.person_id))
    desk, his, top = agent.browser(), boss.browser(), chief.browser()
    asked = {"person_id": str(boss.person_id)}
    with pytest.raises(Forbidden, match="operator-needed"):
        agent.ask(desk, calls.end_all_sessions_of, asked, reason="ticket 7")
    assert boss.is_in(his)
    assert chief.ask(top, calls.end_all_sessions_of, asked, reason="ticket 8") == {"ended": 1}


def test_every_call_of_the_contract_is_answered(provider: Any) -> None:
    local = local_calls(provider, provider.parts.rights)
    assert set(local.methods) == set(calls.GATEWAY.calls)
