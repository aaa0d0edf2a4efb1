"""A second login sees and changes all tenants of a company; the first stays as it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from services.identity.tests.actions.managing import (
    COMPANY,
    HEARD,
    LATER,
    OTHER,
    TENANT,
    Managing,
)

from contracts.codes import CredentialKind, Role, Section, TenantCode
from identity.actions import manage_organisation
from identity.actions.change_roles import change_roles
from identity.actions.disable_user import disable_user
from identity.actions.read_people import resolve_rights
from identity.actions.remove_user import leave_tenant, remove_user
from identity.actions.second_logins import close_with_first
from identity.domain.managers import Management
from identity.domain.roles import ALL_ROLES
from identity.store import users
from servicekit.db import EVERYONE
from servicekit.errors import Conflict, Unauthenticated

pytestmark = pytest.mark.servers

SECOND_PASSWORD = "Autre-Sesame-2026!"


@pytest.fixture
def managing(john: Any) -> Managing:
    return Managing(john)


def test_second_login_has_a_name_and_a_password_of_its_own_at_the_same_address(managing) -> None:
    john = managing.counter
    managing.begin(TENANT)
    [told] = john.events("SecondLoginEstablished")
    assert (told["login"], told["first_person_id"]) == ("John.Doe2", str(john.person_id()))
    registered = john.events("PersonRegistered")[-1]
    assert registered["email"] == "john.doe@example.com"
    john.set_password(john.token("SecondLoginEstablished"), SECOND_PASSWORD)
    assert john.sign_in("John.Doe2", SECOND_PASSWORD).person_id == managing.second
    assert john.sign_in().person_id == john.person_id(), "the first one's password is as it was"
    for login, password in (("John.Doe", SECOND_PASSWORD), ("John.Doe2", "Sesame-2026!")):
        with pytest.raises(Unauthenticated):
            john.sign_in(login, password)


def test_it_manages_all_tenants_of_the_company_and_no_other(managing, person) -> None:
    john = managing.counter
    john.open_tenant(tenant=OTHER)
    stranger = {"tenant": LATER, "organisation_id": uuid4()}
    john.open_tenant(**stranger, referent=person("Eve", "Roe"))
    first = resolve_rights(db=john.db, context=john.gateway(), person_id=john.person_id())
    managing.begin(TENANT, OTHER)
    rights = resolve_rights(db=john.db, context=john.gateway(), person_id=managing.second)
    assert {one.tenant for one in rights.tenants} == {TENANT, OTHER}
    assert all(one.roles == ALL_ROLES and one.managed for one in rights.tenants)
    assert all(one.offices == () for one in rights.tenants)
    assert str(managing.second) not in {
        one["person_id"] for one in john.events("IamUserCreated")
    }, "its names are taken in the domains"
    again = resolve_rights(db=john.db, context=john.gateway(), person_id=john.person_id())
    assert again == first, "the first login is as it was"
    assert ("users:manager:joined", f"person:{managing.second}") in john.trail(OTHER)
    assert len([one for one in john.events("TenantJoined") if one["newly_registered"]]) == 4


@pytest.mark.parametrize("known", [(), (TENANT,), (TENANT, LATER)])
def test_tenant_opened_meanwhile_is_joined_in_whatever_order_both_are_heard(
    managing, known
) -> None:
    managing.begin(*known)
    managing.counter.open_tenant(tenant=LATER)
    assert managing.tenants_of_second() == [TENANT, LATER]


def test_openings_and_the_beginning_at_once_leave_no_tenant_out(managing) -> None:
    codes = [TenantCode.numbered(number) for number in range(2000, 2008)]
    with ThreadPoolExecutor(max_workers=6) as pool:
        tasks = [pool.submit(managing.counter.open_tenant, tenant=code) for code in codes[:4]]
        tasks.append(pool.submit(managing.begin, TENANT))
        tasks += [pool.submit(managing.counter.open_tenant, tenant=code) for code in codes[4:]]
        for task in tasks:
            task.result()
    assert managing.tenants_of_second() == [TENANT, *codes]


def test_many_tenants_are_joined_and_left_in_portions(managing, monkeypatch) -> None:
    monkeypatch.setattr(manage_organisation, "_AT_ONCE", 2)
    codes = [TenantCode.numbered(number) for number in range(2000, 2004)]
    for code in codes:
        managing.counter.open_tenant(tenant=code)
    managing.begin(TENANT)
    assert len(managing.tenants_of_second()) == 2
    assert managing.do_what_is_due() == 2
    assert managing.tenants_of_second() == [TENANT, *codes]
    managing.end()
    managing.do_what_is_due()
    assert managing.tenants_of_second() == []


def test_told_twice_it_begins_once_and_not_at_all_after_its_end(managing) -> None:
    john, event_id = managing.counter, uuid4()
    managing.begin(TENANT, event_id=event_id)
    managing.begin(TENANT, event_id=event_id)
    managing.begin(TENANT)
    assert len(john.events("SecondLoginEstablished")) == 1
    late = Managing(john)
    late.end()
    late.begin(TENANT)
    assert len(john.events("SecondLoginEstablished")) == 1


def test_end_closes_the_login_at_once_and_leaves_every_tenant(managing) -> None:
    john = managing.counter
    managing.begin(TENANT)
    john.set_password(john.token("SecondLoginEstablished"), SECOND_PASSWORD)
    second = managing.second
    managing.end()
    managing.end()
    assert [one["person_id"] for one in john.events("PersonDisabled")] == [str(second)]
    assert [one["by_management"] for one in john.events("TenantLeft")] == [True]
    assert managing.tenants_of_second() == []
    with pytest.raises(Unauthenticated):
        john.sign_in("John.Doe2", SECOND_PASSWORD)
    john.open_tenant(tenant=LATER)
    assert managing.tenants_of_second() == []
    assert john.sign_in().person_id == john.person_id()


def test_management_that_begins_again_opens_the_same_login(managing) -> None:
    john = managing.counter
    managing.begin(TENANT)
    john.set_password(john.token("SecondLoginEstablished"), SECOND_PASSWORD)
    second = managing.second
    managing.end()
    again = Managing(john)
    again.begin(TENANT)
    assert john.sign_in("John.Doe2", SECOND_PASSWORD).person_id == second
    assert john.events("SecondLoginEstablished")[-1]["sealed_link"] is None
    assert again.tenants_of_second() == [TENANT]


def test_tenants_do_not_end_what_sales_gave_and_keep_a_manager_of_their_own(managing) -> None:
    john = managing.counter
    managing.begin(TENANT)
    john.set_password(john.token("SecondLoginEstablished"), SECOND_PASSWORD)
    about = {"tenant": TENANT, "person_id": managing.second}
    acting = {"db": john.db, "context": john.person(john.person_id()), "now": john.now}
    roles = {Section.INVOICES: Role.VISITOR}
    for end in (
        lambda: remove_user(**acting, **about),
        lambda: disable_user(**acting, **about),
        lambda: change_roles(**acting, **about, sealer=john.sealer, roles=roles),
        lambda: leave_tenant(
            db=john.db, context=john.person(managing.second), now=john.now, tenant=TENANT
        ),
    ):
        with pytest.raises(Conflict, match="user-manages-organisation"):
            end()
    assert managing.tenants_of_second() == [TENANT]
    with john.db.read(tenant=TENANT) as tx:
        managers = users.list_user_managers(tx, tenant=TENANT)
        mailed = users.list_administrators(tx, tenant=TENANT, limit=10)
    assert managers == mailed == [john.person_id()], "the second login does not count"


def test_forgotten_password_by_the_address_is_the_first_ones_by_the_login_its_own(managing):
    john = managing.counter
    managing.begin(TENANT)
    john.set_password(john.token("SecondLoginEstablished"), SECOND_PASSWORD)
    for identifier, login in (("john.doe@example.com", "John.Doe"), ("John.Doe2", "John.Doe2")):
        john.forget_password(CredentialKind.PORTAL, identifier)
        john.do_what_is_due()
        told = john.events("PasswordResetRequested")[-1]
        assert told["person_id"] == str(john.person_id(login))


def test_closing_the_first_login_closes_the_second(managing) -> None:
    john = managing.counter
    managing.begin(TENANT)
    close(john, john.person_id())
    assert not managing.is_open()


def close(john: Any, person_id: Any) -> None:
    with john.db.write(HEARD, tenant=EVERYONE) as tx:
        close_with_first(tx, first_person_id=person_id, now=john.now)


def test_who_leaves_the_last_of_the_managed_tenants_keeps_no_second_login(managing, person):
    """Jane has it; she is taken out of one tenant, then of the other."""
    john = managing.counter
    john.open_tenant(tenant=OTHER)
    jane = invited(john, person("Jane", "Roe"), TENANT)
    invited(john, person("Jane", "Roe"), OTHER)
    begin_for(managing, jane)
    for tenant, still_open in ((TENANT, True), (OTHER, False)):
        context = john.person(john.person_id(), tenant=tenant)
        remove_user(db=john.db, context=context, now=john.now, tenant=tenant, person_id=jane)
        managing.do_what_is_due()
        [row] = john.rows("SELECT enabled FROM persons WHERE second_of IS NOT NULL")
        assert row["enabled"] is still_open


def invited(john: Any, new: Any, tenant: TenantCode) -> Any:
    """And has accepted."""
    user = john.invite(new, {Section.USERS: Role.MANAGER}, by=john.person_id(), tenant=tenant)
    with john.db.write(HEARD, tenant=tenant) as tx:
        users.change_accepted(tx, tenant=tenant, person_id=user.person_id, at=john.now)
    return user.person_id


def begin_for(managing: Managing, person_id: Any) -> None:
    manage_organisation.begin_management(
        db=managing.counter.db,
        sealer=managing.counter.sealer,
        context=HEARD,
        now=managing.counter.now,
        event_id=uuid4(),
        management=Management(managing.management_id, COMPANY, "Exemple SA", person_id),
        tenants_of_today=(TENANT, OTHER),
    )


def test_opener_who_is_a_holder_needs_no_invitation_and_anybody_else_does(john, person) -> None:
    john.open_tenant(tenant=OTHER, owner=person("Jane", "Roe"), opened_by=str(john.person_id()))
    john.open_tenant(tenant=LATER, opened_by=str(uuid4()))
    accepted = john.rows(
        "SELECT tenant, accepted_at IS NOT NULL AS accepted, invited_until IS NULL AS settled"
        " FROM users WHERE person_id = %(person_id)s AND tenant <> %(tenant)s ORDER BY tenant",
        person_id=john.person_id(),
        tenant=TENANT,
    )
    assert [(row["tenant"], row["accepted"], row["settled"]) for row in accepted] == [
        (OTHER, True, True),
        (LATER, False, False),
    ]
    assert [one["tenant"] for one in john.events("UserInvited")] == [LATER]
