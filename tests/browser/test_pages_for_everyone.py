"""Each main page in both languages, in light and dark, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.stack]

OPEN_PAGES = [
    "/sign-in",
    "/sign-in/web",
    "/sign-in/api",
    "/password/forgotten?credential=portal",
    "/password/forgotten/sent?credential=api",
    "/links/none",
    "/nowhere",
]
SIGN_IN = {"fr": ("Identifiant", "Mot de passe"), "en": ("Login", "Password")}
VIEWS = [
    pytest.param("fr", {"viewport": PHONE}, id="french on a phone"),
    pytest.param("en", {"color_scheme": "dark"}, id="english in the dark"),
]


def enter(page: Page, person: dict[str, Any], language: str) -> None:
    page.goto("/")
    login, password = SIGN_IN[language]
    page.get_by_label(login, exact=True).fill(person["login"])
    page.get_by_label(password, exact=True).fill(person["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation").first).to_be_visible()


def pages_of(tenant: str) -> list[str]:
    contract = f"/contracts/{tenant}"
    return [
        "/",
        "/?search=nothing-like-this",
        contract,
        f"{contract}/users",
        f"{contract}/users/invite",
        f"{contract}/services",
        f"{contract}/services/workspace",
        f"{contract}/subscriptions",
        f"{contract}/applications",
        f"{contract}/applications/new/web",
        f"{contract}/audit",
        f"/console/{tenant}",
        f"/console/{tenant}/iam",
        "/account",
        "/account/password",
        "/account/second-factors",
        "/account/applications",
    ]


@pytest.mark.parametrize(("language", "options"), VIEWS)
def test_pages_before_the_sign_in(
    new_page: Callable[..., Page], look: Callable[[Page], None], language: str, options: Any
) -> None:
    page = new_page(language, **options)
    for path in OPEN_PAGES:
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        look(page)


@pytest.mark.parametrize(("language", "options"), VIEWS)
def test_pages_of_a_customer(
    stack: Any,
    new_page: Callable[..., Page],
    look: Callable[[Page], None],
    language: str,
    options: Any,
) -> None:
    page = new_page(language, **options)
    john = stack.demo["people"]["john"]
    enter(page, john, account_language(page, john))
    page.goto(f"/?lang={language}")
    found = re.search(r"OCB\d{7}", page.get_by_role("main").inner_text())
    assert found
    for path in pages_of(found[0]):
        response = page.goto(path)
        assert response is not None
        assert response.status == 200, path
        look(page)


def account_language(page: Page, person: dict[str, Any]) -> str:
    """The sign-in page speaks the browser's language."""
    page.goto("/sign-in")
    return page.locator("html").get_attribute("lang") or "fr"


@pytest.mark.parametrize(("language", "options"), VIEWS)
def test_pages_of_the_staff(
    stack: Any,
    new_page: Callable[..., Page],
    look: Callable[[Page], None],
    language: str,
    options: Any,
) -> None:
    for role, paths in {
        "sales": ["/back-office", "/back-office/tenants/new"],
        "operator": ["/back-office/staff", "/back-office/staff/appoint", "/back-office/clock"],
    }.items():
        page = new_page(language, **options)
        enter(page, stack.demo["staff"][role], language)
        page.goto(f"/?lang={language}")
        for path in paths:
            response = page.goto(path)
            assert response is not None
            assert response.status == 200, path
            look(page)


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
