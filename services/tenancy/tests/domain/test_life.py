"""The state machine of a contract, with what its own facts add to the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Language, SupportLevel, TenantCode
from contracts.tenancy import ContractAct as Act
from contracts.tenancy import ContractStatus as Status
from servicekit import states
from servicekit.calendar import beginning_of, day_of
from servicekit.errors import Conflict
from tenancy.domain.contracts import TRANSITIONS, Contract, Opening, after
from tenancy.domain.organisations import Organisation
from tenancy.domain.people import Contact

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
JOHN = Contact("john.doe@example.com", "John", "Doe", Language.FRENCH)


def begun(act: Act = Act.OPEN, at: datetime = NOON) -> Contract:
    opening = Opening(name="Cloud", support_level=SupportLevel.BASIC, referent=JOHN)
    return opening.contract(
        tenant=TenantCode("OCB0001001"),
        organisation=Organisation(uuid4(), "Exemple SA"),
        region="eu-west-0",
        opened_at=at,
        act=act,
    )


def moved(contract: Contract, *acts: Act, at: datetime = NOON + HOUR) -> Contract:
    for act in acts:
        contract = contract.moved(act, now=at)
    return contract


def lapsed() -> Contract:
    trial = begun(Act.START_TRIAL)
    assert trial.trial is not None
    return trial.moved(Act.EXPIRE, now=beginning_of(trial.trial.suspended_on))


def on(day: date) -> datetime:
    return beginning_of(day) + 12 * HOUR


def test_every_state_is_reached_and_only_the_end_is_one() -> None:
    assert states.unreached(Status, TRANSITIONS) == ()
    left = {start for start, _act in TRANSITIONS}
    assert set(Status) - left == {Status.TERMINATED}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("status", [None, *Status])
def test_illegal_act_names_what_would_be_legal(status: Status | None, act: Act) -> None:
    legal = [one.value for start, one in TRANSITIONS if start is status]
    if act.value in legal:
        assert after(status, act) in TRANSITIONS[status, act]
        return
    with pytest.raises(Conflict, match="transition-illegal") as refused:
        after(status, act)
    told = {"status": status and status.value, "act": act.value, "legal": legal}
    assert refused.value.details == told


def test_what_begins_is_active_on_trial_or_requested() -> None:
    assert begun().status is Status.ACTIVE
    assert begun().trial is None
    assert begun(Act.START_TRIAL).status is Status.TRIAL
    assert begun(Act.REQUEST).status is Status.REQUESTED


def test_conversion_keeps_everything_and_ends_the_trial() -> None:
    trial = begun(Act.START_TRIAL)
    converted = moved(trial, Act.CONVERT)
    assert converted.status is Status.ACTIVE
    assert not converted.is_on_trial
    changed = {"status": Status.TRIAL, "status_since": NOON, "trial": trial.trial}
    assert replace(converted, **changed) == trial


def test_trial_does_not_expire_before_its_last_day_is_over() -> None:
    trial = begun(Act.START_TRIAL)
    assert trial.trial is not None
    end = beginning_of(trial.trial.suspended_on)
    with pytest.raises(Conflict) as refused:
        trial.moved(Act.EXPIRE, now=end - timedelta(microseconds=1))
    assert "expire" not in refused.value.details["legal"]
    assert trial.moved(Act.EXPIRE, now=end).status is Status.SUSPENDED


def test_lapsed_trial_is_converted_or_closed_and_nothing_else() -> None:
    suspended = lapsed()
    assert suspended.trial is not None
    assert set(suspended.legal_acts(day_of(suspended.status_since))) == {Act.CONVERT, Act.TERMINATE}
    assert suspended.moved(Act.CONVERT, now=on(date(2027, 2, 10))).status is Status.ACTIVE
    with pytest.raises(Conflict):
        suspended.moved(Act.EXPIRE, now=on(suspended.trial.closes_on - DAY))
    closing = suspended.moved(Act.EXPIRE, now=beginning_of(suspended.trial.closes_on))
    assert closing.status is Status.DRAINING


@pytest.mark.parametrize("first", [Act.OPEN, Act.START_TRIAL])
def test_resumed_contract_is_what_it_was(first: Act) -> None:
    contract = begun(first)
    suspended = moved(contract, Act.SUSPEND)
    assert (suspended.status, suspended.held) == (Status.SUSPENDED, True)
    resumed = moved(suspended, Act.RESUME)
    assert replace(resumed, status_since=NOON) == contract


def test_trial_that_ran_out_while_it_was_suspended_is_not_resumed() -> None:
    suspended = moved(begun(Act.START_TRIAL), Act.SUSPEND)
    with pytest.raises(Conflict) as refused:
        suspended.moved(Act.RESUME, now=on(date(2027, 2, 1)))
    assert set(refused.value.details["legal"]) == {"convert", "terminate"}


def test_contract_that_is_no_trial_is_neither_converted_nor_expired() -> None:
    for contract in (
        begun(),
        moved(begun(), Act.SUSPEND),
        moved(begun(Act.START_TRIAL), Act.CONVERT),
    ):
        for act in (Act.CONVERT, Act.EXPIRE):
            with pytest.raises(Conflict):
                contract.moved(act, now=on(date(2028, 1, 1)))


@pytest.mark.parametrize(
    "before",
    [begun(), begun(Act.START_TRIAL), moved(begun(), Act.SUSPEND), lapsed()],
    ids=["active", "trial", "held", "lapsed"],
)
def test_termination_taken_back_returns_to_the_state_before(before: Contract) -> None:
    at = before.status_since + HOUR
    draining = before.moved(Act.TERMINATE, now=at)
    assert (draining.status, draining.drained_from) == (Status.DRAINING, before.status)
    kept = draining.moved(Act.KEEP, now=at)
    assert (kept.status, kept.held, kept.drained_from) == (before.status, before.held, None)


def test_trial_that_ran_out_while_it_was_draining_comes_back_suspended() -> None:
    draining = moved(begun(Act.START_TRIAL), Act.TERMINATE)
    kept = draining.moved(Act.KEEP, now=on(date(2027, 5, 1)))
    assert (kept.status, kept.held) == (Status.SUSPENDED, False)
    assert kept.trial is not None
    assert kept.trial.closes_on == date(2027, 5, 31)


steps = st.lists(st.tuples(st.sampled_from(Act), st.integers(0, 90)), max_size=12)


@given(st.sampled_from([Act.OPEN, Act.START_TRIAL, Act.REQUEST]), steps)
def test_no_story_leaves_the_table_and_the_end_is_for_ever(
    first: Act, story: list[tuple[Act, int]]
) -> None:
    contract, at = begun(first), NOON
    for act, days in story:
        at += days * DAY
        legal = contract.legal_acts(day_of(at))
        if act not in legal:
            with pytest.raises(Conflict) as refused:
                contract.moved(act, now=at)
            assert refused.value.details["legal"] == [one.value for one in legal]
            continue
        after_it = contract.moved(act, now=at)
        assert after_it.status in TRANSITIONS[contract.status, act]
        assert (after_it.drained_from is not None) == (after_it.status is Status.DRAINING)
        if after_it.status in (Status.ACTIVE, Status.TRIAL):
            assert not after_it.held
        if after_it.status is Status.ACTIVE:
            assert not after_it.is_on_trial
        contract = after_it
    if contract.status is Status.TERMINATED:
        assert contract.legal_acts(day_of(at)) == ()
