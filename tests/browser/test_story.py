"""One account's life, from opening to sign-in, as a person lives it: in a browser."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from local.mailbox import Mailbox, link_in

pytestmark = [pytest.mark.browser, pytest.mark.stack]

PASSWORD = "Un-Guichet.Bien+Tenu7"
API_PASSWORD = "Api/Guichet_2026!x"
Look = Callable[[Page], None]


def test_the_story_of_an_account(
    stack: Any, mail: Mailbox, new_page: Callable[..., Page], look: Look
) -> None:
    email = f"john.{secrets.token_hex(4)}@acme.example"
    tenant = sales_opens_a_tenant(new_page(), stack.demo["staff"]["sales"], email, look)
    john = new_page()
    login = he_sets_his_password_by_the_link(john, stack.url, mail, email, look)
    he_sees_his_contract(john, login, tenant, look)
    he_sets_his_api_password(new_page(), stack.url, mail, email, look)
    he_invites_jane(john, mail, tenant, look)
    he_orders_one_workspace(john, tenant, look)
    he_terminates_it(john, tenant, look)
    five_wrong_passwords_lock_his_api_login(new_page(), tenant, login, look)
    he_unlocks_it_from_the_console(john, tenant, login, look)
    api_login_opens_the_console(new_page(), tenant, login)
    web_login_opens_the_console_too(new_page(), tenant, login)
    the_trail_holds_every_step(john, tenant, look)
    he_signs_out(john)


def sales_opens_a_tenant(page: Page, sales: dict[str, Any], email: str, look: Look) -> str:
    sign_in(page, sales["login"], sales["password"])
    page.get_by_role("link", name="Back-office").click()
    page.get_by_role("link", name="Ouvrir un tenant").click()
    look(page)
    page.get_by_label("Nom de l’organisation").fill("Acme Navigateur")
    page.get_by_label("Nom du contrat").fill("Production")
    page.get_by_label("Business").check()
    referent = page.get_by_role("group", name="Référent")
    referent.get_by_label("Prénom").fill("John")
    referent.get_by_label("Nom", exact=True).fill("Doe")
    page.get_by_role("button", name="Ouvrir le tenant").click()
    expect(page.get_by_role("alert")).to_contain_text("Vérifiez votre saisie")
    expect(page.get_by_label("Nom du contrat")).to_have_value("Production")
    look(page)
    referent.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_role("button", name="Ouvrir le tenant").click()
    said = page.get_by_role("status").inner_text()
    found = re.search(r"OCB\d{7}", said)
    assert found, said
    return found[0]


def he_sets_his_password_by_the_link(
    page: Page, url: str, mail: Mailbox, email: str, look: Look
) -> str:
    welcome = mail.wait_for(to=email, subject="Bienvenue sur l'espace client Cloudstore")
    page.goto(link_in(welcome, url=url))
    look(page)
    set_password(page, "short")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    set_password(page, PASSWORD)
    expect(page.get_by_role("status")).to_contain_text("Votre mot de passe est défini")
    return page.get_by_label("Identifiant").input_value()


def he_sees_his_contract(page: Page, login: str, tenant: str, look: Look) -> None:
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    look(page)
    page.get_by_role("link", name="Production").click()
    expect(page).to_have_url(re.compile(f"/contracts/{tenant}$"))
    expect(page.get_by_role("main")).to_contain_text("Business")
    expect(page.get_by_role("main")).to_contain_text(login)
    look(page)


def he_sets_his_api_password(page: Page, url: str, mail: Mailbox, email: str, look: Look) -> None:
    console = mail.wait_for(to=email, subject="Bienvenue sur la console")
    page.goto(link_in(console, url=url))
    look(page)
    set_password(page, API_PASSWORD)
    expect(page).to_have_url(re.compile("/sign-in/api"))


def he_invites_jane(page: Page, mail: Mailbox, tenant: str, look: Look) -> None:
    email = f"jane.{secrets.token_hex(4)}@acme.example"
    page.get_by_role("link", name="Utilisateurs").click()
    look(page)
    page.get_by_role("link", name="Inviter un utilisateur").click()
    page.get_by_label("Prénom").fill("Jane")
    page.get_by_label("Nom", exact=True).fill("Roe")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Langue des e-mails").select_option("en")
    page.get_by_label("Factures").select_option("visitor")
    look(page)
    page.get_by_role("button", name="Inviter", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Jane Roe est invité")
    row = page.get_by_role("row").filter(has_text=email)
    expect(row).to_contain_text("Visiteur Factures")
    mail.wait_for(to=email, subject="Welcome to the Cloudstore customer space")


def he_orders_one_workspace(page: Page, tenant: str, look: Look) -> None:
    page.get_by_role("link", name="Services").click()
    look(page)
    page.get_by_role("link", name="Commander").click()
    page.get_by_label("Région").select_option("eu-west-0")
    page.get_by_role("button", name="Afficher les abonnements").click()
    page.get_by_label("1 an, sans paiement initial").check()
    page.get_by_label("Nombre d’instances").fill("1")
    look(page)
    page.get_by_role("button", name="Suivant").click()
    expect(page.get_by_role("main")).to_contain_text("par mois, hors TVA")
    expect(page.get_by_role("main")).to_contain_text("ne garantit pas la disponibilité")
    look(page)
    page.get_by_role("button", name="Commander").click()
    expect(page.get_by_role("status")).to_contain_text("Votre commande est passée")
    look(page)


def he_terminates_it(page: Page, tenant: str, look: Look) -> None:
    page.get_by_role("link", name="Résilier").click()
    look(page)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("main")).to_contain_text("prend effet le 1er")
    look(page)
    page.get_by_role("button", name="Résilier").click()
    expect(page.get_by_role("status")).to_contain_text("Résiliation enregistrée")
    expect(page.get_by_role("main")).to_contain_text("En résiliation")


def five_wrong_passwords_lock_his_api_login(
    page: Page, tenant: str, login: str, look: Look
) -> None:
    page.goto("/sign-in/web")
    look(page)
    page.get_by_role("link", name="API Login").click()
    look(page)
    for attempt in range(5):
        api_sign_in(page, tenant, login, f"Wrong-{attempt}-guess!")
        expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    said = page.get_by_role("alert").inner_text()
    api_sign_in(page, tenant, login, API_PASSWORD)
    expect(page.get_by_role("alert")).to_have_text(said)


def he_unlocks_it_from_the_console(page: Page, tenant: str, login: str, look: Look) -> None:
    page.goto("/")
    page.get_by_role("link", name="Console technique").click()
    look(page)
    expect(page.get_by_role("heading", name="Management and Deployment")).to_be_visible()
    page.get_by_role("link", name="Identity and Access Management").click()
    row = page.get_by_role("row").filter(has_text=login)
    expect(row).to_contain_text("Bloqué")
    row.get_by_text("More").click()
    look(page)
    row.get_by_role("button", name="Reset Failed Login").click()
    expect(page.get_by_role("status")).to_contain_text("déverrouillé")
    expect(page.get_by_role("row").filter(has_text=login)).to_contain_text("Ouvert")


def api_login_opens_the_console(page: Page, tenant: str, login: str) -> None:
    page.goto("/sign-in/api")
    api_sign_in(page, tenant, login, API_PASSWORD)
    expect(page).to_have_url(re.compile(f"/console/{tenant}$"))
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’avez pas accès à cette page")


def web_login_opens_the_console_too(page: Page, tenant: str, login: str) -> None:
    page.goto("/sign-in/web")
    page.get_by_label("Nom d’utilisateur").fill(login)
    page.get_by_label("Nom de domaine").fill(tenant)
    page.get_by_label("Mot de passe de l’espace client").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page).to_have_url(re.compile(f"/console/{tenant}$"))


def the_trail_holds_every_step(page: Page, tenant: str, look: Look) -> None:
    page.goto(f"/contracts/{tenant}/audit")
    look(page)
    chains = page.get_by_role("table", name="Chaînes")
    expect(chains.get_by_text("Vérifiée")).to_have_count(5)  # four services and the gateway
    seen = whole_trail(page)
    for step in (
        "contract:tenant:opened",
        "portal:password:set",
        "portal:sign-in:accepted",
        "api:password:set",
        "users:user:invited",
        "orders:order:placed",
        "subscriptions:termination:scheduled",
        "api:sign-in:refused",
        "api:login:locked",
        "api:failed-login:reset",
    ):
        assert step in seen, f"{step} is missing"


def whole_trail(page: Page) -> str:
    text = page.get_by_role("main").inner_text()
    while page.get_by_role("link", name="Page suivante").count():
        page.get_by_role("link", name="Page suivante").click()
        text += page.get_by_role("main").inner_text()
    return text


def he_signs_out(page: Page) -> None:
    page.locator("summary.bar__link").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("status")).to_contain_text("déconnecté")
    page.goto("/account")
    expect(page).to_have_url(re.compile("/sign-in"))


def sign_in(page: Page, login: str, password: str) -> None:
    page.goto("/")
    page.get_by_label("Identifiant").fill(login)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Se connecter", exact=True).click()


def api_sign_in(page: Page, tenant: str, identifier: str, password: str) -> None:
    page.get_by_label("Nom de domaine").fill(tenant)
    page.get_by_label("Nom d’utilisateur, adresse e-mail ou numéro de portable").fill(identifier)
    page.get_by_label("Mot de passe API", exact=True).fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Se connecter", exact=True).click()


def set_password(page: Page, password: str) -> None:
    page.get_by_label("Nouveau mot de passe", exact=True).fill(password)
    page.get_by_label("Le même mot de passe, encore une fois").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Définir le mot de passe").click()
