"""The page of users by keyboard alone: invite, edit, disable, ask what one may do, remove."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.journeys.town import PORTAL_PASSWORD, Town, settled_customer

from local.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.stack]

Look = Callable[[Page], None]
_MOST_TABS = 90


def go_to(page: Page, what: Locator) -> None:
    """By the Tab key, as somebody without a mouse."""
    for _ in range(_MOST_TABS):
        if what.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{what} cannot be reached by Tab at {page.url}")


def fill(page: Page, label: str, text: str) -> None:
    go_to(page, page.get_by_label(label, exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page: Page, what: Locator) -> None:
    go_to(page, what)
    page.keyboard.press("Enter")


def act_on(page: Page, name: str, act: str) -> None:
    """Opens the menu of a row and follows one of its links."""
    press(page, page.locator("summary").filter(has_text=name))
    press(page, page.get_by_role("link", name=act, exact=True))


def enter(page: Page, login: str, *labels: str) -> None:
    page.goto("/")
    page.get_by_label(labels[0], exact=True).fill(login)
    page.get_by_label(labels[1], exact=True).fill(PORTAL_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation").first).to_be_visible()


def test_users_by_keyboard(
    stack: Any, mail: Mailbox, new_page: Callable[..., Page], look: Look
) -> None:
    john = settled_customer(Town.of(stack, mail))
    page, email = new_page(), f"jane.{secrets.token_hex(4)}@acme.example"
    enter(page, john.login, "Identifiant", "Mot de passe")
    page.goto(f"/contracts/{john.tenant}/users")
    look(page)
    press(page, page.get_by_role("link", name="Inviter un utilisateur"))
    fill(page, "Prénom", "Jane")
    fill(page, "Nom", "Roe")
    fill(page, "E-mail", email)
    go_to(page, page.get_by_label("Factures"))
    page.keyboard.type("Visiteur")
    press(page, page.get_by_role("button", name="Inviter", exact=True))
    row = page.get_by_role("row").filter(has_text=email)
    expect(row).to_contain_text("Invité")
    he_edits_her(page, row, look)
    he_asks_what_she_may_do(page, look)
    page.goto(f"/contracts/{john.tenant}/users")
    he_disables_and_enables_her(page, row, look)
    he_removes_her(page, row, look)


def he_edits_her(page: Page, row: Locator, look: Look) -> None:
    act_on(page, "Jane Roe", "Modifier")
    look(page)
    fill(page, "Nom", "Rowe")
    press(page, page.get_by_role("button", name="Enregistrer"))
    expect(page.get_by_role("status")).to_contain_text("Jane Rowe est modifié")
    expect(row).to_contain_text("Jane Rowe")


def he_asks_what_she_may_do(page: Page, look: Look) -> None:
    act_on(page, "Jane Rowe", "Que peut faire cet utilisateur ?")
    go_to(page, page.get_by_label("Acte"))
    page.keyboard.type("Commander")
    press(page, page.get_by_role("button", name="Afficher"))
    expect(page.get_by_role("main")).to_contain_text("Non autorisé")
    expect(page.get_by_role("main")).to_contain_text("Manager")
    expect(page.get_by_role("main")).to_contain_text("John Doe")
    look(page)


def he_disables_and_enables_her(page: Page, row: Locator, look: Look) -> None:
    act_on(page, "Jane Rowe", "Désactiver")
    look(page)
    press(page, page.get_by_role("button", name="Désactiver"))
    expect(row).to_contain_text("Désactivé")
    act_on(page, "Jane Rowe", "Réactiver")
    press(page, page.get_by_role("button", name="Réactiver"))
    expect(row).not_to_contain_text("Désactivé")


def he_removes_her(page: Page, row: Locator, look: Look) -> None:
    act_on(page, "Jane Rowe", "Retirer du contrat")
    look(page)
    press(page, page.get_by_role("button", name="Retirer du contrat"))
    expect(page.get_by_role("status")).to_contain_text("Jane Rowe")
    expect(row).to_have_count(0)
