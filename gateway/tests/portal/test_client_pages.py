"""The provider's own clients in the back office, and what two people edit at once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from joserfc.jwk import ECKey

from contracts.codes import StaffRole
from servicekit.editions import edition_of
from servicekit.errors import Conflict, Invalid

pytestmark = pytest.mark.unit

AT = "2026-11-20T11:00:00+00:00"
SECRET_ID = "018f0000-0000-7000-8000-0000000000cc"
SHOWN = "s3cret-shown-once-s3cret-shown-once-s3cret0"
ALL = "/back-office/clients"
ONE = f"{ALL}/billing"
KEY = ECKey.generate_key("P-256", parameters={"kid": "one"})
PUBLIC = json.dumps(KEY.as_dict(private=False))
FILLED = {
    "name": "Billing",
    "grants": ["client_credentials"],
    "scopes": ["contracts.read"],
    "tenants": "OCB0000002\nOCB0000001",
    "reason": "ticket 7",
    "edition": "0" * 32,
}


def client(**changes: Any) -> dict[str, Any]:
    return {
        "client_id": "billing",
        "name": "Billing",
        "kind": "confidential",
        "grants": ["client_credentials"],
        "scopes": ["contracts.read"],
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "tenants": ["OCB0000001"],
        "audiences": [],
        "first_party": False,
        "by_settings": False,
        "secrets": [],
        "quota": None,
        "created_at": AT,
        "changed_at": AT,
        **changes,
    }


@pytest.fixture
def office(site: Any) -> Any:
    made = {"secret_id": SECRET_ID, "client_secret": SHOWN, "expires_at": AT}
    site.services.answers |= {
        "gateway.list_provider_clients": {"items": [client()], "next_cursor": None},
        "gateway.get_provider_client": client(),
        "gateway.register_provider_client": client(),
        "gateway.change_provider_client": client(),
        "gateway.remove_provider_client": {"client_id": "billing"},
        "gateway.add_provider_client_secret": made,
        "gateway.remove_provider_client_secret": client(),
    }
    site.sign_in(staff=(StaffRole.OPERATOR,))
    return site


def asked(office: Any, name: str) -> dict[str, Any]:
    [payload] = office.services.of(f"gateway.{name}_provider_client")
    return dict(payload)


def test_the_list_says_for_whom_each_acts(office: Any) -> None:
    billing = client(tenants=["*"])
    listed = {"items": [billing], "next_cursor": None}
    office.services.answers["gateway.list_provider_clients"] = listed
    page = office.get(f"{ALL}?lang=en").text
    for words in ("Billing", "Every contract", "Keeps a secret", f'href="{ONE}"'):
        assert words in page
    assert "Register a client" in page


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.AUDITOR])
def test_who_may_only_look_is_offered_nothing_to_change(office: Any, role: StaffRole) -> None:
    office.sign_in(staff=(role,))
    for path in (ALL, ONE, f"{ONE}/secrets"):
        page = office.get(f"{path}?lang=en")
        assert page.status_code == 200
        assert not re.search(r"Register a client|<h2>Quota|>Save<|Make a secret", page.text)
    assert office.get("/back-office/new-client").status_code == 403


def test_sales_see_neither_tab_nor_list(office: Any) -> None:
    office.services.answers["tenancy.list_contracts"] = {"items": [], "next_cursor": None}
    office.sign_in(staff=(StaffRole.SALES,))
    assert f'href="{ALL}"' not in office.get("/back-office").text


def test_what_is_registered_is_what_was_filled_in(office: Any) -> None:
    keys = {"keys": [KEY.as_dict(private=False)]}
    typed = {
        **FILLED,
        "client_id": " billing ",
        "kind": "confidential",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": json.dumps(keys),
        "demands": ["dpop_bound_access_tokens"],
        "quota_requests": "500",
        "quota_seconds": "60",
    }
    answer = office.send("/back-office/new-client", typed)
    assert answer.headers["Location"] == ONE
    said = asked(office, "register")
    assert said["jwks"] == keys
    assert said["quota"] == {"requests": 500, "seconds": 60}
    assert said["tenants"] == ["OCB0000002", "OCB0000001"]
    chosen = ("client_id", "kind", "first_party", "dpop_bound_access_tokens")
    assert [said[name] for name in chosen] == ["billing", "confidential", False, True]
    [about] = [
        told
        for call, _, told in office.services.asked
        if call == "gateway.register_provider_client"
    ]
    assert about["reason"] == "ticket 7"


@pytest.mark.parametrize("path", ["/back-office/new-client", ONE])
def test_what_the_command_line_alone_gives_is_not_offered(office: Any, path: str) -> None:
    office.services.answers["gateway.get_provider_client"] = client(tenants=["OCB0000001"])
    page = office.get(f"{path}?lang=en").text
    assert "registered on the command line alone" in page
    for field in ('value="first_party"', 'name="audiences"', "grant-type:token-exchange"):
        assert field not in page


def test_a_client_of_many_contracts_is_made_no_secret_here(office: Any) -> None:
    many = [f"OCB{number:07}" for number in range(1, 22)]
    office.services.answers["gateway.get_provider_client"] = client(tenants=many)
    assert "can be taken away here" in office.get(f"{ONE}?lang=en").text
    assert 'name="valid_days"' not in office.get(f"{ONE}/secrets?lang=en").text
    office.services.answers["gateway.get_provider_client"] = client(tenants=many[:20])
    assert 'name="valid_days"' in office.get(f"{ONE}/secrets?lang=en").text


def test_keys_that_end_with_who_set_them_are_told(office: Any) -> None:
    keys = {"jwks_uri": "https://app.example/keys", "keys_expire_at": AT}
    office.services.answers["gateway.get_provider_client"] = client(**keys)
    page = office.get(f"{ONE}?lang=en").text
    assert "register other keys" in page
    assert 'chip--danger">Ended<' in page


def test_what_the_command_line_gave_is_shown_to_be_taken_away_and_makes_no_secret(
    office: Any,
) -> None:
    office.services.answers["gateway.get_provider_client"] = client(
        first_party=True,
        audiences=["https://api.example"],
        grants=["urn:ietf:params:oauth:grant-type:token-exchange"],
    )
    page = office.get(f"{ONE}?lang=en").text
    for shown in ("can be taken away here", 'value="first_party"', 'name="audiences"', "exchange"):
        assert shown in page
    secrets = office.get(f"{ONE}/secrets?lang=en").text
    assert "its secrets are made there" in secrets
    assert 'name="valid_days"' not in secrets


def test_a_change_says_which_edition_it_was_read_from(office: Any) -> None:
    assert f'name="edition" value="{edition_of(client())}"' in office.get(ONE).text
    office.send(ONE, FILLED)
    assert asked(office, "change")["edition"] == "0" * 32


def test_who_comes_second_sees_what_is_there_now_and_keeps_what_he_typed(office: Any) -> None:
    theirs = client(name="Facturation", scopes=["users.read"], tenants=[])
    office.services.answers["gateway.get_provider_client"] = theirs
    office.services.answers["gateway.change_provider_client"] = Conflict("changed-meanwhile")
    answer = office.send(f"{ONE}?lang=en", FILLED)
    assert answer.status_code == 409
    assert 'value="Billing"' in answer.text, "what he typed"
    notice = answer.text[answer.text.index('role="alert"') :]
    notice = notice[: notice.index("</dl>")]
    for words in ("Facturation", "Read the users of your contracts", "—"):
        assert words in notice
    assert "Read your contracts" not in notice
    assert f'name="edition" value="{edition_of(theirs)}"' in answer.text
    assert "0" * 32 not in answer.text


def test_one_secret_is_shown_once(office: Any) -> None:
    path = f"{ONE}/secrets"
    answer = office.send(path, {"valid_days": "90", "reason": "ticket 7"})
    assert answer.status_code == 201
    assert answer.text.count(SHOWN) == 1
    assert answer.headers["Cache-Control"] == "no-store"
    assert SHOWN not in office.get(path).text


def test_the_enter_key_ends_no_secret(office: Any) -> None:
    """The first button of a form is what Enter presses."""
    two = [{"secret_id": SECRET_ID, "created_at": AT, "expires_at": None}] * 2
    office.services.answers["gateway.get_provider_client"] = client(secrets=two)
    page = office.get(f"{ONE}/secrets?lang=en").text
    form = page[page.index('id="secrets-form"') :]
    first = re.search(r'<button[^>]*type="submit"[^>]*>([^<]*)', form)
    assert first is not None
    assert first[1] == "Make a secret"
    assert " disabled" in first[0]


@pytest.mark.parametrize("act", ["", "/remove", "/secrets", f"/secrets/{SECRET_ID}/end"])
def test_nothing_happens_by_a_foreign_form(office: Any, act: str) -> None:
    assert office.client.post(f"{ONE}{act}", data={"name": "x"}).status_code == 403
    assert office.services.asked == []


def test_the_portal_itself_is_shown_and_not_changed(office: Any) -> None:
    office.services.answers["gateway.get_provider_client"] = client(by_settings=True)
    page = office.get(f"{ONE}?lang=en").text
    assert "told by the installation" in page
    assert ">Save<" not in page
    assert "/remove" not in page


@pytest.mark.parametrize(
    ("jwks", "told"),
    [
        ("{\n'keys'", "Not JSON, from line 2 on"),
        ("[" * 100_000, "Not JSON"),
        (json.dumps(KEY.as_dict(private=True)), "That is a private key"),
    ],
)
def test_keys_that_cannot_be_are_said_to_be_and_go_nowhere(
    office: Any, jwks: str, told: str
) -> None:
    answer = office.send(f"{ONE}?lang=en", {**FILLED, "jwks": jwks, "name": "Mine"})
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="Mine"' in answer.text
    assert office.services.of("gateway.change_provider_client") == []


def test_a_private_key_is_not_shown_again(office: Any) -> None:
    private = KEY.as_dict(private=True)
    answer = office.send(ONE, {**FILLED, "jwks": json.dumps(private)})
    assert private["d"] not in answer.text


def test_faults_of_lines_and_of_parts_stand_at_their_field(office: Any) -> None:
    faults = {
        "redirect_uris.1": ["uri-http"],
        "redirect_uris.2": ["uri-fragment"],
        "jwks.keys.0.kty": ["required"],
        "quota.seconds": ["required"],
    }
    office.services.answers["gateway.change_provider_client"] = Invalid(
        "fields-invalid", {"fields": faults}
    )
    lines = "https://a.example/\nhttp://b.example/\nhttps://c.example/#x"
    page = office.send(
        f"{ONE}?lang=en", {**FILLED, "redirect_uris": lines, "jwks": PUBLIC, "quota_seconds": ""}
    ).text
    assert "Line 2: Plain http is for loopback" in page
    assert "Line 3: It must not have a fragment" in page
    for field in ("redirect_uris", "jwks", "quota_seconds"):
        assert f'href="#f-{field}"' in page
    assert "keys.0.kty:" in page
    assert "http://b.example/" in page
