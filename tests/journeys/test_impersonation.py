"""Staff see a contract as its user does: named, for a while, seen and ended by the customer.

Two gateways on one database and one broker: what ends is asked for at both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from tests.journeys.test_step_up import let_proofs_grow_old
from tests.journeys.town import CUSTOMER_SCOPE, PORTAL_PASSWORD, Customer, Town, settled_customer
from tests.journeys.visitor import Api, Page, Visitor, person_tokens
from tests.second_gateway import second_gateway

pytestmark = pytest.mark.stack

PROMISED = 1.0  # seconds from the act's answer
PATIENCE = 5.0  # to tell late from never
SCOPE = f"{CUSTOMER_SCOPE} impersonations people.read staff"
WHY = {"Guichet_Reason": "Ticket 4711"}
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
HOME = "/back-office/see-as"


@pytest.fixture(scope="module")
def gateways(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with second_gateway(stack, tmp_path_factory.mktemp("gateway") / "second.log") as second:
        yield stack.url, second.url


@pytest.fixture(scope="module")
def tool(stack: Any, town: Town, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A program of the provider's own, which asks for itself."""
    secret = tmp_path_factory.mktemp("tool") / "secret"
    secret.write_text("a secret of forty signs, and then some more")
    callback = town.demo["clients"]["demo-app"]["redirect_uri"]
    arguments = [part for scope in SCOPE.split() for part in ("--scope", scope)]
    stack.run(
        *("gateway", "register-client", "--id", "support-tool", "--name", "Support tool"),
        *("--kind", "confidential", "--secret-file", str(secret), "--first-party"),
        *("--grant", "authorization_code", "--grant", EXCHANGE, "--redirect-uri", callback),
        *arguments,
    )
    known = {"client_id": "support-tool", "client_secret": secret.read_text()}
    return {**known, "redirect_uri": callback}


@pytest.fixture
def john(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture
def api(town: Town, john: Customer) -> Api:
    return town.api({"login": john.login, "password": PORTAL_PASSWORD}, SCOPE)


def person_id(api: Api, john: Customer) -> str:
    found = api.get(f"/tenants/{john.tenant}/users")["items"]
    return next(str(user["person_id"]) for user in found if user["login"] == john.login)


def given(town: Town, api: Api, john: Customer, *, minutes: int = 60) -> dict[str, Any]:
    asked = {
        "as_person_id": person_id(api, john),
        "operator": town.demo["staff"]["support"]["login"],
        "minutes": minutes,
        "reason": "An invoice is missing",
    }
    grant: dict[str, Any] = api.post(f"/tenants/{john.tenant}/impersonations", asked, status=201)
    return grant


def at_the_counter(town: Town, role: str = "support") -> Visitor:
    visitor, member = Visitor(town.url), town.demo["staff"][role]
    assert visitor.sign_in(member["login"], member["password"]).status == 200
    return visitor


def begun(support: Visitor, grant: dict[str, Any]) -> Page:
    page = support.submit(support.open(HOME), f"/{grant['grant_id']}/begin")
    assert urlsplit(page.url).path == "/", page.text
    return page


def within_the_promise(is_over: Callable[[], bool], since: float) -> None:
    while not is_over():
        assert time.monotonic() - since < PATIENCE, "it never ended"
        time.sleep(0.02)
    assert time.monotonic() - since < PROMISED


def shows(visitor: Visitor, url: str, path: str) -> bool:
    """At either gateway, with the same cookies, which know of no ports."""
    page = visitor.http.get(urljoin(url, path), allow_redirects=False, timeout=10)
    return page.status_code == 200


def refusal(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


READ_ONLY = (403, "impersonation-read-only")


def test_the_customer_lets_support_look_sees_what_was_looked_at_and_ends_it(
    town: Town, john: Customer, api: Api, gateways: tuple[str, str]
) -> None:
    browser = Visitor(town.url)
    browser.sign_in(john.login, PORTAL_PASSWORD)
    form = browser.open(f"/contracts/{john.tenant}/users/{person_id(api, john)}/support-access")
    support_login = town.demo["staff"]["support"]["login"]
    typed = {"operator": support_login, "minutes": "60", "reason": "An invoice is missing"}
    wrong = browser.submit(form, "operator", **{**typed, "operator": "Nobody.Here"})
    assert wrong.status == 404
    assert wrong.form("operator").fields["reason"] == "An invoice is missing"
    given_page = browser.submit(wrong, "operator", **typed)
    assert "An invoice is missing" in given_page.text
    grant = api.get(f"/tenants/{john.tenant}/impersonations")["items"][0]

    support = at_the_counter(town)
    before = dict(support.http.cookies)
    page = begun(support, grant)
    for name in ("guichet_session", "guichet_portal"):
        assert support.http.cookies[name] != before[name]
    contract = f"/contracts/{john.tenant}"
    assert "comme John Doe jusqu’au" in page.text
    assert support.open(contract).status == 200
    assert "comme John Doe jusqu’au" in support.open(f"{contract}/users").text
    town.mail.wait_for(to=john.email, subject="Notre support consulte le contrat")

    for closed in ("/account", "/account/sessions", "/back-office", "/back-office/people", HOME):
        page = support.open(closed)
        assert page.status == 403, closed
        assert "comme John Doe jusqu’au" in page.text
    token = page.form("/see-as/end").fields["form_token"]
    for forbidden in ("/users/invite", f"/support-access/{grant['grant_id']}/end"):
        sent = support.http.post(
            urljoin(town.url, f"{contract}{forbidden}"), data={"form_token": token}, timeout=10
        )
        assert sent.status_code == 403, forbidden
    nested = f"{HOME}/{grant['grant_id']}/begin"
    again = support.http.post(urljoin(town.url, nested), data={"form_token": token}, timeout=10)
    assert again.status_code == 403

    one = browser.open(f"{contract}/support-access/{grant['grant_id']}")
    assert "Voir le contrat" in one.text
    assert "Voir la liste des utilisateurs" in one.text
    operator_name = grant["operator_name"]
    assert operator_name in one.text
    entries = api.get(f"/tenants/{john.tenant}/audit/tenancy?grant={grant['grant_id']}")["items"]
    look = next(one for one in entries if one["details"]["call"] == "tenancy.get_contract")
    assert look["action"] == "impersonation:data:read"
    assert look["actor"] == grant["as_person_id"]
    assert look["act"] == f"person:{grant['operator_id']}"
    assert (look["act_name"], look["actor_name"]) == (operator_name, "John Doe")
    assert api.get(f"/tenants/{john.tenant}/audit/tenancy/verification")["verified"]

    assert all(shows(support, url, contract) for url in gateways)
    ended = browser.submit(one, f"/{grant['grant_id']}/end")
    since = time.monotonic()
    assert ended.status == 200
    for url in gateways:
        within_the_promise(lambda url=url: not shows(support, url, contract), since)  # type: ignore[misc]
    back = support.open(HOME)
    assert back.status == 200
    assert "de nouveau en votre nom" in back.text
    assert not any(f"/{grant['grant_id']}/begin" in form.action for form in back.forms)


def test_it_is_for_the_named_one_who_has_just_proved_who_he_is(
    town: Town, stack: Any, john: Customer, api: Api
) -> None:
    grant = given(town, api, john)
    operator = at_the_counter(town, "operator")
    token = operator.open(HOME).form("form_token").fields["form_token"]
    path = urljoin(town.url, f"{HOME}/{grant['grant_id']}/begin")
    assert operator.http.post(path, data={"form_token": token}, timeout=10).status_code == 404
    support, member = at_the_counter(town), town.demo["staff"]["support"]
    page = support.open(HOME)
    let_proofs_grow_old(stack, member["login"])
    question = support.submit(page, f"/{grant['grant_id']}/begin")
    assert urlsplit(question.url).path == "/account/step-up"
    kept = support.submit(question, "password", password=member["password"])
    seen = support.submit(kept, f"/{grant['grant_id']}/begin")
    assert "comme John Doe jusqu’au" in seen.text
    left = support.submit(seen, "/see-as/end")
    assert urlsplit(left.url).path == HOME
    assert support.open("/back-office").status == 200


def exchanged(town: Town, tool: dict[str, str], raw: str, grant_id: str) -> requests.Response:
    return requests.post(
        f"{town.url}/oauth/token",
        data={
            "grant_type": EXCHANGE,
            "subject_token": raw,
            "subject_token_type": ACCESS_TOKEN,
            "impersonation": grant_id,
        },
        auth=(tool["client_id"], tool["client_secret"]),
        timeout=15,
    )


def own_token(town: Town, tool: dict[str, str], role: str) -> str:
    member = town.demo["staff"][role]
    tokens = person_tokens(town.url, tool, member["login"], member["password"], f"openid {SCOPE}")
    return str(tokens["access_token"])


def test_two_of_staff_give_one_and_a_program_looks_by_it(
    town: Town, john: Customer, api: Api, tool: dict[str, str], gateways: tuple[str, str]
) -> None:
    support = Api(town.url, own_token(town, tool, "support"))
    operator = Api(town.url, own_token(town, tool, "operator"))
    asked = {
        "as_person_id": person_id(api, john),
        "operator": town.demo["staff"]["support"]["login"],
        "minutes": 30,
    }
    path = f"/tenants/{john.tenant}/impersonations/propose"
    assert refusal(support.call("POST", path, asked)) == (422, "reason-required")
    grant = support.post(path, asked, status=201, **WHY)
    approve = f"/impersonations/{grant['grant_id']}/approve"
    assert refusal(support.call("POST", approve, {}, **WHY)) == (403, "second-person-needed")
    assert exchanged(town, tool, support.token, grant["grant_id"]).status_code == 400
    assert operator.post(approve, {}, **WHY)["state"] == "active"
    town.mail.wait_for(to=john.email, subject="Notre support peut voir le contrat")

    assert exchanged(town, tool, operator.token, grant["grant_id"]).status_code == 400
    answer = exchanged(town, tool, support.token, grant["grant_id"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["expires_in"] <= 15 * 60
    looking = Api(town.url, answer.json()["access_token"])
    assert exchanged(town, tool, looking.token, grant["grant_id"]).status_code == 400
    contract = f"/contracts/{john.tenant}"
    assert looking.get(contract)["tenant"] == john.tenant
    assert [one["tenant"] for one in looking.get("/contracts")["items"]] == [john.tenant]
    other = settled_customer(town).tenant
    assert refusal(looking.call("GET", f"/contracts/{other}")) == (403, "tenant-foreign")
    for method, refused in (
        ("PATCH", contract),
        ("POST", f"/tenants/{john.tenant}/impersonations/{grant['grant_id']}/end"),
        ("GET", "/account"),
        ("GET", "/account/sessions"),
        ("GET", "/account/sign-ins"),
        ("GET", "/people?search=John"),
        ("GET", "/staff"),
    ):
        body = {"name": "Mine"} if method == "PATCH" else {}
        sent = looking.call(method, refused, None if method == "GET" else body, **WHY)
        assert refusal(sent) == READ_ONLY, refused
    assert api.get(contract)["name"] != "Mine"
    looks = api.get(f"/tenants/{john.tenant}/audit/tenancy?grant={grant['grant_id']}")["items"]
    calls = {one["details"]["call"] for one in looks}
    assert calls == {"tenancy.get_contract", "tenancy.list_contracts"}

    at_each = [Api(url, looking.token) for url in gateways]
    assert [one.call("GET", contract).status_code for one in at_each] == [200, 200]
    api.post(f"/tenants/{john.tenant}/impersonations/{grant['grant_id']}/end", {})
    since = time.monotonic()
    for one in at_each:
        within_the_promise(
            lambda one=one: one.call("GET", contract).status_code == 401,  # type: ignore[misc]
            since,
        )
    assert exchanged(town, tool, support.token, grant["grant_id"]).status_code == 400


def test_time_ends_it_on_the_installations_clock(town: Town, john: Customer, api: Api) -> None:
    grant = given(town, api, john, minutes=15)
    support, contract = at_the_counter(town), f"/contracts/{john.tenant}"
    begun(support, grant)
    assert shows(support, town.url, contract)
    town.pass_time(minutes=16)
    deadline = time.monotonic() + 15
    while shows(support, town.url, contract):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    path = f"/tenants/{john.tenant}/impersonations/{grant['grant_id']}"
    assert api.get(path)["state"] == "over"
    assert refusal(api.call("POST", f"{path}/end", {})) == (409, "impersonation-not-open")
