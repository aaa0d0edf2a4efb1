"""Inviting, changing, removing; lists; rights; staff."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import CredentialKind, Language, Office, Role, Section, StaffRole, TenantCode
from identity.actions.answer_invitation import accept_invitation
from identity.actions.appoint_staff import appoint_staff
from identity.actions.change_account import change_account
from identity.actions.change_roles import change_roles
from identity.actions.read_people import (
    get_account,
    get_person,
    list_staff,
    list_users,
    resolve_rights,
)
from identity.actions.remove_user import remove_user
from identity.actions.send_welcome import send_welcome_again
from identity.domain.roles import ALL_ROLES
from identity.store import users
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.errors import Conflict, Forbidden, GuichetError, Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")
VISITOR = {Section.INVOICES: Role.VISITOR}
USERS = {Section.USERS: Role.MANAGER}
STRONG = "Sesame-2026!"


def change(john: Any, person_id: UUID, roles: dict[Section, Role], *, by: UUID) -> Any:
    return change_roles(
        db=john.db,
        sealer=john.sealer,
        context=john.person(by),
        now=john.now,
        tenant=TENANT,
        person_id=person_id,
        roles=roles,
    )


def remove(john: Any, person_id: UUID) -> None:
    remove_user(
        db=john.db,
        context=john.person(john.person_id()),
        now=john.now,
        tenant=TENANT,
        person_id=person_id,
    )


def rights_of(john: Any, person_id: UUID) -> Any:
    return resolve_rights(db=john.db, context=john.gateway(), person_id=person_id)


def test_invited_person_is_registered_welcomed_and_sees_what_he_was_given(
    john: Any, person: Any
) -> None:
    jane = john.invite(
        person("Jane", "Roe", language=Language.ENGLISH), VISITOR, by=john.person_id()
    )
    assert (jane.login, jane.roles, jane.offices, jane.activated) == (
        "Jane.Roe",
        VISITOR,
        (),
        False,
    )
    assert john.events("PersonRegistered")[-1]["language"] == "en"
    assert john.events("WelcomeLinkIssued")[-1]["person_id"] == str(jane.person_id)
    assert len(john.events("IamUserCreated")) == 1, "John's alone: Jane has no console role"
    held = rights_of(john, jane.person_id)
    assert [(one.tenant, one.roles, one.offices) for one in held.tenants] == [(TENANT, VISITOR, ())]
    assert john.trail()[-1] == ("users:user:invited", f"person:{jane.person_id}")


def test_console_role_brings_an_iam_user(john: Any, person: Any) -> None:
    jane = john.invite(
        person("Jane", "Roe"), {Section.TECHNICAL_CONSOLE: Role.VISITOR}, by=john.person_id()
    )
    created = john.events("IamUserCreated")[-1]
    assert (created["person_id"], created["user_name"]) == (str(jane.person_id), "Jane.Roe")


def test_known_email_is_attached_not_duplicated(john: Any, person: Any) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    eve = john.invite(person("E.", "M.", email="EVE.MOON@example.com"), {}, by=john.person_id())
    assert eve.login == "Eve.Moon"
    assert {one.tenant for one in rights_of(john, eve.person_id).tenants} == {TENANT, OTHER}


@pytest.fixture
def eve(john: Any, person: Any) -> Any:
    """A stranger with a life elsewhere; John knows her e-mail, and calls her Mallory Zorn."""
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon", mobile="+33612345678"))
    token = john.token("WelcomeLinkIssued", of=str(john.person_id("Eve.Moon")))
    john.set_password(token, "Sesame-2026!")
    return john.invite(
        person("Mallory", "Zorn", email="eve.moon@example.com"),
        {Section.DASHBOARD: Role.VISITOR},
        by=john.person_id(),
    )


def test_inviting_a_known_email_tells_neither_names_nor_whether_there_is_a_password(
    john: Any, eve: Any
) -> None:
    listed = page_of(john, limit=10).items[-1]
    for shown in (eve, listed):
        assert (shown.given_name, shown.family_name) == ("Mallory", "Zorn")
        assert shown.activated is False
    assert page_of(john, search="zorn", limit=10).items == [listed]
    assert "moon" not in listed.sort_key
    found = john.rows("SELECT mobile FROM iam_users WHERE tenant = %(t)s", t=TENANT)
    assert [row["mobile"] for row in found] == [None, None], "nor her mobile number"
    mails = len(john.events("WelcomeLinkIssued"))
    send_welcome_again(
        db=john.db,
        sealer=john.sealer,
        context=john.person(john.person_id()),
        now=john.now,
        tenant=TENANT,
        person_id=eve.person_id,
    )
    assert len(john.events("WelcomeLinkIssued")) == mails


def test_roles_given_later_bring_no_mobile_number_of_a_stranger(
    john: Any, person: Any, eve: Any
) -> None:
    remove(john, eve.person_id)
    john.invite(person("Mallory", "Zorn", email="eve.moon@example.com"), {}, by=john.person_id())
    change(john, eve.person_id, {Section.DASHBOARD: Role.VISITOR}, by=john.person_id())
    found = john.rows("SELECT mobile FROM iam_users WHERE tenant = %(t)s", t=TENANT)
    assert [row["mobile"] for row in found] == [None, None]


def test_stranger_is_watched_by_no_tenant_that_has_merely_attached_him(john: Any, eve: Any) -> None:
    before, elsewhere = john.trail(), len(john.trail(OTHER))
    for _ in range(6):
        with pytest.raises(Unauthenticated):
            john.sign_in("Eve.Moon", "wrong")
    john.forget_password(CredentialKind.PORTAL, "Eve.Moon")
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), "Another-2026!")
    assert john.trail() == before
    assert len(john.trail(OTHER)) == elsewhere + 9, "6 refused, locked, forgotten, set"


def test_signing_in_accepts_nothing(john: Any, eve: Any) -> None:
    before = len(john.trail())
    john.sign_in("Eve.Moon", "Sesame-2026!")
    john.web_sign_in("Eve.Moon", "Sesame-2026!", domain=OTHER)
    assert page_of(john, limit=10).items[-1].family_name == "Zorn"
    assert len(john.trail()) == before


def test_who_accepts_is_seen_as_himself(john: Any, eve: Any) -> None:
    accept_invitation(db=john.db, context=john.person(eve.person_id), now=john.now, tenant=TENANT)
    john.sign_in("Eve.Moon", "Sesame-2026!")
    assert john.trail()[-1] == ("portal:sign-in:accepted", f"person:{eve.person_id}")
    listed = page_of(john, limit=10).items
    assert [(one.family_name, one.given_name) for one in listed] == [
        ("Doe", "John"),
        ("Moon", "Eve"),
    ]
    assert listed[-1].activated is True
    assert page_of(john, search="zorn", limit=10).items == []
    assert page_of(john, search="moon", limit=10).items == [listed[-1]]


def test_console_of_another_domain_accepts_nothing_here(john: Any, eve: Any) -> None:
    john.web_sign_in("Eve.Moon", "Sesame-2026!", domain=OTHER)
    assert page_of(john, limit=10).items[-1].family_name == "Zorn"


def test_person_registered_by_the_invitation_is_followed_at_once(john: Any, person: Any) -> None:
    jane = john.invite(person("Jane", "Roe"), VISITOR, by=john.person_id())
    john.set_password(john.token("WelcomeLinkIssued", of=str(jane.person_id)), "Sesame-2026!")
    assert john.trail()[-1] == ("portal:password:set", f"person:{jane.person_id}")
    assert page_of(john, limit=10).items[-1].activated is True


def test_user_of_the_tenant_cannot_be_invited_again(john: Any, person: Any) -> None:
    john.invite(person("Jane", "Roe"), VISITOR, by=john.person_id())
    with pytest.raises(Conflict, match="user-exists"):
        john.invite(person("Jane", "Roe"), USERS, by=john.person_id())
    assert len(john.events("TenantJoined")) == 2


def test_mobile_number_of_another_user_of_the_domain_is_refused(john: Any, person: Any) -> None:
    console = {Section.DASHBOARD: Role.VISITOR}
    john.invite(person("Jane", "Roe", mobile="+33611111111"), console, by=john.person_id())
    with pytest.raises(Conflict, match="mobile-taken"):
        john.invite(person("Eve", "Moon", mobile="+33611111111"), console, by=john.person_id())
    assert [event["login"] for event in john.events("PersonRegistered")] == [
        "John.Doe",
        "Jane.Roe",
    ]


def test_nobody_grants_what_he_does_not_hold(john: Any, person: Any) -> None:
    jane = john.invite(person("Jane", "Roe"), USERS | VISITOR, by=john.person_id())
    with pytest.raises(Forbidden) as refused:
        john.invite(person("Eve", "Moon"), {Section.INVOICES: Role.MANAGER}, by=jane.person_id)
    assert refused.value == Forbidden("role-not-held", {"sections": ["invoices"]})
    eve = john.invite(person("Eve", "Moon"), VISITOR, by=jane.person_id)
    with pytest.raises(Forbidden, match="role-not-held"):
        change(john, jane.person_id, {**USERS, Section.DASHBOARD: Role.VISITOR}, by=jane.person_id)
    assert change(john, eve.person_id, {}, by=jane.person_id).roles == {}


def test_role_that_a_section_does_not_have_is_refused(john: Any, person: Any) -> None:
    with pytest.raises(Invalid, match="role-not-in-section"):
        john.invite(
            person("Jane", "Roe"), {Section.BACKUP_CONSOLE: Role.MANAGER}, by=john.person_id()
        )


def test_changed_roles_replace_all_and_are_told(john: Any, person: Any) -> None:
    jane = john.invite(person("Jane", "Roe"), USERS | VISITOR, by=john.person_id())
    after = {Section.INVOICES: Role.MANAGER, Section.DASHBOARD: Role.VISITOR}
    changed = change(john, jane.person_id, after, by=john.person_id())
    assert changed.roles == after
    told = {"person_id": str(jane.person_id), "tenant": TENANT, "accepted": True}
    assert john.events("RolesChanged") == [{**told, "roles": after}]
    change(john, jane.person_id, after, by=john.person_id())
    assert len(john.events("RolesChanged")) == 1, "nobody is told of what stays as it is"
    assert john.events("IamUserCreated")[-1]["person_id"] == str(jane.person_id)
    assert john.trail()[-1] == ("users:roles:changed", f"person:{jane.person_id}")


def disable_john(john: Any) -> None:
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run("UPDATE persons SET enabled = false WHERE login = 'John.Doe'", {})


@pytest.mark.parametrize("office", [Office.REFERENT, Office.DOMAIN_OWNER])
@pytest.mark.parametrize("himself", [False, True])
def test_holder_of_an_office_loses_no_role_to_anybody(
    counter: Any, person: Any, office: Office, himself: bool
) -> None:
    counter.open_tenant(owner=person("Olga", "Owner"))
    holder = counter.person_id("John.Doe" if office is Office.REFERENT else "Olga.Owner")
    jane = counter.invite(person("Jane", "Roe"), USERS, by=holder)
    before = rights_of(counter, holder)
    weaker_ones: list[dict[Section, Role]] = [
        {},
        USERS,
        {**ALL_ROLES, Section.INVOICES: Role.VISITOR},
        {section: role for section, role in ALL_ROLES.items() if section != Section.DASHBOARD},
    ]
    for weaker in weaker_ones:
        with pytest.raises(Conflict) as refused:
            change(counter, holder, weaker, by=holder if himself else jane.person_id)
        assert refused.value == Conflict("office-held", {"offices": [office.value]})
    assert rights_of(counter, holder) == before
    assert counter.events("RolesChanged") == []


def test_holder_of_an_office_may_be_given_back_what_he_lacks(john: Any, person: Any) -> None:
    with john.db.write(system_context(service="identity", call="test"), tenant=TENANT) as tx:
        tx.run("DELETE FROM memberships WHERE section = 'support'", {})
    fewer: dict[Section, Role] = {
        section: role for section, role in ALL_ROLES.items() if section != Section.SUPPORT
    }
    assert change(john, john.person_id(), fewer, by=john.person_id()).roles == fewer
    jane = john.invite(person("Jane", "Roe"), USERS, by=john.person_id())
    with pytest.raises(Forbidden, match="role-not-held"):
        change(john, john.person_id(), dict(ALL_ROLES), by=jane.person_id)
    with john.db.write(system_context(service="identity", call="test"), tenant=TENANT) as tx:
        users.change_roles(tx, tenant=TENANT, person_id=jane.person_id, roles=ALL_ROLES)
    changed = change(john, john.person_id(), dict(ALL_ROLES), by=jane.person_id)
    assert changed.roles == ALL_ROLES


def active_manager(john: Any, new: Any) -> Any:
    """Of Users there, with a portal password of his own."""
    user = john.invite(new, USERS, by=john.person_id())
    john.set_password(john.token("WelcomeLinkIssued", of=str(user.person_id)), STRONG)
    return user


def test_last_manager_of_users_stays(john: Any, person: Any) -> None:
    jane = active_manager(john, person("Jane", "Roe"))
    disable_john(john)
    with pytest.raises(Conflict, match="last-user-manager"):
        change(john, jane.person_id, {}, by=jane.person_id)


def test_who_cannot_act_replaces_no_manager_of_users_and_may_go(john: Any, person: Any) -> None:
    """Bob has no password yet, and Eve, who has one, has not accepted."""
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    john.set_password(john.token("WelcomeLinkIssued", of=str(john.person_id("Eve.Moon"))), STRONG)
    jane = active_manager(john, person("Jane", "Roe"))
    bob = john.invite(person("Bob", "Help"), USERS, by=john.person_id())
    eve = john.invite(person("Eve", "Moon"), USERS, by=john.person_id())
    disable_john(john)
    with pytest.raises(Conflict, match="last-user-manager"):
        change(john, jane.person_id, {}, by=jane.person_id)
    for idle in (bob, eve):
        assert change(john, idle.person_id, {}, by=jane.person_id).roles == {}


def test_two_managers_who_demote_each_other_at_once_leave_one(john: Any, person: Any) -> None:
    jane = active_manager(john, person("Jane", "Roe"))
    eve = active_manager(john, person("Eve", "Moon"))
    disable_john(john)
    pairs = [(eve.person_id, jane.person_id), (jane.person_id, eve.person_id)]

    def demote(pair: tuple[UUID, UUID]) -> str | None:
        by, whom = pair
        try:
            change(john, whom, {}, by=by)
        except GuichetError as error:
            return error.code
        return None

    with ThreadPoolExecutor(max_workers=2) as pool:
        codes = list(pool.map(demote, pairs))
    assert sorted(codes, key=str) == [None, "last-user-manager"]


def test_removed_user_is_gone_with_his_api_login(john: Any, person: Any) -> None:
    jane = john.invite(
        person("Jane", "Roe"), {Section.DASHBOARD: Role.VISITOR}, by=john.person_id()
    )
    remove(john, jane.person_id)
    assert rights_of(john, jane.person_id).tenants == ()
    assert john.rows("SELECT 1 FROM iam_users WHERE user_name = 'Jane.Roe'") == []
    told = {"person_id": str(jane.person_id), "tenant": TENANT, "how": "removed"}
    assert john.events("TenantLeft") == [{**told, "accepted": True, "by_management": False}]
    assert john.trail()[-1] == ("users:user:removed", f"person:{jane.person_id}")
    with pytest.raises(NotFound, match="user-unknown"):
        remove(john, jane.person_id)
    assert john.invite(person("Jane", "Roe"), VISITOR, by=john.person_id()).login == "Jane.Roe"


def test_holder_of_an_office_is_not_removed(john: Any, person: Any) -> None:
    john.invite(person("Jane", "Roe"), USERS, by=john.person_id())
    with pytest.raises(Conflict) as refused:
        remove(john, john.person_id())
    assert refused.value == Conflict("office-held", {"offices": ["domain_owner", "referent"]})


def test_users_are_listed_by_family_name_page_by_page(john: Any, person: Any) -> None:
    names = [("Zoé", "Ébert"), ("Anna", "Zola"), ("Bruno", "Eber"), ("Carl", "Ébert")]
    for given_name, family_name in names:
        john.invite(
            person(given_name, family_name, email=f"{uuid4()}@example.com"),
            {},
            by=john.person_id(),
        )
    seen, cursor = [], None
    for _ in range(5):
        found = page_of(john, cursor=cursor, limit=2)
        seen += [f"{user.given_name} {user.family_name}" for user in found.items]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert seen == ["John Doe", "Bruno Eber", "Carl Ébert", "Zoé Ébert", "Anna Zola"]


def page_of(john: Any, *, search: str | None = None, cursor: str | None = None, limit: int) -> Any:
    return list_users(
        db=john.db,
        context=john.person(john.person_id()),
        tenant=TENANT,
        search=search,
        cursor=cursor,
        limit=limit,
    )


@pytest.mark.parametrize(
    ("search", "logins"),
    [("ebert", ["Zoe.Ebert"]), ("ZOÉ", ["Zoe.Ebert"]), ("%", []), ("_", []), ("doe", ["John.Doe"])],
)
def test_users_are_searched_by_folded_text_never_by_pattern(
    john: Any, person: Any, search: str, logins: list[str]
) -> None:
    john.invite(person("Zoé", "Ébert", email="zoe@example.com"), {}, by=john.person_id())
    assert [user.login for user in page_of(john, search=search, limit=10).items] == logins


def test_users_of_another_tenant_are_not_seen(john: Any, person: Any) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    assert [user.login for user in page_of(john, limit=10).items] == ["John.Doe"]


def test_row_level_security_hides_others_from_a_query_without_a_tenant(
    john: Any, person: Any
) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    for table in ("tenants", "users", "memberships", "offices", "iam_users"):
        with john.db.read(tenant=OTHER) as tx:
            found = tx.rows(f"SELECT DISTINCT tenant FROM {table}", {}, dict)
        assert found == [{"tenant": OTHER}]


def test_rights_name_roles_offices_and_staff_roles(john: Any) -> None:
    held = rights_of(john, john.person_id())
    assert (held.enabled, held.staff) == (True, ())
    assert held.tenants[0].offices == (Office.DOMAIN_OWNER, Office.REFERENT)
    assert held.tenants[0].roles[Section.USERS] is Role.MANAGER


def test_disabled_person_holds_nothing(john: Any) -> None:
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run("UPDATE persons SET enabled = false", {})
    held = rights_of(john, john.person_id())
    assert (held.enabled, held.tenants) == (False, ())


def test_unknown_person_has_neither_rights_nor_claims(john: Any) -> None:
    with pytest.raises(NotFound, match="person-unknown"):
        rights_of(john, uuid4())
    with pytest.raises(NotFound, match="person-unknown"):
        get_person(db=john.db, context=john.gateway(), person_id=uuid4())


def test_account_shows_rules_and_iam_users_and_changes_language(john: Any) -> None:
    context = john.person(john.person_id())
    account = get_account(db=john.db, context=context, now=john.now)
    assert (account.login, account.rules.minimum_length) == ("John.Doe", 10)
    assert account.password_changed_at == john.now
    assert [(one.tenant, one.api_password_set) for one in account.iam_users] == [(TENANT, True)]
    changed = change_account(db=john.db, context=context, now=john.now, language=Language.ENGLISH)
    assert changed.language is Language.ENGLISH
    assert john.events("PersonChanged")[-1]["language"] == "en"


def appoint(john: Any, new: Any, *roles: StaffRole) -> Any:
    return appoint_staff(
        db=john.db,
        sealer=john.sealer,
        context=system_context(service="identity", call="identity.appoint_staff"),
        now=john.now,
        new=new,
        roles=roles,
    )


def test_staff_are_welcomed_once_and_listed(counter: Any, person: Any) -> None:
    first = appoint(counter, person("Ada", "Ops", login="ada.ops"), StaffRole.OPERATOR)
    again = appoint(counter, person("Ada", "Ops", login="ada.ops"), StaffRole.OPERATOR)
    assert first == again
    assert [event["tenant"] for event in counter.events("WelcomeLinkIssued")] == [None]
    assert len(counter.events("StaffAppointed")) == 1
    both = appoint(counter, person("Ada", "Ops"), StaffRole.SALES)
    assert both.roles == (StaffRole.OPERATOR, StaffRole.SALES)
    assert rights_of(counter, both.person_id).staff == both.roles
    listed = list_staff(db=counter.db, context=counter.gateway(), cursor=None, limit=10)
    assert [member.login for member in listed.items] == ["ada.ops"]
    assert counter.trail("-")[0] == ("links:welcome:sent", f"person:{both.person_id}")


def test_login_of_somebody_else_is_taken(counter: Any, person: Any) -> None:
    appoint(counter, person("Ada", "Ops", login="ada.ops"), StaffRole.OPERATOR)
    with pytest.raises(Conflict, match="login-taken"):
        appoint(counter, person("Eve", "Moon", login="ADA.OPS"), StaffRole.SALES)
    listed = list_staff(db=counter.db, context=counter.gateway(), cursor=None, limit=10)
    assert len(listed.items) == 1


def test_same_stranger_invited_into_many_tenants_at_once_is_one_person(
    counter: Any, person: Any
) -> None:
    codes = [TenantCode.numbered(number) for number in range(1, 9)]

    def open_one(code: TenantCode) -> None:
        counter.open_tenant(tenant=code, referent=person("John", "Doe"))

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(open_one, codes))
    assert len(counter.events("PersonRegistered")) == 1
    assert len(rights_of(counter, counter.person_id()).tenants) == 8


def test_namesakes_registered_at_once_get_different_logins(counter: Any, person: Any) -> None:
    codes = [TenantCode.numbered(number) for number in range(1, 9)]

    def open_one(code: TenantCode) -> None:
        counter.open_tenant(
            tenant=code, referent=person("John", "Doe", email=f"{code}@example.com")
        )

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(open_one, codes))
    logins = {event["login"] for event in counter.events("PersonRegistered")}
    assert logins == {"John.Doe", *(f"John.Doe{number}" for number in range(2, 9))}
