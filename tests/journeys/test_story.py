"""One account's life, from opening to sign-in, through every room of the house.

The story of the first issue, told over HTTP on real PostgreSQL, RabbitMQ and SMTP.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any

import pytest
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
)
from tests.journeys.visitor import Api, Visitor, client_token

from contracts.audit import AuditEntries
from servicekit.audit import verify

pytestmark = pytest.mark.stack


def first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def everything_audited(api: Api, tenant: str) -> list[dict[str, Any]]:
    """All entries of the tenant's trails, each chain verified by us and by its keeper."""
    entries = []
    for service in ("identity", "tenancy", "subscriptions", "notifications"):
        answer = api.get(f"/tenants/{tenant}/audit/{service}?limit=200")
        assert answer["next_cursor"] is None
        verification = api.get(f"/tenants/{tenant}/audit/{service}/verification")
        assert verification["verified"] is True, verification
        assert verification["entries"] == len(answer["items"])
        assert verify(AuditEntries().load(answer)["items"], tenant=tenant).verified
        entries += answer["items"]
    return entries


def test_one_accounts_life(town: Town) -> None:
    john = open_company(town)
    he_sets_his_password_by_the_link(town, john)
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    contract = he_sees_his_contract(api, john)
    portal = he_sees_it_in_the_portal(town, contract, john)
    he_sets_his_api_password(town, john)
    he_invites_jane(town, api, john)
    he_orders_and_terminates(api, john.tenant)
    an_internal_system_reads_the_contract(town, contract)
    five_wrong_passwords_lock_the_api_login_only(town, api, portal, john)
    the_trail_holds_every_step(api, john.tenant)


def he_sets_his_password_by_the_link(town: Town, john: Customer) -> None:
    welcome = town.mail.wait_for(to=john.email, subject=WELCOME)
    john.known_as(welcome)
    assert Visitor(town.url).open(town.link_in(welcome)).status == 200, "opening changes nothing"
    assert town.set_password(welcome, "short").status == 422
    assert town.set_password(welcome, PORTAL_PASSWORD).status == 200
    used = Visitor(town.url).open(town.link_in(welcome))
    assert used.status in (404, 410), "a link works once"


def he_sees_his_contract(api: Api, john: Customer) -> dict[str, Any]:
    contract = api.get(f"/contracts/{john.tenant}")
    assert contract["tenant"] == john.tenant
    assert contract["support_level"] == "business"
    assert contract["referent"]["email"] == contract["domain_owner"]["email"] == john.email
    assert contract["referent"]["login"] == john.login
    assert [one["tenant"] for one in api.get("/contracts")["items"]] == [john.tenant]
    return dict(contract)


def he_sees_it_in_the_portal(town: Town, contract: dict[str, Any], john: Customer) -> Visitor:
    portal = Visitor(town.url)
    home = portal.sign_in(john.login.upper(), PORTAL_PASSWORD)
    assert home.status == 200
    assert john.tenant in home.text
    page = portal.open(f"/contracts/{john.tenant}")
    assert page.status == 200
    assert contract["name"] in page.text
    assert "Business" in page.text
    return portal


def he_sets_his_api_password(town: Town, john: Customer) -> None:
    console = town.mail.wait_for(to=john.email, subject=CONSOLE_WELCOME)
    assert john.tenant in console["Text"]
    assert john.login in console["Text"]
    assert town.set_password(console, API_PASSWORD).status == 200
    for identifier in (john.login, john.email, john.login.lower()):
        assert town.api_sign_in(john.tenant, identifier, API_PASSWORD).status == 200
    assert town.api_sign_in(john.tenant, john.login, PORTAL_PASSWORD).status == 401


def he_invites_jane(town: Town, api: Api, john: Customer) -> None:
    email = f"jane.{secrets.token_hex(4)}@acme.example"
    invitation = {
        "email": email,
        "given_name": "Jane",
        "family_name": "Roe",
        "language": "en",
        "roles": {"invoices": "visitor"},
    }
    path = f"/tenants/{john.tenant}/users"
    key = secrets.token_hex(8)
    jane = api.post(path, invitation, status=201, Idempotency_Key=key)
    assert api.post(path, invitation, status=201, Idempotency_Key=key) == jane
    assert jane["roles"] == {"invoices": "visitor"}
    welcome = town.mail.wait_for(to=email, subject="Welcome to the Cloudstore customer space")
    assert town.set_password(welcome, PORTAL_PASSWORD).status == 200
    hers = town.api({"login": jane["login"], "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    assert hers.call("GET", f"/contracts/{john.tenant}").status_code == 403
    assert hers.call("GET", path).status_code == 403
    emails = {user["email"] for user in api.get(path)["items"]}
    assert {john.email, email} <= emails


def he_orders_and_terminates(api: Api, tenant: str) -> None:
    offer = api.get("/catalogue/offers?product=workspace&limit=1")["items"][0]
    order = api.post(
        f"/tenants/{tenant}/orders", {"offer_id": offer["offer_id"], "quantity": 1}, status=201
    )
    path = f"/tenants/{tenant}/subscriptions/{order['subscription_id']}"
    assert api.get(path)["quantity"] == 1
    terminating = api.post(f"{path}/terminations", {"quantity": 1}, status=201)
    placed = datetime.fromisoformat(order["placed_at"]).date()
    ends = date.fromisoformat(terminating["terminations"][0]["effective_on"])
    assert ends == first_of_next_month(placed)
    refused = api.call("POST", f"{path}/terminations", {"quantity": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "quantity-exceeds-remaining")


def an_internal_system_reads_the_contract(town: Town, contract: dict[str, Any]) -> None:
    client = town.demo["clients"]["demo-internal"]
    token = client_token(town.url, client["client_id"], client["client_secret"], "contracts.read")
    assert Api(town.url, token).get(f"/contracts/{contract['tenant']}") == contract


def five_wrong_passwords_lock_the_api_login_only(
    town: Town, api: Api, portal: Visitor, john: Customer
) -> None:
    refusals = {
        town.api_sign_in(john.tenant, john.login, f"Wrong-{n}-guess!").text for n in range(5)
    }
    locked = town.api_sign_in(john.tenant, john.login, API_PASSWORD)
    assert locked.status == 401
    assert {locked.text} == refusals, "a lock is told to nobody"
    assert Visitor(town.url).sign_in(john.login, PORTAL_PASSWORD).status == 200

    iam = portal.open(f"/console/{john.tenant}/iam")
    assert "Reset Failed Login" in iam.text
    assert portal.submit(iam, "reset-failed-login").status == 200
    assert town.api_sign_in(john.tenant, john.login, API_PASSWORD).status == 200
    users = api.get(f"/tenants/{john.tenant}/iam-users")["items"]
    mine = next(user for user in users if user["user_name"] == john.login)
    assert mine["locked_until"] is None


STEPS = {
    "contract:tenant:opened",
    "portal:password:set",
    "portal:sign-in:accepted",
    "api:password:set",
    "users:user:invited",
    "orders:order:placed",
    "subscriptions:termination:scheduled",
    "api:login:locked",
    "api:failed-login:reset",
    "api:sign-in:accepted",
}


def the_trail_holds_every_step(api: Api, tenant: str) -> None:
    """Refused sign-ins are recorded moments after their answer, so the trail is waited for."""

    def actions() -> list[str]:
        return [entry["action"] for entry in everything_audited(api, tenant)]

    def complete(seen: list[str]) -> bool:
        return set(seen) >= STEPS and seen.count("api:sign-in:refused") >= 5

    trail = eventually(actions, complete)
    assert trail.count("users:user:invited") == 1, "one key, one effect"
