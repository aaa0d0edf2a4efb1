"""Security rules: read, changed by keyboard, refused at the field, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.browser.test_pages_for_everyone import enter

pytestmark = [pytest.mark.browser, pytest.mark.stack]

WORDS = {
    "fr": {
        "title": "Règles de sécurité",
        "part": "Mots de passe API",
        "length": "Longueur minimale",
        "save": "Enregistrer Mots de passe API",
        "saved": "Les règles de sécurité sont modifiées.",
    },
    "en": {
        "title": "Security rules",
        "part": "API passwords",
        "length": "Shortest length",
        "save": "Save API passwords",
        "saved": "The security rules are changed.",
    },
}


@pytest.mark.parametrize(
    ("language", "options"),
    [
        pytest.param("fr", {"viewport": PHONE}, id="french on a phone"),
        pytest.param("en", {}, id="english"),
    ],
)
def test_manager_changes_the_rules_by_keyboard(
    new_page: Callable[..., Page],
    look: Callable[[Page], None],
    stack: Any,
    language: str,
    options: Any,
) -> None:
    words, john = WORDS[language], stack.demo["people"]["john"]
    page = new_page(language, **options)
    enter(page, john, language)
    page.goto(f"/?lang={language}")
    tenant = re.search(r"OCB\d{7}", page.get_by_role("main").inner_text())
    assert tenant
    page.goto(f"/contracts/{tenant[0]}/security")
    expect(page.get_by_role("heading", level=1)).to_have_text(words["title"])
    look(page)

    part = page.get_by_role("region", name=words["part"])
    part.locator("details > summary").focus()
    page.keyboard.press("Enter")
    length = part.get_by_label(words["length"], exact=True)
    expect(length).to_be_visible()
    look(page)

    length.fill("5")
    part.get_by_role("button", name=words["save"]).press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    again = page.get_by_role("region", name=words["part"]).get_by_label(words["length"])
    expect(again).to_have_attribute("aria-invalid", "true")
    expect(again).to_have_value("5")
    look(page)

    again.fill("6")
    page.get_by_role("button", name=words["save"]).press("Enter")
    expect(page.get_by_role("status")).to_contain_text(words["saved"])


def test_operator_s_page_holds_for_everybody(
    new_page: Callable[..., Page], look: Callable[[Page], None], stack: Any
) -> None:
    page = new_page("en", viewport=PHONE)
    enter(page, stack.demo["staff"]["operator"], "en")
    page.goto("/?lang=en")
    page.goto("/back-office/security")
    expect(page.get_by_role("heading", level=1)).to_have_text("Security rules")
    page.locator("details > summary").last.press("Enter")
    expect(page.get_by_label("Notice to who signs in")).to_be_visible()
    look(page)
