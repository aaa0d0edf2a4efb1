"""It was not me: from the mail by the page to closed sessions and a way back."""

from __future__ import annotations

import pytest
from tests.journeys.town import (
    PORTAL_PASSWORD,
    Customer,
    Town,
    eventually,
    settled_customer,
)
from tests.journeys.visitor import Page, Visitor

pytestmark = pytest.mark.stack

CONFIRMATION = "Confirmation de sécurité"
RESET = "Réinitialisation de votre mot de passe Cloudstore"
LOCKED = "Connexion bloquée : trop d'essais"
MINE_AGAIN = "Encore-A-Moi.Seul+77"


@pytest.fixture
def john(town: Town) -> Customer:
    """One for each story: they leave him locked, or with another password."""
    return settled_customer(town)


def confirm(visitor: Visitor, page: Page) -> Page:
    """Its one button; the other form of the page is the choice of language."""
    [form] = [form for form in page.forms if form.action != "/language"]
    return visitor._page(visitor.http.post(page.url, data=form.fields, timeout=15))


def test_it_closes_every_session_and_mails_the_way_back(town: Town, john: Customer) -> None:
    thief = Visitor(town.url)
    assert thief.sign_in(john.login, PORTAL_PASSWORD).status == 200
    link = town.link_in(town.mail.wait_for(to=john.email, subject=CONFIRMATION))
    visitor = Visitor(town.url)
    page = visitor.open(link)
    assert page.status == 200
    assert "Ce n’était pas vous" in page.text
    assert not any("password" in form.fields for form in page.forms)
    assert thief.open("/account").url.endswith("/account"), "opening it has changed nothing"
    done = confirm(visitor, page)
    assert "Tout est fermé" in done.text
    eventually(lambda: thief.open("/account").url, lambda url: "/sign-in" in url)
    assert thief.sign_in(john.login, PORTAL_PASSWORD).status == 401
    assert visitor.open(link).status == 404
    way_back = town.mail.wait_for(to=john.email, subject=RESET)
    assert town.set_password(way_back, MINE_AGAIN).status == 200
    assert Visitor(town.url).sign_in(john.login, MINE_AGAIN).status == 200


def test_after_a_lock_it_only_offers_a_new_password(town: Town, john: Customer) -> None:
    for number in range(5):
        Visitor(town.url).sign_in(john.login, f"Wrong-{number}-guess!")
    link = town.link_in(town.mail.wait_for(to=john.email, subject=LOCKED))
    visitor = Visitor(town.url)
    page = visitor.open(link)
    done = confirm(visitor, page)
    assert done.status == 200
    assert "Merci de nous l’avoir dit" in done.text
