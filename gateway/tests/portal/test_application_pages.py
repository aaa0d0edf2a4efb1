"""The applications of a contract, and those that act in somebody's name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.codes import Role, Section, StaffRole
from servicekit.editions import edition_of
from servicekit.errors import Conflict, Forbidden, Invalid

pytestmark = pytest.mark.unit

TENANT = "OCB0001234"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALL = f"/contracts/{TENANT}/applications"
ONE = f"{ALL}/ocb0001234-1f"
SECRET_ID = "018f0000-0000-7000-8000-0000000000cc"
AT = "2026-11-20T11:00:00+00:00"
SHOWN = "s3cret-shown-once-s3cret-shown-once-s3cret0"


def client(**changes: Any) -> dict[str, Any]:
    return {
        "client_id": "ocb0001234-1f",
        "name": "Facturation",
        "kind": "service",
        "scopes": ["contracts.read"],
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "secrets": [],
        "created_at": AT,
        "changed_at": AT,
        **changes,
    }


def secret(days: float) -> dict[str, Any]:
    expires_at = (NOW + timedelta(days=days)).isoformat()
    return {"secret_id": SECRET_ID, "created_at": AT, "expires_at": expires_at}


@pytest.fixture
def portal(site: Any, all_roles: Any) -> Any:
    site.services.answers |= {
        "tenancy.list_contracts": {"items": [], "next_cursor": None},
        "gateway.list_clients": {"items": [client()], "next_cursor": None},
        "gateway.get_client": client(),
        "gateway.register_client": client(),
        "gateway.change_client": client(name="Autre"),
        "gateway.remove_client": {"client_id": "ocb0001234-1f"},
        "gateway.add_client_secret": {
            "secret_id": SECRET_ID,
            "client_secret": SHOWN,
            "expires_at": AT,
        },
        "gateway.remove_client_secret": client(),
    }
    site.sign_in(roles=all_roles)
    return site


def test_the_list_says_in_words_what_each_may_do(portal: Any) -> None:
    page = portal.get(f"{ALL}?lang=en").text
    for word in ("Facturation", "ocb0001234-1f", "Service", "Read your contracts"):
        assert word in page
    assert f'href="{ALL}"' in portal.get(f"{ALL}?lang=en").text, "its tab"


@pytest.mark.parametrize(
    ("secrets", "word"),
    [
        ([], "None"),
        ([secret(200)], "Valid"),
        ([secret(12.5)], "Ends in 12 days"),
        ([secret(1.5)], "Ends in 1 day"),
        ([secret(3), secret(300)], "Valid"),
    ],
)
def test_a_secret_that_ends_soon_is_told_before_it_does(
    portal: Any, secrets: list[dict[str, Any]], word: str
) -> None:
    one = client(secrets=secrets)
    portal.services.answers["gateway.list_clients"] = {"items": [one], "next_cursor": None}
    row = re.findall(r'chip--(\w+)">([^<]*)<', portal.get(f"{ALL}?lang=en").text)
    assert row == [("good" if word == "Valid" else "warn", word)]


def test_without_the_right_there_is_neither_tab_nor_page(site: Any) -> None:
    site.services.answers |= {
        "tenancy.list_contracts": {"items": [], "next_cursor": None},
        "gateway.list_clients": Forbidden("role-missing"),
        "identity.list_users": {"items": [], "next_cursor": None},
    }
    site.sign_in(roles={Section.USERS: Role.VISITOR})
    assert site.get(ALL).status_code == 403
    assert "/applications" not in site.get(f"/contracts/{TENANT}/users").text


def test_what_is_registered_is_what_was_filled_in(portal: Any) -> None:
    answer = portal.send(
        f"{ALL}/new/web",
        {
            "name": " Portail ",
            "scopes": ["contracts.read", "openid"],
            "redirect_uris": "https://app.example/cb\r\nhttp://127.0.0.1/cb\r\n",
            "post_logout_redirect_uris": "",
        },
    )
    assert answer.headers["Location"] == ONE
    assert portal.services.of("gateway.register_client") == [
        {
            "tenant": TENANT,
            "kind": "web",
            "name": "Portail",
            "scopes": ["contracts.read", "openid"],
            "redirect_uris": ["https://app.example/cb", "http://127.0.0.1/cb"],
            "post_logout_redirect_uris": [],
            "dpop_bound_access_tokens": False,
            "require_pushed_authorization_requests": False,
            "backchannel_logout_session_required": False,
        }
    ]


def test_only_what_one_may_give_is_offered(portal: Any) -> None:
    page = portal.get(f"{ALL}/new/service").text
    offered = re.findall(r'name="scopes" value="([^"]*)"', page)
    assert "contracts.read" in offered
    assert not {"staff", "account", "clients.write", "tenants.write"} & set(offered)


def test_a_fault_stands_at_its_field_and_nothing_is_lost(portal: Any) -> None:
    portal.services.answers["gateway.register_client"] = Invalid(
        "fields-invalid", {"fields": {"redirect_uris.0": ["uri-http"]}}
    )
    answer = portal.send(
        f"{ALL}/new/web",
        {"name": "Portail", "scopes": ["contracts.read"], "redirect_uris": "http://x.example/"},
    )
    assert answer.status_code == 422
    assert 'href="#f-redirect_uris"' in answer.text
    assert "http://x.example/</textarea>" in answer.text
    assert re.search(r'value="contracts.read"\s+checked', answer.text)


def test_an_unknown_kind_is_an_address_that_does_not_exist(portal: Any) -> None:
    assert portal.get(f"{ALL}/new/daemon").status_code == 404


def test_a_change_says_which_edition_it_was_read_from(portal: Any) -> None:
    portal.send(ONE, {"name": "Autre", "scopes": ["contracts.read"], "edition": "0" * 32})
    read = edition_of(client())
    assert f'name="edition" value="{read}"' in portal.get(ONE).text
    assert portal.services.of("gateway.change_client")[0]["edition"] == "0" * 32


def test_what_somebody_else_changed_meanwhile_is_not_undone(portal: Any) -> None:
    portal.services.answers["gateway.change_client"] = Conflict("changed-meanwhile")
    answer = portal.send(
        f"{ONE}?lang=en", {"name": "Mine", "scopes": ["contracts.read"], "edition": "0" * 32}
    )
    assert answer.status_code == 409
    assert "Somebody has changed it meanwhile" in answer.text
    assert 'value="Mine"' in answer.text


def test_who_comes_second_sees_what_is_there_now(portal: Any) -> None:
    theirs = client(name="Facturation 2")
    portal.services.answers["gateway.get_client"] = theirs
    portal.services.answers["gateway.change_client"] = Conflict("changed-meanwhile")
    typed = {"name": "Mine", "scopes": ["contracts.read"], "edition": "0" * 32}
    page = portal.send(f"{ONE}?lang=en", typed).text
    assert "Facturation 2" in page[page.index('role="alert"') : page.index("</dl>")]
    assert f'name="edition" value="{edition_of(theirs)}"' in page


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("service", {"jwks", "jwks_uri", "token_endpoint_auth_method"}),
        ("web", {"jwks", "jwks_uri", "backchannel_logout_uri", "default_max_age"}),
        ("native", {"backchannel_logout_uri", "default_max_age"}),
    ],
)
def test_each_kind_is_asked_what_it_can_have(portal: Any, kind: str, offered: set[str]) -> None:
    page = portal.get(f"{ALL}/new/{kind}").text
    fields = set(re.findall(r'<(?:input|textarea|select)[^>]* name="([a-z_]+)"', page))
    assert offered <= fields
    assert ("jwks" in fields) == (kind != "native")
    assert ("backchannel_logout_uri" in fields) == (kind != "service")


def test_the_provider_alone_sets_a_quota(portal: Any, site: Any) -> None:
    assert "quota_requests" not in portal.get(ONE).text
    site.sign_in(staff=(StaffRole.OPERATOR,))
    site.parts.given_reasons.keep(None, TENANT, "ticket 7")
    site.services.answers["gateway.change_client_quota"] = client()
    site.services.answers["tenancy.get_contract"] = {"tenant": TENANT, "name": "Production"}
    assert "quota_requests" in site.get(ONE).text
    typed = {"quota_requests": "500", "quota_seconds": "60", "edition": "0" * 32}
    answer = site.send(f"{ONE}/quota", typed, page=ONE)
    assert answer.headers["Location"] == ONE
    [said] = site.services.of("gateway.change_client_quota")
    assert said["quota"] == {"requests": 500, "seconds": 60}


def test_a_refused_secret_leaves_the_rest_of_the_page_as_it_is(portal: Any) -> None:
    portal.services.answers["gateway.add_client_secret"] = Conflict("secrets-too-many")
    page = portal.send(f"{ONE}/secrets", {"valid_days": "90"}, page=ONE).text
    assert 'value="Facturation"' in page
    assert 'value="90"' in page


def test_a_secret_is_shown_in_one_answer_that_nobody_keeps(portal: Any) -> None:
    answer = portal.send(f"{ONE}/secrets", {"valid_days": "90"}, page=ONE)
    assert answer.status_code == 201
    assert answer.text.count(SHOWN) == 1
    assert answer.headers["Cache-Control"] == "no-store"
    assert portal.services.of("gateway.add_client_secret")[0]["valid_days"] == 90
    for path in (ALL, ONE):
        assert SHOWN not in portal.get(path).text


def test_two_are_the_end_of_making_more(portal: Any) -> None:
    portal.services.answers["gateway.get_client"] = client(secrets=[secret(9), secret(99)])
    page = portal.get(f"{ONE}?lang=en").text
    assert "Make a secret" not in page
    assert "end one to make another" in page
    portal.send(f"{ONE}/secrets/{SECRET_ID}/end", {}, page=ONE)
    assert portal.services.of("gateway.remove_client_secret")[0]["secret_id"] == SECRET_ID


def test_what_runs_on_a_device_is_offered_no_secret(portal: Any) -> None:
    native = client(kind="native", redirect_uris=["com.example.app:/cb"])
    portal.services.answers["gateway.get_client"] = native
    assert "/secrets" not in portal.get(ONE).text


def test_keys_that_end_with_who_set_them_are_told(portal: Any) -> None:
    setter = str(UUID(int=7))
    ends = (NOW + timedelta(days=12.5)).isoformat()
    keys = {"jwks_uri": "https://app.example/keys", "keys_set_by": setter, "keys_expire_at": ends}
    portal.services.answers |= {
        "gateway.get_client": client(**keys),
        "gateway.list_clients": {"items": [client(**keys)], "next_cursor": None},
        "identity.name_people": {"items": [{"target": f"person:{setter}", "name": "<Eve> Moon"}]},
    }
    page = portal.get(f"{ONE}?lang=en").text
    assert "&lt;Eve&gt; Moon" in page
    assert "Ends in 12 days" in page
    assert "register other keys" in page
    assert "Ends in 12 days" in portal.get(f"{ALL}?lang=en").text
    over = {**keys, "keys_expire_at": (NOW - timedelta(days=1)).isoformat()}
    portal.services.answers["gateway.get_client"] = client(**over)
    assert re.search(r'chip--danger">Ended<', portal.get(f"{ONE}?lang=en").text)


def test_removing_is_asked_first(portal: Any) -> None:
    assert portal.services.of("gateway.remove_client") == []
    page = portal.get(f"{ONE}/remove?lang=en").text
    assert "stops at once" in page
    answer = portal.send(f"{ONE}/remove", {"name": "Facturation"})
    assert answer.headers["Location"] == ALL


@pytest.mark.parametrize("act", ["", "/remove", "/secrets", f"/secrets/{SECRET_ID}/end"])
def test_nothing_happens_by_a_foreign_form(portal: Any, act: str) -> None:
    answer = portal.client.post(f"{ONE}{act}", data={"name": "x"})
    assert answer.status_code == 403
    acts = ("change_client", "remove_client", "add_client_secret", "remove_client_secret")
    assert [name for name in acts if portal.services.of(f"gateway.{name}")] == []


def test_a_name_is_text_wherever_it_stands(portal: Any) -> None:
    evil = client(name="<script>alert(1)</script>")
    portal.services.answers |= {
        "gateway.get_client": evil,
        "gateway.list_clients": {"items": [evil], "next_cursor": None},
    }
    for path in (ALL, ONE, f"{ONE}/remove"):
        assert "<script>alert" not in portal.get(path).text


# --- my account ---------------------------------------------------------------------------------

CONSENT = {
    "client_id": "billing",
    "name": "Billing",
    "scopes": ["openid", "contracts.read"],
    "given_at": AT,
}


def test_a_person_sees_who_acts_in_his_name_and_takes_it_back(site: Any) -> None:
    site.services.answers |= {
        "gateway.list_consents": {"items": [CONSENT], "next_cursor": None},
        "gateway.withdraw_consent": {"client_id": "billing"},
    }
    site.sign_in()
    page = site.get("/account/applications?lang=en").text
    assert "Billing" in page
    assert "Read your contracts" in page
    path = "/account/applications"
    answer = site.send(f"{path}/billing/withdraw", {"name": "Billing"}, page=path)
    assert answer.headers["Location"] == path
    assert site.services.of("gateway.withdraw_consent") == [{"client_id": "billing"}]


def test_who_has_agreed_to_nothing_is_told_so(site: Any) -> None:
    site.services.answers["gateway.list_consents"] = {"items": [], "next_cursor": None}
    site.sign_in()
    assert "No application acts" in site.get("/account/applications?lang=en").text
