"""Who has lost his access gets it back by two of staff: never by one, never twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.racing import at_once
from services.identity.tests.actions.staffing import acting, appoint, context

from contracts.codes import StaffRole
from contracts.identity import RecoveryKind, RecoveryState
from identity.actions.appoint_staff import appoint_staff
from identity.actions.change_staff import dismiss_staff
from identity.actions.close_login import disable_person
from identity.actions.decide_recovery import (
    RUN_OUT,
    TAKE_EFFECT,
    approve_recovery,
    object_to_recovery,
    refuse_recovery,
    run_out,
    take_effect,
    withdraw_recovery,
)
from identity.actions.list_recoveries import get_recovery, list_own_recoveries, list_recoveries
from identity.actions.propose_recovery import propose_recovery
from servicekit.due import DueRunner
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.servers

ENABLE, EMAIL = RecoveryKind.ENABLE_PERSON, RecoveryKind.CHANGE_EMAIL


@pytest.fixture
def ada(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Ada", "Ops"), StaffRole.OPERATOR)


@pytest.fixture
def bob(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)


@pytest.fixture
def eve(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Eve", "Help"), StaffRole.SUPPORT)


@pytest.fixture
def closed(john: Any, ada: UUID) -> UUID:
    """John, whose login is closed."""
    person_id: UUID = john.person_id()
    disable_person(**acting(john, ada), person_id=person_id)
    return person_id


def propose(
    john: Any,
    by: UUID,
    person_id: UUID,
    kind: RecoveryKind = ENABLE,
    new_email: str | None = None,
) -> Any:
    return propose_recovery(
        **acting(john, by),
        person_id=person_id,
        kind=kind,
        evidence="Passport shown in a video call",
        new_email=new_email,
    )


def approve(john: Any, by: UUID, recovery: Any) -> Any:
    return approve_recovery(
        **acting(john, by), sealer=john.sealer, recovery_id=recovery.recovery_id
    )


def do_what_is_due(john: Any) -> None:
    runner = DueRunner(
        john.db,
        john.clock,
        {
            RUN_OUT: lambda item: run_out(db=john.db, item=item),
            TAKE_EFFECT: lambda item: take_effect(db=john.db, sealer=john.sealer, item=item),
        },
    )
    while runner.step():
        pass
    assert runner.counts().dead == 0


def test_one_proposes_another_approves_and_it_is_done(
    john: Any, bob: UUID, eve: UUID, closed: UUID
) -> None:
    recovery = propose(john, bob, closed)
    assert recovery.state is RecoveryState.PROPOSED
    assert recovery.reason == "Ticket 42"
    assert john.events("RecoveryProposed")[0]["person_id"] == str(closed)
    done = approve(john, eve, recovery)
    assert done.state is RecoveryState.EXECUTED
    assert (done.proposed_by, done.decided_by) == (bob, eve)
    assert (done.proposed_by_name, done.decided_by_name) == ("Bob Help", "Eve Help")
    john.sign_in()
    assert len(john.events("RecoveryExecuted")) == 1


def test_both_trails_name_both_of_staff_and_their_reasons(
    john: Any, bob: UUID, eve: UUID, closed: UUID
) -> None:
    recovery = propose(john, bob, closed)
    approve_recovery(
        **acting(john, eve, reason="Seen the passport too"),
        sealer=john.sealer,
        recovery_id=recovery.recovery_id,
    )
    for chain in ("-", "OCB0001234"):
        found = john.rows(
            "SELECT action, actor, reason, target FROM house.audit_entries"
            " WHERE tenant = %(chain)s AND action LIKE 'recovery:%%' ORDER BY sequence",
            chain=chain,
        )
        assert [(row["action"], row["actor"], row["reason"]) for row in found] == [
            ("recovery:act:proposed", str(bob), "Ticket 42"),
            ("recovery:act:executed", str(eve), "Seen the passport too"),
        ]
        assert {row["target"] for row in found} == {f"person:{closed}"}


def test_the_proposer_does_not_approve_himself(john: Any, bob: UUID, closed: UUID) -> None:
    with pytest.raises(Forbidden, match="second-person-needed"):
        approve(john, bob, propose(john, bob, closed))


def test_nobody_recovers_himself(
    john: Any, ada: UUID, bob: UUID, person: Callable[..., Any]
) -> None:
    oz = appoint(john, person("Oz", "Ops"), StaffRole.OPERATOR)
    with pytest.raises(Forbidden, match="own-recovery"):
        propose(john, bob, bob, EMAIL, "bob.new@example.com")
    recovery = propose(john, ada, oz, EMAIL, "oz.new@example.com")
    with pytest.raises(Forbidden, match="own-recovery"):
        approve(john, oz, recovery)


def test_support_does_not_get_at_the_login_of_staff(
    john: Any, ada: UUID, bob: UUID, eve: UUID
) -> None:
    with pytest.raises(Forbidden, match="operator-needed"):
        propose(john, bob, ada, EMAIL, "mine@example.com")
    recovery = propose(john, ada, eve, EMAIL, "eve.new@example.com")
    with pytest.raises(Forbidden, match="operator-needed"):
        approve(john, bob, recovery)


def test_both_hold_their_role_at_the_moment_of_the_act(
    john: Any, ada: UUID, bob: UUID, eve: UUID, closed: UUID
) -> None:
    recovery = propose(john, bob, closed)
    dismiss_staff(**acting(john, ada), person_id=bob)
    with pytest.raises(Forbidden, match="second-person-needed"):
        approve(john, eve, recovery)
    dismiss_staff(**acting(john, ada), person_id=eve)
    with pytest.raises(Forbidden, match="staff-only"):
        approve(john, eve, recovery)


def test_of_many_who_approve_at_once_one_carries_it_out(
    john: Any, ada: UUID, bob: UUID, eve: UUID, closed: UUID, person: Callable[..., Any]
) -> None:
    staff = [ada, eve, appoint(john, person("Max", "Help"), StaffRole.SUPPORT)]
    recovery = propose(john, bob, closed)
    given = {"now": john.now, "sealer": john.sealer, "recovery_id": recovery.recovery_id}
    racers = [(approve_recovery, {**given, "context": context(john, one)}) for one in staff]
    outcomes = at_once(john.url, *racers)
    assert outcomes == ["done"] + ["recovery-not-open"] * 2
    assert len(john.events("RecoveryExecuted")) == 1
    assert len(john.events("PersonEnabled")) == 1


def test_one_act_of_a_kind_is_open_at_a_time(john: Any, bob: UUID, eve: UUID, closed: UUID) -> None:
    recovery = propose(john, bob, closed)
    with pytest.raises(Conflict, match="recovery-open"):
        propose(john, eve, closed)
    withdraw_recovery(**acting(john, bob), recovery_id=recovery.recovery_id)
    assert propose(john, eve, closed).state is RecoveryState.PROPOSED


def test_only_the_proposer_withdraws(john: Any, bob: UUID, eve: UUID, closed: UUID) -> None:
    recovery = propose(john, bob, closed)
    with pytest.raises(Forbidden, match="not-proposer"):
        withdraw_recovery(**acting(john, eve), recovery_id=recovery.recovery_id)


def test_after_three_days_it_has_run_out(john: Any, bob: UUID, eve: UUID, closed: UUID) -> None:
    recovery = propose(john, bob, closed)
    john.pass_time(hours=72)
    with pytest.raises(Conflict) as late:
        approve(john, eve, recovery)
    assert late.value.details == {"state": "expired"}
    do_what_is_due(john)
    shown = list_recoveries(**acting(john, eve), person_id=closed, open=False, limit=5, cursor=None)
    assert [one.state for one in shown.items] == [RecoveryState.EXPIRED]


def test_what_is_refused_stays_refused(john: Any, bob: UUID, eve: UUID, closed: UUID) -> None:
    recovery = propose(john, bob, closed)
    refuse_recovery(**acting(john, eve), recovery_id=recovery.recovery_id)
    with pytest.raises(Conflict, match="recovery-not-open"):
        approve(john, eve, recovery)


def test_what_needs_no_recovery_is_not_proposed(john: Any, bob: UUID) -> None:
    person_id = john.person_id()
    with pytest.raises(Conflict, match="person-enabled"):
        propose(john, bob, person_id)
    with pytest.raises(Conflict, match="no-factors"):
        propose(john, bob, person_id, RecoveryKind.RESET_FACTORS)
    with pytest.raises(Conflict, match="email-taken"):
        propose(john, bob, person_id, EMAIL, "Bob.Help@EXAMPLE.com")
    with pytest.raises(Conflict, match="office-held"):
        propose(john, bob, person_id, RecoveryKind.ERASE_PERSON)
    with pytest.raises(NotFound, match="person-unknown"):
        propose(john, bob, UUID(int=7))


@pytest.mark.parametrize(("kind", "new_email"), [(EMAIL, None), (ENABLE, "somebody@example.com")])
def test_a_new_address_belongs_to_a_lost_mailbox_alone(
    john: Any, bob: UUID, closed: UUID, kind: RecoveryKind, new_email: str | None
) -> None:
    with pytest.raises(Invalid, match="new-email-required"):
        propose(john, bob, closed, kind, new_email)


def test_a_lost_mailbox_waits_three_days_for_an_objection(john: Any, bob: UUID, eve: UUID) -> None:
    recovery = propose(john, bob, john.person_id(), EMAIL, "john.new@example.com")
    approved = approve(john, eve, recovery)
    assert approved.state is RecoveryState.APPROVED
    assert len(john.events("RecoveryApproved")) == 1
    do_what_is_due(john)
    assert john.events("MailChangeLinkIssued") == []
    john.pass_time(hours=72)
    do_what_is_due(john)
    [link] = john.events("MailChangeLinkIssued")
    assert link["new_email"] == "john.new@example.com"
    assert len(john.events("RecoveryExecuted")) == 1
    do_what_is_due(john)
    assert len(john.events("MailChangeLinkIssued")) == 1


def test_the_person_concerned_stops_it(john: Any, bob: UUID, eve: UUID) -> None:
    person_id = john.person_id()
    recovery = propose(john, bob, person_id, EMAIL, "thief@example.com")
    approve(john, eve, recovery)
    [shown] = list_own_recoveries(db=john.db, context=john.person(person_id))["items"]
    assert shown.recovery_id == recovery.recovery_id
    with pytest.raises(NotFound, match="recovery-unknown"):
        object_to_recovery(**acting(john, bob), recovery_id=recovery.recovery_id)
    stopped = object_to_recovery(**acting(john, person_id), recovery_id=recovery.recovery_id)
    assert stopped.state is RecoveryState.REFUSED
    john.pass_time(hours=72)
    do_what_is_due(john)
    assert john.events("MailChangeLinkIssued") == []


def test_an_address_taken_meanwhile_is_not_taken_twice(
    john: Any, bob: UUID, eve: UUID, person: Callable[..., Any]
) -> None:
    recovery = propose(john, bob, john.person_id(), EMAIL, "new@example.com")
    approve(john, eve, recovery)
    appoint(john, person("Newt", "Email", email="new@example.com"), StaffRole.SALES)
    john.pass_time(hours=72)
    do_what_is_due(john)
    assert john.events("MailChangeLinkIssued") == []
    assert ("recovery:act:refused", f"person:{john.person_id()}") in john.trail("-")


def test_who_of_staff_looks_at_acts_leaves_an_entry(john: Any, bob: UUID, closed: UUID) -> None:
    recovery = propose(john, bob, closed)
    get_recovery(**acting(john, bob), recovery_id=recovery.recovery_id)
    for person_id in (closed, None):
        list_recoveries(**acting(john, bob), person_id=person_id, open=True, limit=5, cursor=None)
    left = john.rows(
        "SELECT target FROM house.audit_entries WHERE action = 'staff:data:read' ORDER BY sequence"
    )
    assert [one["target"] for one in left] == [
        f"person:{closed}",
        f"person:{closed}",
        "recoveries",
    ]


# --- two hands, two wills -------------------------------------------------------------------------


def appoint_by(john: Any, by: UUID, new: Any, *roles: StaffRole) -> UUID:
    made = appoint_staff(**acting(john, by), sealer=john.sealer, new=new, roles=roles)
    return made.person_id


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Forbidden) as refusal:
        act()
    return refusal.value.code


def test_nobody_approves_with_a_puppet_however_long_he_has_waited(
    john: Any, ada: UUID, closed: UUID, person: Callable[..., Any]
) -> None:
    puppet = appoint_by(john, ada, person("Pup", "Pet"), StaffRole.SUPPORT)
    john.pass_time(hours=100)
    recovery = propose(john, ada, closed)
    assert refused(lambda: approve(john, puppet, recovery)) == "appointed-by-other-hand"
    withdraw_recovery(**acting(john, ada), recovery_id=recovery.recovery_id)
    turned = propose(john, puppet, closed)
    assert refused(lambda: approve(john, ada, turned)) == "appointed-by-other-hand"


def test_a_hand_settles_for_three_days_and_before_the_proposal(
    john: Any, ada: UUID, bob: UUID, closed: UUID, person: Callable[..., Any]
) -> None:
    fresh = appoint_by(john, ada, person("Fred", "Fresh"), StaffRole.SUPPORT)
    john.pass_time(hours=71)
    recovery = propose(john, bob, closed)
    late = appoint_by(john, ada, person("Lea", "Late"), StaffRole.SUPPORT)
    assert refused(lambda: approve(john, fresh, recovery)) == "appointed-too-lately"
    john.pass_time(hours=1)
    assert approve(john, fresh, recovery).state is RecoveryState.EXECUTED
    again = disable_person(**acting(john, ada), person_id=closed)
    assert again is not None
    other = propose(john, bob, closed)
    assert refused(lambda: approve(john, late, other)) == "appointed-too-lately"


def test_a_new_address_takes_no_effect_where_a_hand_has_lost_its_role(
    john: Any, ada: UUID, bob: UUID, eve: UUID
) -> None:
    recovery = propose(john, bob, john.person_id(), EMAIL, "new@example.com")
    assert approve(john, eve, recovery).state is RecoveryState.APPROVED
    dismiss_staff(**acting(john, ada), person_id=eve)
    john.pass_time(hours=73)
    do_what_is_due(john)
    stopped = john.rows("SELECT state FROM recoveries WHERE id = %(i)s", i=recovery.recovery_id)
    assert stopped == [{"state": "refused"}]
    assert john.events("MailChangeLinkIssued") == []


def test_a_new_address_of_who_has_become_staff_is_no_longer_for_support(
    john: Any, bob: UUID, eve: UUID, person: Callable[..., Any]
) -> None:
    recovery = propose(john, bob, john.person_id(), EMAIL, "new@example.com")
    approve(john, eve, recovery)
    appoint(john, person("John", "Doe"), StaffRole.AUDITOR)
    john.pass_time(hours=73)
    do_what_is_due(john)
    assert john.events("MailChangeLinkIssued") == []
