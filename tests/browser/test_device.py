"""A device without a browser is allowed by hand, by keyboard, on a phone, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.stack]

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
WORDS = {
    "fr": {"next": "Suivant", "title": "Est-ce bien votre appareil", "done": "fermer cette page"},
    "en": {"next": "Next", "title": "Does a device of yours", "done": "close this page"},
}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_person_allows_a_device(
    stack: Any, new_page: Callable[..., Page], look: Callable[[Page], None], language: str
) -> None:
    stack.run(
        *("gateway", "register-client", "--id", "tool", "--name", "Outil", "--kind", "public"),
        *("--grant", GRANT, "--scope", "openid contracts.read"),
    )
    told = post(stack, "/oauth/device_authorization", client_id="tool").json()
    asked = {"grant_type": GRANT, "client_id": "tool", "device_code": told["device_code"]}
    assert post(stack, "/oauth/token", **asked).json()["error"] == "authorization_pending"

    page, words = new_page(language, viewport=PHONE), WORDS[language]
    page.goto(f"/device?user_code={told['user_code']}&lang={language}")
    sign_in(page, stack.demo["people"]["john"])
    page.goto(f"/device?user_code={told['user_code']}&lang={language}")
    look(page)
    page.get_by_role("button", name=words["next"]).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(words["title"])
    expect(page.get_by_role("main")).to_contain_text(told["user_code"])
    expect(page.get_by_role("main")).to_contain_text("Outil")
    look(page)
    page.locator("button[value=allow]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(words["done"])
    look(page)
    assert post(stack, "/oauth/token", **asked).json()["scope"] == "contracts.read openid"


def sign_in(page: Page, person: dict[str, Any]) -> None:
    page.locator("#f-login").fill(person["login"])
    page.locator("#f-password").fill(person["password"])
    page.keyboard.press("Enter")
    expect(page.locator("#f-user_code")).to_be_visible()


def post(stack: Any, path: str, **form: str) -> requests.Response:
    return requests.post(f"{stack.url}{path}", data=form, timeout=10)
