"""A request's states, whose turn it is, and who may ask for what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.tenancy.tests.papers import INCIDENT, QUOTA, declaration

from contracts.codes import Office, RequestNumber, Role, Section, StaffRole, TenantCode
from contracts.rights import Caller, CallerKind
from contracts.tenancy import AuthorKind, Ball, RequestAct, RequestKind, RequestState
from servicekit.errors import Conflict, Forbidden, Invalid
from tenancy.domain.forms import published
from tenancy.domain.requests import TRANSITIONS, Request, sending_kind, subject_of
from tenancy.domain.search import looked_for, request_beginnings

pytestmark = pytest.mark.unit

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
TENANT = TenantCode("OCB0001234")


def sent(form: dict[str, Any] = INCIDENT) -> Request:
    sheet = published(declaration(form), before=None, at=AT)
    return Request(
        number=RequestNumber("D0001001"),
        tenant=TENANT,
        contract_name="Production",
        sheet=sheet,
        subject="Network down",
        given={},
        state=RequestState.SENT,
        ball=Ball.PROVIDER,
        deadline_at=AT,
        sent_at=AT,
        sent_by="person:1",
        sent_by_kind=AuthorKind.CUSTOMER,
        told_id=None,
        changed_at=AT,
    )


def person(**held: Any) -> Caller:
    usual = {"scopes": frozenset({"requests.write"}), "tenant": TENANT}
    return Caller(CallerKind.PERSON, str(UUID(int=1)), **(usual | held))


@given(acts=st.lists(st.sampled_from(list(RequestAct)), max_size=30))
def test_whatever_is_tried_a_done_request_alone_is_nobodys_turn(acts: list[RequestAct]) -> None:
    request = sent()
    for act in acts:
        legal = [known for state, known in TRANSITIONS if state is request.state]
        if act in legal:
            request = request.after(act, now=AT)
        else:
            with pytest.raises(Conflict) as refused:
                request.after(act, now=AT)
            assert refused.value.details["legal"] == [known.value for known in legal]
        is_done = request.state is RequestState.DONE
        assert (request.ball is None) == is_done == (request.done_at is not None)


def test_an_answer_is_the_customers_turn_and_his_comment_ours_again() -> None:
    answered = sent().after(RequestAct.ANSWER, now=AT)
    assert (answered.state, answered.ball) == (RequestState.IN_PROGRESS, Ball.CUSTOMER)
    assert answered.after(RequestAct.COMMENT, now=AT).ball is Ball.PROVIDER


@given(seconds=st.integers(0, 40 * 86400))
def test_an_incident_is_reopened_for_a_fortnight_and_its_promise_begins_anew(seconds: int) -> None:
    done, later = sent().resolved(now=AT, text=None), AT + timedelta(seconds=seconds)
    if seconds > 14 * 86400:
        with pytest.raises(Conflict, match="reopening-over"):
            done.reopened(now=later)
    else:
        assert done.reopened(now=later).deadline_at == later + timedelta(hours=4)


def test_what_is_no_incident_is_neither_solved_nor_reopened() -> None:
    change = sent(QUOTA)
    with pytest.raises(Conflict, match="incident-only"):
        change.resolved(now=AT, text=None)
    with pytest.raises(Conflict, match="incident-only"):
        change.withdrawn(now=AT, text=None).reopened(now=AT)
    assert change.withdrawn(now=AT, text=None).reopenable_until is None


@pytest.mark.parametrize(
    ("kind", "held", "side"),
    [
        ("incident", {"roles": {Section.SUPPORT: Role.MANAGER}}, "customer"),
        ("incident", {"roles": {Section.SUPPORT: Role.VISITOR}}, None),
        ("incident", {"roles": {Section.CONTRACT: Role.MANAGER}}, None),
        ("incident", {"staff": frozenset({StaffRole.SUPPORT})}, "staff"),
        ("incident", {"staff": frozenset({StaffRole.BILLING})}, None),
        ("termination", {"roles": {Section.SUPPORT: Role.MANAGER}}, None),
        ("termination", {"roles": {Section.CONTRACT: Role.MANAGER}}, "customer"),
        ("termination", {"offices": frozenset({Office.REFERENT})}, "customer"),
        ("termination", {"offices": frozenset({Office.DOMAIN_OWNER})}, None),
        ("termination", {"staff": frozenset({StaffRole.SUPPORT})}, None),
        ("contract_references", {"roles": {Section.CONTRACT: Role.MANAGER}}, None),
        ("contract_references", {"offices": frozenset({Office.REFERENT})}, "customer"),
    ],
)
def test_who_may_ask_for_what(kind: str, held: dict[str, Any], side: str | None) -> None:
    if side is None:
        with pytest.raises(Forbidden):
            sending_kind(RequestKind(kind), person(**held))
    else:
        assert sending_kind(RequestKind(kind), person(**held)) == side


def test_somebody_of_staff_who_is_the_customer_asks_as_a_customer() -> None:
    both = person(staff=frozenset({StaffRole.SUPPORT}), roles={Section.SUPPORT: Role.MANAGER})
    assert sending_kind(RequestKind.INCIDENT, both) is AuthorKind.CUSTOMER


def test_a_request_is_called_as_its_form_unless_somebody_says_otherwise() -> None:
    quota = published(declaration(QUOTA), before=None, at=AT)
    assert subject_of(quota, None, language="en") == "Compute quota"
    assert subject_of(quota, "More", language="en") == "More"
    with pytest.raises(Invalid):
        subject_of(published(declaration(INCIDENT), before=None, at=AT), None, language="fr")


@pytest.mark.parametrize(
    "search",
    [
        "D0001001",
        "0001001",
        "1001",
        "ocb0001234",
        "1234",
        "Réseau",
        "res tombe",
        "prod réseau",
        "1001 ocb0001234",
    ],
)
def test_a_request_is_found_by_its_number_its_contract_and_both_names(search: str) -> None:
    found_by = request_beginnings(
        number=RequestNumber("D0001001"),
        tenant=TENANT,
        contract_name="Production",
        subject="Réseau tombé",
    )
    assert set(looked_for(search)) <= found_by
