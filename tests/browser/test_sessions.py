"""Sessions, and the question "is it you?", by keyboard, in both languages and on a phone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import PHONE
from tests.journeys.town import PORTAL_PASSWORD, Customer, Town, settled_customer

from local.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.stack]

Look = Callable[[Page], None]
NewPage = Callable[..., Page]
SESSIONS = "/account/sessions"
_MOST_TABS = 60


@pytest.fixture
def john(stack: Any, mail: Mailbox) -> Customer:
    return settled_customer(Town.of(stack, mail))


def press(page: Page, what: Locator) -> None:
    """By the Tab key, as somebody without a mouse."""
    for _ in range(_MOST_TABS):
        if what.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{what} cannot be reached by Tab at {page.url}")


def enter(page: Page, login: str, *, english: bool = False) -> None:
    page.goto("/")
    page.get_by_label("Login" if english else "Identifiant", exact=True).fill(login)
    page.get_by_label("Password" if english else "Mot de passe", exact=True).fill(PORTAL_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation").first).to_be_visible()


def let_proof_grow_old(stack: Any, login: str) -> None:
    """Eleven minutes pass for his sessions: they run on real time, which no test can move."""
    with psycopg.connect(stack.admin_database_url("gateway")) as db:
        db.execute(
            "UPDATE browser_sessions SET auth_time = auth_time - interval '11 minutes'"
            " WHERE login = %s",
            (login,),
        )


def test_sessions_are_seen_and_ended_by_keyboard(
    john: Customer, new_page: NewPage, look: Look
) -> None:
    elsewhere, page = new_page("en-GB"), new_page()
    enter(elsewhere, john.login, english=True)
    enter(page, john.login)
    page.goto(SESSIONS)
    expect(page.get_by_text("Cette session")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Chrome").first).to_be_visible()
    look(page)
    press(page, page.get_by_role("button", name="Terminer", exact=False).first)
    expect(page.get_by_role("status")).to_contain_text("Cette session est terminée.")
    expect(page.get_by_text("Vous n’êtes connecté nulle part ailleurs.")).to_be_visible()
    elsewhere.goto(SESSIONS)
    expect(elsewhere).to_have_url(re.compile("/sign-in"))
    press(page, page.get_by_role("button", name="Terminer toutes les sessions"))
    expect(page.get_by_text("Toutes vos sessions sont terminées.")).to_be_visible()


def test_sensitive_form_waits_for_the_proof_and_loses_nothing(
    stack: Any, john: Customer, new_page: NewPage, look: Look
) -> None:
    page, email = new_page(), f"jane.{secrets.token_hex(4)}@acme.example"
    enter(page, john.login)
    page.goto(f"/contracts/{john.tenant}/users/invite")
    page.get_by_label("Prénom").fill("Jane")
    page.get_by_label("Nom", exact=True).fill("Roe & Fille")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Factures").select_option(label="Visiteur")
    let_proof_grow_old(stack, john.login)
    page.get_by_role("button", name="Inviter").click()
    expect(page.get_by_role("heading", name="Est-ce bien vous ?")).to_be_visible()
    look(page)
    page.get_by_label("Mot de passe").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    page.get_by_label("Mot de passe").fill(PORTAL_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vérifiez et envoyez")).to_be_visible()
    expect(page.get_by_text("Roe & Fille")).to_be_visible()
    expect(page.get_by_text(email)).to_be_visible()
    page.set_viewport_size(PHONE)
    look(page)
    press(page, page.get_by_role("button", name="Envoyer"))
    expect(page.get_by_role("status")).to_contain_text("Jane Roe & Fille")
