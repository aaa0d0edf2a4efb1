"""A customer asks, follows, ends and takes up again, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.tenancy.tests.conftest import House
from services.tenancy.tests.papers import INCIDENT, QUOTA, TERMINATION, publish

from contracts.codes import Office, Role, Section, StaffRole, TenantCode
from contracts.rights import Caller, CallerKind
from contracts.tenancy import OF_SUPPORT, AuthorKind, Ball, RequestKind, RequestState
from servicekit.context import system_context
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from tenancy.actions.comment_request import comment_request
from tenancy.actions.end_request import resolve_request, withdraw_request
from tenancy.actions.establish_people import establish_people
from tenancy.actions.list_requests import list_requests
from tenancy.actions.read_request import list_request_entries, read_request
from tenancy.actions.reopen_request import reopen_request
from tenancy.actions.send_request import send_request
from tenancy.domain.requests import Request
from tenancy.store.people import change_joined
from tenancy.store.requests import find_told

pytestmark = pytest.mark.servers

ANN = UUID(int=11)
OF_CONTRACT = frozenset(RequestKind) - OF_SUPPORT
IS_DOWN = {"description": "No machine answers\nsince this morning."}


def ann(tenant: TenantCode, **held: Any) -> Caller:
    """Somebody of the contract, a manager on Support unless something else is said."""
    holds: dict[str, Any] = {"roles": {Section.SUPPORT: Role.MANAGER}} | held
    return Caller(
        CallerKind.PERSON,
        str(ANN),
        scopes=frozenset({"requests.read", "requests.write"}),
        tenant=tenant,
        tenants=frozenset({tenant}),
        **holds,
    )


class Desk:
    """A contract whose people ask for things."""

    def __init__(self, house: House) -> None:
        publish(house, INCIDENT, QUOTA, TERMINATION)
        self.house = house
        self.tenant = house.opened().tenant
        self.now = house.now

    def acting(self, caller: Caller | None, call: str) -> dict[str, Any]:
        context = self.house.context(caller or ann(self.tenant), f"tenancy.{call}")
        return {"db": self.house.db, "context": context, "now": self.now}

    def sent(
        self,
        form: str = "incident",
        answers: Mapping[str, str] = IS_DOWN,
        *,
        subject: str | None = "Network down",
        by: Caller | None = None,
        kinds: frozenset[RequestKind] = OF_SUPPORT,
    ) -> Request:
        return send_request(
            **self.acting(by, "send_request"),
            kinds=kinds,
            tenant=self.tenant,
            form=form,
            subject=subject,
            answers=answers,
        )

    def do(self, act: Any, request: Request, *, by: Caller | None = None, text: Any = None) -> Any:
        given = {"tenant": self.tenant, "number": request.number, "text": text}
        return act(**self.acting(by, act.__name__), **given)

    def entries(self, request: Request) -> list[Any]:
        context = self.house.context(ann(self.tenant), "tenancy.list_request_entries")
        given = {"tenant": self.tenant, "number": request.number, "limit": 50, "cursor": None}
        return list_request_entries(db=self.house.db, context=context, **given).items

    def listed(self, *, by: Caller | None = None, **wanted: Any) -> list[str]:
        usual = dict.fromkeys(("contract", "kind", "state", "search", "cursor"))
        context = self.house.context(by or ann(self.tenant), "tenancy.list_requests")
        page = list_requests(db=self.house.db, context=context, **({"limit": 50} | usual | wanted))
        return [item.number for item in page.items]


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_an_incident_is_sent_and_it_is_the_providers_turn(desk: Desk) -> None:
    sent = desk.sent()
    context = desk.house.context(ann(desk.tenant), "tenancy.get_request")
    kept = read_request(db=desk.house.db, context=context, tenant=desk.tenant, number=sent.number)
    assert kept == sent
    assert (kept.state, kept.ball) == (RequestState.SENT, Ball.PROVIDER)
    assert kept.deadline_at == desk.now + timedelta(hours=4)
    assert [(answer.field, answer.value) for answer in kept.answers] == [*IS_DOWN.items()]
    assert (kept.sent_by_kind, kept.told_id) == (AuthorKind.CUSTOMER, ANN)
    [entry] = desk.entries(sent)
    assert (entry.act, entry.author) == ("send", f"person:{ANN}")
    assert desk.house.rows("SELECT action, target FROM house.audit_entries")[-1:] == [
        ("support:request:sent", sent.number)
    ]
    [(told,)] = desk.house.rows("SELECT data FROM house.outbox WHERE type LIKE '%RequestSent%'")
    assert (told["told_id"], told["subject"]) == (str(ANN), "Network down")


def test_what_is_missing_is_named_field_by_field_and_nothing_is_kept(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.sent("quota-compute", {"cores": "many", "colour": "red"}, subject=None)
    assert refused.value.details["fields"] == {
        "answers.colour": ["unknown"],
        "answers.cores": ["integer"],
        "answers.region": ["required"],
    }
    assert desk.listed() == []


def test_a_form_of_the_contract_is_not_sent_by_who_has_support_alone(desk: Desk) -> None:
    asked = {"wanted-on": "2026-12-31", "resources-removed": "true"}
    with pytest.raises(NotFound):
        desk.sent("termination", asked)
    with pytest.raises(Forbidden):
        desk.sent("termination", asked, kinds=OF_CONTRACT)
    referent = ann(desk.tenant, offices=frozenset({Office.REFERENT}))
    assert desk.sent("termination", asked, kinds=OF_CONTRACT, by=referent).kind == "termination"


def test_staff_ask_in_a_customers_name_and_the_referent_hears_of_it(desk: Desk) -> None:
    staff = Caller(
        CallerKind.PERSON,
        str(UUID(int=5)),
        scopes=frozenset({"requests.write"}),
        staff=frozenset({StaffRole.SUPPORT}),
    )
    referent = (uuid4(), "john.doe")
    establish_people(
        db=desk.house.db,
        context=system_context(service="tenancy", call="test", tenant=desk.tenant),
        event_id=uuid4(),
        tenant=desk.tenant,
        holders={Office.REFERENT: referent},
    )
    sent = desk.sent(by=staff)
    assert (sent.sent_by_kind, sent.told_id) == (AuthorKind.STAFF, referent[0])


def test_comment_and_end_and_take_up_again(desk: Desk) -> None:
    sent = desk.sent()
    desk.do(comment_request, sent, text="It answers again,\nnow and then.")
    done = desk.do(resolve_request, sent, text="Thank you")
    assert (done.state, done.ball, done.outcome) == (RequestState.DONE, None, "fulfilled")
    with pytest.raises(Conflict) as refused:
        desk.do(comment_request, sent, text="One more thing")
    assert refused.value.code == "transition-illegal"
    assert refused.value.details["legal"] == ["reopen"]
    again = desk.do(reopen_request, sent, text="Down again")
    assert (again.state, again.ball, again.outcome) == ("in_progress", "provider", None)
    told = [(entry.act, entry.text) for entry in desk.entries(sent)]
    assert [act for act, _ in told] == ["send", "comment", "resolve", "reopen"]
    assert told[1][1] == "It answers again,\nnow and then."


def test_an_incident_is_not_taken_up_again_after_a_fortnight(desk: Desk) -> None:
    sent = desk.sent()
    desk.do(resolve_request, sent)
    desk.now += timedelta(days=14, seconds=1)
    with pytest.raises(Conflict, match="reopening-over"):
        desk.do(reopen_request, sent, text="Down again")


def test_what_a_manager_of_the_contract_asked_another_does_not_take_back(desk: Desk) -> None:
    asked = {"wanted-on": "2026-12-31", "resources-removed": "true"}
    referent = ann(desk.tenant, offices=frozenset({Office.REFERENT}))
    sent = desk.sent("termination", asked, kinds=OF_CONTRACT, by=referent)
    with pytest.raises(Forbidden):
        desk.do(withdraw_request, sent)
    assert desk.do(withdraw_request, sent, by=referent).outcome == "withdrawn"


def test_lists_show_own_contracts_newest_first_and_what_a_search_finds(desk: Desk) -> None:
    first, second = desk.sent(), desk.sent(subject="Disque plein à Paris")
    third = desk.sent("quota-compute", {"cores": "64", "region": "paris"}, subject=None)
    other = TenantCode("OCB0009999")
    assert desk.listed() == [third.number, second.number, first.number]
    assert desk.listed(kind=RequestKind.CHANGE) == [third.number]
    assert desk.listed(search="DISQUE pa") == [second.number]
    assert desk.listed(search=first.number.lower()) == [first.number]
    assert desk.listed(search=f"{desk.tenant} network") == [first.number]
    assert desk.listed(contract=other) == []
    assert desk.listed(by=ann(other)) == []
    staff = Caller(CallerKind.PERSON, str(UUID(int=5)), staff=frozenset({StaffRole.SUPPORT}))
    assert desk.listed(by=staff, search="network") == [first.number]
    assert desk.listed(by=staff, state=RequestState.DONE) == []


def test_who_has_left_hears_no_more_of_it_and_the_referent_does(desk: Desk) -> None:
    sent, referent = desk.sent(), uuid4()
    people = {"joined": True, "accepted": True, "as_of": desk.now}
    context = system_context(service="tenancy", call="test", tenant=desk.tenant)
    establish_people(
        db=desk.house.db,
        context=context,
        event_id=uuid4(),
        tenant=desk.tenant,
        holders={Office.REFERENT: (referent, "john.doe")},
    )
    for joined, told in ((True, ANN), (False, referent)):
        with desk.house.db.write(context, tenant=desk.tenant) as tx:
            change_joined(tx, tenant=desk.tenant, person_id=ANN, **(people | {"joined": joined}))
            assert find_told(tx, request=sent) == told


def test_a_contract_sends_so_many_a_day_and_one_request_is_written_so_much_about(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenancy.actions.send_request.MOST_REQUESTS", 2)
    monkeypatch.setattr("tenancy.actions.telling_of_requests.MOST_ENTRIES", 2)
    sent, _ = desk.sent(), desk.sent()
    with pytest.raises(TooMany, match="requests-too-many"):
        desk.sent()
    desk.do(comment_request, sent, text="First")
    with pytest.raises(TooMany, match="comments-too-many"):
        desk.do(comment_request, sent, text="Second")
    desk.now += timedelta(days=1)
    desk.sent()
    desk.do(comment_request, sent, text="Second")
