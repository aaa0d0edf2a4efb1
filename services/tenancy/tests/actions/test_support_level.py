from __future__ import annotations

from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest

from contracts.codes import SupportLevel
from contracts.tenancy import ContractAct, SupportTerms
from servicekit.calendar import beginning_of
from servicekit.db import Replayed
from servicekit.due import DueRunner
from servicekit.editions import edition_of
from servicekit.errors import Conflict, NotFound
from tenancy.actions.apply_support_level import APPLY, apply_support_level
from tenancy.actions.change_state import move
from tenancy.actions.change_support_level import (
    change_support_level,
    withdraw_support_level_change,
)
from tenancy.actions.read_support_level import read_support_level, read_support_outlook
from tenancy.actions.remind_commitment import COMMITMENT, remind_of_commitment
from tenancy.store import contracts

pytestmark = pytest.mark.servers

BASIC, STANDARD, BUSINESS, PREMIUM = SupportLevel
FIRST_OF_DECEMBER = beginning_of(date(2026, 12, 1))


class Stopped:
    """A clock that stands where it was set."""

    simulated = True

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def ask(house, tenant, level, *, now=None, key=None, edition=None):
    context = house.by_staff("tenancy.change_support_level")
    if key is not None:
        context = house.context(context.caller, context.call, key=key)
    return change_support_level(
        db=house.db,
        context=context,
        now=now or house.now,
        tenant=tenant,
        support_level=level,
        edition=edition,
    )


def withdraw(house, tenant, *, now=None):
    return withdraw_support_level_change(
        db=house.db,
        context=house.by_staff("tenancy.withdraw_support_level_change"),
        now=now or house.now,
        tenant=tenant,
    )


def read(house, tenant, *, now=None):
    context = house.by_person("tenancy.get_support_level", tenant)
    return read_support_level(db=house.db, context=context, now=now or house.now, tenant=tenant)


def let_days_pass(house, until):
    """All that falls due, in order, as the process does it."""
    handlers = {APPLY: lambda item: apply_support_level(db=house.db, item=item)}
    runner = DueRunner(house.db, Stopped(until), handlers)
    while runner.step():
        pass


def forget_nothing(house, until):
    """The same with the day on which a commitment is about to end."""
    handlers = {
        APPLY: lambda item: apply_support_level(db=house.db, item=item),
        COMMITMENT: lambda item: remind_of_commitment(db=house.db, item=item),
    }
    runner = DueRunner(house.db, Stopped(until), handlers)
    while runner.step():
        pass


def level_in_force(house, tenant):
    [(level,)] = house.rows(f"SELECT support_level FROM contracts WHERE tenant = '{tenant}'")
    return level


def told(house, name):
    return house.rows(f"SELECT data FROM house.outbox WHERE type LIKE '%.{name}.%'")


def tags(house, tenant):
    return [
        action
        for (action,) in house.rows(
            f"SELECT action FROM house.audit_entries WHERE tenant = '{tenant}' ORDER BY sequence"
        )
    ]


def test_level_asked_for_is_in_force_on_the_first_of_next_month(house) -> None:
    tenant = house.opened(support_level=STANDARD).tenant
    pending = ask(house, tenant, PREMIUM).pending
    assert pending is not None
    assert pending.effective_on == date(2026, 12, 1)
    let_days_pass(house, FIRST_OF_DECEMBER - timedelta(seconds=1))
    assert level_in_force(house, tenant) == "standard"
    let_days_pass(house, FIRST_OF_DECEMBER)
    assert level_in_force(house, tenant) == "premium"
    terms = read(house, tenant, now=FIRST_OF_DECEMBER)
    assert (terms.since_on, terms.committed_until) == (date(2026, 12, 1), date(2027, 5, 31))
    assert terms.pending is None


def test_it_is_recorded_and_told_once_whatever_is_repeated(house) -> None:
    tenant = house.opened(support_level=STANDARD).tenant
    ask(house, tenant, PREMIUM, key="k")
    with pytest.raises(Replayed):
        ask(house, tenant, PREMIUM, key="k")
    let_days_pass(house, FIRST_OF_DECEMBER)
    let_days_pass(house, FIRST_OF_DECEMBER + timedelta(days=400))
    assert tags(house, tenant)[-2:] == [
        "contract:support-level:asked",
        "contract:support-level:changed",
    ]
    [(asked,)] = told(house, "SupportLevelChangeAsked")
    assert (asked["support_level"], asked["effective_on"]) == ("premium", "2026-12-01")
    [(changed,)] = told(house, "SupportLevelChanged")
    assert (changed["level_before"], changed["committed_until"]) == ("standard", "2027-05-31")


def test_refusal_leaves_everything_as_it_was(house) -> None:
    tenant = house.opened(support_level=PREMIUM).tenant
    with pytest.raises(Conflict, match="support-level-committed") as refused:
        ask(house, tenant, BASIC)
    assert refused.value.details["earliest"] == "2027-05-01"
    assert refused.value.details["possible_now"] == []
    assert read(house, tenant).changes == ()
    assert told(house, "SupportLevelChangeAsked") == []


def test_what_was_foreseen_is_what_happens(house) -> None:
    tenant = house.opened(support_level=STANDARD).tenant
    outlook = read_support_outlook(
        db=house.db,
        context=house.by_person("tenancy.foresee_support_level", tenant),
        now=house.now,
        tenant=tenant,
        support_level=BUSINESS,
    )
    terms = ask(house, tenant, BUSINESS)
    assert outlook.from_on == terms.pending.effective_on
    let_days_pass(house, beginning_of(outlook.from_on))
    later = read(house, tenant, now=beginning_of(outlook.from_on))
    after = {one.field: one.after for one in outlook.changes}
    assert after["support_level"] == later.support_level
    assert after["committed_until"] == later.committed_until.isoformat()


def test_of_two_asked_for_in_one_month_the_second_is_in_force_and_told(house) -> None:
    tenant = house.opened(support_level=BASIC).tenant
    ask(house, tenant, PREMIUM)
    ask(house, tenant, STANDARD)
    let_days_pass(house, FIRST_OF_DECEMBER)
    assert level_in_force(house, tenant) == "standard"
    assert len(told(house, "SupportLevelChanged")) == 1
    assert [one.status for one in read(house, tenant).changes] == ["applied", "replaced"]


def test_change_that_was_taken_back_never_comes(house) -> None:
    tenant = house.opened(support_level=BASIC).tenant
    ask(house, tenant, PREMIUM)
    assert withdraw(house, tenant).pending is None
    let_days_pass(house, FIRST_OF_DECEMBER)
    assert level_in_force(house, tenant) == "basic"
    assert tags(house, tenant)[-1] == "contract:support-level:withdrawn"
    with pytest.raises(Conflict, match="support-level-nothing-pending"):
        withdraw(house, tenant)


def test_change_whose_day_has_come_is_in_force_before_its_turn_has_come(house) -> None:
    """On the first, a second after midnight: nobody has run what fell due yet."""
    now = FIRST_OF_DECEMBER + timedelta(seconds=1)
    tenant = house.opened(support_level=STANDARD).tenant
    ask(house, tenant, BUSINESS)
    assert read(house, tenant, now=now).support_level == "business"
    with pytest.raises(Conflict, match="support-level-nothing-pending"):
        withdraw(house, tenant, now=now)
    with pytest.raises(Conflict, match="support-level-committed"):
        ask(house, tenant, BASIC, now=now)
    assert ask(house, tenant, PREMIUM, now=now).pending.effective_on == date(2027, 1, 1)
    let_days_pass(house, now)
    assert level_in_force(house, tenant) == "business"
    assert len(told(house, "SupportLevelChanged")) == 1


def test_contract_that_was_closed_meanwhile_takes_no_other_level(house) -> None:
    tenant = house.opened(support_level=BASIC).tenant
    ask(house, tenant, PREMIUM)
    with house.db.write(house.by_staff("tenancy.get_contract"), tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        for act in (ContractAct.TERMINATE, ContractAct.CLOSE):
            contract = move(tx, contract=contract, act=act, now=house.now)
        tx.answer(contract)
    let_days_pass(house, FIRST_OF_DECEMBER)
    assert level_in_force(house, tenant) == "basic"
    assert tags(house, tenant)[-1] == "contract:support-level:lapsed"
    assert told(house, "SupportLevelChanged") == []


def test_who_has_read_older_terms_changes_nothing(house) -> None:
    tenant = house.opened(support_level=BASIC).tenant
    read_by_both = edition_of(SupportTerms().dump(read(house, tenant)))
    ask(house, tenant, PREMIUM, edition=read_by_both)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        ask(house, tenant, STANDARD, edition=read_by_both)


def test_what_was_read_last_month_promises_a_day_that_is_gone(house) -> None:
    tenant = house.opened(support_level=BASIC).tenant
    read_in_november = edition_of(SupportTerms().dump(read(house, tenant)))
    with pytest.raises(Conflict, match="changed-meanwhile"):
        ask(house, tenant, PREMIUM, now=FIRST_OF_DECEMBER, edition=read_in_november)


def test_of_many_at_once_one_is_pending_and_the_others_are_history(house) -> None:
    tenant = house.opened(support_level=BASIC).tenant
    wishes = [STANDARD, BUSINESS, PREMIUM] * 2
    together, refused = Barrier(len(wishes)), []

    def try_to_ask(level) -> None:
        together.wait()
        try:
            ask(house, tenant, level)
        except Conflict as error:
            refused.append(error.code)

    threads = [Thread(target=try_to_ask, args=(level,)) for level in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = [one.status.value for one in read(house, tenant).changes]
    assert sorted(statuses) == ["pending"] + ["replaced"] * (len(statuses) - 1)
    assert set(refused) <= {"support-level-pending"}
    assert len(statuses) + len(refused) == len(wishes)
    work = house.rows(f"SELECT count(*) FROM house.due_work WHERE kind = '{APPLY}'")
    assert work == [(1,)]


@pytest.mark.parametrize("days", [14, 420], ids=["by fortnights", "in one jump"])
def test_end_of_a_commitment_is_told_once_on_its_day_however_time_goes(house, days) -> None:
    tenant = house.opened(support_level=STANDARD).tenant
    ask(house, tenant, BUSINESS)
    until = house.now
    while until < house.now + timedelta(days=420):
        until += timedelta(days=days)
        forget_nothing(house, until)
    [(approached, at)] = house.rows(
        "SELECT data, time FROM house.outbox WHERE type LIKE '%CommitmentEndApproached%'"
    )
    assert at == beginning_of(date(2027, 5, 1))
    assert approached["support_level"] == "business"
    days_told = (approached["committed_until"], approached["lower_from_on"])
    assert days_told == ("2027-05-31", "2027-06-01")


def test_basic_is_the_lowest_and_commits_to_nothing_that_ends(house) -> None:
    house.opened(support_level=BASIC)
    planned = house.rows(f"SELECT count(*) FROM house.due_work WHERE kind = '{COMMITMENT}'")
    assert planned == [(0,)]


def test_who_has_asked_for_a_level_already_is_not_told_that_he_may(house) -> None:
    tenant = house.opened(support_level=BUSINESS).tenant
    first_of_may = beginning_of(date(2027, 5, 1))
    ask(house, tenant, PREMIUM, now=first_of_may - timedelta(seconds=1))
    forget_nothing(house, first_of_may)
    assert told(house, "SupportCommitmentEndApproached") == []
    forget_nothing(house, first_of_may + timedelta(days=365))
    [(approached,)] = told(house, "SupportCommitmentEndApproached")
    assert approached["committed_until"] == "2027-10-31"


def test_contract_that_does_not_exist_has_no_level(house) -> None:
    with pytest.raises(NotFound, match="contract-unknown"):
        read(house, "OCB9999999")
    with pytest.raises(NotFound, match="contract-unknown"):
        ask(house, "OCB9999999", PREMIUM)
