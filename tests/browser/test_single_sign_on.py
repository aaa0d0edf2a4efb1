"""Two applications in one browser: one password, one way out, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.stack]

Look = Callable[[Page], None]
WORDS = {
    "fr": {
        "who": "john",
        "enter": "Se connecter avec Cloudstore",
        "allow": "Autoriser",
        "hello": "Bonjour",
        "leave": "Se déconnecter partout",
        "out": "Vous êtes déconnecté",
        "portal_out": "Se déconnecter",
        "silent": "Application de démonstration",
    },
    "en": {
        "who": "hannah",
        "enter": "Sign in with Cloudstore",
        "allow": "Allow",
        "hello": "Hello",
        "leave": "Sign out everywhere",
        "out": "You are signed out",
        "portal_out": "Sign out",
        "silent": "A demo application",
    },
}


@pytest.mark.parametrize("language", list(WORDS))
def test_one_sign_in_and_one_way_out(
    stack: Any, new_page: Callable[..., Page], look: Look, language: str
) -> None:
    words, vigie = WORDS[language], stack.ops_url("vigie")
    person = stack.demo["people"][words["who"]]
    page = new_page(language, viewport=PHONE)
    page.goto(vigie)
    expect(page.get_by_role("banner")).to_contain_text(words["silent"])
    look(page)
    press(page, words["enter"])
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("#f-login").fill(person["login"])
    page.locator("#f-password").fill(person["password"])
    page.keyboard.press("Enter")
    agree(page, words["allow"], vigie)
    expect(page.get_by_role("heading", level=1)).to_contain_text(words["hello"])
    expect(page.get_by_role("main")).to_contain_text(next(iter(person["tenants"])))
    look(page)

    page.goto("/account")
    expect(page).to_have_url(re.compile("/account$"))
    page.locator("summary", has_text=person["login"]).press("Enter")
    page.get_by_role("button", name=words["portal_out"], exact=True).press("Enter")
    expect(page).to_have_url(re.compile("/sign-in"))
    # It is told by the back channel, within a second or so.
    expect_out(page, vigie, words["enter"])

    press(page, words["enter"])
    page.locator("#f-login").fill(person["login"])
    page.locator("#f-password").fill(person["password"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{vigie}/")
    press(page, words["leave"])
    expect(page.get_by_role("heading", level=1)).to_contain_text(words["out"])
    look(page)
    page.goto("/account")
    expect(page.locator("#f-password")).to_be_visible()


def press(page: Page, name: str) -> None:
    """By keyboard; a link or a button."""
    target = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name))
    target.focus()
    page.keyboard.press("Enter")


def agree(page: Page, name: str, vigie: str) -> None:
    """Asked once for each person: an earlier run on the same data has been."""
    allow = page.get_by_role("button", name=name, exact=True)
    expect(allow.or_(page.locator("form[action='/sign-out']"))).to_be_visible()
    if not page.url.startswith(vigie):
        allow.press("Enter")
        expect(page).to_have_url(f"{vigie}/")


def expect_out(page: Page, vigie: str, enter: str) -> None:
    for _ in range(20):
        page.goto(vigie)
        if page.get_by_role("link", name=enter).is_visible():
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"still in {vigie}")
