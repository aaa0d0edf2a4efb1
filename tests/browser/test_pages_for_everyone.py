"""What holds on every page: it works without scripts, by keyboard, and leads back to a fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.stack]

SIGN_IN = {"fr": ("Identifiant", "Mot de passe"), "en": ("Login", "Password")}


def enter(page: Page, person: dict[str, Any], language: str) -> None:
    page.goto("/")
    login, password = SIGN_IN[language]
    page.get_by_label(login, exact=True).fill(person["login"])
    page.get_by_label(password, exact=True).fill(person["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation").first).to_be_visible()


def account_language(page: Page, person: dict[str, Any]) -> str:
    """The sign-in page speaks the browser's language."""
    page.goto("/sign-in")
    return page.locator("html").get_attribute("lang") or "fr"


def test_the_main_paths_work_without_scripts(stack: Any, new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    john = stack.demo["people"]["john"]
    enter(page, john, "fr")
    page.get_by_role("link", name=re.compile("Console technique")).first.click()
    page.get_by_role("link", name="Identity and Access Management").click()
    row = page.get_by_role("row").filter(has_text=john["login"])
    row.get_by_text("More").click()
    row.get_by_role("button", name="Reset Failed Login").click()
    expect(page.get_by_role("status")).to_contain_text("déverrouillé")


def test_the_first_tab_skips_to_the_content(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Identifiant", exact=True)).to_be_focused()


def test_a_fault_takes_the_focus_and_leads_to_its_field(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/sign-in")
    page.get_by_role("button", name="Se connecter", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    alert.get_by_role("link").first.click()
    expect(page.get_by_label("Identifiant", exact=True)).to_be_focused()


def test_a_typed_password_can_be_shown(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/sign-in")
    field = page.get_by_label("Mot de passe", exact=True)
    page.get_by_role("button", name="Afficher").click()
    assert field.get_attribute("type") == "text"
    page.get_by_role("button", name="Masquer").click()
    assert field.get_attribute("type") == "password"
