"""Editing, disabling, enabling, leaving; IAM users; who may do what and who could let him."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from services.identity.tests.actions.racing import at_once

from contracts.codes import Office, Role, Section, TenantCode
from contracts.explaining import GrantPath, Reason
from contracts.identity import User as ShownUser
from contracts.identity import UserState
from identity.actions.change_iam_user import (
    disable_iam_user,
    enable_iam_user,
    request_own_api_password_link,
    send_console_welcome_again,
)
from identity.actions.change_roles import change_roles
from identity.actions.change_user import change_user
from identity.actions.disable_user import disable_user, enable_user
from identity.actions.explain_access import explain_access
from identity.actions.read_people import get_user, list_iam_users, list_users, resolve_rights
from identity.actions.remove_user import leave_tenant, remove_user
from identity.actions.reset_failed_login import reset_failed_login
from identity.clients.sealing import Sealer
from servicekit.editions import edition_of
from servicekit.errors import Conflict, Forbidden, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")
USERS = {Section.USERS: Role.MANAGER}
CONSOLE = {Section.TECHNICAL_CONSOLE: Role.MANAGER}
PASSWORD = "Sesame-2026!"
SEALER = Sealer(Fernet.generate_key().decode())


def by(john: Any, caller: UUID, tenant: TenantCode = TENANT) -> dict[str, Any]:
    context = john.person(caller, tenant=tenant)
    return {"db": john.db, "context": context, "now": john.now, "tenant": tenant}


def on(john: Any, person_id: UUID, *, caller: UUID | None = None, **more: Any) -> dict[str, Any]:
    return {**by(john, caller or john.person_id(), **more), "person_id": person_id}


def tenants_of(john: Any, person_id: UUID) -> list[str]:
    held = resolve_rights(db=john.db, context=john.gateway(), person_id=person_id)
    return [one.tenant for one in held.tenants]


def listed(john: Any, **asked: Any) -> list[str]:
    """Logins."""
    wanted = {"search": None, "cursor": None, "limit": 50, **asked}
    page = list_users(db=john.db, context=john.gateway(), tenant=TENANT, **wanted)
    return [user.login for user in page.items]


@pytest.fixture
def jane(john: Any, person: Any) -> Any:
    """Registered by John, activated, with the console and its API password."""
    jane = john.invite(person("Jane", "Roe"), USERS | CONSOLE, by=john.person_id())
    john.set_password(john.token("WelcomeLinkIssued", of=str(jane.person_id)), PASSWORD)
    john.set_password(john.token("IamUserCreated", of=str(jane.person_id)), "open9sesame")
    return get_user(db=john.db, context=john.gateway(), tenant=TENANT, person_id=jane.person_id)


def welcome_to_console(**asked: Any) -> Any:
    return send_console_welcome_again(**asked, sealer=Sealer(Fernet.generate_key().decode()))


# --- one user, edited -----------------------------------------------------------------------------


def test_a_tenant_calls_a_user_as_it_likes_and_his_own_names_stay(john: Any, jane: Any) -> None:
    names = {"given_name": "Janet", "family_name": "Aaron"}
    changed = change_user(**on(john, jane.person_id), **names, mobile="+33611111111")
    assert (changed.given_name, changed.family_name) == ("Janet", "Aaron")
    assert changed.mobile == "+33611111111"
    assert listed(john) == ["Jane.Roe", "John.Doe"], "sorted as called"
    assert listed(john, search="aaron") == ["Jane.Roe"]
    own = john.rows("SELECT given_name, mobile FROM persons WHERE login = 'Jane.Roe'")
    assert own == [{"given_name": "Jane", "mobile": None}]
    assert john.trail()[-1] == ("users:user:changed", f"person:{jane.person_id}")
    entry = john.rows("SELECT details FROM house.audit_entries WHERE action = 'users:user:changed'")
    assert "Janet" not in str(entry), "the trail outlives the person"
    back = change_user(
        **on(john, jane.person_id), given_name="Jane", family_name="Roe", mobile=None
    )
    assert (back.given_name, back.mobile) == ("Jane", None)
    assert listed(john) == ["John.Doe", "Jane.Roe"]


def seen(john: Any, person_id: UUID) -> str:
    user = get_user(db=john.db, context=john.gateway(), tenant=TENANT, person_id=person_id)
    return edition_of(ShownUser().dump(user))


def test_who_has_read_an_older_edition_of_a_user_changes_nothing(john: Any, jane: Any) -> None:
    read_by_both = seen(john, jane.person_id)
    first = {"given_name": "Janet", "family_name": "Roe", "mobile": None}
    change_user(**on(john, jane.person_id), **first, edition=read_by_both)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        change_user(
            **on(john, jane.person_id), **{**first, "given_name": "J."}, edition=read_by_both
        )
    with pytest.raises(Conflict, match="changed-meanwhile"):
        change_roles(
            **on(john, jane.person_id),
            sealer=SEALER,
            roles={Section.INVOICES: Role.VISITOR},
            edition=read_by_both,
        )
    user = get_user(db=john.db, context=john.gateway(), tenant=TENANT, person_id=jane.person_id)
    assert user.given_name == "Janet"
    after = change_roles(
        **on(john, jane.person_id),
        sealer=SEALER,
        roles={Section.INVOICES: Role.VISITOR},
        edition=seen(john, jane.person_id),
    )
    assert after.roles == {Section.INVOICES: Role.VISITOR}


def test_of_two_at_once_with_the_same_edition_one_is_told(john: Any, jane: Any) -> None:
    read_by_both = seen(john, jane.person_id)

    given = {**on(john, jane.person_id), "mobile": None, "edition": read_by_both}
    given.pop("db")
    acts = [
        (change_user, {**given, "given_name": name, "family_name": "Roe"})
        for name in ("One", "Two")
    ]
    assert at_once(john.url, *acts) == ["changed-meanwhile", "done"]


def test_changing_nothing_is_no_act(john: Any, jane: Any) -> None:
    before = john.trail()
    change_user(**on(john, jane.person_id), given_name="Jane", family_name="Roe", mobile=None)
    assert john.trail() == before


def test_a_number_serves_one_iam_user_of_a_domain(john: Any, person: Any, jane: Any) -> None:
    named = {"given_name": "Jane", "family_name": "Roe"}
    change_user(**on(john, jane.person_id), **named, mobile="+33611111111")
    eve = john.invite(person("Eve", "Moon"), CONSOLE, by=john.person_id())
    theirs = {"given_name": "Eve", "family_name": "Moon"}
    with pytest.raises(Conflict, match="mobile-taken"):
        change_user(**on(john, eve.person_id), **theirs, mobile="+33611111111")
    max = john.invite(person("Max", "Sun"), {}, by=john.person_id())
    with pytest.raises(Conflict, match="no-iam-user"):
        change_user(
            **on(john, max.person_id), given_name="Max", family_name="Sun", mobile="+33622222222"
        )
    assert john.api_sign_in("+33611111111", "open9sesame").person_id == jane.person_id


def change_to(**on_whom: Any) -> Any:
    return change_user(**on_whom, given_name="X", family_name="Y", mobile=None)


def get(*, now: Any, **on_whom: Any) -> Any:
    return get_user(**on_whom)


def explain(*, now: Any, **on_whom: Any) -> Any:
    return explain_access(**on_whom, act="tenancy.get_contract")


@pytest.mark.parametrize("act", [disable_user, enable_user, remove_user, change_to, get, explain])
def test_users_of_another_tenant_are_out_of_reach(john: Any, person: Any, act: Any) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    eve = john.person_id("Eve.Moon")
    with pytest.raises(NotFound, match="user-unknown"):
        act(**on(john, eve))
    assert tenants_of(john, eve) == [OTHER]


@pytest.mark.parametrize(
    "act", [reset_failed_login, disable_iam_user, enable_iam_user, welcome_to_console]
)
def test_iam_users_of_another_domain_are_out_of_reach(john: Any, person: Any, act: Any) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    theirs = john.iam_user_id("Eve.Moon", OTHER)
    with pytest.raises(NotFound, match="iam-user-unknown"):
        act(**by(john, john.person_id()), iam_user_id=theirs)


# --- disabled -------------------------------------------------------------------------------------


def test_disabled_user_holds_nothing_here_and_no_door_of_the_domain_opens(
    john: Any, person: Any, jane: Any
) -> None:
    disabled = disable_user(**on(john, jane.person_id))
    assert disabled.disabled_at == john.now
    assert disabled.roles == jane.roles, "kept for the day he is enabled again"
    assert tenants_of(john, jane.person_id) == []
    for door in (
        lambda: john.web_sign_in("Jane.Roe", PASSWORD),
        lambda: john.api_sign_in("Jane.Roe", "open9sesame"),
    ):
        with pytest.raises(Unauthenticated, match="sign-in-refused"):
            door()
    assert john.sign_in("Jane.Roe", PASSWORD).person_id == jane.person_id, "the portal is his"
    told = {"person_id": str(jane.person_id), "tenant": TENANT, "accepted": True}
    assert john.events("UserDisabled") == [told]
    assert john.trail()[-1][0] != "users:user:enabled"
    with pytest.raises(Forbidden, match="role-not-held"):
        john.invite(person("Eve", "Moon"), CONSOLE, by=jane.person_id)


def test_enabled_again_he_has_what_he_had(john: Any, jane: Any) -> None:
    disable_user(**on(john, jane.person_id))
    assert listed(john, state=UserState.DISABLED) == ["Jane.Roe"]
    enable_user(**on(john, jane.person_id))
    assert tenants_of(john, jane.person_id) == [TENANT]
    assert john.api_sign_in("Jane.Roe", "open9sesame").person_id == jane.person_id
    assert listed(john, state=UserState.DISABLED) == []
    acts = [action for action, target in john.trail() if target == f"person:{jane.person_id}"]
    assert [act for act in acts if act.startswith("users:user")] == [
        "users:user:invited",
        "users:user:disabled",
        "users:user:enabled",
    ]


def test_stranger_who_has_not_accepted_is_told_as_such_whatever_is_done_to_him(
    john: Any, person: Any
) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    eve = john.invite(person("Eve", "Moon"), USERS, by=john.person_id())
    disable_user(**on(john, eve.person_id))
    enable_user(**on(john, eve.person_id))
    change_to(**on(john, eve.person_id))
    remove_user(**on(john, eve.person_id))
    for name in ("UserDisabled", "UserEnabled", "UserChanged", "TenantLeft"):
        assert [event["accepted"] for event in john.events(name)] == [False], name
    assert tenants_of(john, eve.person_id) == [OTHER]


def test_disabling_twice_is_disabling_once(john: Any, jane: Any) -> None:
    disable_user(**on(john, jane.person_id))
    disable_user(**on(john, jane.person_id))
    assert len(john.events("UserDisabled")) == 1


def test_enabling_gives_nothing_that_the_enabler_has_not(john: Any, person: Any, jane: Any) -> None:
    eve = john.invite(person("Eve", "Moon"), {Section.INVOICES: Role.MANAGER}, by=john.person_id())
    disable_user(**on(john, eve.person_id, caller=jane.person_id))
    with pytest.raises(Forbidden, match="role-not-held"):
        enable_user(**on(john, eve.person_id, caller=jane.person_id))


def test_neither_holders_of_an_office_nor_oneself_is_disabled(john: Any, jane: Any) -> None:
    with pytest.raises(Conflict) as refused:
        disable_user(**on(john, john.person_id(), caller=jane.person_id))
    assert refused.value == Conflict("office-held", {"offices": ["domain_owner", "referent"]})
    with pytest.raises(Conflict, match="not-oneself"):
        disable_user(**on(john, jane.person_id, caller=jane.person_id))


def test_list_of_those_not_activated(john: Any, person: Any, jane: Any) -> None:
    max = john.invite(person("Max", "Sun"), {}, by=john.person_id())
    assert listed(john, state=UserState.INVITED) == ["Max.Sun"]
    assert listed(john, state=UserState.INVITED, search="roe") == []
    john.set_password(john.token("WelcomeLinkIssued", of=str(max.person_id)), PASSWORD)
    assert listed(john, state=UserState.INVITED) == []


# --- leaving --------------------------------------------------------------------------------------


def test_who_leaves_is_gone_with_his_iam_user(john: Any, jane: Any) -> None:
    leave_tenant(**by(john, jane.person_id))
    assert tenants_of(john, jane.person_id) == []
    assert listed(john) == ["John.Doe"]
    with pytest.raises(Unauthenticated):
        john.api_sign_in("Jane.Roe", "open9sesame")
    told = john.events("TenantLeft")
    gone = {"person_id": str(jane.person_id), "tenant": TENANT, "how": "left", "accepted": True}
    assert told == [{**gone, "by_management": False}]
    assert john.trail()[-1] == ("users:user:left", f"person:{jane.person_id}")


def test_holder_of_an_office_hands_over_before_he_leaves(john: Any) -> None:
    with pytest.raises(Conflict) as refused:
        leave_tenant(**by(john, john.person_id()))
    assert refused.value == Conflict("office-held", {"offices": ["domain_owner", "referent"]})


def test_stranger_does_not_learn_which_contracts_exist_by_leaving_them(
    john: Any, person: Any
) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    eve = john.person_id("Eve.Moon")
    for code in (TENANT, TenantCode("OCB0009999")):
        with pytest.raises(NotFound) as refused:
            leave_tenant(**by(john, eve, tenant=code))
        assert refused.value == NotFound("user-unknown")


def without_offices(john: Any) -> None:
    """Nobody holds an office there, so that only the guard on Users is in the way."""
    with john.db.write(john.gateway(), tenant=TENANT) as tx:
        tx.run("DELETE FROM offices WHERE tenant = %(t)s", {"t": TENANT})


@pytest.mark.parametrize("acts", [("remove", "remove"), ("disable", "remove"), ("leave", "leave")])
def test_two_processes_at_once_leave_one_manager_of_users(
    john: Any, jane: Any, acts: tuple[str, str]
) -> None:
    without_offices(john)
    pair = (john.person_id(), jane.person_id)
    actions = {"remove": remove_user, "disable": disable_user, "leave": leave_tenant}

    def racer(act: str, me: UUID, other: UUID) -> Any:
        given = {"context": john.person(me), "now": john.now, "tenant": TENANT}
        return actions[act], given if act == "leave" else {**given, "person_id": other}

    said = at_once(john.url, *map(racer, acts, pair, reversed(pair)))
    assert said == ["done", "last-user-manager"]
    managing = [
        one
        for one in pair
        if any(
            held.roles.get(Section.USERS) is Role.MANAGER
            for held in resolve_rights(db=john.db, context=john.gateway(), person_id=one).tenants
        )
    ]
    assert len(managing) == 1


# --- IAM users ------------------------------------------------------------------------------------


def test_disabled_iam_user_opens_the_console_by_no_way_and_the_rest_stays(
    john: Any, jane: Any
) -> None:
    iam = {**by(john, john.person_id()), "iam_user_id": john.iam_user_id("Jane.Roe")}
    assert disable_iam_user(**iam).disabled_at == john.now
    for door in (
        lambda: john.web_sign_in("Jane.Roe", PASSWORD),
        lambda: john.api_sign_in("Jane.Roe", "open9sesame"),
    ):
        with pytest.raises(Unauthenticated, match="sign-in-refused"):
            door()
    held = resolve_rights(db=john.db, context=john.gateway(), person_id=jane.person_id)
    assert [one.roles for one in held.tenants] == [USERS]
    assert john.events("IamUserDisabled")[-1]["user_name"] == "Jane.Roe"
    assert enable_iam_user(**iam).disabled_at is None
    counts_from = john.rows("SELECT enabled_at FROM iam_users WHERE user_name = 'Jane.Roe'")
    assert counts_from == [{"enabled_at": john.now}], "idle days start anew"
    assert john.api_sign_in("Jane.Roe", "open9sesame").person_id == jane.person_id


def test_domain_owner_and_oneself_are_not_disabled_on_the_console(john: Any, jane: Any) -> None:
    with pytest.raises(Conflict, match="office-held"):
        disable_iam_user(**by(john, jane.person_id), iam_user_id=john.iam_user_id())
    with pytest.raises(Conflict, match="not-oneself"):
        disable_iam_user(**by(john, jane.person_id), iam_user_id=john.iam_user_id("Jane.Roe"))


def test_iam_users_are_found_by_name_or_address(john: Any, jane: Any) -> None:
    def found(search: str) -> list[str]:
        asked = {**by(john, john.person_id()), "cursor": None, "limit": 10}
        return [user.user_name for user in list_iam_users(**asked, search=search).items]

    assert found("JANE") == ["Jane.Roe"]
    assert found("doe@example") == ["John.Doe"]
    assert found("%") == []


def test_link_for_the_api_password_again_ends_the_older(john: Any, person: Any) -> None:
    eve = john.invite(person("Eve", "Moon"), CONSOLE, by=john.person_id())
    older = john.token("IamUserCreated", of=str(eve.person_id))
    send_console_welcome_again(
        **by(john, john.person_id()), sealer=john.sealer, iam_user_id=john.iam_user_id("Eve.Moon")
    )
    with pytest.raises(NotFound, match="link-not-usable"):
        john.set_password(older, "open9sesame")
    john.set_password(john.token("IamUserCreated", of=str(eve.person_id)), "open9sesame")
    send_console_welcome_again(
        **by(john, john.person_id()), sealer=john.sealer, iam_user_id=john.iam_user_id("Eve.Moon")
    )
    john.set_password(john.token("PasswordResetRequested"), "other9sesame")
    assert john.api_sign_in("Eve.Moon", "other9sesame").person_id == eve.person_id


def test_own_api_password_is_set_by_a_link_and_the_portal_password_stays(
    john: Any, jane: Any
) -> None:
    mine = {"db": john.db, "sealer": john.sealer, "now": john.now}
    request_own_api_password_link(
        **mine, context=john.person(jane.person_id), iam_user_id=john.iam_user_id("Jane.Roe")
    )
    john.set_password(john.token("PasswordResetRequested"), "other9sesame")
    assert john.api_sign_in("Jane.Roe", "other9sesame").person_id == jane.person_id
    assert john.sign_in("Jane.Roe", PASSWORD).person_id == jane.person_id
    with pytest.raises(NotFound, match="iam-user-unknown"):
        request_own_api_password_link(
            **mine, context=john.person(jane.person_id), iam_user_id=john.iam_user_id()
        )


# --- what may he do? ------------------------------------------------------------------------------


def explained(john: Any, person_id: UUID, act: str) -> Any:
    return explain_access(
        db=john.db, context=john.gateway(), tenant=TENANT, person_id=person_id, act=act
    )


def test_a_missing_role_is_named_with_who_can_give_it(john: Any, jane: Any) -> None:
    found = explained(john, jane.person_id, "subscriptions.place_order")
    assert (found.allowed, found.code, found.held_role) == (False, "role-missing", None)
    assert found.path is GrantPath.USERS_MANAGER
    assert [one.login for one in found.grantors] == ["John.Doe"], "Jane manages users, but has not"
    assert explained(john, john.person_id(), "subscriptions.place_order").allowed


def test_who_cannot_act_is_not_said_to_give_a_role(john: Any, person: Any, jane: Any) -> None:
    buyer = USERS | {Section.SERVICES: Role.MANAGER}
    bob = john.invite(person("Bob", "Help"), buyer, by=john.person_id())
    act = "subscriptions.place_order"
    assert [one.login for one in explained(john, jane.person_id, act).grantors] == ["John.Doe"]
    john.set_password(john.token("WelcomeLinkIssued", of=str(bob.person_id)), PASSWORD)
    named = {one.login for one in explained(john, jane.person_id, act).grantors}
    assert named == {"John.Doe", "Bob.Help"}


def test_an_office_is_handed_over_by_its_holder(john: Any, jane: Any) -> None:
    found = explained(john, jane.person_id, "tenancy.rename_contract")
    assert (found.allowed, found.path) == (False, GrantPath.OFFICE_HOLDER)
    assert found.offices == (Office.REFERENT,)
    assert [one.name for one in found.grantors] == ["John Doe"]


def test_disabled_user_may_nothing_and_the_answer_says_why(john: Any, jane: Any) -> None:
    assert explained(john, jane.person_id, "identity.list_users").allowed
    disable_user(**on(john, jane.person_id))
    found = explained(john, jane.person_id, "identity.list_users")
    assert (found.allowed, found.code) == (False, "tenant-foreign")
    assert found.disabled_at == john.now
    assert (found.held_role, found.reasons) == (None, (Reason.USER_DISABLED,))


def test_a_closed_login_is_opened_by_staff_alone(john: Any, jane: Any) -> None:
    with john.db.write(john.gateway(), tenant=TENANT) as tx:
        close_doors(tx, person_id=jane.person_id)
    found = explained(john, jane.person_id, "identity.list_users")
    assert (found.allowed, found.held_role, found.login_closed) == (False, None, True)
    assert found.reasons == (Reason.LOGIN_CLOSED,)
    assert (found.path, found.grantors) == (GrantPath.OPERATOR, ())
    found = explained(john, jane.person_id, "subscriptions.place_order")
    assert found.reasons == (Reason.LOGIN_CLOSED, Reason.RIGHT_MISSING)
    assert found.path is GrantPath.USERS_MANAGER


def close_doors(tx: Any, *, person_id: UUID) -> None:
    tx.run("UPDATE persons SET enabled = false WHERE id = %(id)s", {"id": person_id})


def test_that_a_stranger_s_login_is_closed_is_told_nowhere(john: Any, person: Any) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    eve = john.invite(person("Eve", "Moon"), USERS, by=john.person_id())
    with john.db.write(john.gateway(), tenant=TENANT) as tx:
        close_doors(tx, person_id=eve.person_id)
    found = explained(john, eve.person_id, "identity.list_users")
    assert (found.login_closed, found.reasons) == (False, (Reason.RIGHT_MISSING,))


def test_a_disabled_iam_user_holds_nothing_on_the_console_and_the_answer_says_why(
    john: Any, jane: Any
) -> None:
    iam = john.iam_user_id("Jane.Roe")
    disable_iam_user(**by(john, john.person_id()), iam_user_id=iam)
    found = explained(john, jane.person_id, "identity.disable_iam_user")
    assert (found.allowed, found.held_role, found.iam_user_disabled) == (False, None, True)
    assert found.reasons == (Reason.IAM_USER_DISABLED,)
    assert (found.path, found.grantors) == (GrantPath.CONSOLE_MANAGER, ())
    assert explained(john, jane.person_id, "identity.list_users").reasons == ()


@pytest.mark.parametrize("act", ["", "identity.sign_in", "staff.all", "identity.get_account"])
def test_what_is_no_act_of_a_contract_is_unknown(john: Any, act: str) -> None:
    with pytest.raises(NotFound, match="act-unknown"):
        explained(john, john.person_id(), act)
    with pytest.raises(NotFound, match="user-unknown"):
        explained(john, uuid4(), "identity.list_users")
