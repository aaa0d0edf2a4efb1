"""The back office by keyboard and by axe: a reason, somebody's file, a recovery by two of staff."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.journeys.town import Town, settled_customer

pytestmark = pytest.mark.browser

Look = Callable[[Page], None]
ENGLISH_PHONE = {"viewport": PHONE, "is_mobile": True}


def enter(page: Page, person: dict[str, Any], path: str, labels: tuple[str, str, str]) -> None:
    login, password, button = labels
    page.goto(path)
    page.get_by_label(login, exact=True).fill(person["login"])
    page.get_by_label(password, exact=True).fill(person["password"])
    page.get_by_role("button", name=button, exact=True).click()
    if labels is ENGLISH:  # the account's own language is French
        page.get_by_role("button", name="English").click()


FRENCH = ("Identifiant", "Mot de passe", "Se connecter")
ENGLISH = ("Login", "Password", "Sign in")


def test_two_of_staff_give_access_back(
    stack: Any, mail: Any, new_page: Callable[..., Page], look: Look
) -> None:
    town = Town.of(stack, mail)
    john = settled_customer(town)
    page = new_page()
    enter(page, stack.demo["staff"]["support"], f"/contracts/{john.tenant}", FRENCH)
    support_says_why(page, john.tenant, look)
    support_finds_john_and_proposes(page, john.login, look)
    other = new_page("en-GB", **ENGLISH_PHONE)
    enter(other, stack.demo["staff"]["operator"], "/back-office/recoveries", ENGLISH)
    operator_approves(other, look)


def support_says_why(page: Page, tenant: str, look: Look) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        f"Pourquoi consultez-vous {tenant}"
    )
    look(page)
    page.keyboard.type("Ticket 4711")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/contracts/{tenant}$"))
    expect(page.get_by_role("complementary")).to_contain_text("Ticket 4711")
    look(page)


def support_finds_john_and_proposes(page: Page, login: str, look: Look) -> None:
    page.get_by_role("link", name="Back-office").click()
    page.get_by_role("link", name="Personnes").click()
    look(page)
    page.get_by_label("Début d’un identifiant").fill(login)
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has=page.get_by_text(login, exact=True))
    look(page)
    row.get_by_role("link").click()
    page.get_by_label("Motif").fill("Ticket 4711")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("John Doe")
    look(page)
    page.get_by_role("link", name="Proposer un rétablissement").click()
    look(page)
    page.get_by_role("radio", name=re.compile("Boîte mail perdue")).check()
    page.get_by_role("button", name="Proposer", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Nouvelle adresse e-mail").fill(f"{secrets.token_hex(4)}@acme.example")
    page.get_by_label("Preuve").fill("Rappelé au numéro du contrat")
    page.get_by_role("button", name="Proposer", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("attend un autre membre")
    expect(page.get_by_role("button", name="Approuver")).to_have_count(0)
    look(page)


def operator_approves(page: Page, look: Look) -> None:
    look(page)
    page.get_by_role("row").filter(has_text="John Doe").first.get_by_role("link").click()
    page.get_by_label("Reason").fill("Ticket 4711")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Approve")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Reason").first.fill("Called back myself")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Approved")
    expect(page.get_by_role("main")).to_contain_text("Approved, waiting")
    look(page)
