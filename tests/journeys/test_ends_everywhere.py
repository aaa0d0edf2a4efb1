"""What ends a person's sessions ends them at every gateway process, within a second.

Two gateways on one database and one broker. Each cause is one act by REST; what must be dead after
it is asked for at both: the portal's page, a REST token, a refresh token.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from tests.journeys.test_forgotten_password import API_RESET, ask
from tests.journeys.test_second_factors import code_of, key_shown
from tests.journeys.town import (
    API_PASSWORD,
    CONSOLE_WELCOME,
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    WELCOME,
    Customer,
    Town,
    settled_customer,
)
from tests.journeys.visitor import Api, Visitor, person_tokens
from tests.second_gateway import second_gateway

pytestmark = pytest.mark.stack

PROMISED = 1.0  # seconds from the act's answer
PATIENCE = 5.0  # to tell late from never
PAUSE = 0.02
CONFIRMATION = "Confirmation de sécurité"
PAGE = "/account/sessions"
ANOTHER = "Un-Autre.Guichet+8"
STAFF_SCOPE = "openid account staff people.read people.write"


@pytest.fixture(scope="module")
def gateways(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The suite's own, and a second process beside it."""
    with second_gateway(stack, tmp_path_factory.mktemp("gateway") / "second.log") as second:
        yield stack.url, second.url


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def manager(town: Town, customer: Customer) -> Api:
    return town.api({"login": customer.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


@dataclass
class Person:
    """Somebody signed in twice: at the portal with a browser, and in an application."""

    person_id: str
    login: str
    email: str
    browser: Visitor
    tokens: dict[str, Any]
    app: dict[str, Any]
    page: str = PAGE

    def page_opens(self, url: str) -> bool:
        cookies = self.browser.http.cookies
        page = requests.get(f"{url}{self.page}", cookies=cookies, allow_redirects=False, timeout=10)
        return page.status_code == 200

    def token_is_taken(self, url: str) -> bool:
        return Api(url, self.tokens["access_token"]).call("GET", "/account").status_code != 401

    def can_refresh(self, url: str) -> bool:
        form = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        auth = (self.app["client_id"], self.app["client_secret"])
        return requests.post(f"{url}/oauth/token", data=form, auth=auth, timeout=10).ok


@pytest.fixture
def ann(town: Town, customer: Customer, manager: Api, gateways: tuple[str, str]) -> Person:
    email = f"ann.{secrets.token_hex(4)}@acme.example"
    invited = manager.post(
        f"/tenants/{customer.tenant}/users",
        {
            "email": email,
            "given_name": "Ann",
            "family_name": "Poe",
            "roles": {"contract": "visitor"},
        },
        status=201,
    )
    town.set_password(town.mail.wait_for(to=email, subject=WELCOME), PORTAL_PASSWORD)
    browser, app = Visitor(town.url), town.demo["clients"]["demo-app"]
    here = browser.sign_in(invited["login"], PORTAL_PASSWORD, f"/portal/start?next={PAGE}")
    assert here.status == 200, here.text
    tokens = person_tokens(
        town.url, app, invited["login"], PORTAL_PASSWORD, f"{CUSTOMER_SCOPE} offline_access"
    )
    person = Person(invited["person_id"], invited["login"], email, browser, tokens, app)
    for url in gateways:
        assert person.page_opens(url)
        assert person.token_is_taken(url)
    return person


Act = Callable[[Town, Customer, Api, Person], requests.Response]


def change_password(town: Town, customer: Customer, manager: Api, ann: Person) -> Any:
    own = town.api({"login": ann.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    asked = {"current_password": PORTAL_PASSWORD, "new_password": ANOTHER}
    return own.call("POST", "/account/password", asked)


def end_all_sessions(town: Town, customer: Customer, manager: Api, ann: Person) -> Any:
    own = town.api({"login": ann.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    return own.call("POST", "/account/sessions/end-all", {})


def be_removed(town: Town, customer: Customer, manager: Api, ann: Person) -> Any:
    return manager.call("DELETE", f"/tenants/{customer.tenant}/users/{ann.person_id}")


def be_disabled_there(town: Town, customer: Customer, manager: Api, ann: Person) -> Any:
    return manager.call("POST", f"/tenants/{customer.tenant}/users/{ann.person_id}/disable", {})


def be_disabled_by_staff(town: Town, customer: Customer, manager: Api, ann: Person) -> Any:
    path = f"/people/{ann.person_id}/disable"
    return _agent(town).call("POST", path, {}, Guichet_Reason="Ticket 4711")


def be_signed_out_by_staff(town: Town, customer: Customer, manager: Api, ann: Person) -> Any:
    path = f"/people/{ann.person_id}/sessions/end-all"
    return _agent(town).call("POST", path, {}, Guichet_Reason="Ticket 4712")


def have_factors_reset(town: Town, customer: Customer, manager: Api, ann: Person) -> Any:
    shown = ann.browser.submit(ann.browser.open("/account/second-factors"), "second-factors/app")
    enrolled = ann.browser.submit(shown, "code", code=code_of(key_shown(shown)))
    assert enrolled.status == 200, enrolled.text
    path = f"/tenants/{customer.tenant}/users/{ann.person_id}/second-factors/reset"
    return manager.call("POST", path, {}, Guichet_Reason="Telephone lost, called back")


def disown_the_login(town: Town, customer: Customer, manager: Api, ann: Person) -> Any:
    stranger = Visitor(town.url)
    page = stranger.open(town.link_in(town.mail.wait_for(to=ann.email, subject=CONFIRMATION)))
    [form] = [form for form in page.forms if form.action != "/language"]
    return stranger.http.post(page.url, data=form.fields, timeout=15)


ACTS: list[Act] = [
    change_password,
    end_all_sessions,
    be_removed,
    be_disabled_there,
    be_disabled_by_staff,
    be_signed_out_by_staff,
    have_factors_reset,
    disown_the_login,
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.alone
def test_it_ends_at_both_gateways_within_a_second(
    act: Act,
    ann: Person,
    town: Town,
    customer: Customer,
    manager: Api,
    gateways: tuple[str, str],
) -> None:
    _ends_in_time(lambda: act(town, customer, manager, ann), [ann], gateways)


def _ends_in_time(
    act: Callable[[], requests.Response], people: list[Person], gateways: tuple[str, str]
) -> None:
    probes = [
        (probe, url)
        for person in people
        for probe in (person.page_opens, person.token_is_taken)
        for url in gateways
    ]
    with ThreadPoolExecutor(len(probes)) as threads:
        answer = act()
        done = time.monotonic()
        assert answer.ok, answer.text
        ended = list(threads.map(lambda one: _ended_after(*one, since=done), probes))
    took = {f"{probe.__name__} {url}": at for (probe, url), at in zip(probes, ended, strict=True)}
    assert max(ended) <= PROMISED, took
    assert [one.can_refresh(url) for one in people for url in gateways] == [False] * 2 * len(people)


# --- what ends the sessions of one door, and of one domain ----------------------------------------


@dataclass
class ConsoleUser:
    """Somebody with three ways into one domain, and a session by each."""

    tenant: str
    login: str
    email: str
    iam_user_id: str
    api_password: str
    ways: dict[str, Person] = field(default_factory=dict)

    def enter(self, town: Town, manager: Api) -> None:
        """By each door with a browser and, in its session, an application."""
        app, page = town.demo["clients"]["demo-app"], f"/console/{self.tenant}"
        for way, path, asked in (
            ("portal", "/sign-in", {"login": self.login, "password": PORTAL_PASSWORD}),
            ("web", "/sign-in/web", {"user_name": self.login, "password": PORTAL_PASSWORD}),
            ("api", "/sign-in/api", {"identifier": self.login, "password": self.api_password}),
        ):
            browser = Visitor(town.url)
            form = browser.open(f"{path}?next=/portal/start%3Fnext%3D{page}")
            here = browser.submit(form, "password", **asked, domain=self.tenant)
            assert here.url == f"{town.url}{page}", here.text
            tokens = person_tokens(
                town.url, app, "", "", "openid contracts.read offline_access", browser=browser
            )
            self.ways[way] = Person("", self.login, self.email, browser, tokens, app, page)

    def change_api_password(self, town: Town, manager: Api) -> Any:
        new, stranger = f"Api/{secrets.token_hex(6)}!X", Visitor(town.url)
        changed = stranger.submit(
            stranger.open("/password/api"),
            "identifier",
            domain=self.tenant,
            identifier=self.login,
            current_password=self.api_password,
            new_password=new,
            password_again=new,
        )
        self.api_password = new
        return changed.response

    def set_api_password_by_link(self, town: Town, manager: Api) -> Any:
        ask(town, "api", domain=self.tenant, identifier=self.login)
        mailed = town.mail.wait_for(to=self.email, subject=API_RESET)
        self.api_password = f"Api/{secrets.token_hex(6)}!Y"
        return town.set_password(mailed, self.api_password).response

    def be_disabled_in_the_domain(self, town: Town, manager: Api) -> Any:
        return manager.call(
            "POST", f"/tenants/{self.tenant}/iam-users/{self.iam_user_id}/disable", {}
        )


@pytest.fixture(scope="module")
def bob(town: Town, customer: Customer, manager: Api) -> ConsoleUser:
    email = f"bob.{secrets.token_hex(4)}@acme.example"
    named = {"email": email, "given_name": "Bob", "family_name": "Key"}
    roles = {"technical_console": "visitor", "contract": "visitor"}
    user = manager.post(f"/tenants/{customer.tenant}/users", {**named, "roles": roles}, 201)
    town.set_password(town.mail.wait_for(to=email, subject=WELCOME), PORTAL_PASSWORD)
    town.set_password(town.mail.wait_for(to=email, subject=CONSOLE_WELCOME), API_PASSWORD)
    listed = manager.get(f"/tenants/{customer.tenant}/iam-users")["items"]
    [iam] = [one["iam_user_id"] for one in listed if one["user_name"] == user["login"]]
    return ConsoleUser(customer.tenant, user["login"], email, iam, API_PASSWORD)


@pytest.mark.parametrize(
    ("act", "ending"),
    [
        (ConsoleUser.change_api_password, ["api"]),
        (ConsoleUser.set_api_password_by_link, ["api"]),
        (ConsoleUser.be_disabled_in_the_domain, ["web", "api"]),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
@pytest.mark.alone
def test_what_concerns_the_console_ends_there_alone_and_within_a_second(
    act: Callable[[ConsoleUser, Town, Api], Any],
    ending: list[str],
    bob: ConsoleUser,
    town: Town,
    manager: Api,
    gateways: tuple[str, str],
) -> None:
    manager.post(f"/tenants/{bob.tenant}/iam-users/{bob.iam_user_id}/enable", {})
    bob.enter(town, manager)
    for person in bob.ways.values():
        for url in gateways:
            assert person.page_opens(url)
            assert person.token_is_taken(url)
    _ends_in_time(lambda: act(bob, town, manager), [bob.ways[way] for way in ending], gateways)
    for way in bob.ways.keys() - set(ending):
        assert [bob.ways[way].token_is_taken(url) for url in gateways] == [True, True], way
        assert [bob.ways[way].can_refresh(url) for url in gateways[:1]] == [True], way


def _ended_after(alive: Callable[[str], bool], url: str, *, since: float) -> float:
    """When the first question was asked that was refused, in seconds."""
    while True:
        asked = time.monotonic() - since
        if asked > PATIENCE or not alive(url):
            return asked
        time.sleep(PAUSE)


def _agent(town: Town) -> Api:
    return town.staff("operator", STAFF_SCOPE)
