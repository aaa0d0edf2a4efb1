"""Every page there is, in both languages, on a phone and on a desk, in the light and in the dark.

Which pages there are is asked of the gateway's own routes: one that is added and not walked to
fails here. A page is reached as a person reaches it, by links, wherever there are links to it.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pyotp
import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_second_factors import give_password, with_authenticator
from tests.browser.test_sessions import let_proof_grow_old
from tests.browser.walking import Walk, page_endpoints
from tests.journeys.test_second_factors import demand
from tests.journeys.test_termination import ended_contract
from tests.journeys.town import (
    PORTAL_PASSWORD,
    WELCOME,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.trials import ask_for_trial, trial_link
from tests.journeys.visitor import Api

from contracts.registry import SCOPES
from local.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]

NO_PAGES = {
    "portal.start": "leads to the sign-in",
    "portal.callback": "where the sign-in leads back to",
}
NOT_SENT = ("own", "kind", "special_characters")
NewPage = Callable[..., Page]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page(stack: Any, mail: Mailbox, new_page: NewPage, language: str) -> None:
    walk, town = Walk(language), Town.of(stack, mail)
    john, eve = settled_customer(town), settled_customer(town)
    people_about_john(town, john, eve)
    before_the_sign_in(walk, new_page(language), town, john, eve)
    page = new_page(language)
    with_authenticator(page)
    enter(page, john, language)
    pages_of_a_customer(walk, page, town, john)
    he_proves_who_he_is(walk, page, stack, john)
    he_enrols_second_factors(walk, page)
    codes = a_factor_is_demanded(walk, new_page, town, eve)
    let_password_grow_old(stack, eve)
    her_password_has_expired(walk, new_page(language), eve, codes)
    pages_of_sales(walk, new_page(language), town, john)
    pages_of_staff(walk, new_page(language), town, john)
    assert not walk.faults, "\n".join(walk.faults)
    assert page_endpoints(walk.app) - set(walk.seen) == set(NO_PAGES), "pages nobody walked to"


def api_of(town: Town, customer: Customer) -> Api:
    who = {"login": customer.login, "password": PORTAL_PASSWORD}
    return town.api(who, " ".join(("openid", *SCOPES)))


def people_about_john(town: Town, john: Customer, eve: Customer) -> None:
    """Users in every state, an order, another address asked for: so that links lead everywhere."""
    api, users = api_of(town, john), f"/tenants/{john.tenant}/users"
    for given_name in ("Jane", "Jill"):
        email = f"{given_name}.{secrets.token_hex(4)}@acme.example".lower()
        user = api.post(users, invitation(email, given_name), 201)
    api.post(f"{users}/{user['person_id']}/disable", {})
    api.post(users, invitation(eve.email, "Eve"), 201)
    offers = api.get("/catalogue/offers?product=workspace&limit=50")["items"]
    ordered = {"offer_id": offers[0]["offer_id"], "quantity": 2}
    order = api.call(
        "POST", f"/tenants/{john.tenant}/orders", ordered, Idempotency_Key=secrets.token_hex(16)
    )
    assert order.status_code < 300, order.text
    api.post("/account/mail-change", {"email": f"new.{john.email}"}, 202)
    declare_incidents(api, john)
    let_operator_see(town, api, john)
    he_may_open_contracts(town, john)
    offices_change_hands(town, api, john)


def declare_incidents(api: Api, john: Customer) -> None:
    """One is open, one is solved and may be reopened."""
    path = f"/tenants/{john.tenant}/requests"
    answers = {"severity": "minor", "description": "Le rapport de consommation\ntarde à paraître."}
    asked = {"form": "incident", "subject": "Rapport de consommation de novembre"}
    for _ in range(2):
        number = api.post(path, {**asked, "answers": answers}, 201)["number"]
    api.post(f"{path}/{number}/resolve", {"text": "Il est là."})


def let_operator_see(town: Town, api: Api, john: Customer) -> None:
    """As John, who has the menu of every page."""
    users = api.get(f"/tenants/{john.tenant}/users")["items"]
    asked = {
        "as_person_id": next(one["person_id"] for one in users if one["login"] == john.login),
        "operator": town.demo["staff"]["operator"]["login"],
        "reason": "La facture de novembre ne s’affiche pas dans l’espace client",
    }
    api.post(f"/tenants/{john.tenant}/impersonations", asked, 201)


def offices_change_hands(town: Town, api: Api, john: Customer) -> None:
    """One he offers himself; of the other, staff say that he can no longer act."""
    email = f"nora.{secrets.token_hex(4)}@acme.example"
    nora = api.post(f"/tenants/{john.tenant}/users", invitation(email, "Nora"), 201)
    town.set_password(town.mail.wait_for(to=email, subject=WELCOME), PORTAL_PASSWORD)
    path, offered = f"/contracts/{john.tenant}/handovers", {"person_id": nora["person_id"]}
    eventually(
        lambda: api.call("POST", path, {**offered, "office": "referent"}),
        lambda answer: answer.status_code == 201,
    )
    proposed = {
        "office": "domain_owner",
        "successor": {"email": email, "given_name": "Nora", "family_name": "Roe"},
        "evidence": "Courrier à en-tête de la société, rappelée au numéro du contrat",
    }
    sales = town.staff("sales", "openid recoveries")
    why = {"Guichet_Reason": "D0004712"}
    sales.post(f"/contracts/{john.tenant}/office-recoveries", proposed, 201, **why)


def he_may_open_contracts(town: Town, john: Customer) -> None:
    """Sales name him; so he has the page by which one creates a contract."""
    sales = town.staff("sales", "openid organisations.read organisations.write contracts.read")
    found = sales.get(f"/contracts/{john.tenant}", Guichet_Reason="D0004713")
    path = f"/organisations/{found['organisation']['organisation_id']}"
    people = eventually(lambda: sales.get(f"{path}/people")["items"], bool)
    [his] = [one["person_id"] for one in people if one["login"] == john.login]
    named = {"person_id": his, "daily_limit": 5}
    done = sales.call("PUT", f"{path}/online-opening", named, Guichet_Reason="D0004713")
    assert done.status_code == 200, done.text


def invitation(email: str, given_name: str) -> dict[str, Any]:
    roles = {"invoices": "visitor", "users": "manager", "technical_console": "manager"}
    return {"email": email, "given_name": given_name, "family_name": "Roe", "roles": roles}


def enter(page: Page, customer: Customer, language: str) -> None:
    give_password(page, customer)
    expect(page.locator("details.menu > summary").first).to_be_visible()
    page.goto(f"/?lang={language}")


def before_the_sign_in(walk: Walk, page: Page, town: Town, john: Customer, eve: Customer) -> None:
    for path in ("/links/none", "/trial/none", "/nowhere"):
        walk.open(page, path, status=404)
    for path in (
        "/sign-in/web",
        "/sign-in/api",
        "/password/forgotten?credential=portal",
        "/password/forgotten?credential=api",
        "/password/forgotten/sent?credential=api",
        "/trial",
        "/trial/sent",
        "/trial/begun",
        *(f"/links/done/{what}" for what in ("accepted", "blocked", "mail-changed")),
    ):
        walk.open(page, path)
    for to, subject in (
        (john.email, "Confirmation de sécurité"),
        (john.email, "Bienvenue sur la console"),
        (f"new.{john.email}", "Confirmez"),
        (eve.email, "Invitation"),
    ):
        link = town.link_in(town.mail.wait_for(to=to, subject=subject))
        walk.open(page, f"{link}?lang={walk.language}")
    asks = f"trial.{secrets.token_hex(4)}@acme.example"
    ask_for_trial(town, asks)
    walk.open(page, f"{trial_link(town, asks)}?lang={walk.language}")
    walk.open(page, "/sign-in")


def pages_of_a_customer(walk: Walk, page: Page, town: Town, john: Customer) -> None:
    contract = f"/contracts/{john.tenant}"
    page.goto(f"{contract}/applications/new/web")
    page.locator("[name=name]").fill("Relevé des compteurs de production")
    page.locator("[name=redirect_uris]").fill("https://acme.example/retour")
    page.locator("[name=scopes]").first.check()
    page.locator("main form button[type=submit]").first.click()
    walk.look(page)
    application = page.url.removeprefix(town.url)
    page.locator("form[action$='/secrets'] button").click()
    walk.look(page)
    page.goto(f"{contract}/support?state=sent")
    page.locator("main table a").first.click()
    walk.open(page, f"{page.url.removeprefix(town.url)}/withdraw")
    page.goto(f"{contract}/services/workspace")
    page.locator("[name=region]").select_option(index=1)
    page.locator("main form button[type=submit]").first.click()
    page.locator("[name=offer_id]").first.check()
    page.locator("[name=quantity]").fill("2")
    page.locator("main form button[type=submit]").last.click()
    walk.look(page)
    walk.follow(
        page,
        [
            "/",
            "/?search=nothing-like-this",
            page.url.removeprefix(town.url),
            f"{contract}/applications",
            f"{application}/remove",
            f"{contract}/users?state=invited",
            f"{contract}/users",
            f"/account/contracts/{john.tenant}/leave",
            "/perimeter",
            "/contracts/new",
            "/account/second-factors",
            "/account/step-up",
            "/password/api",
            "/account/data/erase",
            "/device",
            "/device/done",
            f"/oauth/authorize?{asked_by(town)}",
            "/oauth/logout",
        ],
    )


def asked_by(town: Town) -> str:
    client = town.demo["clients"]["demo-app"]
    return urlencode(
        {
            "response_type": "code",
            "client_id": client["client_id"],
            "redirect_uri": client["redirect_uri"],
            "scope": "openid profile contracts.read users.write",
            "state": secrets.token_urlsafe(16),
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
            "prompt": "consent",
        }
    )


def he_proves_who_he_is(walk: Walk, page: Page, stack: Any, john: Customer) -> None:
    page.goto(f"/contracts/{john.tenant}/users/invite")
    page.locator("[name=given_name]").fill("Jean-Christophe")
    page.locator("[name=family_name]").fill("de La Rochefoucauld")
    page.locator("[name=email]").fill("jean-christophe.de.la.rochefoucauld@acme.example")
    let_proof_grow_old(stack, john.login)
    page.locator("main form button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/account/step-up"))
    walk.look(page)
    page.locator("[name=password]").fill(PORTAL_PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"^[^?]*/step-up/forms/"))
    walk.look(page)


def he_enrols_second_factors(walk: Walk, page: Page) -> None:
    page.goto("/account/second-factors")
    add_app(walk, page, "form[action$='/app'] button")
    page.goto("/account/second-factors")
    page.locator("form[action$='/passkeys'] button").click()
    walk.look(page)
    page.locator("[name=passkey_name]").fill("Téléphone de service")
    page.locator("form[data-passkey] button[type=submit]").click()
    expect(page.get_by_role("link", name="Téléphone de service")).to_be_visible()
    walk.follow(page, ["/account/second-factors"])


def add_app(walk: Walk, page: Page, button: str) -> list[str]:
    page.locator(button).first.click()
    walk.look(page)
    key = page.locator(".code--long").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(pyotp.TOTP(key).at(time.time()))
    page.keyboard.press("Enter")
    expect(page.locator(".secret-codes li")).to_have_count(10)
    walk.look(page)
    return page.locator(".secret-codes li").all_inner_texts()


def a_factor_is_demanded(walk: Walk, new_page: NewPage, town: Town, eve: Customer) -> list[str]:
    """While she is signed in, and of her who signs in."""
    within, page = new_page(walk.language), new_page(walk.language)
    enter(within, eve, walk.language)
    api = api_of(town, eve)
    passwords_last(api, eve.tenant, days=90)
    demand(api, eve.tenant, demanded=True)
    refused = f"/contracts/{eve.tenant}/users"
    eventually(lambda: within.goto(refused), lambda answer: answer and answer.status == 403)
    walk.look(within)
    give_password(page, eve)
    expect(page).to_have_url(re.compile("/sign-in/enrol$"))
    walk.look(page)
    return add_app(walk, page, "form[action$='/enrol/app'] button")


def passwords_last(api: Api, tenant: str, *, days: int) -> None:
    path = f"/tenants/{tenant}/password-policies/portal"
    policy = api.get(path)
    rules = {name: value for name, value in policy.items() if name not in NOT_SENT}
    key = secrets.token_hex(16)
    asked = api.call("PUT", path, {**rules, "validity_days": days}, Idempotency_Key=key)
    assert asked.status_code == 200, asked.text


def let_password_grow_old(stack: Any, customer: Customer) -> None:
    with psycopg.connect(stack.admin_database_url("identity")) as db:
        db.execute(
            "UPDATE credentials SET changed_at = changed_at - interval '91 days'"
            " WHERE person_id = (SELECT id FROM persons WHERE login = %s)",
            (customer.login,),
        )


def her_password_has_expired(walk: Walk, page: Page, eve: Customer, codes: list[str]) -> None:
    give_password(page, eve)
    expect(page).to_have_url(re.compile("/sign-in/second-factor$"))
    walk.look(page)
    page.locator("[name=code]").fill(codes[0])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sign-in/new-password$"))
    walk.look(page)


def pages_of_staff(walk: Walk, page: Page, town: Town, john: Customer) -> None:
    enter_staff(page, town.demo["staff"]["operator"])
    page.goto(f"/back-office/people?search={quote(john.login)}&lang={walk.language}")
    file = page.locator("main table a").first.get_attribute("href")
    page.goto(str(file))
    walk.look(page)
    page.locator("[name=reason]").fill("Ticket 4711 : Jean ne reçoit plus ses codes")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{file}$"))
    walk.look(page)
    page.goto(f"{file}/recover")
    walk.look(page)
    page.locator("[name=evidence]").fill("Rappelé au numéro du contrat, pièce d’identité vue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    walk.look(page)
    client = town.demo["clients"]["demo-internal"]["client_id"]
    walk.open(page, f"/back-office/clients/{client}/secrets")
    walk.follow(
        page,
        [str(file), f"{file}/enable", f"{file}/unlock", "/back-office", "/back-office/recoveries"],
    )
    see_as(walk, page, john)


def see_as(walk: Walk, page: Page, john: Customer) -> None:
    page.goto("/back-office/see-as")
    page.locator("form[action$='/begin'] button").first.click()
    banner = page.locator("form[action='/see-as/end']")
    for path in ("/", f"/contracts/{john.tenant}/users"):
        page.goto(path)
        expect(banner).to_be_visible()
        walk.look(page)
    banner.locator("button").click()
    expect(page).to_have_url(re.compile("/back-office/see-as$"))


def pages_of_sales(walk: Walk, page: Page, town: Town, john: Customer) -> None:
    enter_staff(page, town.demo["staff"]["sales"])
    page.goto(f"/?lang={walk.language}")
    walk.open(page, "/back-office/tenants/new")
    page.goto(f"/contracts/{john.tenant}/billing-details")
    page.locator("[name=reason]").fill("D0004711 : autre adresse de facturation")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/billing-details$"))
    walk.look(page)
    walk.open(page, f"/contracts/{john.tenant}/support-level")
    organisations_and_orders(walk, page, john)
    walk.open(page, f"/back-office/offices/{john.tenant}/propose")
    walk.open(page, "/back-office/offices/propose?tenant=OCB", status=422)
    walk.open(page, "/back-office/offices")
    walk.open(page, str(page.locator("main table a").first.get_attribute("href")))
    queue_and_end(walk, page, town, john)


def queue_and_end(walk: Walk, page: Page, town: Town, john: Customer) -> None:
    """What customers ask for, and a contract that goes and one that has gone."""
    walk.open(page, "/back-office/requests")
    walk.open(page, str(page.locator("main table a").first.get_attribute("href")))
    walk.open(page, f"/contracts/{john.tenant}/termination")
    gone = ended_contract(town)
    page.goto(f"/contracts/{gone}/termination/certificate")
    page.locator("[name=reason]").fill("D0004711 : certificat demandé")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/certificate$"))
    walk.look(page)
    walk.open(page, f"/contracts/{gone}/termination")


def organisations_and_orders(walk: Walk, page: Page, john: Customer) -> None:
    """What an organisation does by itself, and one more tenant that is ordered."""
    walk.open(page, "/back-office/owed-tenants")
    walk.open(page, "/back-office/organisations?search=acme")
    one = str(page.locator("main table a").first.get_attribute("href"))
    for path in (one, f"{one}/opening", f"{one}/management"):
        walk.open(page, path)
    walk.open(page, f"/contracts/{john.tenant}/order-forms")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("status")).to_be_visible()
    walk.look(page)


def enter_staff(page: Page, member: dict[str, Any]) -> None:
    page.goto("/sign-in")
    page.locator("[name=login]:not([type=hidden])").first.fill(member["login"])
    page.locator("[name=password]").fill(member["password"])
    page.keyboard.press("Enter")
    expect(page.locator("details.menu > summary").first).to_be_visible()
