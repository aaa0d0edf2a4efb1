"""Passkeys and authenticator apps in a real browser: its own authenticator, its own eyes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.journeys.town import PORTAL_PASSWORD, Customer, Town, settled_customer

pytestmark = [pytest.mark.browser, pytest.mark.stack]

FACTORS = "/account/second-factors"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def town(stack: Any, mail: Any) -> Town:
    return Town.of(stack, mail)


def with_authenticator(page: Page, **more: Any) -> None:
    """Chromium's virtual one, for as long as the page lives."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    debugger.send("WebAuthn.addVirtualAuthenticator", {"options": {**AUTHENTICATOR, **more}})


def give_password(page: Page, john: Customer) -> None:
    page.goto("/sign-in")
    page.locator("#field-login, [name=login]:not([type=hidden])").first.fill(john.login)
    page.locator("[name=password]").fill(PORTAL_PASSWORD)
    page.keyboard.press("Enter")


def sign_out(page: Page) -> None:
    page.locator("details.menu > summary").first.click()
    page.locator("form[action='/sign-out'] button").click()
    expect(page.locator("[name=password]")).to_be_visible()


def test_a_passkey_is_made_and_opens_with_and_without_name_and_as_second_step(
    town: Town, new_page: Callable[..., Page], look: Callable[[Page], None]
) -> None:
    john = settled_customer(town)
    page = new_page("en-GB")
    with_authenticator(page)
    give_password(page, john)
    expect(page).to_have_url(f"{town.url}/")
    page.goto(FACTORS)
    look(page)
    page.locator("form[action$='/passkeys'] button").click()
    look(page)
    page.locator("[name=passkey_name]").fill("Test key")
    page.locator("form[data-passkey] button[type=submit]").click()
    expect(page.locator(".secret-codes li")).to_have_count(10)
    look(page)
    page.goto(FACTORS)
    expect(page.get_by_role("link", name="Test key")).to_be_visible()

    sign_out(page)  # without a name
    page.locator("form[data-passkey] button[type=submit]").click()
    expect(page).to_have_url(f"{town.url}/")
    expect(page.locator("details.menu > summary").first).to_have_text(john.login)

    sign_out(page)  # with a name
    page.locator("[name=login]:not([type=hidden])").fill(john.login)
    page.locator("form[data-passkey] button[type=submit]").click()
    expect(page).to_have_url(f"{town.url}/")

    sign_out(page)  # after the password
    give_password(page, john)
    expect(page).to_have_url(f"{town.url}/sign-in/second-factor")
    look(page)
    page.locator("form[data-passkey] button[type=submit]").click()
    expect(page).to_have_url(f"{town.url}/")


def test_an_app_is_enrolled_on_a_phone_in_french(
    town: Town, new_page: Callable[..., Page], look: Callable[[Page], None]
) -> None:
    john = settled_customer(town)
    page = new_page("fr-FR", viewport=PHONE)
    give_password(page, john)
    expect(page).to_have_url(f"{town.url}/")
    page.goto(FACTORS)
    look(page)
    page.locator("form[action$='/app'] button").first.click()
    expect(page.locator(".qr svg")).to_be_visible()
    look(page)
    key = page.locator(".code--long").inner_text().replace(" ", "")
    assert re.fullmatch(r"[A-Z2-7]{32}", key)
    page.locator("[name=code]").fill(pyotp.TOTP(key).at(time.time()))
    page.keyboard.press("Enter")
    expect(page.locator(".secret-codes li")).to_have_count(10)
    look(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger en texte").click()
    assert download.value.suggested_filename == "codes-de-secours.txt"
    page.get_by_role("link", name="Je les ai gardés").click()
    expect(page.get_by_text("Utilisée")).to_be_visible()


def test_a_wrong_authenticator_leaves_a_word_and_another_way(
    town: Town, new_page: Callable[..., Page], look: Callable[[Page], None]
) -> None:
    page = new_page("en-GB", viewport=PHONE)
    with_authenticator(page, isUserVerified=False)
    page.goto("/sign-in")
    page.locator("form[data-passkey] button[type=submit]").click()
    expect(page.locator("#passkey-failed")).to_be_visible()
    look(page)
    expect(page.locator("[name=password]")).to_be_visible()


def test_without_scripts_the_page_says_what_else_to_do(
    town: Town, new_page: Callable[..., Page]
) -> None:
    page = new_page("en-GB", java_script_enabled=False)
    page.goto("/sign-in")
    expect(page.locator("[data-without-passkeys]")).to_be_visible()
    expect(page.locator("form[data-passkey]")).to_be_hidden()
