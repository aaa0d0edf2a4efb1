"""Who may do what in a contract, who may give it, and who stays: roles by section."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import requests
from tests.journeys.town import (
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    WELCOME,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.visitor import Api, Visitor

pytestmark = pytest.mark.stack

WHY = {"Guichet_Reason": "Ticket 4714"}


@pytest.fixture(scope="module")
def john(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture
def api(town: Town, john: Customer) -> Api:
    return town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def newcomer(**roles: str) -> dict[str, Any]:
    email = f"jane.{secrets.token_hex(4)}@acme.example"
    return {"email": email, "given_name": "Jane", "family_name": "Roe", "roles": roles}


def jane_with(town: Town, api: Api, path: str, **roles: str) -> tuple[dict[str, Any], Api]:
    """A colleague who has set her password, and what she asks by REST."""
    invitation = newcomer(**roles)
    jane = api.post(path, invitation, 201)
    welcome = town.mail.wait_for(to=invitation["email"], subject=WELCOME)
    assert town.set_password(welcome, PORTAL_PASSWORD).status == 200
    who = {"login": jane["login"], "password": PORTAL_PASSWORD}
    return jane, town.api(who, CUSTOMER_SCOPE)


def test_nobody_gives_what_he_does_not_hold(town: Town, api: Api, john: Customer) -> None:
    users = f"/tenants/{john.tenant}/users"
    jane, hers = jane_with(town, api, users, users="manager", invoices="visitor")
    her_roles = f"{users}/{jane['person_id']}/roles"

    assert refusal(hers.call("POST", users, newcomer(invoices="manager"))) == (403, "role-not-held")
    more = hers.call("PUT", her_roles, {"roles": {"users": "manager", "orders": "manager"}})
    assert more.status_code == 422, "no such section"
    more = hers.call("PUT", her_roles, {"roles": {"users": "manager", "services": "visitor"}})
    assert refusal(more) == (403, "role-not-held")
    cust_admin = {"roles": {"backup_console": "cust_admin"}}
    assert refusal(hers.call("PUT", her_roles, cust_admin)) == (403, "role-not-held")
    eve = hers.post(users, newcomer(invoices="visitor"), 201)
    stronger = {"roles": {"services": "manager"}}
    api.call("PUT", f"{users}/{eve['person_id']}/roles", stronger)
    of_eve = f"{users}/{eve['person_id']}/roles"
    weaker = hers.call("PUT", of_eve, {"roles": {"services": "visitor"}})
    assert weaker.status_code == 200, "taking away needs none"
    back = hers.call("PUT", of_eve, {"roles": {"services": "manager"}})
    assert refusal(back) == (403, "role-not-held")

    browser = Visitor(town.url, language="en")
    browser.sign_in(jane["login"], PORTAL_PASSWORD)
    form = browser.open(f"/contracts/{john.tenant}/users/invite?lang=en")
    typed = {name: newcomer()[name] for name in ("email", "given_name", "family_name")}
    page = browser.submit(form, "given_name", **typed, **{"role-invoices": "manager"})
    assert page.status == 403
    assert page.form("given_name").fields["email"] == typed["email"], "nothing typed is lost"
    assert "Invoices" in page.text


def test_the_last_who_manages_users_stays_until_there_is_another(
    town: Town, api: Api, john: Customer
) -> None:
    """The referent holds Users by his office; while his login is closed, Jane is the last."""
    john = settled_customer(town)
    who = {"login": john.login, "password": PORTAL_PASSWORD}
    users = f"/tenants/{john.tenant}/users"
    jane, hers = jane_with(town, town.api(who, CUSTOMER_SCOPE), users, users="manager")
    herself = f"{users}/{jane['person_id']}"
    [him] = [one for one in hers.get(users)["items"] if one["login"] == john.login]
    his = f"{users}/{him['person_id']}"
    for method, path, body in (
        ("DELETE", his, None),
        ("PUT", f"{his}/roles", {"roles": {}}),
        ("POST", f"{his}/disable", {}),
    ):
        assert refusal(hers.call(method, path, body)) == (409, "office-held"), path

    operator = town.staff("operator", "openid people.read people.write")
    operator.post(f"/people/{him['person_id']}/disable", {}, **WHY)
    last = (409, "last-user-manager")
    assert refusal(hers.call("PUT", f"{herself}/roles", {"roles": {"users": "visitor"}})) == last
    assert refusal(hers.call("DELETE", herself)) == last
    assert refusal(hers.call("DELETE", f"/account/tenants/{john.tenant}")) == last
    assert refusal(hers.call("POST", "/account/erasure", {})) == last
    assert refusal(hers.call("POST", f"{herself}/disable", {})) == (409, "not-oneself")
    browser = Visitor(town.url)
    browser.sign_in(jane["login"], PORTAL_PASSWORD)
    leaving = browser.open(f"/account/contracts/{john.tenant}/leave")
    told = browser.submit(leaving, "idempotency_key")
    assert told.status == 409
    assert "au moins un Manager des utilisateurs" in told.text

    operator.post(f"/people/{him['person_id']}/enable", {}, **WHY)
    assert hers.call("DELETE", f"/account/tenants/{john.tenant}").status_code == 200


def test_the_simulator_says_yes_or_no_why_and_who_can_help(
    town: Town, api: Api, john: Customer
) -> None:
    users = f"/tenants/{john.tenant}/users"
    jane, hers = jane_with(town, api, users, invoices="visitor")
    path = f"{users}/{jane['person_id']}"

    def explained(act: str) -> Any:
        return api.get(f"{path}/access?act={act}")

    no = explained("identity.invite_user")
    assert (no["allowed"], no["code"], no["section"]) == (False, "role-missing", "users")
    assert (no["role"], no["held_role"], no["step_up"]) == ("manager", None, True)
    assert john.login in [one["login"] for one in no["grantors"]]
    assert refusal(hers.call("POST", users, newcomer())) == (403, "role-missing"), "as it says"
    roles = {"roles": {"users": "manager", "invoices": "visitor"}}
    assert api.call("PUT", f"{path}/roles", roles).status_code == 200
    yes = explained("identity.invite_user")
    assert (yes["allowed"], yes["reasons"], yes["held_role"]) == (True, [], "manager")
    told = eventually(lambda: hers.call("POST", users, newcomer()), lambda one: one.ok)
    assert told.status_code == 201
    api.post(f"{path}/disable", {})
    disabled = explained("identity.invite_user")
    assert (disabled["allowed"], disabled["held_role"]) == (False, None)
    assert disabled["reasons"]
    assert refusal(api.call("GET", f"{path}/access?act=identity.no_such_call")) == (
        404,
        "act-unknown",
    )
    page = Visitor(town.url)
    page.sign_in(john.login, PORTAL_PASSWORD)
    shown = page.open(
        f"/contracts/{john.tenant}/users/{jane['person_id']}/access?act=identity.invite_user"
    )
    assert shown.status == 200
    assert "Jane Roe" in shown.text
    assert "désactivé" in shown.text
