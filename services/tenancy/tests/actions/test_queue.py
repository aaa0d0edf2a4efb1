"""Staff work through what customers ask: by the deadline, one of them at each request."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from services.tenancy.tests.actions.test_requests import OF_CONTRACT, Desk
from services.tenancy.tests.actions.test_support_level import Stopped
from services.tenancy.tests.conftest import House

from contracts.codes import Office, StaffRole
from contracts.rights import Caller, CallerKind
from contracts.tenancy import Ball, QueueOwner, RequestKind, RequestOutcome, RequestState
from servicekit.due import DueRunner
from servicekit.errors import Conflict, Invalid
from tenancy.actions.comment_request import comment_request
from tenancy.actions.list_queue import count_queue, list_queue
from tenancy.actions.watch_deadline import WATCH, warn
from tenancy.actions.work_on_request import (
    answer_request,
    assign_request,
    close_request,
    start_request,
)
from tenancy.domain.requests import Request

pytestmark = pytest.mark.servers

LEAVES = {"wanted-on": "2027-01-31", "resources-removed": "true"}
SUE, TOM = UUID(int=21), UUID(int=22)


class BackOffice(Desk):
    def staff(self, who: UUID) -> Caller:
        scopes = frozenset({"requests.read", "requests.write"})
        roles = frozenset({StaffRole.SUPPORT})
        return Caller(CallerKind.PERSON, str(who), scopes=scopes, staff=roles, tenant=self.tenant)

    def work(self, act: Any, request: Request, *, who: UUID = SUE, **given: Any) -> Request:
        which = {"tenant": self.tenant, "number": request.number}
        done: Request = act(**self.acting(self.staff(who), act.__name__), **which, **given)
        return done

    def take(self, request: Request, *, who: UUID = SUE) -> Request:
        return self.work(assign_request, request, who=who, to_me=True)

    def close(
        self, request: Request, outcome: RequestOutcome = RequestOutcome.FULFILLED
    ) -> Request:
        return self.work(close_request, request, outcome=outcome, text="Done.")

    def queue(self, owner: QueueOwner = QueueOwner.ANYBODY, **asked: Any) -> list[str]:
        wanted = {"kind": None, "number": None, "limit": 50, "cursor": None, **asked}
        acting = self.acting(self.staff(SUE), "list_queue")
        return [one.number for one in list_queue(**acting, owner=owner, **wanted).items]

    def warned(self) -> list[str]:
        rows = self.house.rows(
            "SELECT data ->> 'number' FROM house.outbox WHERE type LIKE '%DeadlineApproached%'"
        )
        return [number for (number,) in rows]

    def pass_time(self, span: timedelta) -> None:
        """All that falls due meanwhile happens."""
        handlers = {WATCH: lambda item: warn(db=self.house.db, item=item)}
        runner = DueRunner(self.house.db, Stopped(self.now + span), handlers)
        while runner.step():
            pass


@pytest.fixture
def desk(house: House) -> BackOffice:
    return BackOffice(house)


def test_the_nearest_deadline_stands_first(desk: BackOffice) -> None:
    slow = desk.sent("quota-compute", {"cores": "8", "region": "paris"}, subject=None)
    urgent = desk.sent()
    assert desk.queue() == [urgent.number, slow.number]
    assert desk.queue(kind=RequestKind.CHANGE) == [slow.number]
    first = list_queue(
        **desk.acting(desk.staff(SUE), "list_queue"),
        owner=QueueOwner.ANYBODY,
        kind=None,
        number=None,
        limit=1,
        cursor=None,
    )
    assert desk.queue(cursor=first.next_cursor) == [slow.number]


def test_a_request_is_taken_worked_on_answered_and_closed(desk: BackOffice) -> None:
    sent = desk.sent()
    assert desk.queue(QueueOwner.NOBODY) == [sent.number]
    taken = desk.take(sent)
    assert (taken.assigned_to, taken.state) == (SUE, RequestState.SENT)
    assert (desk.queue(QueueOwner.ME), desk.queue(QueueOwner.NOBODY)) == ([sent.number], [])
    assert desk.work(start_request, sent).state is RequestState.IN_PROGRESS
    answered = desk.work(answer_request, sent, text="Which machine?")
    assert answered.ball is Ball.CUSTOMER
    assert desk.do(comment_request, sent, text="web-1").ball is Ball.PROVIDER
    closed = desk.close(sent)
    assert (closed.state, closed.outcome, closed.ball) == ("done", "fulfilled", None)
    assert desk.queue() == []
    acts = [(entry.act, entry.author_kind) for entry in desk.entries(sent)]
    assert acts == [
        ("send", "customer"),
        ("assign", "staff"),
        ("start", "staff"),
        ("answer", "staff"),
        ("comment", "customer"),
        ("close", "staff"),
    ]


def test_what_a_colleague_has_is_not_taken_from_him(desk: BackOffice) -> None:
    sent = desk.sent()
    desk.take(sent)
    with pytest.raises(Conflict, match="request-taken"):
        desk.take(sent, who=TOM)
    with pytest.raises(Conflict, match="request-taken"):
        desk.work(assign_request, sent, who=TOM, to_me=False)
    assert desk.work(assign_request, sent, to_me=False).assigned_to is None
    assert desk.take(sent, who=TOM).assigned_to == TOM


def test_of_many_who_take_it_at_once_one_has_it(desk: BackOffice) -> None:
    sent = desk.sent()
    hands = [UUID(int=100 + number) for number in range(8)]
    had: list[UUID] = []

    def reach(who: UUID) -> None:
        try:
            desk.take(sent, who=who)
        except Conflict:
            return
        had.append(who)

    racing = [Thread(target=reach, args=(who,)) for who in hands]
    for one in racing:
        one.start()
    for one in racing:
        one.join()
    assert len(had) == 1


def test_who_begins_has_it(desk: BackOffice) -> None:
    sent = desk.sent()
    assert desk.work(start_request, sent, who=TOM).assigned_to == TOM


def test_staff_fulfil_or_refuse_and_never_withdraw(desk: BackOffice) -> None:
    sent = desk.sent()
    with pytest.raises(Invalid, match="outcome-not-ours"):
        desk.close(sent, RequestOutcome.WITHDRAWN)
    assert desk.close(sent, RequestOutcome.REFUSED).outcome is RequestOutcome.REFUSED
    with pytest.raises(Conflict, match="transition-illegal"):
        desk.close(sent)


def test_the_counts_say_what_waits(desk: BackOffice) -> None:
    desk.take(desk.sent())
    desk.sent()
    acting = desk.acting(desk.staff(SUE), "count_queue")
    late = {**acting, "now": desk.now + timedelta(hours=5)}
    counts, later = count_queue(**acting), count_queue(**late)
    assert (counts.open, counts.mine, counts.unassigned, counts.overdue) == (2, 1, 1, 0)
    assert later.overdue == 2


def test_the_promise_is_watched_before_it_is_broken(desk: BackOffice) -> None:
    sent = desk.sent()
    desk.pass_time(timedelta(hours=2, minutes=59))
    assert desk.warned() == [], "a quarter of the four hours is left for it"
    desk.pass_time(timedelta(hours=3, minutes=1))
    assert desk.warned() == [sent.number]


def test_what_is_done_in_time_alarms_nobody(desk: BackOffice) -> None:
    desk.close(desk.sent())
    desk.pass_time(timedelta(days=2))
    assert desk.warned() == []


def test_sales_have_the_contract_requests_in_the_same_queue(desk: BackOffice) -> None:
    referent = Caller(
        CallerKind.PERSON,
        str(UUID(int=11)),
        scopes=frozenset({"requests.read", "requests.write"}),
        tenant=desk.tenant,
        offices=frozenset({Office.REFERENT}),
    )
    asked = desk.sent("termination", LEAVES, subject=None, by=referent, kinds=OF_CONTRACT)
    assert desk.queue(kind=RequestKind.TERMINATION) == [asked.number]
