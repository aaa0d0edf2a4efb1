"""Users of a contract and one-time links, as people and mail scanners meet them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from tests.journeys.town import (
    API_PASSWORD,
    CONSOLE_WELCOME,
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    WELCOME,
    Customer,
    Town,
    eventually,
    open_company,
    settled_customer,
)
from tests.journeys.visitor import PATIENCE, Api, Page, Visitor

pytestmark = pytest.mark.stack

EVIL = {
    "Host": "evil.example",
    "X_Forwarded_Host": "evil.example",
    "Forwarded": "host=evil.example",
}
VISITOR = {"invoices": "visitor"}


def api_of(town: Town, login: str) -> Api:
    return town.api({"login": login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


def invitation(email: str, **roles: str) -> dict[str, Any]:
    return {"email": email, "given_name": "Mallory", "family_name": "Zorn", "roles": roles}


@dataclass(frozen=True)
class Mailed:
    """The mail with the link, how its form is filled in, what asks for another one."""

    message: dict[str, Any]
    fields: dict[str, str]
    again: Callable[[], Any]


def mailed_welcome(town: Town) -> Mailed:
    john = settled_customer(town)
    api, email = api_of(town, john.login), f"jane.{secrets.token_hex(4)}@acme.example"
    users = f"/tenants/{john.tenant}/users"
    jane = api.post(users, {**invitation(email, **VISITOR), "language": "fr"}, 201, **EVIL)
    return Mailed(
        town.mail.wait_for(to=email, subject=WELCOME),
        {"password": PORTAL_PASSWORD, "password_again": PORTAL_PASSWORD},
        lambda: api.post(f"{users}/{jane['person_id']}/welcome", {}, 202, **EVIL),
    )


def mailed_console_welcome(town: Town) -> Mailed:
    john = settled_customer(town)
    api = api_of(town, john.login)
    iam = api.get(f"/tenants/{john.tenant}/iam-users")["items"][0]
    path = f"/account/iam-users/{iam['iam_user_id']}/password-link"
    return Mailed(
        town.mail.wait_for(to=john.email, subject=CONSOLE_WELCOME),
        {"password": API_PASSWORD, "password_again": API_PASSWORD},
        lambda: api.post(path, {}, 202, **EVIL),
    )


def mailed_reset(town: Town) -> Mailed:
    john = settled_customer(town)
    visitor = Visitor(town.url)
    page = visitor.open("/password/forgotten?credential=portal")
    form = page.form("identifier")
    sent = visitor.http.post(
        f"{town.url}/password/forgotten",
        data={**form.fields, "identifier": john.login},
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
        timeout=PATIENCE,
    )
    assert sent.status_code == 200
    message = town.mail.wait_for(to=john.email, subject="Réinitialisation")
    new = "Un-Autre.Guichet+Tenu9"
    return Mailed(message, {"password": new, "password_again": new}, lambda: None)


def mailed_mail_change(town: Town) -> Mailed:
    john = settled_customer(town)
    api, new = api_of(town, john.login), f"new.{secrets.token_hex(4)}@acme.example"

    def ask() -> Any:
        return api.post("/account/mail-change", {"email": new}, 202, **EVIL)

    ask()
    town.mail.wait_for(to=john.email, subject="Confirmation de sécurité : changement")
    return Mailed(town.mail.wait_for(to=new, subject="Confirmez"), {}, ask)


def mailed_invitation(town: Town) -> Mailed:
    john, eve = settled_customer(town), settled_customer(town)
    api = api_of(town, john.login)
    users = f"/tenants/{john.tenant}/users"
    user = api.post(users, invitation(eve.email, **VISITOR), 201, **EVIL)
    return Mailed(
        town.mail.wait_for(to=eve.email, subject="Invitation"),
        {"answer": "accept"},
        lambda: api.post(f"{users}/{user['person_id']}/welcome", {}, 202, **EVIL),
    )


def used(visitor: Visitor, page: Page, fields: dict[str, str]) -> Page:
    """Sends the form of the page itself, which comes after that of the languages."""
    data = {**page.forms[-1].fields, **fields}
    return visitor._page(visitor.http.post(page.url, data=data, timeout=PATIENCE))


@pytest.mark.parametrize(
    "mailed",
    [mailed_welcome, mailed_console_welcome, mailed_reset, mailed_mail_change, mailed_invitation],
)
def test_a_mailed_link_holds_whatever_mail_scanners_and_headers_do(
    town: Town, mailed: Callable[[Town], Mailed]
) -> None:
    one = mailed(town)
    assert "evil" not in one.message["Text"], "the host is ours, never the request's"
    link = town.link_in(one.message)
    assert len(link.removeprefix("/links/")) >= 43, "256 bits in base64"
    for _ in range(2):  # a scanner that fetches ahead
        assert requests.head(town.url + link, timeout=PATIENCE).status_code == 200
        assert requests.get(town.url + link, timeout=PATIENCE).status_code == 200
    visitor = Visitor(town.url)
    page = visitor.open(link)
    assert page.response.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert used(visitor, page, one.fields).status == 200
    assert Visitor(town.url).open(link).status == 404, "it works once"
    assert Visitor(town.url).open(link[:-2] + "xx").status == 404


@pytest.mark.parametrize("mailed", [mailed_welcome, mailed_mail_change, mailed_invitation])
def test_a_link_sent_again_ends_the_older_one(town: Town, mailed: Callable[[Town], Mailed]) -> None:
    one = mailed(town)
    link = town.link_in(one.message)
    one.again()
    assert eventually(lambda: Visitor(town.url).open(link).status, lambda status: status == 404)


def test_a_user_is_edited_disabled_enabled_and_leaves(town: Town) -> None:
    john, eve = settled_customer(town), settled_customer(town)
    api = api_of(town, john.login)
    users = f"/tenants/{john.tenant}/users"
    roles = {"technical_console": "visitor", "contract": "visitor"}
    user = api.post(users, invitation(eve.email, **roles), 201)
    hers, path = api_of(town, eve.login), f"{users}/{user['person_id']}"
    assert hers.get(f"/contracts/{john.tenant}")["tenant"] == john.tenant, "roles count at once"
    assert (user["given_name"], user["activated"]) == ("Mallory", False)
    assert [one["tenant"] for one in hers.get("/account/invitations")["items"]] == [john.tenant]
    accepted = f"/account/invitations/{john.tenant}/accept"
    assert hers.post(accepted, {}) == {}
    assert api.get(path)["family_name"] == "Doe"
    she_is_disabled_within_a_second(api, hers, path, john)
    town.mail.wait_for(to=eve.email, subject="Accès désactivé")
    api.post(f"{path}/enable", {})
    town.mail.wait_for(to=eve.email, subject="Accès réactivé")
    again = api_of(town, eve.login)
    left = again.call("DELETE", f"/account/tenants/{john.tenant}")
    assert left.status_code == 200, left.text
    town.mail.wait_for(to=eve.email, subject="Vous n'avez plus accès")
    assert again.call("GET", f"/contracts/{john.tenant}").status_code == 403
    refused = again.call("DELETE", f"/account/tenants/{eve.tenant}")
    assert (refused.status_code, refused.json()["code"]) == (409, "office-held")


def she_is_disabled_within_a_second(api: Api, hers: Api, path: str, john: Customer) -> None:
    disabled = api.post(f"{path}/disable", {})
    assert disabled["disabled_at"] is not None
    eventually(
        lambda: hers.call("GET", f"/contracts/{john.tenant}").status_code,
        lambda status: status in (401, 403),
        within=2.0,
    )
    listed = api.get(f"/tenants/{john.tenant}/users?state=disabled")["items"]
    assert [one["person_id"] for one in listed] == [disabled["person_id"]]


def test_without_the_right_on_users_the_section_does_not_show(town: Town) -> None:
    john = settled_customer(town)
    api, email = api_of(town, john.login), f"jane.{secrets.token_hex(4)}@acme.example"
    jane = api.post(
        f"/tenants/{john.tenant}/users",
        {**invitation(email, contract="visitor"), "language": "fr"},
        201,
    )
    town.set_password(town.mail.wait_for(to=email, subject=WELCOME), PORTAL_PASSWORD)
    portal = Visitor(town.url)
    portal.sign_in(jane["login"], PORTAL_PASSWORD)
    page = portal.open(f"/contracts/{john.tenant}")
    assert page.status == 200
    assert "Utilisateurs" not in page.text
    assert portal.open(f"/contracts/{john.tenant}/users").status == 403
    explained = api.get(
        f"/tenants/{john.tenant}/users/{jane['person_id']}/access?act=identity.list_users"
    )
    assert (explained["allowed"], explained["code"]) == (False, "role-missing")
    assert [one["login"] for one in explained["grantors"]] == [john.login]


def test_somebody_elses_contract_is_out_of_reach_of_each_call(town: Town) -> None:
    john, eve = settled_customer(town), settled_customer(town)
    api, theirs = api_of(town, john.login), f"/tenants/{eve.tenant}"
    her = api_of(town, eve.login).get(f"{theirs}/users")["items"][0]["person_id"]
    iam = api_of(town, eve.login).get(f"{theirs}/iam-users")["items"][0]["iam_user_id"]
    named = {"given_name": "X", "family_name": "Y"}
    tries = [
        ("GET", f"{theirs}/users/{her}", None),
        ("GET", f"{theirs}/users/{her}/access?act=identity.list_users", None),
        ("PUT", f"{theirs}/users/{her}", named),
        ("POST", f"{theirs}/users/{her}/disable", {}),
        ("POST", f"{theirs}/users/{her}/enable", {}),
        ("POST", f"{theirs}/iam-users/{iam}/disable", {}),
        ("POST", f"{theirs}/iam-users/{iam}/enable", {}),
        ("POST", f"{theirs}/iam-users/{iam}/welcome", {}),
    ]
    for method, path, body in tries:
        answer = api.call(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "tenant-foreign"), path
    for method, path in (
        ("POST", f"/account/iam-users/{iam}/password-link"),
        ("POST", f"/account/invitations/{eve.tenant}/accept"),
        ("DELETE", f"/account/tenants/{eve.tenant}"),
    ):
        assert api.call(method, path, {} if method == "POST" else None).status_code == 404, path


def test_api_password_is_changed_on_its_own_page(town: Town) -> None:
    john = open_company(town)
    john.known_as(town.mail.wait_for(to=john.email, subject=WELCOME))
    console = town.mail.wait_for(to=john.email, subject=CONSOLE_WELCOME)
    assert town.set_password(console, API_PASSWORD).status == 200
    visitor, new = Visitor(town.url), "Autre/Guichet_2026!y"
    page = visitor.open("/password/api")
    typed = {"domain": john.tenant, "identifier": john.login, "password_again": new}
    wrong = visitor.submit(page, "identifier", **typed, current_password="x", new_password=new)
    assert wrong.status == 401
    done = visitor.submit(
        page, "identifier", **typed, current_password=API_PASSWORD, new_password=new
    )
    assert done.status == 200
    assert town.api_sign_in(john.tenant, john.login, new).status == 200
    assert town.api_sign_in(john.tenant, john.login, API_PASSWORD).status == 401
