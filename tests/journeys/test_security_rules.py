"""Security rules of a contract: the next password follows them, and an old one expires."""

from __future__ import annotations

from typing import Any

import pytest
from tests.journeys.test_forgotten_password import OTHER_PASSWORD, RESET, ask
from tests.journeys.town import (
    API_PASSWORD,
    CONSOLE_WELCOME,
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.visitor import Api, Visitor

pytestmark = pytest.mark.stack

LONGER = "Un-Guichet.Mieux+Tenu-Encore-2026"
AFTER = "Encore-Un-Guichet.Mieux+Tenu-2027"
API_LONGER = "Api/Guichet_2027!yz"
NOT_SENT = ("own", "kind", "special_characters")
FLAGS = {"portal.flags": ["not_user_name", "breached_refused"]}


def change_password(visitor: Visitor, current: str, new: str) -> Any:
    return visitor.submit(
        visitor.open("/account/password"),
        "new_password",
        current_password=current,
        new_password=new,
        password_again=new,
    )


def save(visitor: Visitor, john: Customer, **rules: str) -> Any:
    """Fill in the form of portal passwords; the browser sends every ticked box."""
    page = visitor.open(f"/contracts/{john.tenant}/security")
    values: dict[str, Any] = {f"portal.{name}": value for name, value in rules.items()}
    return visitor.submit(page, "portal.minimum_length", **FLAGS, **values)


def test_rules_of_a_contract_hold_for_the_next_password_and_old_ones_expire(town: Town) -> None:
    john = settled_customer(town)
    visitor = Visitor(town.url)
    visitor.sign_in(john.login, PORTAL_PASSWORD)

    refused = save(visitor, john, minimum_length="9")
    assert refused.status == 422
    assert "Le fournisseur demande davantage : 10." in refused.text
    saved = save(visitor, john, minimum_length="30", validity_days="40", history_count="3")
    assert "Les règles de sécurité sont modifiées." in saved.text
    assert "30 à 128 caractères" in saved.text
    town.mail.wait_for(to=john.email, subject="Règles de sécurité modifiées")

    short = change_password(visitor, PORTAL_PASSWORD, "Trop-court.2026")
    assert short.status == 422
    assert "Au moins 30 caractères." in short.text
    assert "30 à 128 caractères" in short.text, "the rules are said before the fact"
    changed = change_password(visitor, PORTAL_PASSWORD, LONGER)
    assert "Votre mot de passe est modifié." in changed.text
    again = change_password(visitor, LONGER, PORTAL_PASSWORD + "-et-la-suite-2026")
    assert again.status == 200
    former = change_password(visitor, PORTAL_PASSWORD + "-et-la-suite-2026", LONGER)
    assert former.status == 422
    assert "Ce mot de passe a déjà servi récemment." in former.text
    current = PORTAL_PASSWORD + "-et-la-suite-2026"

    town.pass_time(days=26)
    town.mail.wait_for(to=john.email, subject="Votre mot de passe expire le")
    soon = Visitor(town.url).sign_in(john.login, current)
    assert "Votre mot de passe expire le" in soon.text

    town.pass_time(days=15)
    latecomer = Visitor(town.url)
    page = latecomer.sign_in(john.login, current)
    assert page.url.endswith("/sign-in/new-password"), page.text
    assert latecomer.open("/account").url != f"{town.url}/account", "no session before it is done"
    page = latecomer.open("/sign-in/new-password")
    weak = latecomer.submit(page, "password", password=current, password_again=current)
    assert "Le nouveau mot de passe doit différer de l'actuel." in weak.text
    page = latecomer.submit(page, "password", password=AFTER, password_again=AFTER)
    assert page.status == 200
    assert latecomer.open("/account").url == f"{town.url}/account"
    eventually(lambda: visitor.open("/account").url, lambda url: url != f"{town.url}/account")


def test_rules_of_a_domain_s_api_passwords_by_rest(town: Town) -> None:
    john = settled_customer(town)
    welcome = town.mail.wait_for(to=john.email, subject=CONSOLE_WELCOME)
    assert town.set_password(welcome, API_PASSWORD).status == 200
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    path = f"/tenants/{john.tenant}/password-policies/api"
    policy = api.get(path)
    assert (policy["own"], policy["version"]) == (False, 0)
    sent = {name: policy[name] for name in policy if name not in NOT_SENT}

    wrong = api.call("PUT", path, {**sent, "minimum_length": 33}, Idempotency_Key="h2-a" * 8)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "policy-refused")
    assert "minimum_length" in wrong.text
    done = api.call("PUT", path, {**sent, "validity_days": 20}, Idempotency_Key="h2-b" * 8)
    assert done.status_code == 200, done.text
    assert (done.json()["own"], done.json()["version"]) == (True, 1)
    late = api.call("PUT", path, {**sent, "validity_days": 30}, Idempotency_Key="h2-c" * 8)
    assert (late.status_code, late.json()["code"]) == (409, "changed-meanwhile")

    town.pass_time(days=21)
    page = town.api_sign_in(john.tenant, john.login, API_PASSWORD)
    assert page.url.endswith("/sign-in/new-password"), page.text
    assert Visitor(town.url).sign_in(john.login, PORTAL_PASSWORD).status == 200

    visitor = Visitor(town.url)
    page = visitor.open("/sign-in/api")
    page = visitor.submit(
        page, "identifier", domain=john.tenant, identifier=john.login, password=API_PASSWORD
    )
    page = visitor.submit(page, "password", password=API_LONGER, password_again=API_LONGER)
    assert "/console" in page.url, page.text
    trail = api.get(f"/tenants/{john.tenant}/audit/identity?limit=50")["items"]
    changed = [entry for entry in trail if entry["action"] == "policies:password:changed"]
    assert changed[0]["details"]["after"] == {"validity_days": 20, "own": True}


def faults(answer: Any) -> tuple[int, set[tuple[str, str]]]:
    body = answer.json()
    assert body["code"] == "password-refused", body
    return answer.status_code, {(one["field"], one["code"]) for one in body["errors"]}


def test_what_a_password_of_one_s_own_must_be_is_said_all_at_once_by_rest(town: Town) -> None:
    john = settled_customer(town)
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    path = f"/tenants/{john.tenant}/password-policies/portal"
    ask_more(api, path, minimum_age_minutes=60, history_count=2, identical_characters=3)

    def change(current: str, new: str) -> Any:
        asked = {"current_password": current, "new_password": new}
        return api.call("POST", "/account/password", asked)

    young = ("new_password", "password-too-young:60")
    assert faults(change(PORTAL_PASSWORD, LONGER)) == (422, {young})
    french = change(PORTAL_PASSWORD, LONGER).json()["errors"][0]["message"]
    api_in_english = Api(api.url, api.token, language="en")
    english = api_in_english.call(
        "POST",
        "/account/password",
        {"current_password": PORTAL_PASSWORD, "new_password": LONGER},
    ).json()["errors"][0]["message"]
    assert "60" in french
    assert "60" in english
    assert french != english

    town.pass_time(minutes=61)
    for new, codes in (
        ("abc", {"password-too-short:10", "password-classes:4", "password-too-guessable"}),
        ("P030710P$E4o", {"password-breached"}),
        (f"{john.login.upper()}-Guichet+9x", {"password-contains-user-name"}),
        ("Guichet-0000.Bien+tenu", {"password-identical-characters:3"}),
        (PORTAL_PASSWORD, {"password-unchanged"}),
    ):
        told = {("new_password", code) for code in codes}
        assert faults(change(PORTAL_PASSWORD, new)) == (422, told), new
    assert change("not the current one", LONGER).json()["code"] == "current-password-wrong"
    assert change(PORTAL_PASSWORD, LONGER).status_code == 200
    town.pass_time(minutes=61)
    reused = ("new_password", "password-reused:2")
    assert faults(change(LONGER, PORTAL_PASSWORD)) == (422, {reused})
    assert change(LONGER, AFTER).status_code == 200

    # Whoever has lost it does not wait an hour: a link is bound by no minimum age.
    assert ask(town, "portal", identifier=john.login).status == 200
    mailed = town.mail.wait_for(to=john.email, subject=RESET)
    assert town.set_password(mailed, OTHER_PASSWORD).status == 200


def ask_more(api: Api, path: str, **rules: int) -> None:
    policy = api.get(path)
    kept = {name: policy[name] for name in policy if name not in NOT_SENT}
    answer = api.call("PUT", path, {**kept, **rules})
    assert answer.status_code == 200, answer.text
