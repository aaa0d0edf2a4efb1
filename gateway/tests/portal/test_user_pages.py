"""Editing and disabling users, asking what they may do, one's own data."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import ROLES_OF_SECTION, Role, Section
from servicekit.editions import edition_of
from servicekit.errors import Conflict, NotFound, TooMany

pytestmark = pytest.mark.unit

TENANT = "OCB0001234"
OTHER = "018f0000-0000-7000-8000-000000000002"
USERS = f"/contracts/{TENANT}/users"
USER = {
    "tenant": TENANT,
    "person_id": OTHER,
    "login": "Jane.Roe",
    "email": "jane@acme.example",
    "given_name": "Jane",
    "family_name": "Roe",
    "roles": {"invoices": "visitor"},
    "offices": [],
    "activated": True,
    "mobile": "+33611111111",
    "has_iam_user": True,
    "disabled_at": None,
    "invited_until": None,
}
ACCOUNT = {
    "person_id": OTHER,
    "login": "John.doe",
    "email": "john@acme.example",
    "given_name": "John",
    "family_name": "Doe",
    "mobile": "+33600000000",
    "language": "fr",
    "password_changed_at": None,
    "rules": {
        "minimum_length": 12,
        "maximum_length": 128,
        "character_classes": 3,
        "not_user_name": True,
    },
    "iam_users": [],
}
INVITATION = {
    "tenant": "OCB0009999",
    "name": "Essai",
    "roles": {"invoices": "visitor"},
    "invited_by": "Max Sun",
    "invited_until": "2026-12-07T12:00:00+00:00",
}
REFUSED = {
    "act": "subscriptions.place_order",
    "allowed": False,
    "code": "role-missing",
    "section": "services",
    "role": "manager",
    "offices": [],
    "staff": [],
    "held_role": None,
    "held_offices": [],
    "disabled_at": None,
    "login_closed": False,
    "iam_user_disabled": False,
    "console_closed": False,
    "reasons": ["right-missing"],
    "step_up": False,
    "second_factor_required": True,
    "path": "users-manager",
    "grantors": [{"person_id": OTHER, "login": "John.doe", "name": "John Doe"}],
}


@pytest.fixture
def portal(site: Any, all_roles: dict[Section, Role]) -> Any:
    site.services.answers |= {
        "tenancy.list_contracts": {"items": [], "next_cursor": None},
        "identity.list_users": {"items": [USER], "next_cursor": None},
        "identity.get_user": USER,
        "identity.get_account": ACCOUNT,
        "identity.list_own_invitations": {"items": [INVITATION]},
        "identity.explain_access": REFUSED,
    }
    site.sign_in(roles=all_roles)
    return site


def test_list_is_narrowed_by_state_and_says_it(portal: Any) -> None:
    assert 'value="disabled" selected' in portal.get(f"{USERS}?state=disabled").text
    assert portal.services.of("identity.list_users")[-1]["state"] == "disabled"


def test_one_user_costs_one_call_however_many_there_are(portal: Any) -> None:
    portal.get(f"{USERS}/{OTHER}/edit")
    assert portal.services.of("identity.list_users") == []
    assert len(portal.services.of("identity.get_user")) == 1


def test_edited_user_is_sent_whole_and_an_emptied_number_is_taken_away(portal: Any) -> None:
    portal.services.answers["identity.change_user"] = USER
    fields = {"given_name": "Jane", "family_name": "Rowe", "mobile": ""}
    assert portal.send(f"{USERS}/{OTHER}/edit", fields).status_code == 303
    [asked] = portal.services.of("identity.change_user")
    assert asked["family_name"] == "Rowe"
    assert "email" not in asked
    assert asked.get("mobile") is None


def test_number_of_another_is_told_and_nothing_typed_is_lost(portal: Any) -> None:
    portal.services.answers["identity.change_user"] = Conflict("mobile-taken")
    fields = {"given_name": "Jane", "family_name": "Rowe", "mobile": "+33622222222"}
    page = portal.send(f"{USERS}/{OTHER}/edit", fields)
    assert page.status_code == 409
    assert 'value="Rowe"' in page.text
    assert 'value="+33622222222"' in page.text


@pytest.mark.parametrize("act", ["disable", "enable"])
def test_disabling_and_enabling_are_asked_first(portal: Any, act: str) -> None:
    call = f"identity.{act}_user"
    portal.services.answers[call] = USER
    assert "Jane Roe" in portal.get(f"{USERS}/{OTHER}/{act}").text
    assert portal.services.of(call) == []
    assert portal.send(f"{USERS}/{OTHER}/{act}", {"name": "Jane Roe"}).status_code == 303
    assert portal.services.of(call) == [{"tenant": TENANT, "person_id": OTHER}]


def test_simulator_says_no_why_and_who_could_help(portal: Any) -> None:
    text = portal.get(f"{USERS}/{OTHER}/access?act=subscriptions.place_order").text
    for words in ("Non autorisé", "Manager", "aucun rôle", "second facteur", "John Doe"):
        assert words in text
    assert f'<option value="{OTHER}" selected>' in text


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        ({"reasons": ["login-closed"]}, ["fermé l’accès", "L’assistance du fournisseur rouvre"]),
        ({"reasons": ["user-disabled"]}, ["désactivé ici", "gère les utilisateurs réactive"]),
        ({"reasons": ["iam-user-disabled"]}, ["utilisateur IAM est désactivé", "gère la console"]),
        ({"grantors": []}, ["donc personne ne peut le donner"]),
        ({"grantors": [], "path": "office-holder"}, ["Personne n’a cette fonction"]),
        ({"grantors": [], "path": "operator"}, ["Personne de ce contrat"]),
    ],
)
def test_simulator_says_what_stands_in_the_way_and_who_helps(
    portal: Any, refused: dict[str, Any], words: list[str]
) -> None:
    portal.services.answers["identity.explain_access"] = REFUSED | refused
    text = portal.get(f"{USERS}/{OTHER}/access?act=subscriptions.place_order").text
    assert [said for said in words if said not in text] == []
    assert ": ." not in text
    assert ("Ces personnes peuvent" in text) is False


def test_simulator_asks_nothing_before_an_act_is_chosen(portal: Any) -> None:
    assert portal.get(f"{USERS}/access").status_code == 200
    assert portal.services.of("identity.explain_access") == []


def test_simulator_survives_a_user_who_is_gone(portal: Any) -> None:
    gone = "018f0000-0000-7000-8000-00000000dead"
    portal.services.answers["identity.get_user"] = NotFound("user-unknown")
    portal.services.answers["identity.explain_access"] = NotFound("user-unknown")
    page = portal.get(f"{USERS}/access?person_id={gone}&act=identity.list_users")
    assert page.status_code == 404
    assert 'role="alert"' in page.text


def test_own_data_goes_whole_and_an_emptied_number_goes_as_null(portal: Any) -> None:
    portal.services.answers["identity.change_account"] = ACCOUNT
    fields = {"given_name": "Jon", "family_name": "Doe", "mobile": "", "language": "en"}
    assert portal.send("/account", fields).status_code == 303
    [asked] = portal.services.of("identity.change_account")
    assert asked == {**fields, "mobile": None}


def test_own_number_stands_in_its_field(portal: Any) -> None:
    assert 'value="+33600000000"' in portal.get("/account").text


def test_invitations_stand_on_the_account_page_and_are_accepted_there(portal: Any) -> None:
    text = portal.get("/account").text
    assert "OCB0009999" in text
    assert "Max Sun" in text
    portal.services.answers["identity.accept_invitation"] = {}
    path = "/account/invitations/OCB0009999/accept"
    assert portal.send(path, {}, page="/account").status_code == 303
    assert portal.services.of("identity.accept_invitation") == [{"tenant": "OCB0009999"}]


def test_too_many_addresses_are_told(portal: Any) -> None:
    portal.services.answers["identity.request_mail_change"] = TooMany("mail-changes-too-many")
    page = portal.send("/account/mail", {"email": "a@new.example"})
    assert page.status_code == 429
    assert 'value="a@new.example"' in page.text


def test_holder_of_an_office_reads_why_he_cannot_leave(portal: Any) -> None:
    held = Conflict("office-held", {"offices": ["referent"]})
    portal.services.answers["identity.leave_tenant"] = held
    path = f"/account/contracts/{TENANT}/leave"
    assert portal.send(path, {}).status_code == 409


def test_who_may_only_read_users_sees_no_act_on_them(site: Any) -> None:
    site.services.answers |= {
        "tenancy.list_contracts": {"items": [], "next_cursor": None},
        "identity.list_users": {"items": [USER], "next_cursor": None},
    }
    site.sign_in(roles={Section.USERS: ROLES_OF_SECTION[Section.USERS][0]})
    text = site.get(USERS).text
    assert "Jane Roe" in text
    for act in ("/edit", "/disable", "/remove", "/access", "/invite"):
        assert f"{USERS}/{OTHER}{act}" not in text


@pytest.mark.parametrize(
    ("path", "call", "typed", "mine", "theirs"),
    [
        (
            f"{USERS}/{OTHER}/edit",
            "change_user",
            {"given_name": "Mine", "family_name": "Roe"},
            'value="Mine"',
            {"given_name": "Theirs"},
        ),
        (
            f"{USERS}/{OTHER}/roles",
            "change_roles",
            {"role-invoices": "manager"},
            'value="manager"',
            {"roles": {"users": "visitor"}},
        ),
    ],
)
def test_of_two_who_edit_a_user_the_second_sees_what_the_first_has_done(
    portal: Any, path: str, call: str, typed: Any, mine: str, theirs: Any
) -> None:
    portal.services.answers["identity.get_user"] = USER
    read = edition_of(USER)
    assert f'name="edition" value="{read}"' in portal.get(path).text
    now = {**USER, **theirs}
    portal.services.answers[f"identity.{call}"] = Conflict("changed-meanwhile")
    portal.services.answers["identity.get_user"] = now
    answer = portal.send(f"{path}?lang=en", {**typed, "edition": read})
    assert portal.services.of(f"identity.{call}")[0]["edition"] == read
    assert answer.status_code == 409
    assert mine in answer.text
    notice = answer.text[answer.text.index('role="alert"') : answer.text.index("</dl>")]
    assert ("Theirs" if call == "change_user" else "Visitor") in notice
    assert f'name="edition" value="{edition_of(now)}"' in answer.text


def test_of_two_browsers_the_second_does_not_undo_ones_own_data_unseen(portal: Any) -> None:
    portal.services.answers["identity.get_account"] = ACCOUNT
    portal.services.answers["identity.list_own_invitations"] = {"items": [], "next_cursor": None}
    page = portal.get("/account").text
    assert f'name="edition" value="{edition_of(ACCOUNT)}"' in page
    portal.services.answers["identity.change_account"] = Conflict("changed-meanwhile")
    portal.services.answers["identity.get_account"] = {**ACCOUNT, "given_name": "Theirs"}
    typed = {"given_name": "Mine", "family_name": "Doe", "language": "fr", "edition": "0" * 32}
    answer = portal.send("/account?lang=en", typed, page="/account")
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert "Theirs" in answer.text[answer.text.index('role="alert"') : answer.text.index("</dl>")]
