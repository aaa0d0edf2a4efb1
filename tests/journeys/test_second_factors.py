"""Second factors over HTTP: enrolled, asked for, never accepted twice, demanded, lost."""

from __future__ import annotations

import re
import time
from typing import Any

import pyotp
import pytest
from tests.journeys.town import (
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.visitor import Api, Page, Visitor

pytestmark = pytest.mark.stack

SECOND_STEP = "/sign-in/second-factor"


def key_shown(page: Page) -> str:
    found = re.search(r"code--long\">([A-Z2-7 ]+)<", page.response.text)
    assert found, page.text
    return found[1].replace(" ", "")


def codes_shown(page: Page) -> list[str]:
    codes = re.findall(r"<code>([0-9A-Z-]{19})</code>", page.response.text)
    assert len(codes) == 10, page.text
    return codes


def code_of(secret: str, *, steps: int = 0) -> str:
    """Real time, as authenticator apps run on it."""
    return pyotp.TOTP(secret).at(time.time() + 30 * steps)


def enrol_app(visitor: Visitor) -> tuple[str, list[str]]:
    shown = visitor.submit(visitor.open("/account/second-factors"), "second-factors/app")
    secret = key_shown(shown)
    assert "<svg" in shown.response.text
    wrong = visitor.submit(shown, "code", code="000000")
    assert wrong.status == 422
    assert secret not in wrong.response.text
    done = visitor.submit(shown, "code", code=code_of(secret))
    assert done.status == 200, done.text
    return secret, codes_shown(done)


def signed_in(town: Town, customer: Customer) -> tuple[Visitor, Page]:
    visitor = Visitor(town.url)
    return visitor, visitor.sign_in(customer.login, PORTAL_PASSWORD)


def demand(api: Api, tenant: str, demanded: bool) -> None:
    rules = api.get(f"/tenants/{tenant}/entry-rules")
    asked = {name: rules[name] for name in rules if name != "own"}
    asked["second_factor_required"] = demanded
    asked.pop("tenant", None)
    answer = api.call("PUT", f"/tenants/{tenant}/entry-rules", asked)
    assert answer.status_code == 200, answer.text


def test_an_app_is_enrolled_and_asked_for_and_no_code_works_twice(town: Town) -> None:
    john = settled_customer(town)
    visitor, page = signed_in(town, john)
    assert page.url == f"{town.url}/"
    secret, codes = enrol_app(visitor)
    mail = town.mail.wait_for(to=john.email, subject="Seconds facteurs de votre identifiant")
    assert secret not in mail["Text"]
    assert "/links/" in mail["Text"]

    other, asked = signed_in(town, john)
    assert asked.url == town.url + SECOND_STEP
    assert other.open("/account").url.startswith(f"{town.url}/sign-in")
    refused = other.submit(asked, "code", code="000000")
    assert refused.status == 401
    assert other.submit(refused, "code", code=code_of(secret)).status == 401  # it confirmed the app
    fresh = code_of(secret, steps=1)
    assert other.submit(refused, "code", code=fresh).url == f"{town.url}/"

    third, asked = signed_in(town, john)
    assert third.submit(asked, "code", code=fresh).status == 401
    assert third.submit(asked, "code", code=codes[0].lower()).url == f"{town.url}/"
    used = town.mail.wait_for(to=john.email, subject="Un code de secours a été utilisé")
    assert "Il en reste 9" in used["Text"]
    fourth, asked = signed_in(town, john)
    assert fourth.submit(asked, "code", code=codes[0]).status == 401


def test_new_recovery_codes_end_the_older_ones(town: Town) -> None:
    john = settled_customer(town)
    visitor, _ = signed_in(town, john)
    _, older = enrol_app(visitor)
    renewed = visitor.submit(visitor.open("/account/second-factors"), "second-factors/codes")
    newer = codes_shown(renewed)
    assert not set(newer) & set(older)
    again, _ = signed_in(town, john)
    for code in older[:4]:
        page = again.submit(again.open(SECOND_STEP), "code", code=code)
        assert page.status == 401
    assert again.submit(page, "code", code=newer[0].replace("-", " ")).url == f"{town.url}/"
    left = again.open("/account/second-factors")
    assert "Il en reste 9." in left.text


def test_the_web_login_asks_for_it_too(town: Town) -> None:
    john = settled_customer(town)
    visitor, _ = signed_in(town, john)
    _, codes = enrol_app(visitor)
    console = Visitor(town.url)
    page = console.open("/sign-in/web")
    asked = console.submit(
        page, "user_name", user_name=john.login, domain=john.tenant, password=PORTAL_PASSWORD
    )
    assert asked.url == town.url + SECOND_STEP
    assert console.submit(asked, "code", code=codes[1]).url.startswith(f"{town.url}/console/")


def test_a_contract_that_demands_one_is_obeyed_at_once_and_at_the_next_sign_in(
    town: Town,
) -> None:
    john = settled_customer(town)
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    portal, _ = signed_in(town, john)
    users = f"/tenants/{john.tenant}/users"
    assert api.call("GET", users).status_code == 200
    demand(api, john.tenant, demanded=True)

    refused = eventually(lambda: api.call("GET", users), lambda answer: answer.status_code == 403)
    assert refused.json()["code"] == "second-factor-required"
    needed = portal.open(f"/contracts/{john.tenant}/users")
    assert needed.status == 403
    assert "/account/second-factors" in needed.response.text
    enrol_app(portal)
    assert portal.open(f"/contracts/{john.tenant}/users").status == 200
    # Whoever came in by the password alone is out, once there is a second factor.
    eventually(lambda: api.call("GET", users).status_code, lambda status: status == 401)
    gone = portal.submit(portal.open("/account/second-factors"), "app/remove")
    assert gone.status == 409
    assert john.tenant in gone.text


def test_who_has_none_enrols_before_his_session_starts(town: Town) -> None:
    john = settled_customer(town)
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    demand(api, john.tenant, demanded=True)
    visitor, choice = signed_in(town, john)
    assert choice.url == f"{town.url}/sign-in/enrol"
    assert visitor.open("/account").url.startswith(f"{town.url}/sign-in")
    shown = visitor.submit(choice, "enrol/app")
    codes = visitor.submit(shown, "code", code=code_of(key_shown(shown)))
    codes_shown(codes)
    assert visitor.open(f"/contracts/{john.tenant}/users").status == 200


def test_five_wrong_codes_lock_the_second_step_alone(town: Town) -> None:
    john = settled_customer(town)
    visitor, _ = signed_in(town, john)
    _, codes = enrol_app(visitor)
    other, asked = signed_in(town, john)
    answers = [other.submit(asked, "code", code="000000") for _ in range(5)]
    locked = other.submit(asked, "code", code=codes[2])
    assert {page.status for page in (*answers, locked)} == {401}
    assert locked.text == answers[0].text
    town.mail.wait_for(to=john.email, subject="Seconde étape de votre connexion bloquée")
    _, again = signed_in(town, john)
    assert again.url == town.url + SECOND_STEP


def test_a_manager_of_users_resets_what_somebody_lost(town: Town) -> None:
    john, lost = settled_customer(town), settled_customer(town)
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    email = f"jane.{lost.tenant.lower()}@acme.example"
    jane = invited(api, john.tenant, email)
    welcome = town.mail.wait_for(to=email, subject="Bienvenue sur l'espace client Cloudstore")
    town.set_password(welcome, PORTAL_PASSWORD)
    hers = Visitor(town.url)
    hers.sign_in(jane["login"], PORTAL_PASSWORD)
    enrol_app(hers)

    reset = f"/tenants/{john.tenant}/users/{jane['person_id']}/second-factors/reset"
    assert api.call("POST", reset, {}).json()["code"] == "reason-required"
    portal, _ = signed_in(town, john)
    page = portal.open(f"/contracts/{john.tenant}/users/{jane['person_id']}/second-factors")
    assert portal.submit(page, "reason", reason=" ").status == 422
    done = portal.submit(page, "reason", reason="Telephone lost, called back")
    assert done.url.endswith(f"/contracts/{john.tenant}/users"), done.text
    eventually(lambda: hers.open("/account").url, lambda url: "/sign-in" in url)
    assert Visitor(town.url).sign_in(jane["login"], PORTAL_PASSWORD).url == f"{town.url}/"

    other = town.api({"login": lost.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    person_id = next(
        user["person_id"] for user in other.get(f"/tenants/{lost.tenant}/users")["items"]
    )
    foreign = api.call(
        "POST", reset.replace(jane["person_id"], person_id), {}, Guichet_Reason="Telephone lost"
    )
    assert (foreign.status_code, foreign.json()["code"]) == (404, "user-unknown")


def invited(api: Api, tenant: str, email: str) -> dict[str, Any]:
    answer: dict[str, Any] = api.post(
        f"/tenants/{tenant}/users",
        {
            "email": email,
            "given_name": "Jane",
            "family_name": "Roe",
            "roles": {"users": "visitor"},
        },
        status=201,
    )
    return answer
