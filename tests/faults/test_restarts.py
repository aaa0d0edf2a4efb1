"""Kill what can be killed in the middle of the story: it goes on, nothing is lost or doubled."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from tests.journeys.town import CUSTOMER_SCOPE, PORTAL_PASSWORD, Town
from tests.journeys.trials import trial_customer
from tests.journeys.visitor import Api, client_token, person_tokens

pytestmark = [pytest.mark.stack, pytest.mark.own_stack, pytest.mark.timeout(600)]

SCOPE = "openid tenants.write contracts.read users.read users.write catalogue.read orders.write "
SCOPE += "subscriptions.read subscriptions.write audit.read"
BACK_WITHIN = 30.0
WELCOME = "Welcome to the Cloudstore customer space"
WHY = {"Guichet_Reason": "Opened just now"}


@dataclass(frozen=True)
class Suite:
    stack: Any
    mail: Any
    sales: Api
    john: Api
    internal: Api
    tenant: str
    offer: str

    def probe(self, service: str, who: Api | None = None) -> requests.Response:
        """One read that needs that service (and identity, for what a person may)."""
        paths = {
            "identity": f"/tenants/{self.tenant}/users",
            "tenancy": f"/contracts/{self.tenant}",
            "subscriptions": f"/tenants/{self.tenant}/subscriptions",
            "notifications": f"/tenants/{self.tenant}/audit/notifications",
        }
        return (who or self.john).call("GET", paths[service])


@pytest.fixture(scope="module")
def suite(fresh_stack: Any) -> Suite:
    demo = fresh_stack.demo
    app = demo["clients"]["demo-app"]

    def api(who: dict[str, Any]) -> Api:
        tokens = person_tokens(fresh_stack.url, app, who["login"], who["password"], SCOPE)
        return Api(fresh_stack.url, tokens["access_token"])

    john = demo["people"]["john"]
    tenant = min(john["tenants"])
    his = api(john)
    offer = his.get("/catalogue/offers?limit=1")["items"][0]["offer_id"]
    sales = api(demo["staff"]["sales"])
    client = demo["clients"]["demo-internal"]
    token = client_token(
        fresh_stack.url,
        client["client_id"],
        client["client_secret"],
        "contracts.read subscriptions.read",
    )
    internal = Api(fresh_stack.url, token)
    return Suite(fresh_stack, fresh_stack.mail, sales, his, internal, tenant, offer)


def until(condition: Callable[[], bool], within: float, what: str) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {within} s: {what}")


def answers(suite: Suite, service: str) -> bool:
    try:
        return suite.probe(service).status_code == 200
    except requests.RequestException:
        return False


def invite_somebody(suite: Suite) -> str:
    email = f"guest.{secrets.token_hex(6)}@acme.example"
    suite.john.post(
        f"/tenants/{suite.tenant}/users",
        {
            "email": email,
            "given_name": "Guest",
            "family_name": "Somebody",
            "language": "en",
            "roles": {"invoices": "visitor"},
        },
        status=201,
    )
    return email


@pytest.mark.parametrize("service", ["identity", "tenancy", "subscriptions", "notifications"])
def test_a_killed_service_is_missed_politely_and_comes_back(suite: Suite, service: str) -> None:
    assert answers(suite, service)
    suite.stack.kill(service)
    refused = suite.probe(service)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    for other in {"tenancy", "subscriptions"} - {service}:
        answer = suite.probe(other, suite.internal)
        assert answer.status_code == 200, f"{other} does not need {service}"
    suite.stack.start_service(service)
    until(lambda: answers(suite, service), BACK_WITHIN, f"{service} answers again")


def test_mail_due_while_notifications_is_dead_is_sent_once(suite: Suite) -> None:
    suite.stack.kill("notifications")
    email = invite_somebody(suite)
    suite.stack.start_service("notifications")
    suite.mail.wait_for(to=email, subject=WELCOME, seconds=BACK_WITHIN)
    time.sleep(3)
    assert len(suite.mail.messages(to=email, subject=WELCOME)) == 1


def test_tenant_opened_while_identity_is_dead_is_peopled_once(suite: Suite) -> None:
    suite.sales.get("/contracts?limit=1")  # what sales may do is known to the gateway for 30 s
    suite.stack.kill("identity")
    email = f"late.{secrets.token_hex(6)}@acme.example"
    contract = suite.sales.post(
        "/tenants",
        {
            "organisation_name": "Late riser",
            "name": "Opened in the dark",
            "referent": {
                "email": email,
                "given_name": "Late",
                "family_name": "Riser",
                "language": "en",
            },
        },
        status=201,
    )
    suite.stack.start_service("identity")
    suite.mail.wait_for(to=email, subject=WELCOME, seconds=BACK_WITHIN)
    path = f"/contracts/{contract['tenant']}"
    until(
        lambda: (
            suite.sales.get(path, Guichet_Reason="Opened just now")["referent"]["login"] is not None
        ),
        BACK_WITHIN,
        "the contract knows its people",
    )
    assert len(suite.mail.messages(to=email, subject=WELCOME)) == 1


@pytest.mark.parametrize("server", ["rabbitmq", "postgres"])
def test_a_restarted_server_loses_nothing(suite: Suite, server: str) -> None:
    before = invite_somebody(suite)
    suite.stack.restart(server)
    for service in ("identity", "tenancy", "subscriptions", "notifications"):
        until(
            lambda name=service: answers(suite, name),
            BACK_WITHIN,
            f"{service} answers again",
        )
    after = invite_somebody(suite)
    for email in (before, after):
        suite.mail.wait_for(to=email, subject=WELCOME, seconds=BACK_WITHIN)
    time.sleep(3)
    for email in (before, after):
        assert len(suite.mail.messages(to=email, subject=WELCOME)) == 1


def test_orders_placed_while_the_service_is_killed_exist_exactly_once(suite: Suite) -> None:
    path = f"/tenants/{suite.tenant}"
    keys = [f"order-{secrets.token_hex(8)}" for _ in range(40)]
    before = orders_audited(suite)
    killed = threading.Event()

    def place(key: str) -> str:
        """As a careful client does: the same key again until there is an answer."""
        for _ in range(200):
            body = {"offer_id": suite.offer, "quantity": 1}
            answer = suite.john.call("POST", f"{path}/orders", body, Idempotency_Key=key)
            if answer.status_code == 201:
                return str(answer.json()["order_id"])
            assert answer.status_code in (409, 503), answer.text
            killed.wait()
            time.sleep(0.2)
        raise AssertionError("the service did not come back")

    with ThreadPoolExecutor(8) as pool:
        placed = [pool.submit(place, key) for key in keys]
        until(lambda: sum(one.done() for one in placed) >= 5, 20, "some orders are through")
        suite.stack.kill("subscriptions")
        killed.set()
        suite.stack.start_service("subscriptions")
        orders = {one.result(timeout=120) for one in placed}
    assert len(orders) == len(keys)
    assert orders_audited(suite) - before == len(keys)


def orders_audited(suite: Suite) -> int:
    """How many orders the trail has seen, page after page."""
    count, cursor = 0, ""
    while True:
        query = f"?limit=200{f'&cursor={cursor}' if cursor else ''}"
        page = suite.john.get(f"/tenants/{suite.tenant}/audit/subscriptions{query}")
        count += sum(entry["action"] == "orders:order:placed" for entry in page["items"])
        if not page["next_cursor"]:
            return count
        cursor = page["next_cursor"]


def test_an_internal_system_gets_its_token_whatever_service_is_dead(suite: Suite) -> None:
    client = suite.stack.demo["clients"]["demo-internal"]
    suite.stack.kill("identity")
    try:
        token = client_token(
            suite.stack.url, client["client_id"], client["client_secret"], "contracts.read"
        )
        answer = Api(suite.stack.url, token).call("GET", f"/contracts/{suite.tenant}")
        assert answer.status_code == 200
    finally:
        suite.stack.start_service("identity")
        until(lambda: answers(suite, "identity"), BACK_WITHIN, "identity answers again")


def test_fourteen_months_pass_at_once_while_services_are_down(suite: Suite) -> None:
    """The account's clock: each thing happened on its day, and each mail was sent once."""
    town = Town.of(suite.stack, suite.mail)
    lapsing, kept = trial_customer(town), trial_customer(town)
    his = town.api({"login": kept.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    ends_on = his.post(f"/contracts/{kept.tenant}/conversion", {})["trial"]["ends_on"]
    converted = "Votre essai du contrat"
    suite.mail.wait_for(to=kept.email, subject=converted)
    jump_with_services_down(suite, town, days=425)

    operator = town.staff("operator", "openid contracts.read")

    def states() -> list[tuple[str, str]]:
        path = f"/contracts/{lapsing.tenant}/state-changes"
        answer = operator.call("GET", path, **WHY)
        items = answer.json()["items"] if answer.status_code == 200 else []
        return [(one["state"], one["changed_at"][:10]) for one in reversed(items)]

    until(lambda: len(states()) > 2, BACK_WITHIN, "the trial is over and draining")
    _, suspended, draining, *_ = states()
    assert suspended == ("suspended", ends_on), "midnight in Paris is the evening before in UTC"
    assert draining[0] == "draining"
    assert draining[1] > ends_on
    told = [
        converted,  # that it ends soon
        f"Le contrat {lapsing.tenant} est suspendu",
        f"Le contrat {lapsing.tenant} est en cours de résiliation",
    ]
    for subject in told:
        suite.mail.wait_for(to=lapsing.email, subject=subject, seconds=BACK_WITHIN)
    time.sleep(2)
    assert [len(suite.mail.messages(to=lapsing.email, subject=one)) for one in told] == [1, 1, 1]
    assert len(suite.mail.messages(to=kept.email, subject=converted)) == 1
    assert operator.get(f"/contracts/{kept.tenant}", **WHY)["status"] == "active"


def jump_with_services_down(suite: Suite, town: Town, *, days: int) -> None:
    """Two sleep through it, the third is killed in the middle of it."""
    operator = town.staff("operator", "openid clock")
    now = datetime.fromisoformat(operator.get("/clock")["now"])
    for service in ("notifications", "subscriptions"):
        suite.stack.kill(service)
    operator.post("/clock", {"now": (now + timedelta(days=days)).isoformat()})
    suite.stack.kill("tenancy")
    for service in ("tenancy", "subscriptions", "notifications"):
        suite.stack.start_service(service)
    until(lambda: answers(suite, "tenancy"), BACK_WITHIN, "tenancy answers again")
