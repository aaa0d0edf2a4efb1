"""An administrator registers a program by hand, and its secret opens what the page says."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_pages_for_everyone import account_language, enter
from tests.journeys.visitor import Api, client_token

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def test_a_program_is_registered_and_gets_its_secret(
    stack: Any, new_page: Callable[..., Page], look: Callable[[Page], None]
) -> None:
    page = new_page("en")
    john = stack.demo["people"]["john"]
    enter(page, john, account_language(page, john))
    page.goto("/?lang=en")
    tenant = re.search(r"OCB\d{7}", page.get_by_role("main").inner_text())
    assert tenant
    page.goto(f"/contracts/{tenant[0]}")
    page.get_by_role("link", name="Applications", exact=True).click()
    page.get_by_role("link", name="Service", exact=True).click()
    name = f"Meter {secrets.token_hex(3)}"
    page.get_by_label("Name", exact=False).first.fill(name)
    page.get_by_label("Read your contracts").check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(f"{name} is registered")
    look(page)

    page.get_by_role("button", name="Make a secret").click()
    expect(page.get_by_role("status")).to_contain_text("Shown this once")
    look(page)
    client_id, secret = page.locator("dd .code").all_inner_texts()[:2]
    token = client_token(stack.url, client_id, secret, "contracts.read")
    assert Api(stack.url, token).get(f"/contracts/{tenant[0]}")["tenant"] == tenant[0]

    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_role("main")).not_to_contain_text(secret)
    page.get_by_role("link", name="Remove", exact=True).click()
    look(page)
    page.get_by_role("button", name="Remove the application").click()
    expect(page.get_by_role("status")).to_contain_text(f"{name} is removed")
