"""TN-2: a stranger asks, a mailbox answers, and a trial lives its days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from services.tenancy.tests.actions.trialling import TrialHouse, trial_house

from contracts.codes import SupportLevel
from contracts.tenancy import TenantOpenedPayload, TrialRequestedPayload
from contracts.tenancy import confirm_trial as confirm_declared
from servicekit import audit
from servicekit.calendar import beginning_of
from servicekit.errors import Conflict, NotFound
from tenancy.actions import run_trial
from tenancy.actions.begin_trial import read_trial_link
from tenancy.actions.convert_trial import convert_trial, read_conversion_outlook
from tenancy.actions.follow_trial import end_trial
from tenancy.actions.list_state_changes import list_state_changes
from tenancy.actions.read_contract import read_contract
from tenancy.actions.suspend_contract import resume_contract, suspend_contract

pytestmark = pytest.mark.servers

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
REMINDED = beginning_of(date(2027, 1, 10))
SUSPENDED = beginning_of(date(2027, 2, 1))
CLOSED = beginning_of(date(2027, 3, 3))
HOUR = timedelta(hours=1)


@pytest.fixture
def trials(new_database: Callable[..., Any]) -> Iterator[TrialHouse]:
    with trial_house(new_database("tenancy"), at=START) as made:
        yield made


def status(trials: TrialHouse, tenant: Any) -> str:
    context = trials.house.by_staff("tenancy.get_contract")
    return read_contract(db=trials.db, context=context, tenant=tenant).status


# --- the form, the mail, the link -----------------------------------------------------------------


def test_asking_opens_nothing_and_the_link_opens_a_trial_once(trials: TrialHouse) -> None:
    trials.ask()
    assert trials.house.rows("SELECT count(*) FROM contracts") == [(0,)]
    begun = trials.confirm(trials.token())
    assert confirm_declared.response().dump(begun)["ends_on"] == "2027-01-31"
    assert trials.confirm(trials.token()) == begun
    [told] = trials.told("TenantOpened")
    opened = TenantOpenedPayload().load(told)
    assert (opened["tenant"], opened["support_level"]) == (begun.tenant, SupportLevel.STANDARD)
    assert (opened["referent"]["email"], opened["opened_by"]) == ("ada@example.com", "gateway")
    assert trials.history(begun.tenant) == [("start_trial", "trial", START, "customer")]
    assert audit.verify_chain(db=trials.db, tenant=begun.tenant).verified


def test_what_a_stranger_typed_stands_in_no_mail_and_no_secret_on_the_wire(
    trials: TrialHouse,
) -> None:
    trials.ask()
    [told] = trials.told("TrialRequested")
    assert set(TrialRequestedPayload().load(told)) == {
        "request_id",
        "email",
        "language",
        "sealed_link",
        "expires_at",
    }
    assert trials.token() not in str(trials.house.rows("SELECT data FROM house.outbox"))
    assert trials.token() not in str(trials.house.rows("SELECT * FROM trial_requests"))


def test_reading_the_link_changes_nothing_however_often(trials: TrialHouse) -> None:
    trials.ask()
    context = trials.house.by_staff("tenancy.read_trial_link")
    for _ in range(3):
        read = read_trial_link(db=trials.db, context=context, now=trials.now, token=trials.token())
    assert (read.organisation_name, read.would_end_on) == ("Essais Réunis", date(2027, 1, 31))
    assert trials.house.rows("SELECT count(*) FROM contracts") == [(0,)]


@pytest.mark.parametrize("token", ["", "guessed", "x" * 128])
def test_a_link_that_nobody_was_sent_opens_nothing(trials: TrialHouse, token: str) -> None:
    with pytest.raises(NotFound, match="link-not-usable"):
        trials.confirm(token)


def test_a_link_lives_a_day_and_then_nothing_of_the_stranger_is_kept(trials: TrialHouse) -> None:
    trials.ask()
    token = trials.token()
    trials.clock.at = START + timedelta(hours=24)
    with pytest.raises(NotFound, match="link-not-usable"):
        trials.confirm(token)
    trials.run_due()
    assert trials.house.rows("SELECT count(*) FROM trial_requests") == [(0,)]
    assert len(trials.told("TrialRequestExpired")) == 1


def test_everybody_is_answered_alike_and_a_mailbox_is_not_flooded(trials: TrialHouse) -> None:
    answers = [trials.ask("Ada@example.com" if n % 2 else "ada@EXAMPLE.com") for n in range(5)]
    assert answers == [{}] * 5
    assert len(trials.told("TrialRequested")) == 3
    trials.ask("grace@example.com")
    assert len(trials.told("TrialRequested")) == 4


def test_one_network_asks_for_twenty_at_once_and_no_more(trials: TrialHouse) -> None:
    def ask(number: int) -> None:
        trials.ask(f"p{number}@example.com", address=f"2001:db8::{number:x}")

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(ask, range(30)))
    assert len(trials.told("TrialRequested")) == 20
    trials.ask("else@example.com", address="2001:db8:1::1")
    assert len(trials.told("TrialRequested")) == 21


def test_a_mailbox_has_one_trial_a_year_however_many_links_it_holds(trials: TrialHouse) -> None:
    tokens = []
    for _ in range(3):
        trials.ask()
        tokens.append(trials.token())

    def confirm(token: str) -> str:
        try:
            return trials.confirm(token).tenant
        except Conflict as refused:
            return refused.code

    with ThreadPoolExecutor(max_workers=3) as pool:
        outcomes = list(pool.map(confirm, tokens))
    assert sorted(outcomes)[1:] == ["trial-already"] * 2
    assert trials.house.rows("SELECT count(*) FROM contracts") == [(1,)]
    trials.jump(START + timedelta(days=366))
    assert trials.begun() not in outcomes


# --- its days -------------------------------------------------------------------------------------


def test_converted_in_the_moment_of_its_end_neither_waits_for_the_other(trials: TrialHouse) -> None:
    """A deadlock between who converts it and the calendar would show here as an error."""
    kept = [trials.begun(f"ada.{number}@example.com") for number in range(5)]
    trials.clock.at = SUSPENDED
    for tenant in kept:
        item = trials.due_item(run_trial.END, tenant)
        with ThreadPoolExecutor(2) as pool:
            ended = pool.submit(end_trial, db=trials.db, item=item)
            converted = pool.submit(trials.by_sales, convert_trial, tenant)
            ended.result()
            converted.result()
        assert status(trials, tenant) == "active"


def test_trial_is_reminded_suspended_and_drained_each_on_its_day(trials: TrialHouse) -> None:
    tenant = trials.begun()
    trials.jump(CLOSED + timedelta(days=300))
    assert trials.history(tenant)[1:3] == [
        ("expire", "suspended", SUSPENDED, "calendar"),
        ("expire", "draining", CLOSED, "calendar"),
    ]
    [reminded] = trials.told("TrialEndApproached")
    assert (reminded["ends_on"], reminded["closes_on"]) == ("2027-01-31", "2027-03-03")
    times = trials.house.rows(
        "SELECT time FROM house.outbox WHERE type LIKE '%TrialEndApproached%'"
    )
    assert times == [(REMINDED,)]


@pytest.mark.parametrize("late", [timedelta(days=5), timedelta(days=60), timedelta(days=90)])
def test_conversion_keeps_everything_and_no_day_of_the_trial_comes_again(
    trials: TrialHouse, late: timedelta
) -> None:
    tenant = trials.begun()
    trials.jump(START + late)
    before = read_contract(
        db=trials.db, context=trials.house.by_staff("tenancy.get_contract"), tenant=tenant
    )
    converted = trials.by_referent(convert_trial, tenant)
    assert converted.status == "active"
    assert (converted.name, converted.support_level) == (before.name, before.support_level)
    assert (converted.referent, converted.region) == (before.referent, before.region)
    trials.jump(START + timedelta(days=500))
    assert status(trials, tenant) == "active"
    assert [act for act, *_ in trials.history(tenant)][-1] == "convert"
    with pytest.raises(Conflict, match="not-on-trial"):
        trials.by_referent(convert_trial, tenant)


def test_what_the_provider_holds_only_the_provider_lets_go(trials: TrialHouse) -> None:
    tenant = trials.begun()
    trials.by_sales(suspend_contract, tenant, explanation="Usage abusif")
    with pytest.raises(Conflict, match="contract-held"):
        trials.by_referent(convert_trial, tenant)
    outlook = trials.by_referent(read_conversion_outlook, tenant)
    assert (outlook.allowed, outlook.refusal.text_key) == (False, "rule-conversion-held")
    assert trials.by_sales(resume_contract, tenant).status == "trial"
    trials.by_sales(suspend_contract, tenant, explanation="Usage abusif")
    assert trials.by_sales(convert_trial, tenant).status == "active"


def test_trial_that_runs_out_while_it_is_held_is_closed_in_the_end(trials: TrialHouse) -> None:
    tenant = trials.begun()
    trials.by_sales(suspend_contract, tenant, explanation="Usage abusif")
    trials.jump(SUSPENDED + HOUR)
    with pytest.raises(Conflict, match="transition-illegal") as refused:
        trials.by_sales(resume_contract, tenant)
    assert refused.value.details["legal"] == ["convert", "terminate"]
    trials.jump(CLOSED)
    assert trials.history(tenant)[-1][:3] == ("expire", "draining", CLOSED)


def test_history_shows_the_newest_first_page_by_page(trials: TrialHouse) -> None:
    tenant = trials.begun()
    trials.clock.at += HOUR
    trials.by_sales(suspend_contract, tenant, explanation="Impayé")
    context = trials.house.by_staff("tenancy.list_state_changes")

    def page(cursor: str | None) -> Any:
        return list_state_changes(
            db=trials.db, context=context, tenant=tenant, limit=1, cursor=cursor
        )

    first = page(None)
    second = page(first.next_cursor)
    assert [(one.act, one.by, one.reason) for one in (*first.items, *second.items)] == [
        ("suspend", "provider", "Impayé"),
        ("start_trial", "customer", None),
    ]
    assert second.next_cursor is None


def test_suspension_is_recorded_and_told_with_its_reason(trials: TrialHouse) -> None:
    tenant = trials.begun()
    trials.by_sales(suspend_contract, tenant, explanation="Impayé")
    [told] = trials.told("ContractStateChanged")
    assert (told["state"], told["console_open"], told["reason"]) == ("suspended", False, "Impayé")
    entries = audit.list_entries(db=trials.db, tenant=tenant, limit=10, cursor=None)["items"]
    assert entries[-1].action == "contract:state:changed"
    assert entries[-1].details == {
        "act": "suspend",
        "from": "trial",
        "to": "suspended",
        "reason": "Impayé",
    }
