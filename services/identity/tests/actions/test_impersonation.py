"""One of staff sees a contract as its user does: named, for a while, ended by whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.racing import at_once
from services.identity.tests.actions.staffing import acting, appoint, context

from contracts.codes import Role, Section, StaffRole, TenantCode
from contracts.identity import ImpersonationState
from identity.actions.appoint_staff import appoint_staff
from identity.actions.change_roles import change_roles
from identity.actions.change_staff import change_staff_roles, dismiss_staff
from identity.actions.close_login import disable_person, enable_person
from identity.actions.decide_impersonation import approve_impersonation, decline_impersonation
from identity.actions.disable_user import disable_user
from identity.actions.end_impersonation import end_impersonation, end_own_impersonation, run_out
from identity.actions.give_impersonation import give_impersonation, propose_impersonation
from identity.actions.list_impersonations import (
    list_impersonation_proposals,
    list_impersonations,
    list_own_impersonations,
)
from identity.actions.open_impersonation import open_impersonation
from identity.actions.remove_user import remove_user
from identity.actions.telling_of_impersonation import RUN_OUT
from identity.domain.people import NewPerson
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.due import DueRunner
from servicekit.errors import Conflict, Forbidden, NotFound, TooMany

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0009999")
ACTIVE, ENDED = ImpersonationState.ACTIVE, ImpersonationState.ENDED


@pytest.fixture
def bob(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)


@pytest.fixture
def eve(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Eve", "Help"), StaffRole.SUPPORT)


@pytest.fixture
def ivy(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Ivy", "Help"), StaffRole.SUPPORT)


@pytest.fixture
def ada(john: Any, person: Callable[..., Any]) -> UUID:
    return appoint(john, person("Ada", "Ops"), StaffRole.OPERATOR)


def give(john: Any, *, operator: str = "Bob.Help", minutes: int = 60, **more: Any) -> Any:
    me = john.person_id()
    asked = {"tenant": TENANT, "as_person_id": me, "reason": "An invoice is missing", **more}
    return give_impersonation(**acting(john, me), operator=operator, minutes=minutes, **asked)


def propose(john: Any, by: UUID, *, operator: str = "Bob.Help", **more: Any) -> Any:
    asked = {"tenant": TENANT, "as_person_id": john.person_id(), "minutes": 30, **more}
    return propose_impersonation(**acting(john, by), operator=operator, **asked)


def approve(john: Any, by: UUID, grant: Any) -> Any:
    return approve_impersonation(**acting(john, by), grant_id=grant.grant_id)


def look(john: Any, operator: UUID, grant: Any) -> Any:
    return open_impersonation(
        db=john.db,
        context=john.gateway(),
        now=john.now,
        grant_id=grant.grant_id,
        operator_id=operator,
    )


def state(john: Any, grant: Any) -> ImpersonationState:
    found = list_impersonations(
        **acting(john, john.person_id()), tenant=TENANT, limit=50, cursor=None
    )
    return next(one.state for one in found.items if one.grant_id == grant.grant_id)


def do_what_is_due(john: Any) -> None:
    runner = DueRunner(john.db, john.clock, {RUN_OUT: lambda item: run_out(db=john.db, item=item)})
    while runner.step():
        pass
    assert runner.counts().dead == 0


def trail(john: Any, grant: Any, chain: str = TENANT) -> list[str]:
    found = john.rows(
        "SELECT action FROM house.audit_entries WHERE tenant = %(chain)s"
        " AND details ->> 'grant' = %(grant)s ORDER BY sequence",
        chain=chain,
        grant=str(grant.grant_id),
    )
    return [row["action"].removeprefix("impersonation:grant:") for row in found]


def test_the_tenant_gives_one_the_named_one_looks_and_it_is_told(john: Any, bob: UUID) -> None:
    grant = give(john)
    assert (grant.state, grant.operator_name, grant.as_name) == (ACTIVE, "Bob Help", "John Doe")
    assert grant.ends_at - grant.starts_at == timedelta(hours=1)
    john.pass_time(minutes=10)
    opened = look(john, bob, grant)
    assert (opened.tenant, opened.person_id) == (TENANT, john.person_id())
    assert (opened.ends_at, opened.seconds) == (grant.ends_at, 50 * 60)
    look(john, bob, grant)
    [told] = john.events("ImpersonationStarted")
    assert (told["person_id"], told["is_seen"]) == (str(john.person_id()), True)
    assert told["operator_name"] == "Bob Help"
    assert trail(john, grant) == ["given", "begun", "begun"]


def test_who_gave_it_is_not_told_so_and_who_is_seen_is(
    john: Any, bob: UUID, person: Callable[..., Any]
) -> None:
    jane = john.invite(
        person("Jane", "Roe"), {Section.INVOICES: Role.VISITOR}, by=john.person_id()
    ).person_id
    give(john, as_person_id=jane)
    [told] = john.events("ImpersonationGranted")
    assert (told["person_id"], told["is_seen"], told["by_staff"]) == (str(jane), True, False)


def test_a_grant_opens_to_the_named_one_alone(john: Any, bob: UUID, eve: UUID) -> None:
    grant = give(john)
    for stranger in (eve, john.person_id(), UUID(int=7)):
        with pytest.raises(NotFound, match="impersonation-unknown"):
            look(john, stranger, grant)
    assert john.events("ImpersonationStarted") == []


def test_only_staff_who_keep_customers_are_named(
    john: Any, bob: UUID, person: Callable[..., Any]
) -> None:
    appoint(john, person("Sal", "Sell"), StaffRole.SALES)
    for nobody in ("Sal.Sell", "John.Doe", "Nobody.Here"):
        with pytest.raises(NotFound, match="staff-member-unknown"):
            give(john, operator=nobody)


def test_a_manager_who_is_of_staff_does_not_let_himself_in(
    john: Any, person: Callable[..., Any]
) -> None:
    """He would see as a colleague who holds more than he does, by one hand."""
    me = john.person_id()
    jane = john.invite(person("Jane", "Roe"), {Section.INVOICES: Role.VISITOR}, by=me).person_id
    appoint(john, john_as_new(john), StaffRole.SUPPORT)
    with pytest.raises(Forbidden, match="own-impersonation"):
        give(john, operator="John.Doe", as_person_id=jane)


def test_nobody_is_seen_who_is_no_user_there(john: Any, bob: UUID) -> None:
    with pytest.raises(NotFound, match="user-unknown"):
        give(john, as_person_id=bob)
    with pytest.raises(NotFound, match="user-unknown"):
        propose(john, bob, as_person_id=bob)


def test_who_has_not_accepted_is_not_seen(john: Any, bob: UUID, person: Callable[..., Any]) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Max", "Else"))
    [row] = john.rows("SELECT id FROM persons WHERE login_key = 'max.else'")
    john.invite(person("Max", "Else"), {Section.INVOICES: Role.VISITOR}, by=john.person_id())
    with pytest.raises(Conflict, match="not-accepted"):
        give(john, as_person_id=row["id"])


def test_one_grant_at_a_time_for_the_same_eyes_on_the_same_person(john: Any, bob: UUID) -> None:
    grant = give(john)
    with pytest.raises(Conflict, match="impersonation-open"):
        give(john)
    end_impersonation(**acting(john, john.person_id()), tenant=TENANT, grant_id=grant.grant_id)
    assert give(john).state is ACTIVE


def test_two_of_staff_give_one(john: Any, bob: UUID, eve: UUID) -> None:
    grant = propose(john, bob)
    assert (grant.state, grant.reason) == (ImpersonationState.PROPOSED, "Ticket 42")
    with pytest.raises(Conflict, match="impersonation-not-open"):
        look(john, bob, grant)
    john.pass_time(hours=2)
    given = approve(john, eve, grant)
    assert (given.state, given.proposed_by, given.approved_by) == (ACTIVE, bob, eve)
    assert (given.starts_at, given.ends_at) == (john.now, john.now + timedelta(minutes=30))
    [told] = john.events("ImpersonationGranted")
    assert (told["by_staff"], told["reason"]) == (True, "Ticket 42")
    assert look(john, bob, given).seconds == 30 * 60
    for chain in ("-", TENANT):
        assert trail(john, grant, chain) == ["proposed", "approved", "begun"]


def test_nobody_approves_what_he_proposed_or_what_is_for_his_own_eyes(
    john: Any, bob: UUID, eve: UUID
) -> None:
    mine = propose(john, bob)
    for_eve = propose(john, bob, operator="Eve.Help")
    with pytest.raises(Forbidden, match="second-person-needed"):
        approve(john, bob, mine)
    with pytest.raises(Forbidden, match="second-person-needed"):
        approve(john, eve, for_eve)


def test_the_second_hand_is_as_free_of_the_first_as_in_a_recovery(
    john: Any, ada: UUID, bob: UUID, person: Callable[..., Any]
) -> None:
    puppet = appoint_staff(
        **acting(john, ada),
        sealer=john.sealer,
        new=person("Pup", "Pet"),
        roles=[StaffRole.SUPPORT],
    ).person_id
    with pytest.raises(Forbidden, match="appointed-by-other-hand"):
        approve(john, puppet, propose(john, ada))
    other = propose(john, bob, operator="Ada.Ops")
    with pytest.raises(Forbidden, match="appointed-too-lately"):
        approve(john, puppet, other)


def test_of_two_who_approve_at_once_one_does(john: Any, bob: UUID, eve: UUID, ada: UUID) -> None:
    grant = propose(john, bob)
    asked = {"now": john.now, "grant_id": grant.grant_id}
    racers = [
        (approve_impersonation, {**asked, "context": context(john, one)}) for one in (eve, ada)
    ]
    assert at_once(john.url, *racers) == ["done", "impersonation-not-open"]
    assert len(trail(john, grant)) == 2


def test_a_proposal_is_declined_or_runs_out(john: Any, bob: UUID, eve: UUID) -> None:
    grant = propose(john, bob)
    shown = list_impersonation_proposals(**acting(john, eve), limit=5, cursor=None)
    assert [one.grant_id for one in shown.items] == [grant.grant_id]
    declined = decline_impersonation(**acting(john, eve), grant_id=grant.grant_id)
    assert (declined.state, declined.ended_by) == (ImpersonationState.DECLINED, eve)
    late = propose(john, bob)
    john.pass_time(hours=72)
    with pytest.raises(Conflict, match="impersonation-not-open"):
        approve(john, eve, late)
    do_what_is_due(john)
    assert state(john, late) is ImpersonationState.EXPIRED
    assert john.events("ImpersonationEnded") == []


def test_the_customer_turns_a_proposal_down(john: Any, bob: UUID, eve: UUID) -> None:
    grant = propose(john, bob)
    end_own_impersonation(**acting(john, john.person_id()), grant_id=grant.grant_id)
    with pytest.raises(Conflict, match="impersonation-not-open"):
        approve(john, eve, grant)


def test_time_ends_it_and_tells_the_gateways(john: Any, bob: UUID) -> None:
    grant = give(john, minutes=15)
    john.pass_time(minutes=15)
    assert state(john, grant) is ImpersonationState.OVER
    with pytest.raises(Conflict) as late:
        look(john, bob, grant)
    assert late.value.details == {"state": "over"}
    do_what_is_due(john)
    [told] = john.events("ImpersonationEnded")
    assert told["grant_id"] == str(grant.grant_id)
    assert trail(john, grant) == ["given", "over"]


@pytest.mark.parametrize("who", ["manager", "seen", "looking"])
def test_whoever_is_concerned_ends_it(john: Any, bob: UUID, who: str) -> None:
    grant, me = give(john), john.person_id()
    one = {"grant_id": grant.grant_id}
    if who == "manager":
        ended = end_impersonation(**acting(john, me), tenant=TENANT, **one)
    else:
        ended = end_own_impersonation(**acting(john, me if who == "seen" else bob), **one)
    assert (ended.state, ended.ended_by) == (ENDED, bob if who == "looking" else me)
    assert len(john.events("ImpersonationEnded")) == 1
    with pytest.raises(Conflict, match="impersonation-not-open"):
        look(john, bob, grant)
    with pytest.raises(Conflict, match="impersonation-not-open"):
        end_own_impersonation(**acting(john, me), **one)


def test_nobody_ends_or_lists_what_is_not_his(
    john: Any, bob: UUID, eve: UUID, person: Callable[..., Any]
) -> None:
    grant = give(john)
    john.open_tenant(tenant=OTHER, referent=person("Max", "Else"))
    with pytest.raises(NotFound, match="impersonation-unknown"):
        end_own_impersonation(**acting(john, eve), grant_id=grant.grant_id)
    with pytest.raises(NotFound, match="impersonation-unknown"):
        end_impersonation(**acting(john, eve), tenant=OTHER, grant_id=grant.grant_id)
    assert not list_impersonations(**acting(john, eve), tenant=OTHER, limit=5, cursor=None).items
    for looking, who in ((True, bob), (False, john.person_id())):
        asked = {"limit": 5, "cursor": None}
        mine = list_own_impersonations(**acting(john, who), looking=looking, **asked)
        assert [one.grant_id for one in mine.items] == [grant.grant_id]
        assert not list_own_impersonations(**acting(john, who), looking=not looking, **asked).items


def dismissed(john: Any, bob: UUID, ada: UUID) -> None:
    dismiss_staff(**acting(john, ada), person_id=bob)


def made_a_seller(john: Any, bob: UUID, ada: UUID) -> None:
    change_staff_roles(**acting(john, ada), person_id=bob, roles=[StaffRole.SALES])


def closed(john: Any, bob: UUID, ada: UUID) -> None:
    disable_person(**acting(john, ada), person_id=bob)


@pytest.mark.parametrize("lose", [dismissed, made_a_seller, closed])
def test_with_his_role_or_his_login_goes_what_he_sees(
    john: Any, bob: UUID, ada: UUID, lose: Callable[..., None]
) -> None:
    grant = give(john)
    lose(john, bob, ada)
    assert state(john, grant) is ENDED
    assert len(john.events("ImpersonationEnded")) == 1
    with pytest.raises(Conflict, match="impersonation-not-open"):
        look(john, bob, grant)


def test_it_does_not_come_back_with_the_login(john: Any, bob: UUID, ada: UUID) -> None:
    grant = give(john)
    closed(john, bob, ada)
    enable_person(**acting(john, ada), person_id=bob)
    with pytest.raises(Conflict, match="impersonation-not-open"):
        look(john, bob, grant)


@pytest.mark.parametrize("lose", [remove_user, disable_user])
def test_with_his_place_in_the_tenant_goes_the_view_of_it(
    john: Any, bob: UUID, person: Callable[..., Any], lose: Callable[..., Any]
) -> None:
    me = john.person_id()
    jane = john.invite(person("Jane", "Roe"), {Section.INVOICES: Role.VISITOR}, by=me).person_id
    grant, other = give(john, as_person_id=jane), give(john)
    lose(**acting(john, me), tenant=TENANT, person_id=jane)
    assert (state(john, grant), state(john, other)) == (ENDED, ACTIVE)


@pytest.fixture
def jane(john: Any, person: Callable[..., Any]) -> UUID:
    """Manages users beside John."""
    rights = {Section.USERS: Role.MANAGER, Section.INVOICES: Role.VISITOR}
    found: UUID = john.invite(person("Jane", "Roe"), rights, by=john.person_id()).person_id
    return found


def given_by(john: Any, giver: UUID) -> Any:
    asked = {"tenant": TENANT, "as_person_id": john.person_id(), "reason": "An invoice"}
    return give_impersonation(**acting(john, giver), operator="Bob.Help", minutes=60, **asked)


@pytest.mark.parametrize("lose", [remove_user, disable_user])
def test_with_the_giver_in_the_tenant_goes_what_he_gave(
    john: Any, bob: UUID, jane: UUID, lose: Callable[..., Any]
) -> None:
    grant = given_by(john, jane)
    lose(**acting(john, john.person_id()), tenant=TENANT, person_id=jane)
    assert state(john, grant) is ENDED
    with pytest.raises(Conflict, match="impersonation-not-open"):
        look(john, bob, grant)


def roles_of(john: Any, person_id: UUID, roles: dict[Section, Role]) -> None:
    change_roles(
        **acting(john, john.person_id()),
        sealer=john.sealer,
        tenant=TENANT,
        person_id=person_id,
        roles=roles,
    )


def test_with_the_givers_role_on_users_goes_what_he_gave(john: Any, bob: UUID, jane: UUID) -> None:
    """Else who was let go would keep somebody's eyes on the contract for hours."""
    grant = given_by(john, jane)
    look(john, bob, grant)
    roles_of(john, jane, {Section.USERS: Role.VISITOR, Section.INVOICES: Role.VISITOR})
    assert state(john, grant) is ENDED
    assert len(john.events("ImpersonationEnded")) == 1, "so that the gateways end the view too"
    with pytest.raises(Conflict, match="impersonation-not-open"):
        look(john, bob, grant)


def test_a_giver_who_keeps_that_role_keeps_what_he_gave(john: Any, bob: UUID, jane: UUID) -> None:
    grant = given_by(john, jane)
    roles_of(john, jane, {Section.USERS: Role.MANAGER})
    assert state(john, grant) is ACTIVE


def test_with_the_role_of_who_is_seen_or_another_giver_goes_nothing(
    john: Any, bob: UUID, jane: UUID
) -> None:
    seen = give(john, as_person_id=jane)
    roles_of(john, jane, {Section.INVOICES: Role.VISITOR})
    assert state(john, seen) is ACTIVE


def test_who_lost_the_role_a_moment_ago_gives_nothing_whatever_was_signed(
    john: Any, bob: UUID, jane: UUID
) -> None:
    roles_of(john, jane, {Section.INVOICES: Role.VISITOR})
    with pytest.raises(Forbidden, match="role-missing"):
        given_by(john, jane)


def test_with_the_givers_login_goes_what_he_gave(
    john: Any, bob: UUID, ada: UUID, jane: UUID
) -> None:
    grant = given_by(john, jane)
    disable_person(**acting(john, ada), person_id=jane)
    assert state(john, grant) is ENDED


@pytest.mark.parametrize("lose", [dismissed, made_a_seller, closed])
@pytest.mark.parametrize("hand", ["proposed", "approved"])
def test_with_a_hand_of_the_two_goes_what_it_did(
    john: Any, bob: UUID, eve: UUID, ada: UUID, ivy: UUID, hand: str, lose: Callable[..., None]
) -> None:
    grant = propose(john, eve)
    approve(john, ivy, grant)
    waiting = propose(john, eve, operator="Ada.Ops")
    lose(john, eve if hand == "proposed" else ivy, ada)
    assert state(john, grant) is ENDED
    declined = ImpersonationState.DECLINED if hand == "proposed" else ImpersonationState.PROPOSED
    assert state(john, waiting) is declined


def test_five_are_given_in_a_day_by_one_and_no_more_however_they_ended(
    john: Any, bob: UUID, jane: UUID
) -> None:
    """Each is a mail, with the giver's own words, to everybody who manages users."""
    for _ in range(5):
        grant = give(john)
        one = {"tenant": TENANT, "grant_id": grant.grant_id}
        end_impersonation(**acting(john, john.person_id()), **one)
    told = len(john.events("ImpersonationGranted"))
    with pytest.raises(TooMany, match="impersonations-too-many") as refused:
        give(john)
    assert refused.value.details == {"retry_after": 86_400}
    assert len(john.events("ImpersonationGranted")) == told
    by_another = given_by(john, jane)
    end_own_impersonation(**acting(john, john.person_id()), grant_id=by_another.grant_id)
    john.pass_time(days=1)
    assert give(john).state is ACTIVE


@pytest.mark.parametrize(
    "lose",
    [
        "UPDATE users SET accepted_at = NULL WHERE tenant = %(tenant)s",
        "UPDATE users SET disabled_at = %(now)s WHERE tenant = %(tenant)s",
        "UPDATE persons SET enabled = false WHERE login_key = 'john.doe'",
    ],
)
def test_where_what_a_grant_rests_on_is_gone_it_is_not_open_whatever_has_not_ended_it(
    john: Any, bob: UUID, lose: str
) -> None:
    """One refusal, the declared one: the gateway takes it for all that is wrong with a grant."""
    grant = give(john)
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run(lose, {"tenant": TENANT, "now": john.now})
    with pytest.raises(Conflict, match="impersonation-not-open") as refused:
        look(john, bob, grant)
    assert refused.value.details == {"state": "ended"}
    assert john.events("ImpersonationStarted") == []


def test_two_of_staff_see_themselves_in_nobodys_place(john: Any, bob: UUID, eve: UUID) -> None:
    """Who is seen is no hand, whatever staff role he holds."""
    appoint(john, john_as_new(john), StaffRole.SUPPORT)
    me = john.person_id()
    with pytest.raises(Forbidden, match="own-impersonation"):
        propose(john, me)
    with pytest.raises(Forbidden, match="operator-needed"):
        propose(john, bob, operator="Eve.Help")


def john_as_new(john: Any) -> Any:
    [row] = john.rows(
        "SELECT email, given_name, family_name, language, login FROM persons WHERE id = %(id)s",
        id=john.person_id(),
    )
    return NewPerson(**row)
