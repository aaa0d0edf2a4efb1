from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Office, TenantCode
from contracts.tenancy import ContractStatus, HandoverState
from servicekit.errors import Conflict
from tenancy.domain.handovers import (
    OPEN,
    TRANSITIONS,
    HandoverAct,
    HandoverRow,
    Offering,
    foresee_handover,
)
from tenancy.domain.people import Holder
from tenancy.domain.users import Party, User

pytestmark = pytest.mark.unit

TENANT = TenantCode("OCB0001234")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
JOHN, JANE, JILL = uuid4(), uuid4(), uuid4()
HOLDER = Holder(JOHN, "John.Doe", "john@example.com", "John", "Doe")
OTHER = Holder(JILL, "Jill.Roe", "jill@example.com", "Jill", "Roe")
PARTY = Party(JANE, "Jane.Roe", "Jane", "Roe")
USER = User(TENANT, JANE, accepted=True, disabled=False, closed=False)
OFFERING = Offering(
    status=ContractStatus.ACTIVE,
    office=Office.REFERENT,
    holder=HOLDER,
    other_holder=OTHER,
    person_id=JANE,
    candidate=USER,
    drop_rights=False,
    handover_open=False,
    recovery_open=False,
)
ROW = HandoverRow(
    handover_id=uuid4(),
    tenant=TENANT,
    office=Office.REFERENT,
    state=HandoverState.OFFERED,
    from_person_id=JOHN,
    to_person_id=JANE,
    drop_rights=False,
    offered_at=NOW,
    expires_at=NOW + timedelta(days=7),
)
ACCEPTED = replace(ROW, state=HandoverState.ACCEPTED, accepted_at=NOW, takes_effect_at=NOW + DAY)


def foreseen(**said):
    return foresee_handover(replace(OFFERING, **said), now=NOW, cooling_off=DAY, successor=PARTY)


def test_offer_to_a_user_takes_effect_a_day_later_and_says_what_changes() -> None:
    outlook = foreseen()
    assert outlook.allowed
    assert outlook.from_on == date(2026, 11, 24)
    assert [(one.field, one.before, one.after) for one in outlook.changes] == [
        ("referent", "John Doe", "Jane Roe")
    ]


def test_losing_his_rights_is_said_before_it_is_done() -> None:
    changes = [(one.field, one.after) for one in foreseen(drop_rights=True).changes]
    assert ("rights_of_holder", "dropped") in changes


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"person_id": JOHN}, "handover-to-oneself"),
        ({"candidate": None}, "successor-unknown"),
        ({"candidate": replace(USER, accepted=False)}, "successor-invited"),
        ({"candidate": replace(USER, disabled=True)}, "successor-disabled"),
        ({"candidate": replace(USER, closed=True)}, "successor-disabled"),
        ({"candidate": replace(USER, second_login=True)}, "successor-second-login"),
        ({"handover_open": True}, "handover-open"),
        ({"recovery_open": True}, "office-recovery-open"),
        ({"status": ContractStatus.TERMINATED}, "contract-terminated"),
        ({"drop_rights": True, "other_holder": HOLDER}, "office-held"),
    ],
)
def test_what_cannot_be_is_refused_with_its_rule(said, code) -> None:
    outlook = foreseen(**said)
    assert not outlook.allowed
    with pytest.raises(Conflict, match=code) as refused:
        outlook.demanded()
    assert refused.value.details["rule"].startswith("handover-")


@pytest.mark.parametrize(
    "status", [status for status in ContractStatus if status is not ContractStatus.TERMINATED]
)
def test_an_office_of_a_contract_that_lives_can_be_offered(status) -> None:
    assert foreseen(status=status).allowed


def test_an_offer_that_ran_out_a_moment_ago_is_open_to_nobody() -> None:
    for act in (HandoverAct.ACCEPT, HandoverAct.DECLINE, HandoverAct.WITHDRAW):
        with pytest.raises(Conflict, match="handover-not-open") as refused:
            ROW.after(act, now=ROW.expires_at)
        assert refused.value.details == {"state": "expired"}
    assert ROW.after(HandoverAct.RUN_OUT, now=ROW.expires_at) is HandoverState.EXPIRED


def test_both_can_stop_it_until_the_cooling_off_is_over() -> None:
    before, at = NOW + DAY - timedelta(seconds=1), NOW + DAY
    assert ACCEPTED.after(HandoverAct.DECLINE, now=before) is HandoverState.DECLINED
    assert ACCEPTED.after(HandoverAct.WITHDRAW, now=before) is HandoverState.WITHDRAWN
    for act in (HandoverAct.DECLINE, HandoverAct.WITHDRAW):
        with pytest.raises(Conflict, match="handover-not-open"):
            ACCEPTED.after(act, now=at)
    assert ACCEPTED.after(HandoverAct.MATURE, now=at) is HandoverState.SETTLING


@given(acts=st.lists(st.sampled_from(HandoverAct), max_size=12))
def test_whatever_is_tried_it_takes_effect_only_accepted_and_matured_first(acts) -> None:
    row, walked = ROW, [HandoverState.OFFERED]
    for act in acts:
        try:
            row = replace(row, state=row.after(act, now=NOW))
        except Conflict:
            continue
        walked.append(row.state)
    if row.state is HandoverState.DONE:
        assert walked == ["offered", "accepted", "settling", "done"]
    ends = [state for state in walked if state not in OPEN]
    assert len(ends) <= 1, "what has ended does not begin again"


def test_every_state_is_reached() -> None:
    assert set(TRANSITIONS.values()) == set(HandoverState)
