"""A day in the back office by keyboard alone: what customers ask is taken, answered and closed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_every_page import enter_staff
from tests.browser.test_users import go_to, press
from tests.journeys.town import PORTAL_PASSWORD, Town, settled_customer

from local.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.stack]

Look = Callable[[Page], None]
SCOPE = "openid requests.read requests.write contracts.read"


def test_requests_are_worked_through_by_keyboard(
    stack: Any, mail: Mailbox, new_page: Callable[..., Page], look: Look
) -> None:
    town = Town.of(stack, mail)
    john = settled_customer(town)
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, SCOPE)
    subject = f"Panne {secrets.token_hex(3)}"
    incident = {"severity": "blocking", "description": "Plus rien ne répond."}
    asked = {"form": "incident", "subject": subject, "answers": incident}
    number = api.post(f"/tenants/{john.tenant}/requests", asked, status=201)["number"]
    leaving = {"wanted-on": "2027-12-31", "resources-removed": "true"}
    ends = {"form": "termination", "answers": leaving}
    last = api.post(f"/tenants/{john.tenant}/contract-requests", ends, status=201)["number"]
    page = new_page()
    enter_staff(page, town.demo["staff"]["sales"])
    press(page, page.get_by_role("link", name="Back-office"))
    press(page, page.get_by_role("link", name="Demandes", exact=True).last)
    look(page)
    press(page, page.get_by_role("link", name=subject))
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    press(page, page.get_by_role("button", name="Prendre", exact=True))
    expect(page.get_by_role("status")).to_contain_text("à vous")
    press(page, page.get_by_role("button", name="Commencer", exact=True))
    go_to(page, page.get_by_label("Texte pour le client", exact=True))
    page.keyboard.type("Quelle machine ?")
    press(page, page.get_by_role("button", name="Envoyer la réponse", exact=True))
    expect(page.get_by_role("status")).to_contain_text("envoyée")
    look(page)
    press(page, page.get_by_role("button", name="Terminer la demande", exact=True))
    expect(page.get_by_role("alert")).to_be_focused()
    go_to(page, page.get_by_label("Texte pour le client", exact=True))
    page.keyboard.type("Redémarrée.")
    press(page, page.get_by_role("button", name="Terminer la demande", exact=True))
    expect(page.get_by_role("status")).to_contain_text(number)
    press(page, page.get_by_role("row").filter(has_text=last).get_by_role("link"))
    press(page, page.get_by_role("link", name="Fin du contrat", exact=True))
    go_to(page, page.get_by_label("Motif", exact=True))
    page.keyboard.type(f"Demande {last}")
    press(page, page.get_by_role("button", name="Résilier le contrat", exact=True))
    expect(page.get_by_role("status")).to_contain_text("résilié")
    look(page)
