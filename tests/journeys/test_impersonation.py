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
BANNER = "comme John Doe jusqu’au"


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


@pytest.mark.alone
def test_the_customer_lets_support_look_sees_what_was_looked_at_and_ends_it(
    town: Town, john: Customer, api: Api, gateways: tuple[str, str]
) -> None:
    browser = Visitor(town.url)
    browser.sign_in(john.login, PORTAL_PASSWORD)
    grant = given_in_the_browser(town, browser, api, john)
    support = at_the_counter(town)
    begun_with_new_cookies(support, grant)
    he_sees_the_contract_under_a_banner(support, john)
    town.mail.wait_for(to=john.email, subject="Notre support consulte le contrat")
    token = nothing_of_his_own_is_shown(support)
    nothing_is_sent(support, john, grant, token)
    page = the_customer_sees_it(browser, john, grant)
    each_look_is_in_the_trail(api, john, grant)
    whom_it_concerns_reads_the_looks(town, api, grant)
    the_customer_ends_it(browser, page, support, grant, gateways)


def given_in_the_browser(town: Town, browser: Visitor, api: Api, john: Customer) -> dict[str, Any]:
    """After a slip, which loses nothing that was typed."""
    form = browser.open(f"/contracts/{john.tenant}/users/{person_id(api, john)}/support-access")
    support_login = town.demo["staff"]["support"]["login"]
    typed = {"operator": support_login, "minutes": "60", "reason": "An invoice is missing"}
    wrong = browser.submit(form, "operator", **{**typed, "operator": "Nobody.Here"})
    assert wrong.status == 404
    assert wrong.form("operator").fields["reason"] == "An invoice is missing"
    given_page = browser.submit(wrong, "operator", **typed)
    assert "An invoice is missing" in given_page.text
    grant: dict[str, Any] = api.get(f"/tenants/{john.tenant}/impersonations")["items"][0]
    return grant


def begun_with_new_cookies(support: Visitor, grant: dict[str, Any]) -> None:
    before = dict(support.http.cookies)
    page = begun(support, grant)
    for name in ("guichet_session", "guichet_portal"):
        assert support.http.cookies[name] != before[name]
    assert BANNER in page.text


def he_sees_the_contract_under_a_banner(support: Visitor, john: Customer) -> None:
    contract = f"/contracts/{john.tenant}"
    assert support.open(contract).status == 200
    assert BANNER in support.open(f"{contract}/users").text


def nothing_of_his_own_is_shown(support: Visitor) -> str:
    """Returns the token of the only form that a page of the view has."""
    for closed in ("/account", "/account/sessions", "/back-office", "/back-office/people", HOME):
        page = support.open(closed)
        assert page.status == 403, closed
        assert BANNER in page.text
    return page.form("/see-as/end").fields["form_token"]


def nothing_is_sent(support: Visitor, john: Customer, grant: dict[str, Any], token: str) -> None:
    contract = f"/contracts/{john.tenant}"
    for forbidden in (
        f"{contract}/users/invite",
        f"{contract}/support-access/{grant['grant_id']}/end",
        f"{HOME}/{grant['grant_id']}/begin",
    ):
        sent = support.http.post(
            urljoin(support.url, forbidden), data={"form_token": token}, timeout=10
        )
        assert sent.status_code == 403, forbidden


def the_customer_sees_it(browser: Visitor, john: Customer, grant: dict[str, Any]) -> Page:
    page = browser.open(f"/contracts/{john.tenant}/support-access/{grant['grant_id']}")
    own = browser.open(f"/account/support-access/{grant['grant_id']}")
    for shown in (page, own):
        assert "Voir le contrat" in shown.text
        assert "Voir la liste des utilisateurs" in shown.text
        assert grant["operator_name"] in shown.text
    return page


def each_look_is_in_the_trail(api: Api, john: Customer, grant: dict[str, Any]) -> None:
    entries = api.get(f"/tenants/{john.tenant}/audit/tenancy?grant={grant['grant_id']}")["items"]
    look = next(one for one in entries if one["details"]["call"] == "tenancy.get_contract")
    assert look["action"] == "impersonation:data:read"
    assert look["actor"] == grant["as_person_id"]
    assert look["act"] == f"person:{grant['operator_id']}"
    assert (look["act_name"], look["actor_name"]) == (grant["operator_name"], "John Doe")
    assert api.get(f"/tenants/{john.tenant}/audit/tenancy/verification")["verified"]


def whom_it_concerns_reads_the_looks(town: Town, api: Api, grant: dict[str, Any]) -> None:
    """And nobody else: a manager of another tenant has none of it by either way."""
    path = f"/tenants/{grant['tenant']}/impersonations/{grant['grant_id']}/looks/tenancy"
    looks = api.get(path)["items"]
    assert looks == api.get(f"/account{path}")["items"]
    assert "tenancy.get_contract" in {look["call"] for look in looks}
    assert {look["operator_name"] for look in looks} == {grant["operator_name"]}
    other = settled_customer(town)
    stranger = town.api({"login": other.login, "password": PORTAL_PASSWORD}, SCOPE)
    assert refusal(stranger.call("GET", path)) == (403, "tenant-foreign")
    assert stranger.get(path.replace(grant["tenant"], other.tenant))["items"] == []
    assert stranger.get(f"/account{path}")["items"] == []
    one = f"/account/impersonations/{grant['grant_id']}"
    assert api.get(one)["grant_id"] == grant["grant_id"]
    assert refusal(stranger.call("GET", one)) == (404, "impersonation-unknown")


def the_customer_ends_it(
    browser: Visitor,
    page: Page,
    support: Visitor,
    grant: dict[str, Any],
    gateways: tuple[str, str],
) -> None:
    contract = f"/contracts/{grant['tenant']}"
    assert all(shows(support, url, contract) for url in gateways)
    ended = browser.submit(page, f"/{grant['grant_id']}/end")
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
    assert BANNER in seen.text
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


@pytest.mark.alone
def test_two_of_staff_give_one_and_a_program_looks_by_it(
    town: Town, john: Customer, api: Api, tool: dict[str, str], gateways: tuple[str, str]
) -> None:
    support = Api(town.url, own_token(town, tool, "support"))
    operator = Api(town.url, own_token(town, tool, "operator"))
    grant_id = proposed_and_approved(town, tool, api, john, support=support, operator=operator)
    assert exchanged(town, tool, operator.token, grant_id).status_code == 400
    looking = exchanged_for_a_view(town, tool, support, grant_id)
    it_sees_his_contract_alone(town, looking, john)
    it_changes_nothing_and_sees_no_account(looking, john, grant_id)
    assert api.get(f"/contracts/{john.tenant}")["name"] != "Mine"
    looks = api.get(f"/tenants/{john.tenant}/audit/tenancy?grant={grant_id}")["items"]
    calls = {one["details"]["call"] for one in looks}
    assert calls == {"tenancy.get_contract", "tenancy.list_contracts"}
    its_token_ends_with_the_grant(api, looking, john, grant_id, gateways)
    assert exchanged(town, tool, support.token, grant_id).status_code == 400


def proposed_and_approved(
    town: Town,
    tool: dict[str, str],
    api: Api,
    john: Customer,
    *,
    support: Api,
    operator: Api,
) -> str:
    """With reasons, by two, and told; it opens to nobody before."""
    asked = {
        "as_person_id": person_id(api, john),
        "operator": town.demo["staff"]["support"]["login"],
        "minutes": 30,
    }
    path = f"/tenants/{john.tenant}/impersonations/propose"
    assert refusal(support.call("POST", path, asked)) == (422, "reason-required")
    grant_id: str = support.post(path, asked, status=201, **WHY)["grant_id"]
    approve = f"/impersonations/{grant_id}/approve"
    own, others = (town.desk(town.demo["staff"][role], SCOPE) for role in ("support", "operator"))
    assert refusal(own.call("POST", approve, {}, **WHY)) == (403, "second-person-needed")
    assert exchanged(town, tool, support.token, grant_id).status_code == 400
    assert refusal(operator.call("POST", approve, {}, **WHY)) == (403, "portal-only")
    assert others.post(approve, {}, **WHY)["state"] == "active"
    town.mail.wait_for(to=john.email, subject="Notre support peut voir le contrat")
    return grant_id


def exchanged_for_a_view(town: Town, tool: dict[str, str], support: Api, grant_id: str) -> Api:
    """A token of a quarter of an hour at most, which gives no other."""
    answer = exchanged(town, tool, support.token, grant_id)
    assert answer.status_code == 200, answer.text
    assert answer.json()["expires_in"] <= 15 * 60
    looking = Api(town.url, answer.json()["access_token"])
    assert exchanged(town, tool, looking.token, grant_id).status_code == 400
    return looking


def it_sees_his_contract_alone(town: Town, looking: Api, john: Customer) -> None:
    assert looking.get(f"/contracts/{john.tenant}")["tenant"] == john.tenant
    assert [one["tenant"] for one in looking.get("/contracts")["items"]] == [john.tenant]
    other = settled_customer(town).tenant
    assert refusal(looking.call("GET", f"/contracts/{other}")) == (403, "tenant-foreign")


def it_changes_nothing_and_sees_no_account(looking: Api, john: Customer, grant_id: str) -> None:
    for method, refused in (
        ("PATCH", f"/contracts/{john.tenant}"),
        ("POST", f"/tenants/{john.tenant}/impersonations/{grant_id}/end"),
        ("GET", "/account"),
        ("GET", "/account/sessions"),
        ("GET", "/account/sign-ins"),
        ("GET", "/people?search=John"),
        ("GET", "/staff"),
    ):
        body = {"name": "Mine"} if method == "PATCH" else {}
        sent = looking.call(method, refused, None if method == "GET" else body, **WHY)
        assert refusal(sent) == READ_ONLY, refused


def its_token_ends_with_the_grant(
    api: Api, looking: Api, john: Customer, grant_id: str, gateways: tuple[str, str]
) -> None:
    contract = f"/contracts/{john.tenant}"
    at_each = [Api(url, looking.token) for url in gateways]
    assert [one.call("GET", contract).status_code for one in at_each] == [200, 200]
    api.post(f"/tenants/{john.tenant}/impersonations/{grant_id}/end", {})
    since = time.monotonic()
    for one in at_each:
        within_the_promise(
            lambda one=one: one.call("GET", contract).status_code == 401,  # type: ignore[misc]
            since,
        )


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
