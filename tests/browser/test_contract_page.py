"""What a contract says, by keyboard alone and on a phone: its referent renames it and sets the
references of its invoices; sales change its support level and its billing details, for a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.browser.test_every_page import enter_staff
from tests.browser.test_users import enter, fill, go_to, press
from tests.journeys.town import Customer, Town, settled_customer

from local.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.stack]

NewPage = Callable[..., Page]
Look = Callable[[Page], None]


def test_contract_by_keyboard(stack: Any, mail: Mailbox, new_page: NewPage, look: Look) -> None:
    town = Town.of(stack, mail)
    john = settled_customer(town)
    he_uses_his_services(new_page(viewport=PHONE), john, look)
    page = new_page("en-GB", viewport=PHONE)
    sales_change_what_is_theirs(page, town, john, look)


def he_uses_his_services(page: Page, john: Customer, look: Look) -> None:
    enter(page, john.login, "Identifiant", "Mot de passe")
    page.goto(f"/contracts/{john.tenant}/services")
    press(page, page.get_by_role("link", name="Modifier le nom de votre contrat"))
    look(page)
    fill(page, "Nom du contrat", "Recette Lyon")
    press(page, page.get_by_role("button", name="Enregistrer"))
    expect(page.get_by_role("status")).to_contain_text("nouveau nom")
    expect(page.get_by_role("main")).to_contain_text("Recette Lyon")
    press(page, page.get_by_role("link", name="Éditer les références externes de vos factures"))
    look(page)
    fill(page, "REF1 (facultatif)", "AA00606838")
    press(page, page.get_by_role("button", name="Enregistrer"))
    expect(page.get_by_role("main")).to_contain_text("AA00606838")
    look(page)
    press(page, page.get_by_role("link", name="Ce que donnerait un autre niveau"))
    expect(page.get_by_role("main")).to_contain_text("engage jusqu'au")
    look(page)


def sales_change_what_is_theirs(page: Page, town: Town, john: Customer, look: Look) -> None:
    enter_staff(page, town.demo["staff"]["sales"])
    page.goto("/?lang=en")
    page.goto(f"/contracts/{john.tenant}/support-level")
    fill(page, "Reason", "D0004711")
    page.keyboard.press("Enter")
    look(page)
    go_to(page, page.get_by_role("radio", name="Premium"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Change the support level"))
    expect(page.get_by_role("status")).to_contain_text("Premium will be in force on 1 ")
    look(page)
    press(page, page.get_by_role("button", name="Take the change back"))
    expect(page.get_by_role("status")).to_contain_text("stays as it is")
    they_set_the_billing_details(page, john, look)


def they_set_the_billing_details(page: Page, john: Customer, look: Look) -> None:
    page.goto(f"/contracts/{john.tenant}")
    press(page, page.get_by_role("link", name="Change the billing details"))
    look(page)
    fill(page, "Street", "1 place des Alpes")
    press(page, page.get_by_role("button", name="Save"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Street")).to_have_value("1 place des Alpes")
    fill(page, "City", "Paris")
    fill(page, "E-mail", "comptabilite@acme.example")
    press(page, page.get_by_role("button", name="Save"))
    expect(page.get_by_role("status")).to_contain_text("The billing details are changed")
    expect(page.get_by_role("main")).to_contain_text("comptabilite@acme.example")
