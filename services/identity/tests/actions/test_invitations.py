"""Somebody who has a login is invited: he accepts, declines, or lets it run out."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import CredentialKind, Role, Section, TenantCode
from contracts.identity import LinkPurpose, UserState
from identity.actions.answer_invitation import (
    accept_invitation,
    answer_invitation,
    list_own_invitations,
)
from identity.actions.read_link import read_link
from identity.actions.read_people import list_users, resolve_rights
from identity.actions.remove_user import leave_tenant, remove_user
from identity.actions.send_welcome import send_welcome_again
from servicekit.errors import Conflict, NotFound, TooMany

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")
THIRD = TenantCode("OCB0009012")
VISITOR = {Section.INVOICES: Role.VISITOR}
PASSWORD = "Sesame-2026!"


@pytest.fixture
def eve(john: Any, person: Any) -> Any:
    """A stranger with a life elsewhere; John calls her Mallory Zorn."""
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    token = john.token("WelcomeLinkIssued", of=str(john.person_id("Eve.Moon")))
    john.set_password(token, PASSWORD)
    return john.invite(
        person("Mallory", "Zorn", email="eve.moon@example.com"), VISITOR, by=john.person_id()
    )


def answer(john: Any, token: str, *, accept: bool) -> Any:
    return answer_invitation(
        db=john.db, context=john.gateway(), now=john.now, token=token, accept=accept
    )


def by(john: Any, caller: Any, tenant: TenantCode = TENANT) -> dict[str, Any]:
    context = john.person(caller, tenant=tenant)
    return {"db": john.db, "context": context, "now": john.now, "tenant": tenant}


def users(john: Any) -> list[tuple[str, bool]]:
    asked = {"search": None, "cursor": None, "limit": 50}
    page = list_users(db=john.db, context=john.gateway(), tenant=TENANT, **asked)
    return [(f"{user.given_name} {user.family_name}", user.activated) for user in page.items]


def tenants_of(john: Any, person_id: Any) -> list[str]:
    held = resolve_rights(db=john.db, context=john.gateway(), person_id=person_id)
    return [one.tenant for one in held.tenants]


def test_invitation_says_who_invites_to_what_and_reading_it_changes_nothing(
    john: Any, eve: Any
) -> None:
    told = john.events("UserInvited")
    assert (told[-1]["invited_by_name"], told[-1]["roles"]) == ("John Doe", {"invoices": "visitor"})
    token = john.token("UserInvited")
    for _ in range(3):
        link = read_link(db=john.db, now=john.now, token=token)
        assert link.purpose is LinkPurpose.INVITATION
        assert link.tenant == TENANT
        assert link.invitation is not None
        assert (link.invitation.name, link.invitation.invited_by) == ("Essai", "John Doe")
        assert link.invitation.roles == VISITOR
    assert users(john)[-1] == ("Mallory Zorn", False)


def test_roles_count_at_once(john: Any, eve: Any) -> None:
    assert tenants_of(john, eve.person_id) == [TENANT, OTHER]


def test_accepting_shows_her_as_herself_and_is_told_to_who_invited(john: Any, eve: Any) -> None:
    token = john.token("UserInvited")
    answered = answer(john, token, accept=True)
    assert (answered.tenant, answered.accepted) == (TENANT, True)
    assert users(john)[-1] == ("Eve Moon", True)
    told = john.events("InvitationAnswered")[-1]
    assert (told["accepted"], told["name"]) == (True, "Eve Moon")
    assert told["invited_by"] == str(john.person_id())
    assert john.trail()[-1] == ("users:invitation:accepted", f"person:{eve.person_id}")
    with pytest.raises(NotFound, match="link-not-usable"):
        answer(john, token, accept=False)
    assert tenants_of(john, eve.person_id) == [TENANT, OTHER]


def test_declining_takes_her_out_and_tells_no_more_than_was_known(john: Any, eve: Any) -> None:
    answer(john, john.token("UserInvited"), accept=False)
    assert users(john) == [("John Doe", True)]
    assert tenants_of(john, eve.person_id) == [OTHER]
    told = john.events("InvitationAnswered")[-1]
    assert (told["accepted"], told["name"]) == (False, "Mallory Zorn")
    assert john.events("TenantLeft")[-1]["how"] == "declined"
    assert john.trail()[-1] == ("users:invitation:declined", f"person:{eve.person_id}")


def test_invitation_runs_out_after_a_fortnight_and_another_ends_the_older(
    john: Any, eve: Any
) -> None:
    older = john.token("UserInvited")
    john.pass_time(days=14)
    with pytest.raises(NotFound, match="link-not-usable"):
        answer(john, older, accept=True)
    send_welcome_again(**by(john, john.person_id()), sealer=john.sealer, person_id=eve.person_id)
    assert john.events("UserInvited")[-1]["invited_by_name"] == "John Doe"
    newer = john.token("UserInvited")
    send_welcome_again(**by(john, john.person_id()), sealer=john.sealer, person_id=eve.person_id)
    with pytest.raises(NotFound, match="link-not-usable"):
        answer(john, newer, accept=True)
    assert answer(john, john.token("UserInvited"), accept=True).accepted


def test_invitations_of_two_contracts_do_not_end_each_other(
    john: Any, person: Any, eve: Any
) -> None:
    first = john.token("UserInvited")
    john.open_tenant(tenant=THIRD, referent=person("Max", "Sun"))
    john.invite(
        person("E", "M", email="eve.moon@example.com"),
        {},
        by=john.person_id("Max.Sun"),
        tenant=THIRD,
    )
    assert answer(john, john.token("UserInvited"), accept=True).tenant == THIRD
    assert answer(john, first, accept=True).tenant == TENANT


def test_neither_a_new_password_nor_signing_in_ends_an_invitation(john: Any, eve: Any) -> None:
    token = john.token("UserInvited")
    john.forget_password(CredentialKind.PORTAL, "Eve.Moon")
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), "Another-Sesame-2026!")
    john.sign_in("Eve.Moon", "Another-Sesame-2026!")
    assert users(john)[-1] == ("Mallory Zorn", False)
    assert answer(john, token, accept=True).accepted


def test_link_of_an_invitation_sets_no_password(john: Any, eve: Any) -> None:
    with pytest.raises(NotFound, match="link-not-usable"):
        john.set_password(john.token("UserInvited"), "Another-Sesame-2026!")
    reset = john.token("WelcomeLinkIssued")
    with pytest.raises(NotFound, match="link-not-usable"):
        answer(john, reset, accept=True)


def test_removed_before_she_answers_her_link_is_worth_nothing(john: Any, eve: Any) -> None:
    token = john.token("UserInvited")
    remove_user(**by(john, john.person_id()), person_id=eve.person_id)
    with pytest.raises(NotFound, match="link-not-usable"):
        read_link(db=john.db, now=john.now, token=token)
    with pytest.raises(NotFound, match="link-not-usable"):
        answer(john, token, accept=True)
    assert tenants_of(john, eve.person_id) == [OTHER]


def test_signed_in_she_finds_her_invitations_and_answers_them(john: Any, eve: Any) -> None:
    mine = {"db": john.db, "context": john.person(eve.person_id)}
    assert [one.tenant for one in list_own_invitations(**mine)] == [TENANT]
    accept_invitation(**by(john, eve.person_id))
    assert list_own_invitations(**mine) == []
    assert users(john)[-1] == ("Eve Moon", True)
    accept_invitation(**by(john, eve.person_id))
    assert len(john.events("InvitationAnswered")) == 1
    with pytest.raises(NotFound, match="link-not-usable"):
        answer(john, john.token("UserInvited"), accept=False)


def test_nobody_accepts_what_invites_somebody_else(john: Any, person: Any, eve: Any) -> None:
    john.open_tenant(tenant=THIRD, referent=person("Max", "Sun"))
    with pytest.raises(NotFound, match="user-unknown"):
        accept_invitation(**by(john, john.person_id("Max.Sun")))
    assert users(john)[-1] == ("Mallory Zorn", False)


def test_leaving_before_accepting_is_declining(john: Any, eve: Any) -> None:
    leave_tenant(**by(john, eve.person_id))
    assert john.events("InvitationAnswered")[-1]["accepted"] is False
    assert tenants_of(john, eve.person_id) == [OTHER]


def test_referent_whom_the_provider_attaches_cannot_decline(
    john: Any, eve: Any, person: Any
) -> None:
    john.open_tenant(tenant=THIRD, referent=person("E", "M", email="eve.moon@example.com"))
    told = john.events("UserInvited")[-1]
    assert (told["tenant"], told["invited_by_name"]) == (THIRD, None)
    token = john.token("UserInvited")
    with pytest.raises(Conflict, match="office-held"):
        answer(john, token, accept=False)
    assert answer(john, token, accept=True).accepted, "the refusal has not used the link up"
    assert john.events("InvitationAnswered")[-1]["invited_by"] is None


def test_waiting_ones_are_listed(john: Any, eve: Any) -> None:
    asked = {"search": None, "cursor": None, "limit": 50, "state": UserState.INVITED}
    page = list_users(db=john.db, context=john.gateway(), tenant=TENANT, **asked)
    assert [user.login for user in page.items] == ["Eve.Moon"]
    assert page.items[0].invited_until is not None


def test_whom_the_version_before_attached_is_invited_too(john: Any, eve: Any) -> None:
    """Its processes serve on while ours start, and know nothing of invited_until."""
    with john.db.write(john.gateway(), tenant=TENANT) as tx:
        tx.run("UPDATE users SET invited_until = NULL WHERE accepted_at IS NULL", {})
    asked = {"search": None, "cursor": None, "limit": 50, "state": UserState.INVITED}
    page = list_users(db=john.db, context=john.gateway(), tenant=TENANT, **asked)
    assert [user.invited_until for user in page.items] == [john.now]
    mine = {"db": john.db, "context": john.person(eve.person_id)}
    (invitation,) = list_own_invitations(**mine)
    assert (invitation.tenant, invitation.invited_until) == (TENANT, john.now)


# --- at will --------------------------------------------------------------------------------------


def test_tenant_mails_a_person_five_invitations_a_day_and_another_tenant_its_own(
    john: Any, person: Any, eve: Any
) -> None:
    again = {"sealer": john.sealer, "person_id": eve.person_id}
    for _ in range(3):
        send_welcome_again(**by(john, john.person_id()), **again)
    remove_user(**by(john, john.person_id()), person_id=eve.person_id)
    invited = person("Mallory", "Zorn", email="eve.moon@example.com")
    john.invite(invited, VISITOR, by=john.person_id())
    assert len(john.events("UserInvited")) == 5
    with pytest.raises(TooMany, match="invitations-too-many") as refusal:
        send_welcome_again(**by(john, john.person_id()), **again)
    assert refusal.value.details == {"retry_after": 86_400}
    remove_user(**by(john, john.person_id()), person_id=eve.person_id)
    with pytest.raises(TooMany, match="invitations-too-many"):
        john.invite(invited, VISITOR, by=john.person_id())
    john.open_tenant(tenant=THIRD, referent=invited)
    assert len(john.events("UserInvited")) == 6
    john.pass_time(hours=24)
    john.invite(invited, VISITOR, by=john.person_id())
    assert len(john.events("UserInvited")) == 7


def test_who_is_new_has_five_welcomes_a_day(john: Any, person: Any) -> None:
    new = john.invite(person("Ada", "New"), VISITOR, by=john.person_id())
    again = {"sealer": john.sealer, "person_id": new.person_id}
    for _ in range(4):
        send_welcome_again(**by(john, john.person_id()), **again)
    with pytest.raises(TooMany, match="invitations-too-many"):
        send_welcome_again(**by(john, john.person_id()), **again)
    sent = [one["person_id"] for one in john.events("WelcomeLinkIssued")]
    assert sent.count(str(new.person_id)) == 5
