"""Identity moves an office in one moment: to a user who can act then, or it stays where it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from services.identity.tests.actions.racing import at_once
from services.identity.tests.actions.staffing import acting, appoint

from contracts.codes import ROLES_OF_SECTION, Office, Role, Section, StaffRole, TenantCode
from contracts.tenancy import HandoverEnd, OfficeRecoveryState
from identity.actions.announce_office_recovery import announce_office_recovery
from identity.actions.change_staff import dismiss_staff
from identity.actions.disable_user import disable_user
from identity.actions.hand_over_office import (
    AskedOffice,
    TwoHands,
    hand_over_office,
    recover_office,
)
from identity.actions.read_people import resolve_rights
from identity.actions.remove_user import leave_tenant, remove_user
from identity.domain.roles import ALL_ROLES, ROLES_OF_OFFICE, roles_of_holder
from identity.store import users
from servicekit.context import system_context
from servicekit.errors import Conflict

TENANT = TenantCode("OCB0001234")
VISITOR = {Section.INVOICES: Role.VISITOR}
REFERENT, OWNER = Office.REFERENT, Office.DOMAIN_OWNER
servers = pytest.mark.servers


@pytest.fixture
def jane(john: Any, person: Any) -> UUID:
    """A user who has accepted: she was registered by the invitation."""
    invited = john.invite(person("Jane", "Roe"), VISITOR, by=john.person_id())
    return invited.person_id


def asked(john: Any, *, office: Office = REFERENT, drop: bool = False, holder: Any = None) -> Any:
    holder_id = holder or john.person_id()
    return AskedOffice(TENANT, office, uuid4(), holder_id, drop, john.now)


def heard(john: Any) -> dict[str, Any]:
    return {
        "sealer": john.sealer,
        "context": system_context(service="identity", call="HandoverMatured", tenant=TENANT),
        "now": john.now,
        "event_id": uuid4(),
    }


def hand_over(john: Any, to: UUID, **said: Any) -> AskedOffice:
    wanted = asked(john, **said)
    hand_over_office(db=john.db, **heard(john), asked=wanted, successor_id=to)
    return wanted


def offices(john: Any) -> dict[str, str]:
    login_of = "SELECT o.office, p.login FROM offices o JOIN persons p ON p.id = o.person_id"
    return {row["office"]: row["login"] for row in john.rows(login_of)}


def user(john: Any, person_id: UUID) -> Any:
    with john.db.read(tenant=TENANT) as tx:
        return users.find_user(tx, tenant=TENANT, person_id=person_id)


@pytest.mark.unit
@pytest.mark.parametrize("office", Office)
def test_new_holder_has_what_the_office_needs_and_loses_nothing(office: Office) -> None:
    held = {Section.INVOICES: Role.MANAGER, Section.USERS: Role.MANAGER}
    roles = roles_of_holder(office=office, held=held, taken_over={})
    assert roles.items() >= {**ROLES_OF_OFFICE[office], **held}.items()
    assert roles_of_holder(office=office, held=held, taken_over=ALL_ROLES) == ALL_ROLES
    assert all(role in ROLES_OF_SECTION[section] for section, role in roles.items())


@servers
def test_office_moves_and_the_other_stays(john: Any, jane: UUID) -> None:
    hand_over(john, jane)
    assert offices(john) == {"referent": "Jane.Roe", "domain_owner": "John.Doe"}
    (told,) = john.events("OfficeHandedOver")
    assert (told["login"], told["former_id"]) == ("Jane.Roe", str(john.person_id()))
    assert told["rights_dropped"] is False
    held = resolve_rights(db=john.db, context=john.gateway(), person_id=jane)
    assert held.tenants[0].offices == (REFERENT,)
    assert held.tenants[0].roles[Section.USERS] is Role.MANAGER
    assert user(john, john.person_id()).roles == ALL_ROLES


@servers
def test_who_has_handed_both_over_may_leave_and_the_new_holder_may_not(
    john: Any, jane: UUID
) -> None:
    me = john.person_id()
    for office in Office:
        hand_over(john, jane, office=office)
    with pytest.raises(Conflict, match="office-held"):
        leave_tenant(db=john.db, context=john.person(jane), now=john.now, tenant=TENANT)
    jane_sets_a_password(john)
    leave_tenant(db=john.db, context=john.person(me), now=john.now, tenant=TENANT)
    assert user(john, me) is None


def jane_sets_a_password(john: Any) -> None:
    john.set_password(john.token("WelcomeLinkIssued"), "Sesame-2027!")


@servers
def test_domain_owner_has_an_iam_user_of_the_domain(john: Any, jane: UUID) -> None:
    hand_over(john, jane, office=OWNER)
    assert john.iam_user_id("Jane.Roe")
    assert john.events("IamUserCreated")[-1]["person_id"] == str(jane)


@servers
def test_rights_dropped_go_to_the_new_holder_before_the_old_one_goes(john: Any, jane: UUID) -> None:
    me = john.person_id()
    jane_sets_a_password(john)
    hand_over(john, jane, office=OWNER)
    hand_over(john, jane, drop=True)
    assert user(john, jane).roles == ALL_ROLES
    assert user(john, me) is None
    assert john.events("TenantLeft")[-1]["person_id"] == str(me)
    assert john.events("OfficeHandedOver")[-1]["rights_dropped"] is True


@servers
def test_rights_stay_with_who_holds_the_other_office_or_manages_users_alone(
    john: Any, jane: UUID
) -> None:
    me = john.person_id()
    hand_over(john, jane, drop=True)
    assert user(john, me).offices == (OWNER,), "he still holds the other one"
    hand_over(john, jane, office=OWNER, drop=True)
    assert user(john, me) is not None, "Jane cannot sign in yet: nobody would manage users"
    assert [one["rights_dropped"] for one in john.events("OfficeHandedOver")] == [False, False]


def why_kept(john: Any) -> str:
    (told,) = john.events("OfficeKept")
    return told["why"]


@servers
def test_office_stays_where_the_successor_has_left(john: Any, jane: UUID) -> None:
    me = john.person_id()
    remove_user(db=john.db, context=john.person(me), now=john.now, tenant=TENANT, person_id=jane)
    hand_over(john, jane)
    assert why_kept(john) == HandoverEnd.SUCCESSOR_LEFT
    assert offices(john)["referent"] == "John.Doe"


@servers
def test_office_stays_where_the_successor_is_disabled(john: Any, jane: UUID) -> None:
    me = john.person_id()
    disable_user(db=john.db, context=john.person(me), now=john.now, tenant=TENANT, person_id=jane)
    hand_over(john, jane)
    assert why_kept(john) == HandoverEnd.SUCCESSOR_DISABLED


@servers
def test_office_stays_where_it_has_another_holder_by_now(john: Any, jane: UUID) -> None:
    me = john.person_id()
    hand_over(john, jane)
    hand_over(john, jane, holder=me)
    assert why_kept(john) == HandoverEnd.HOLDER_CHANGED
    assert offices(john)["referent"] == "Jane.Roe"


@servers
def test_heard_twice_is_done_once(john: Any, jane: UUID) -> None:
    said = {**heard(john), "asked": asked(john), "successor_id": jane}
    for _ in range(2):
        hand_over_office(db=john.db, **said)
    assert len(john.events("OfficeHandedOver")) == 1


@servers
def test_racing_in_processes_of_their_own_there_is_one_holder_who_can_act(
    john: Any, jane: UUID, person: Any
) -> None:
    """Two handovers of one office, both successors removed, one disabled, all at once."""
    me = john.person_id()
    jill = john.invite(person("Jill", "Roe"), VISITOR, by=me).person_id
    manager = {"context": john.person(me), "now": john.now, "tenant": TENANT}
    both = [
        (hand_over_office, {**heard(john), "asked": asked(john), "successor_id": to})
        for to in (jane, jill)
    ]
    removals = [(remove_user, {**manager, "person_id": one}) for one in (jane, jill)]
    disabled = (disable_user, {**manager, "person_id": jane})
    outcomes = at_once(john.url, *both, *removals, disabled)
    assert set(outcomes) <= {"done", "office-held", "user-unknown"}
    assert outcomes.count("done") >= 2
    holders = john.rows("SELECT person_id FROM offices WHERE office = 'referent'")
    assert len(holders) == 1
    holder = user(john, holders[0]["person_id"])
    assert holder is not None
    assert holder.disabled_at is None
    assert len(john.events("OfficeHandedOver")) + len(john.events("OfficeKept")) == 2


# --- recovery by staff --------------------------------------------------------------------------


@pytest.fixture
def bob(john: Any, person: Any) -> UUID:
    return appoint(john, person("Bob", "Sales"), StaffRole.SALES)


@pytest.fixture
def ada(john: Any, person: Any) -> UUID:
    return appoint(john, person("Ada", "Sales"), StaffRole.SALES)


def recover(john: Any, by: tuple[UUID, UUID], new: Any, **said: Any) -> None:
    proposer, decider = by
    recover_office(
        db=john.db,
        **heard(john),
        asked=asked(john, **said),
        hands=TwoHands(proposer, john.now, decider, john.now),
        successor=new,
    )


@servers
def test_somebody_new_is_registered_welcomed_and_holds_the_office(
    john: Any, bob: UUID, ada: UUID, person: Any
) -> None:
    recover(john, (bob, ada), person("Nora", "New"), drop=True)
    assert offices(john) == {"referent": "Nora.New", "domain_owner": "John.Doe"}
    assert john.events("WelcomeLinkIssued")[-1]["login"] == "Nora.New"
    assert user(john, john.person_id("Nora.New")).roles[Section.USERS] is Role.MANAGER
    recover(john, (bob, ada), person("Nora", "New"), office=OWNER, drop=True)
    assert user(john, john.person_id()) is None, "the last manager may go: she takes over"
    assert user(john, john.person_id("Nora.New")).roles == ALL_ROLES


@servers
def test_an_address_that_has_a_login_is_attached(
    john: Any, bob: UUID, ada: UUID, jane: UUID, person: Any
) -> None:
    recover(john, (bob, ada), person("Jane", "Roe"))
    assert offices(john)["referent"] == "Jane.Roe"
    assert john.rows("SELECT count(*) AS n FROM persons WHERE login_key = 'nora.new'")[0]["n"] == 0


@servers
def test_neither_of_the_two_gets_it_and_both_must_still_be_of_sales(
    john: Any, bob: UUID, ada: UUID, person: Any
) -> None:
    recover(john, (bob, ada), person("Ada", "Sales"))
    assert why_kept(john) == HandoverEnd.HANDS_UNFIT
    recover(john, (bob, bob), person("Nora", "New"))
    eve = appoint(john, person("Eve", "Ops"), StaffRole.OPERATOR)
    dismiss_staff(**acting(john, eve), person_id=ada)
    recover(john, (bob, ada), person("Nora", "New"))
    whys = {told["why"] for told in john.events("OfficeKept")}
    assert (len(john.events("OfficeKept")), whys) == (3, {"hands_unfit"})
    assert offices(john)["referent"] == "John.Doe"


@servers
def test_support_alone_recovers_no_office(john: Any, bob: UUID, person: Any) -> None:
    sue = appoint(john, person("Sue", "Help"), StaffRole.SUPPORT)
    recover(john, (bob, sue), person("Nora", "New"))
    assert why_kept(john) == HandoverEnd.HANDS_UNFIT


@servers
def test_holder_and_each_manager_of_users_is_told_once(john: Any, jane: UUID, person: Any) -> None:
    me = john.person_id()
    managing = {Section.USERS: Role.MANAGER}
    jill = john.invite(person("Jill", "Roe"), managing, by=me).person_id
    announce_office_recovery(
        db=john.db,
        context=heard(john)["context"],
        now=john.now,
        event_id=uuid4(),
        tenant=TENANT,
        office=REFERENT,
        recovery_id=uuid4(),
        state=OfficeRecoveryState.APPROVED,
        holder_id=me,
        successor_name="Nora New",
        takes_effect_at=john.now,
    )
    told = john.events("OfficeRecoveryAnnounced")
    assert {(one["person_id"], one["is_holder"]) for one in told} == {
        (str(me), True),
        (str(jill), False),
    }
    assert str(jane) not in {one["person_id"] for one in told}
