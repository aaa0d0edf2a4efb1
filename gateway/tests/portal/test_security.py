"""Security rules of a contract and of the installation: who sees them, who changes them."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import Role, Section, StaffRole
from servicekit.errors import Conflict, Invalid

pytestmark = pytest.mark.unit

TENANT = "OCB0001234"
PAGE = f"/contracts/{TENANT}/security"
OFFICE = "/back-office/security"


def policy(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "own": False,
        "minimum_length": 10,
        "maximum_length": 128,
        "character_classes": 4,
        "special_characters": None,
        "not_user_name": True,
        "identical_characters": 3,
        "history_count": 2,
        "minimum_age_minutes": 0,
        "validity_days": 90,
        "breached_refused": True,
        "minimum_score": 3,
        "failure_limit": 5,
        "window_minutes": 15,
        "lock_minutes": 20,
        "version": 4,
        **more,
    }


ENTRY = {
    "idle_minutes": 45,
    "show_last_sign_in": True,
    "notice": "Authorised users <only>.",
    "version": 2,
}
TENANT_ENTRY = {**ENTRY, "own": True, "second_factor_required": True, "disable_idle_days": 30}


@pytest.fixture
def portal(site: Any) -> Any:
    site.services.answers |= {
        "identity.get_password_policy": policy("portal"),
        "identity.get_installation_policy": policy("api"),
        "identity.get_entry_rules": TENANT_ENTRY,
        "identity.get_installation_entry_rules": ENTRY,
        "identity.change_password_policy": policy("portal", own=True),
        "identity.change_installation_policy": policy("portal"),
        "identity.change_entry_rules": TENANT_ENTRY,
        "identity.change_installation_entry_rules": ENTRY,
        "identity.drop_password_policy": policy("portal"),
        "tenancy.list_contracts": {"items": [], "next_cursor": None},
    }
    return site


@pytest.fixture
def manager(portal: Any) -> Any:
    portal.sign_in(roles={Section.USERS: Role.MANAGER})
    return portal


def asked(portal: Any, call: str) -> Any:
    return portal.services.of(call)[-1]


def filled(part: str, **more: str) -> dict[str, Any]:
    """As a browser sends the form of a kind of password."""
    numbers = {
        name: str(value)
        for name, value in policy(part).items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    fields: dict[str, Any] = {f"{part}.{name}": value for name, value in numbers.items()}
    fields[f"{part}.flags"] = ["not_user_name", "breached_refused"]
    return {**fields, **{f"{part}.{name}": value for name, value in more.items()}}


def test_visitor_of_users_reads_the_rules_and_has_no_form(portal: Any) -> None:
    portal.sign_in(roles={Section.USERS: Role.VISITOR})
    page = portal.get(PAGE).text
    assert "bloqué 20 minutes après 5 essais erronés en 15 minutes" in page
    assert "aucun caractère plus de 3 fois de suite" in page
    assert "qui se connecte lit : Authorised users &lt;only&gt;." in page
    assert "un second facteur est exigé" in page
    assert 'name="portal.minimum_length"' not in page


def test_who_has_no_right_on_users_finds_no_way_there(portal: Any) -> None:
    portal.sign_in(roles={Section.INVOICES: Role.MANAGER})
    assert "/security" not in portal.get(f"/contracts/{TENANT}").text


def test_manager_finds_the_rules_filled_in(manager: Any) -> None:
    page = manager.get(PAGE).text
    assert 'id="f-portal-minimum_length"' in page
    assert page.count('id="f-api-minimum_length"') == 1, "ids are told apart"
    assert 'name="portal.failure_limit"' not in page, "the lock of the portal is the provider's"
    assert 'name="api.failure_limit"' in page


def test_form_is_sent_as_the_call_wants_it(manager: Any) -> None:
    answer = manager.send(
        f"{PAGE}/passwords/api", filled("api", special_characters=" #! "), page=PAGE
    )
    assert answer.status_code == 303
    sent = asked(manager, "identity.change_password_policy")
    assert (sent["tenant"], sent["kind"], sent["version"]) == (TENANT, "api", 4)
    assert (sent["minimum_length"], sent["special_characters"]) == (10, "#!")
    assert (sent["not_user_name"], sent["breached_refused"]) == (True, True)
    assert sent["lock_minutes"] == 20


def test_unticked_boxes_are_no(manager: Any) -> None:
    fields = filled("api")
    del fields["api.flags"]
    manager.send(f"{PAGE}/passwords/api", fields, page=PAGE)
    sent = asked(manager, "identity.change_password_policy")
    assert (sent["not_user_name"], sent["breached_refused"]) == (False, False)


def test_contract_sends_nothing_of_what_is_the_provider_s_alone(manager: Any) -> None:
    fields = filled("portal", failure_limit="10", special_characters="#")
    manager.send(f"{PAGE}/passwords/portal", fields, page=PAGE)
    sent = asked(manager, "identity.change_password_policy")
    assert "failure_limit" not in sent
    assert "special_characters" not in sent


def test_fault_stands_at_its_field_and_nothing_typed_is_lost(manager: Any) -> None:
    manager.services.answers["identity.change_password_policy"] = Invalid(
        "policy-refused", {"fields": {"minimum_length": ["policy-below-installation:10"]}}
    )
    answer = manager.send(
        f"{PAGE}/passwords/portal", filled("portal", minimum_length="8"), page=PAGE
    )
    assert answer.status_code == 422
    assert "Le fournisseur demande davantage : 10." in answer.text
    assert 'href="#f-portal-minimum_length"' in answer.text
    assert "Longueur minimale" in answer.text
    assert 'name="portal.minimum_length"' in answer.text
    assert 'value="8"' in answer.text
    assert "<details open>" in answer.text


def test_second_editor_is_told_keeps_his_words_and_may_save_over(manager: Any) -> None:
    manager.services.answers["identity.change_password_policy"] = Conflict("changed-meanwhile")
    fields = filled("portal", minimum_length="20", version="3")
    answer = manager.send(f"{PAGE}/passwords/portal", fields, page=PAGE)
    assert answer.status_code == 409
    assert "Quelqu’un a modifié ces règles entre-temps" in answer.text
    assert 'value="20"' in answer.text
    assert 'name="portal.version" value="4"' in answer.text


@pytest.mark.parametrize("typed", ["", "ten", "1e3", "９", "10" * 40])
def test_what_is_no_number_is_refused_at_its_field_and_kept(manager: Any, typed: str) -> None:
    fields = filled("api", minimum_length=typed)
    answer = manager.send(f"{PAGE}/passwords/api", fields, page=PAGE)
    assert answer.status_code == 422
    assert 'id="f-api-minimum_length-error"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert manager.services.of("identity.change_password_policy") == []


def test_entry_rules_are_sent(manager: Any) -> None:
    fields = {
        "entry.version": "2",
        "entry.idle_minutes": "30",
        "entry.disable_idle_days": "0",
        "entry.notice": " ",
        "entry.flags": ["second_factor_required"],
    }
    assert manager.send(f"{PAGE}/entry", fields, page=PAGE).status_code == 303
    assert asked(manager, "identity.change_entry_rules") == {
        "tenant": TENANT,
        "version": 2,
        "idle_minutes": 30,
        "disable_idle_days": 0,
        "second_factor_required": True,
        "show_last_sign_in": False,
    }


def test_own_rules_can_be_given_up(manager: Any) -> None:
    assert "drop" not in manager.get(PAGE).text
    manager.services.answers["identity.get_password_policy"] = policy("api", own=True)
    assert f'action="{PAGE}/passwords/api/drop"' in manager.get(PAGE).text
    fields = {"api.version": "4"}
    assert manager.send(f"{PAGE}/passwords/api/drop", fields, page=PAGE).status_code == 303
    assert asked(manager, "identity.drop_password_policy")["version"] == 4


def test_no_other_kind_of_password_has_an_address(manager: Any) -> None:
    assert manager.send(f"{PAGE}/passwords/root", {}, page=PAGE).status_code == 404


def test_operator_changes_the_installation_s_with_its_lock(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.OPERATOR,))
    assert 'name="portal.failure_limit"' in portal.get(OFFICE).text
    fields = filled("portal", failure_limit="10")
    assert portal.send(f"{OFFICE}/passwords/portal", fields, page=OFFICE).status_code == 303
    sent = asked(portal, "identity.change_installation_policy")
    assert (sent["failure_limit"], sent["maximum_length"]) == (10, 128)
    fields = {"entry.version": "2", "entry.idle_minutes": "30", "entry.notice": "Hello"}
    assert portal.send(f"{OFFICE}/entry", fields, page=OFFICE).status_code == 303
    assert asked(portal, "identity.change_installation_entry_rules") == {
        "version": 2,
        "idle_minutes": 30,
        "notice": "Hello",
        "show_last_sign_in": False,
    }


def test_support_reads_the_installation_s_rules_and_has_no_form(portal: Any) -> None:
    portal.sign_in(staff=(StaffRole.SUPPORT,))
    page = portal.get(OFFICE)
    assert page.status_code == 200
    assert 'name="portal.minimum_length"' not in page.text
