"""The history of one's sign-ins: whose, in which order, for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from identity.actions import forget_sign_ins as forgetting
from identity.actions.forget_sign_ins import OLD, forget_sign_ins
from identity.actions.list_sign_ins import list_sign_ins
from identity.actions.unlock_portal_login import unlock_portal_login
from identity.domain.attempts import Visit
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.due import DueRunner
from servicekit.errors import Forbidden, Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = "OCB0001234"
WRONG = "not the password 1A"
YEAR = timedelta(days=365)


def refused(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except Unauthenticated:
        return True
    return False


def history(john: Any, cursor: str | None = None, limit: int = 50) -> Any:
    context = john.person(john.person_id())
    return list_sign_ins(db=john.db, context=context, now=john.now, cursor=cursor, limit=limit)


def forget(john: Any, *, kept_for: timedelta = YEAR) -> None:
    """As the timer does: whatever is due now, until nothing is."""

    def handle(item: Any) -> None:
        forget_sign_ins(db=john.db, item=item, now=john.now, kept_for=kept_for)

    runner = DueRunner(john.db, john.clock, {OLD: handle})
    while runner.step():
        pass
    assert runner.counts().dead == 0


def test_it_tells_when_from_where_by_which_way_and_what_came_of_it(john: Any) -> None:
    john.sign_in()
    john.visit = Visit(address="198.51.100.9", device="curl/8")
    john.pass_time(minutes=1)
    assert refused(lambda: john.api_sign_in(password=WRONG))
    newest, before = history(john).items[:2]
    assert (newest.at, newest.method, newest.outcome) == (john.now, "api", "wrong")
    assert (newest.address, newest.device, newest.tenant) == ("198.51.100.9", "curl/8", TENANT)
    assert (before.method, before.outcome, before.tenant) == ("portal", "accepted", None)


def test_it_is_paged_without_a_gap_also_where_many_stand_at_one_instant(john: Any) -> None:
    for _ in range(7):
        john.sign_in()
    every = history(john).items
    seen, cursor = [], None
    while True:
        page = history(john, cursor, limit=2)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [one.sign_in_id for one in seen] == [one.sign_in_id for one in every]
    assert len({one.sign_in_id for one in seen}) == len(seen) == 9  # two passwords were set


def test_nobody_reads_anothers_history(john: Any, person: Any) -> None:
    jane = john.invite(person("Jane", "Roe"), {}, by=john.person_id())
    john.sign_in()
    found = list_sign_ins(
        db=john.db, context=john.person(jane.person_id), now=john.now, cursor=None, limit=50
    )
    assert found.items == []


def test_cursor_of_another_list_is_refused(john: Any) -> None:
    with pytest.raises(Invalid, match="fields-invalid"):
        history(john, "bm90IGEgY3Vyc29y")


def test_what_is_older_than_the_installation_keeps_is_forgotten(john: Any) -> None:
    john.sign_in()
    john.pass_time(days=364)
    john.sign_in()
    forget(john)
    assert len(history(john).items) == 4
    john.pass_time(days=2)
    forget(john)
    assert [one.outcome for one in history(john).items] == ["accepted"]


def test_clock_that_jumps_a_year_is_caught_up_with_once_and_then_daily(john: Any) -> None:
    john.pass_time(days=400)
    john.sign_in()
    forget(john)
    due = john.rows("SELECT due_at FROM house.due_work WHERE key = 'daily'")
    assert due == [{"due_at": john.now + timedelta(days=1)}]
    assert [one.outcome for one in history(john).items] == ["accepted"]


def test_much_is_forgotten_in_batches(john: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 3)
    for _ in range(8):
        john.sign_in()
    john.pass_time(days=366)
    forget(john)
    assert john.rows("SELECT 1 FROM sign_ins") == []


def test_old_guesses_are_forgotten_too(john: Any) -> None:
    assert refused(lambda: john.sign_in("Nobody.Here", WRONG))
    john.pass_time(hours=26)
    forget(john)
    assert john.rows("SELECT 1 FROM guesses") == []


def show_last(john: Any) -> None:
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run("UPDATE installation_entry_rules SET show_last_sign_in = true", {})


def test_last_sign_in_is_shown_where_the_rule_wants_it(john: Any) -> None:
    assert john.sign_in().last_sign_in is None
    first = john.now
    show_last(john)
    john.visit = Visit(address="198.51.100.9", device="curl/8")
    john.pass_time(hours=1)
    assert refused(lambda: john.sign_in(password=WRONG))
    shown = john.sign_in().last_sign_in
    assert (shown.at, shown.address, shown.device) == (first, "192.0.2.7", "Firefox")


def test_staff_opens_the_lock_at_once_and_the_person_is_told(john: Any) -> None:
    for _ in range(5):
        assert refused(lambda: john.sign_in(password=WRONG))
    assert refused(lambda: john.sign_in())
    freed = unlock_portal_login(
        db=john.db,
        context=john.person(uuid4()),
        now=john.now,
        person_id=john.person_id(),
    )
    assert (freed.login, freed.failed_logins, freed.locked_until) == ("John.Doe", 0, None)
    assert john.sign_in().login == "John.Doe"
    assert [one["was_locked"] for one in john.events("PortalLoginUnlocked")] == [True]
    unlocked = ("portal:login:unlocked", f"person:{john.person_id()}")
    assert unlocked in john.trail()
    assert unlocked in john.trail("-"), "in the installation's own too, like its neighbours"


def test_support_frees_neither_his_own_login_nor_that_of_staff(john: Any) -> None:
    with john.db.write(john.gateway(), tenant=EVERYONE) as tx:
        tx.run(
            "INSERT INTO staff_roles (person_id, role, appointed_at, appointed_by)"
            " VALUES (%(id)s, 'support', %(now)s, 'test')",
            {"id": john.person_id(), "now": john.now},
        )
    acting = {"db": john.db, "now": john.now, "person_id": john.person_id()}
    with pytest.raises(Forbidden, match="own-login"):
        unlock_portal_login(**acting, context=john.person(john.person_id()))
    with pytest.raises(Forbidden, match="operator-needed"):
        unlock_portal_login(**acting, context=john.person(uuid4()))


def test_lock_of_nobody_cannot_be_opened(john: Any) -> None:
    with pytest.raises(NotFound, match="person-unknown"):
        unlock_portal_login(
            db=john.db,
            context=john.person(uuid4()),
            now=john.now,
            person_id=john.iam_user_id(),
        )


def test_locked_manager_is_never_without_a_way_back(john: Any) -> None:
    """The lock leaves no tenant with nobody who can act: of the last one, too, one door is open."""
    for _ in range(5):
        assert refused(lambda: john.api_sign_in(password=WRONG))
    assert john.sign_in().login == "John.Doe", "the portal opens, and there the API lock"
    for _ in range(5):
        assert refused(lambda: john.sign_in(password=WRONG))
    john.pass_time(minutes=15)
    assert john.sign_in().login == "John.Doe", "the portal's lock ends by itself"
