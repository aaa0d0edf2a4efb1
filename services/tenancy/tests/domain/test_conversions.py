"""Whether a trial may be converted: one computation for who asks first and for who does it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.tenancy.tests.domain.test_life import begun, lapsed, moved, on

from contracts.tenancy import ContractAct as Act
from contracts.tenancy import ContractStatus as Status
from servicekit.errors import Conflict
from tenancy.domain.contracts import Contract
from tenancy.domain.conversions import foresee_conversion

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 23)
DRAINING = moved(begun(Act.START_TRIAL), Act.TERMINATE)
HELD = moved(begun(Act.START_TRIAL), Act.SUSPEND)


def test_a_trial_is_converted_today_and_the_outlook_says_what_changes() -> None:
    outlook = foresee_conversion(begun(Act.START_TRIAL), by_staff=False, today=TODAY)
    assert outlook.demanded() is outlook
    assert (outlook.from_on, outlook.mails) == (TODAY, ("trial_converted",))
    told = [(change.field, change.before, change.after) for change in outlook.changes]
    assert told == [("status", "trial", "active"), ("trial_ends_on", "2027-01-31", None)]


def test_a_lapsed_trial_is_converted_too_until_it_drains() -> None:
    assert foresee_conversion(lapsed(), by_staff=False, today=date(2027, 3, 1)).allowed


@pytest.mark.parametrize(
    ("contract", "code", "rule"),
    [
        (begun(), "not-on-trial", "conversion-trial"),
        (moved(begun(Act.START_TRIAL), Act.CONVERT), "not-on-trial", "conversion-trial"),
        (DRAINING, "transition-illegal", "conversion-state"),
        (HELD, "contract-held", "conversion-held"),
    ],
    ids=["no-trial", "converted", "draining", "held"],
)
def test_every_refusal_names_its_rule(contract: Contract, code: str, rule: str) -> None:
    outlook = foresee_conversion(contract, by_staff=False, today=TODAY)
    with pytest.raises(Conflict, match=code) as refused:
        outlook.demanded()
    assert refused.value.details["rule"] == rule
    assert (outlook.from_on, outlook.mails, outlook.changes) == (None, (), ())


def test_staff_convert_what_they_hold() -> None:
    assert foresee_conversion(HELD, by_staff=True, today=TODAY).allowed


steps = st.lists(st.tuples(st.sampled_from(Act), st.integers(0, 60)), max_size=8)


@given(steps, st.booleans())
def test_what_is_foreseen_is_what_happens(story: list[tuple[Act, int]], by_staff: bool) -> None:
    contract, day = begun(Act.START_TRIAL), TODAY
    for act, days in story:
        day += timedelta(days=days)
        if act in contract.legal_acts(day):
            contract = contract.moved(act, now=on(day))
    outlook = foresee_conversion(contract, by_staff=by_staff, today=day)
    if outlook.allowed:
        assert contract.moved(Act.CONVERT, now=on(day)).status is Status.ACTIVE
    elif not contract.held:
        with pytest.raises(Conflict):
            contract.moved(Act.CONVERT, now=on(day))
