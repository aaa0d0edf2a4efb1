from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import SupportLevel, TenantCode
from contracts.tenancy import ContractAct, ContractStatus, SupportChangeStatus
from servicekit.calendar import beginning_of
from servicekit.errors import Conflict
from tenancy.domain.contracts import Contract, Opening
from tenancy.domain.organisations import Organisation
from tenancy.domain.people import Contact
from tenancy.domain.support import (
    SupportChange,
    SupportTerms,
    commitment_end,
    first_after,
    foresee_support_level,
    is_higher,
    terms_of,
)

pytestmark = pytest.mark.unit

BASIC, STANDARD, BUSINESS, PREMIUM = SupportLevel
TENANT = TenantCode("OCB0001001")
ONE_DAY = timedelta(days=1)
days = st.dates(min_value=date(2024, 1, 1), max_value=date(2045, 12, 31))
levels = st.sampled_from(list(SupportLevel))


def opened(day: date, *, level: SupportLevel = STANDARD, act: str = "open") -> Contract:
    contact = Contact("john.doe@example.com", "John", "Doe", "fr")  # type: ignore[arg-type]
    return Opening(name="Cloud", support_level=level, referent=contact).contract(
        tenant=TENANT,
        organisation=Organisation(UUID(int=1), "Exemple SA"),
        region="eu-west-0",
        opened_at=beginning_of(day) + timedelta(hours=9),
        act=ContractAct(act),
    )


def terms(
    level: SupportLevel = STANDARD,
    *,
    since_on: date = date(2026, 12, 1),
    today: date = date(2026, 12, 10),
    changes: Sequence[SupportChange] = (),
    status: ContractStatus = ContractStatus.ACTIVE,
) -> SupportTerms:
    return SupportTerms(
        tenant=TENANT,
        status=status,
        binding=True,
        support_level=level,
        since_on=since_on,
        today=today,
        changes=tuple(changes),
    )


def asked(of: SupportTerms, level: SupportLevel, number: int = 1) -> SupportTerms:
    """Asked for, where it is allowed: as the action does it."""
    outlook = foresee_support_level(of, level).demanded()
    assert outlook.from_on is not None
    change = SupportChange(
        change_id=UUID(int=number),
        level_before=of.support_level,
        support_level=level,
        effective_on=outlook.from_on,
        status=SupportChangeStatus.PENDING,
        asked_by="sales-1",
        asked_at=beginning_of(of.today),
    )
    return of.asked(change)


def on(of: SupportTerms, day: date) -> SupportTerms:
    """The same contract on a later day: what has fallen due meanwhile is applied."""
    later = replace(of, today=day)
    return later.applied() if later.is_due else later


# --- the commitment -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since_on", "until"),
    [
        ("2026-12-01", "2027-05-31"),
        ("2026-11-23", "2027-05-22"),
        ("2027-09-01", "2028-02-29"),  # a leap year
        ("2026-09-01", "2027-02-28"),
        ("2026-08-31", "2027-02-28"),  # no such day: the month's last
        ("2027-08-31", "2028-02-29"),
        ("2027-08-29", "2028-02-28"),
        ("2026-03-31", "2026-09-30"),
        ("2028-02-29", "2028-08-28"),
    ],
)
def test_six_months_end_the_day_before_the_same_day(since_on: str, until: str) -> None:
    assert commitment_end(date.fromisoformat(since_on)) == date.fromisoformat(until)


@given(days)
def test_commitment_is_never_shorter_than_six_months_by_more_than_the_calendar_is(
    since_on: date,
) -> None:
    until = commitment_end(since_on)
    assert timedelta(days=180) <= until - since_on <= timedelta(days=184)
    whole_months = (until.year - since_on.year) * 12 + until.month - since_on.month
    assert whole_months in (5, 6)
    assert commitment_end(since_on + ONE_DAY) >= until


@given(days)
def test_commitment_from_the_first_of_a_month_ends_with_a_month(day: date) -> None:
    until = commitment_end(first_after(day))
    assert (until + ONE_DAY).day == 1


# --- asking ---------------------------------------------------------------------------------------


def test_higher_level_is_in_force_on_the_first_of_next_month_and_commits_anew() -> None:
    outlook = foresee_support_level(terms(STANDARD), PREMIUM)
    assert outlook.allowed
    assert outlook.from_on == date(2027, 1, 1)
    assert [(one.field, one.before, one.after) for one in outlook.changes] == [
        ("support_level", "standard", "premium"),
        ("committed_until", "2027-05-31", "2027-06-30"),
    ]
    assert outlook.mails == ("support_level_asked",)


def test_lower_level_is_refused_within_the_commitment_with_all_that_helps() -> None:
    outlook = foresee_support_level(terms(BUSINESS), BASIC)
    assert not outlook.allowed
    assert outlook.refusal is not None
    assert outlook.refusal.rule == "support-commitment"
    assert outlook.earliest_on == date(2027, 5, 1)
    assert outlook.possible_now == ("premium",)
    with pytest.raises(Conflict, match="support-level-committed") as refused:
        outlook.demanded()
    assert refused.value.details == {
        "support_level": "business",
        "committed_until": "2027-05-31",
        "earliest_effect": "2027-06-01",
        "rule": "support-commitment",
        "earliest": "2027-05-01",
        "possible_now": ["premium"],
    }


def test_six_months_are_six_and_not_seven() -> None:
    """Committed until 31 May: asked for in May, the lower level is in force on 1 June."""
    committed = terms(PREMIUM, since_on=date(2026, 12, 1))
    assert not foresee_support_level(replace(committed, today=date(2027, 4, 30)), BASIC).allowed
    outlook = foresee_support_level(replace(committed, today=date(2027, 5, 1)), BASIC)
    assert outlook.from_on == date(2027, 6, 1)


def test_commitment_that_ends_within_a_month_binds_until_the_next_one() -> None:
    """Opened on 23 November: committed until 22 May, so a lower level may hold from 1 June."""
    committed = terms(PREMIUM, since_on=date(2026, 11, 23))
    outlook = foresee_support_level(replace(committed, today=date(2027, 4, 15)), STANDARD)
    assert outlook.earliest_on == date(2027, 5, 1)
    assert foresee_support_level(replace(committed, today=date(2027, 5, 1)), STANDARD).allowed


def test_level_in_force_cannot_be_asked_for() -> None:
    outlook = foresee_support_level(terms(BUSINESS), BUSINESS)
    with pytest.raises(Conflict, match="support-level-unchanged"):
        outlook.demanded()


def test_of_several_changes_in_one_month_the_last_one_holds() -> None:
    first = asked(terms(BASIC), PREMIUM)
    with pytest.raises(Conflict, match="support-level-pending"):
        foresee_support_level(first, PREMIUM).demanded()
    outlook = foresee_support_level(first, STANDARD)
    assert ("pending_support_level", "premium", "standard") in [
        (one.field, one.before, one.after) for one in outlook.changes
    ]
    second = asked(first, STANDARD, number=2)
    assert [change.status.value for change in second.changes] == ["pending", "replaced"]
    in_force = on(second, date(2027, 1, 1))
    assert (in_force.support_level, in_force.since_on) == (STANDARD, date(2027, 1, 1))
    assert in_force.pending is None


def test_what_is_pending_neither_commits_nor_frees_before_its_day() -> None:
    """A premium of next month does not make business a lower level this month."""
    pending = asked(terms(STANDARD), PREMIUM)
    assert pending.committed_until == date(2027, 5, 31)
    assert pending.possible_now == (BUSINESS,)
    in_force = on(pending, date(2027, 1, 1))
    assert in_force.possible_now == ()
    assert in_force.committed_until == date(2027, 6, 30)


def test_change_that_was_taken_back_leaves_the_level_as_it_was() -> None:
    at = datetime(2026, 12, 12, tzinfo=UTC)
    back = asked(terms(STANDARD), PREMIUM).without_pending(SupportChangeStatus.WITHDRAWN, at=at)
    assert back.pending is None
    assert on(back, date(2027, 1, 1)).support_level is STANDARD
    assert back.without_pending(SupportChangeStatus.WITHDRAWN, at=at) == back


@pytest.mark.parametrize("status", [one for one in ContractStatus if one != "active"])
def test_contract_that_does_not_run_changes_no_support_level(status: ContractStatus) -> None:
    outlook = foresee_support_level(terms(status=status), PREMIUM)
    assert outlook.possible_now == ()
    with pytest.raises(Conflict, match="contract-not-active") as refused:
        outlook.demanded()
    assert refused.value.details["status"] == status.value


# --- years of it ----------------------------------------------------------------------------------


@given(opened_on=days, level=levels, wishes=st.lists(st.tuples(st.integers(0, 75), levels)))
def test_over_years_nobody_sinks_within_six_months_and_every_refusal_says_when(
    opened_on: date, level: SupportLevel, wishes: list[tuple[int, SupportLevel]]
) -> None:
    now = terms(level, since_on=opened_on, today=opened_on)
    for number, (later, wish) in enumerate(wishes, 1):
        before = now
        now = on(now, now.today + timedelta(days=later))
        if now.support_level is not before.support_level:
            assert now.since_on.day == 1
            if not is_higher(now.support_level, before.support_level):
                assert now.since_on > commitment_end(before.since_on)
        outlook = foresee_support_level(now, wish)
        assert outlook.allowed == (wish in now.possible_now)
        if outlook.allowed:
            assert outlook.from_on == first_after(now.today)
            now = asked(now, wish, number)
        elif outlook.earliest_on is not None:
            assert outlook.earliest_on > now.today
            assert foresee_support_level(replace(now, today=outlook.earliest_on), wish).allowed
            the_day_before = replace(now, today=outlook.earliest_on - ONE_DAY)
            assert not foresee_support_level(the_day_before, wish).allowed


@given(days, levels, levels)
def test_upgrade_is_possible_on_every_day_and_nothing_else_meanwhile(
    day: date, level: SupportLevel, wish: SupportLevel
) -> None:
    committed = terms(level, since_on=day, today=day)
    for _ in range(5):
        allowed = foresee_support_level(committed, wish).allowed
        assert allowed == is_higher(wish, level)
        committed = replace(committed, today=first_after(committed.today))
        if committed.would_apply_on > commitment_end(day):
            break


@given(days, levels)
def test_day_from_which_a_lower_level_may_be_asked_for_is_the_one_that_a_refusal_names(
    day: date, level: SupportLevel
) -> None:
    committed = terms(level, since_on=day, today=day)
    refused = foresee_support_level(committed, BASIC)
    if level is BASIC:
        assert committed.lower_asked_from is None
    else:
        assert committed.lower_asked_from == refused.earliest_on


# --- from when it counts --------------------------------------------------------------------------


def test_first_level_counts_from_the_opening() -> None:
    contract = opened(date(2026, 11, 23))
    found = terms_of(contract, last_applied=None, changes=(), today=date(2026, 12, 1))
    assert found.since_on == date(2026, 11, 23)
    assert found.committed_until == date(2027, 5, 22)


def test_trial_commits_to_nothing_until_it_is_converted() -> None:
    trial = opened(date(2026, 11, 23), act="start_trial")
    found = terms_of(trial, last_applied=None, changes=(), today=date(2026, 12, 1))
    assert found.committed_until is None
    converted = trial.moved(ContractAct.CONVERT, now=datetime(2027, 1, 15, 9, tzinfo=UTC))
    found = terms_of(converted, last_applied=None, changes=(), today=date(2027, 2, 1))
    assert (found.since_on, found.committed_until) == (date(2027, 1, 15), date(2027, 7, 14))
