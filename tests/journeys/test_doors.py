"""Three doors, one answer: what is learnt by trying names, and how a locked one comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.journeys.test_forgotten_password import OTHER_PASSWORD, RESET, ask
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
from tests.journeys.visitor import Api, Page, Told, Visitor, told_by
from tests.second_gateway import second_gateway

pytestmark = pytest.mark.stack

WRONG = "Wrong-guess.Of+9"
STAFF_SCOPE = "openid people.read people.write iam.read iam.write clock"
WHY = {"Guichet_Reason": "Ticket 4713: called back"}


@dataclass(frozen=True)
class Door:
    path: str
    name: str
    password: str

    def page(self, url: str, login: str, tenant: str, password: str, **headers: str) -> Page:
        visitor = Visitor(url)
        visitor.http.headers.update(headers)
        page = visitor.open(self.path)
        asked = {self.name: login, "domain": tenant, "password": password}
        return visitor.submit(page, self.name, **asked)

    def opens(self, town: Town, john: Customer, password: str | None = None) -> bool:
        page = self.page(town.url, john.login, john.tenant, password or self.password)
        assert page.status in (200, 401), page.text
        return page.status == 200

    def lock(self, town: Town, john: Customer) -> None:
        for _ in range(5):
            assert not self.opens(town, john, WRONG)
        assert not self.opens(town, john), "the right password does not open a locked door"


PORTAL = Door("/sign-in", "login", PORTAL_PASSWORD)
WEB = Door("/sign-in/web", "user_name", PORTAL_PASSWORD)
API = Door("/sign-in/api", "identifier", API_PASSWORD)
DOORS = (PORTAL, WEB, API)


def answers(town: Town, login: str, tenant: str, *, right: bool = False) -> list[Told]:
    """What each of the three doors says; what was typed comes back in its field, and is no news."""
    pages = [
        door.page(town.url, login, tenant, door.password if right else WRONG) for door in DOORS
    ]
    told = [told_by(page.response) for page in pages]
    return [replace(one, body=one.body.replace(login, "?").replace(tenant, "?")) for one in told]


def set_api_password(town: Town, john: Customer) -> None:
    console = town.mail.wait_for(to=john.email, subject=CONSOLE_WELCOME)
    assert town.set_password(console, API_PASSWORD).status == 200


def person_path(staff: Api, john: Customer) -> str:
    [found] = staff.get(f"/people?search={john.email}")["items"]
    return f"/people/{found['person_id']}"


def test_unknown_wrong_locked_disabled_and_without_a_password_get_the_same_answer(
    town: Town,
) -> None:
    """One name in each of these states, and one of the same length that is nobody's: so that the
    announced length of the answers compares too."""
    john, operator = open_company(town), town.staff("operator", STAFF_SCOPE)
    welcome = town.mail.wait_for(to=john.email, subject=WELCOME)
    john.known_as(welcome)
    told = {
        "unknown": answers(town, f"Nobody.{john.login}"[: len(john.login)], john.tenant),
        "unknown domain": answers(town, john.login, "OCB9999999"),
        "no password yet": answers(town, john.login, john.tenant),
    }
    assert town.set_password(welcome, PORTAL_PASSWORD).status == 200
    set_api_password(town, john)
    told["wrong"] = answers(town, john.login, john.tenant)
    PORTAL.lock(town, john)
    API.lock(town, john)
    told["locked"] = answers(town, john.login, john.tenant, right=True)
    person = person_path(operator, john)
    operator.post(f"{person}/unlock", {}, **WHY)
    operator.post(f"{person}/disable", {}, **WHY)
    told["disabled"] = answers(town, john.login, john.tenant, right=True)
    for state, each in told.items():
        assert each == told["unknown"], state
    assert {one.status for one in told["unknown"]} == {401}


def test_variants_of_a_name_open_one_door_and_lock_one_door(town: Town) -> None:
    john = settled_customer(town)
    wide = john.login.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    variants = [
        john.login.upper(),
        f"  {john.login.lower()} ",
        wide,
        " ".join(john.login),
        "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}".join(john.login.partition(".")),
    ]
    for spelling in variants:
        for door in (PORTAL, WEB):
            page = door.page(town.url, spelling, john.tenant, door.password)
            assert page.status == 200, (spelling, page.text)
    for spelling in variants:  # a guess each: five
        assert PORTAL.page(town.url, spelling, john.tenant, WRONG).status == 401
    assert not PORTAL.opens(town, john)
    assert not WEB.opens(town, john), "the same password, the same lock"


def test_a_locked_portal_login_opens_by_time_by_support_and_by_a_reset(town: Town) -> None:
    john, support = settled_customer(town), town.staff("support", STAFF_SCOPE)
    PORTAL.lock(town, john)
    town.pass_time(minutes=14)
    assert not PORTAL.opens(town, john)
    town.pass_time(minutes=1.5)
    assert PORTAL.opens(town, john)

    PORTAL.lock(town, john)
    path = f"{person_path(support, john)}/unlock"
    unsaid = support.call("POST", path, {})
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "reason-required")
    assert not PORTAL.opens(town, john)
    for role in ("sales", "billing", "auditor"):
        refused = town.staff(role, STAFF_SCOPE).call("POST", path, {}, **WHY)
        assert (refused.status_code, refused.json()["code"]) == (403, "staff-only"), role
    freed = support.post(path, {}, **WHY)
    assert (freed["failed_logins"], freed["locked_until"]) == (0, None)
    assert PORTAL.opens(town, john)
    own = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    trail = own.get(f"/tenants/{john.tenant}/audit/identity?limit=200")["items"]
    [entry] = [one for one in trail if one["action"] == "portal:login:unlocked"]
    assert entry["reason"] == WHY["Guichet_Reason"]

    PORTAL.lock(town, john)
    assert ask(town, "portal", identifier=john.email).status == 200
    mailed = town.mail.wait_for(to=john.email, subject=RESET)
    assert town.set_password(mailed, OTHER_PASSWORD).status == 200
    assert PORTAL.opens(town, john, OTHER_PASSWORD)


def test_a_locked_api_login_opens_by_whom_the_domain_lets_and_by_the_person_himself(
    town: Town,
) -> None:
    john, eve = settled_customer(town), settled_customer(town)
    set_api_password(town, john)
    own = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    hers = town.api({"login": eve.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    users, console = f"/tenants/{john.tenant}/users", f"/tenants/{john.tenant}/iam-users"
    [iam] = own.get(console)["items"]
    reset = f"{console}/{iam['iam_user_id']}/reset-failed-login"
    eves = {"email": eve.email, "given_name": "Eve", "family_name": "Moon"}
    user = own.post(users, {**eves, "roles": {"technical_console": "visitor"}}, 201)
    API.lock(town, john)
    assert PORTAL.opens(town, john), "two credentials, two locks"
    read = hers.get(console)["items"]
    assert [one["locked_until"] is not None for one in read if one["user_name"] == john.login] == [
        True
    ]
    refused = hers.call("POST", reset, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "role-missing")
    roles = {"roles": {"technical_console": "manager"}}
    assert own.call("PUT", f"{users}/{user['person_id']}/roles", roles).status_code == 200
    freed = eventually(lambda: hers.call("POST", reset, {}), lambda answer: answer.ok)
    assert freed.json()["locked_until"] is None
    assert API.opens(town, john)

    API.lock(town, john)
    own.post(f"/account/iam-users/{iam['iam_user_id']}/reset-failed-login", {})
    assert API.opens(town, john)

    API.lock(town, john)
    support = town.staff("support", STAFF_SCOPE)
    unsaid = support.call("POST", reset, {})
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "reason-required")
    assert support.post(reset, {}, **WHY)["locked_until"] is None
    assert API.opens(town, john)


# --- who guesses too much ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def behind_a_proxy(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another gateway, to which the proxy says who comes: each test of guesses has an address."""
    log: Path = tmp_path_factory.mktemp("proxied") / "gateway.log"
    with second_gateway(stack, log, GUICHET_TRUSTED_PROXIES="127.0.0.1,::1") as gateway:
        yield gateway.url


def let_address_have_guessed(town: Town, stack: Any, address: str) -> None:
    """As often as this installation allows: thousands, since all its visitors share one address."""
    now = town.staff("operator", STAFF_SCOPE).get("/clock")["now"]
    allowed = int(stack.env("identity")["GUICHET_ADDRESS_FAILURES"])
    with psycopg.connect(stack.admin_database_url("identity")) as db:
        db.execute(
            "INSERT INTO guesses (id, kind, source, at)"
            " SELECT gen_random_uuid(), kind, %s, %s"
            "   FROM unnest(ARRAY['password', 'reset', 'link']) kind, generate_series(1, %s)",
            (address, now, allowed),
        )


def test_an_address_that_guesses_is_told_to_wait_whatever_it_asks(
    town: Town, stack: Any, behind_a_proxy: str
) -> None:
    john = settled_customer(town)
    set_api_password(town, john)
    let_address_have_guessed(town, stack, "198.51.100.66")
    guesser = {"X-Forwarded-For": "198.51.100.66"}
    for door in DOORS:
        told = [
            door.page(behind_a_proxy, login, john.tenant, password, **guesser)
            for login, password in ((john.login, door.password), ("Nobody.At.All", WRONG))
        ]
        assert [page.status for page in told] == [429, 429], "right or wrong, it is not looked at"
        for page in told:
            assert 0 < int(page.response.headers["Retry-After"]) <= 15 * 60
            assert "Attendez" in page.text, page.text
    visitor = Visitor(behind_a_proxy)
    visitor.http.headers.update(guesser)
    forgotten = visitor.open("/password/forgotten?credential=portal")
    assert visitor.submit(forgotten, "identifier", identifier=john.email).status == 429
    assert visitor.open("/links/none-that-was-ever-issued-to-anybody").status == 429
    neighbour = {"X-Forwarded-For": "198.51.100.67"}
    page = PORTAL.page(behind_a_proxy, john.login, john.tenant, PORTAL_PASSWORD, **neighbour)
    assert page.status == 200, "his own address is his own"
    claimed = PORTAL.page(town.url, john.login, john.tenant, PORTAL_PASSWORD, **guesser)
    assert claimed.status == 200, "who comes without a proxy says nothing about his address"
    town.pass_time(minutes=16)
    page = PORTAL.page(behind_a_proxy, john.login, john.tenant, PORTAL_PASSWORD, **guesser)
    assert page.status == 200
