"""One account's life, from opening to sign-in, through every room of the house.

The story of the first issue, told over HTTP on real PostgreSQL, RabbitMQ and SMTP.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.journeys.visitor import Api, Page, Visitor, client_token, person_tokens

from contracts.audit import AuditEntries
from servicekit.audit import verify

pytestmark = pytest.mark.stack

SALES_SCOPE = "openid tenants.write contracts.read"
CUSTOMER_SCOPE = (
    "openid profile email account contracts.read users.read users.write iam.read iam.write "
    "catalogue.read orders.write subscriptions.read subscriptions.write audit.read"
)
PORTAL_PASSWORD = "Un-Guichet.Bien+Tenu7"
API_PASSWORD = "Api/Guichet_2026!x"
WELCOME = "Bienvenue sur l'espace client Cloudstore"
CONSOLE_WELCOME = "Bienvenue sur la console"


@dataclass
class John:
    """What the story learns of its hero on the way."""

    email: str
    tenant: str = ""
    login: str = ""
    tokens: dict[str, Any] | None = None


@dataclass(frozen=True)
class Town:
    """Where the story happens: a running suite with its demo people, and its mail."""

    url: str
    demo: dict[str, Any]
    mail: Any


@pytest.fixture(scope="module")
def town(stack: Any, mail: Any) -> Town:
    return Town(url=stack.url, demo=stack.demo, mail=mail)


def api_of(town: Town, who: dict[str, str], scope: str) -> Api:
    app = town.demo["clients"]["demo-app"]
    tokens = person_tokens(town.url, app, who["login"], who["password"], scope)
    return Api(town.url, tokens["access_token"])


def link_in(message: dict[str, Any], url: str) -> str:
    found = re.search(re.escape(url) + r"(/links/[A-Za-z0-9_-]+)", message["Text"])
    assert found, message["Text"]
    return found[1]


def set_password(town: Town, message: dict[str, Any], password: str) -> Page:
    visitor = Visitor(town.url)
    page = visitor.open(link_in(message, town.url))
    assert page.status == 200
    return visitor.submit(page, "password", password=password, password_again=password)


def open_company(town: Town, given_name: str = "John", family_name: str = "Doe") -> John:
    mark = secrets.token_hex(4)
    john = John(email=f"{given_name.lower()}.{mark}@acme.example")
    sales = api_of(town, town.demo["staff"]["sales"], SALES_SCOPE)
    contract = sales.post(
        "/tenants",
        {
            "organisation_name": f"Acme {mark}",
            "name": f"Production {mark}",
            "support_level": "business",
            "referent": {
                "email": john.email,
                "given_name": given_name,
                "family_name": family_name,
                "language": "fr",
            },
        },
        status=201,
    )
    assert re.fullmatch(r"OCB\d{7}", contract["tenant"])
    john.tenant = contract["tenant"]
    return john


def welcomed(town: Town, john: John) -> dict[str, Any]:
    message = town.mail.wait_for(to=john.email, subject=WELCOME)
    found = re.search(r"\b(John\.Doe\d*)\b", message["Text"])
    assert found, message["Text"]
    john.login = found[1]
    return dict(message)


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
    welcome = welcomed(town, john)
    weak = set_password(town, welcome, "short")
    assert weak.status == 422
    assert set_password(town, welcome, PORTAL_PASSWORD).status == 200
    used = Visitor(town.url).open(link_in(welcome, town.url))
    assert used.status in (404, 410), "a link works once"

    john.tokens = person_tokens(
        town.url, town.demo["clients"]["demo-app"], john.login, PORTAL_PASSWORD, CUSTOMER_SCOPE
    )
    api = Api(town.url, john.tokens["access_token"])
    contract = api.get(f"/contracts/{john.tenant}")
    assert contract["tenant"] == john.tenant
    assert contract["support_level"] == "business"
    assert contract["referent"]["email"] == contract["domain_owner"]["email"] == john.email
    assert [one["tenant"] for one in api.get("/contracts")["items"]] == [john.tenant]

    portal = Visitor(town.url)
    home = portal.sign_in(john.login, PORTAL_PASSWORD)
    assert home.status == 200
    assert john.tenant in home.text
    page = portal.open(f"/contracts/{john.tenant}")
    assert page.status == 200
    assert contract["name"] in page.text
    assert "Business" in page.text

    console = town.mail.wait_for(to=john.email, subject=CONSOLE_WELCOME)
    assert john.tenant in console["Text"]
    assert john.login in console["Text"]
    assert set_password(town, console, API_PASSWORD).status == 200
    assert api_sign_in(town, john, API_PASSWORD).status == 200

    invite_jane(town, api, john)
    order_and_terminate(api, john.tenant)
    an_internal_system_reads_the_contract(town, contract)
    five_wrong_passwords_lock_the_api_login_only(town, api, portal, john)
    the_trail_holds_every_step(api, john.tenant)


def api_sign_in(town: Town, john: John, password: str) -> Page:
    visitor = Visitor(town.url)
    return visitor.submit(
        visitor.open("/sign-in/api"),
        "identifier",
        domain=john.tenant,
        identifier=john.login,
        password=password,
    )


def invite_jane(town: Town, api: Api, john: John) -> None:
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
    assert set_password(town, welcome, PORTAL_PASSWORD).status == 200
    hers = api_of(town, {"login": jane["login"], "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    assert hers.call("GET", f"/contracts/{john.tenant}").status_code == 403
    assert hers.call("GET", path).status_code == 403
    emails = {user["email"] for user in api.get(path)["items"]}
    assert {john.email, email} <= emails


def order_and_terminate(api: Api, tenant: str) -> None:
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
    town: Town, api: Api, portal: Visitor, john: John
) -> None:
    refusals = {api_sign_in(town, john, f"Wrong-{n}-guess!").text for n in range(5)}
    locked = api_sign_in(town, john, API_PASSWORD)
    assert locked.status == 401
    assert {locked.text} == refusals, "a lock is told to nobody"
    assert Visitor(town.url).sign_in(john.login, PORTAL_PASSWORD).status == 200

    iam = portal.open(f"/console/{john.tenant}/iam")
    assert "Reset Failed Login" in iam.text
    assert portal.submit(iam, "reset-failed-login").status == 200
    assert api_sign_in(town, john, API_PASSWORD).status == 200
    users = api.get(f"/tenants/{john.tenant}/iam-users")["items"]
    mine = next(user for user in users if user["user_name"] == john.login)
    assert mine["locked_until"] is None


def the_trail_holds_every_step(api: Api, tenant: str) -> None:
    actions = [entry["action"] for entry in everything_audited(api, tenant)]
    for step in (
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
    ):
        assert step in actions, f"{step} is missing from {sorted(set(actions))}"
    assert actions.count("api:sign-in:refused") >= 5
    assert actions.count("users:user:invited") == 1, "one key, one effect"
