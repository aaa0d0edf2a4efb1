"""An incident by keyboard alone: its perimeter, its form, what was wrong with it, its comments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_users import enter, fill, go_to, press
from tests.journeys.town import Town, settled_customer

from local.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.stack]

Look = Callable[[Page], None]
TOLD = "Plus aucune machine ne répond."


def test_an_incident_by_keyboard(
    stack: Any, mail: Mailbox, new_page: Callable[..., Page], look: Look
) -> None:
    john = settled_customer(Town.of(stack, mail))
    page = new_page()
    enter(page, john.login, "Identifiant", "Mot de passe")
    press(page, page.get_by_role("link", name="Demandes", exact=True))
    press(page, page.get_by_role("link", name="Déclarer un incident", exact=True))
    press(page, page.get_by_role("row").filter(has_text=john.tenant).get_by_role("link"))
    fill(page, "Description", TOLD)
    press(page, page.get_by_role("button", name="Valider", exact=True))
    expect(page.get_by_role("alert")).to_be_focused()
    look(page)
    press(page, page.get_by_role("alert").get_by_role("link").filter(has_text="Objet"))
    page.keyboard.type("Réseau coupé")
    expect(page.get_by_label("Description", exact=True)).to_have_value(TOLD)
    go_to(page, page.get_by_label("Gravité", exact=True))
    page.keyboard.type("Bloquant")
    press(page, page.get_by_role("button", name="Valider", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Réseau coupé")
    expect(page.get_by_text("C’est à nous")).to_be_visible()
    go_to(page, page.get_by_label("Votre commentaire", exact=True))
    page.keyboard.type("Réparé de notre côté.")
    press(page, page.get_by_role("button", name="C’est résolu : clore"))
    expect(page.get_by_role("status")).to_contain_text("clos")
    expect(page.get_by_role("listitem").filter(has_text="Réparé de notre côté.")).to_be_visible()
    look(page)
