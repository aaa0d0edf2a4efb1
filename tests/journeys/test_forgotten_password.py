"""Forgotten password, for both credentials: one page for everybody, one link, once."""

from __future__ import annotations

import pytest
from tests.journeys.town import (
    API_PASSWORD,
    CONSOLE_WELCOME,
    PORTAL_PASSWORD,
    Customer,
    Town,
    settled_customer,
)
from tests.journeys.visitor import Page, Visitor, told_by

pytestmark = pytest.mark.stack

OTHER_PASSWORD = "Tout-Autre.Secret+42"
RESET = "Réinitialisation de votre mot de passe Cloudstore"
API_RESET = "Réinitialisation de votre mot de passe API"


@pytest.fixture(scope="module")
def john(town: Town) -> Customer:
    return settled_customer(town)


def ask(town: Town, credential: str, **typed: str) -> Page:
    visitor = Visitor(town.url)
    page = visitor.open(f"/password/forgotten?credential={credential}")
    return visitor.submit(page, "identifier", **typed)


def test_portal_password_is_set_anew_and_the_old_one_ends(town: Town, john: Customer) -> None:
    assert ask(town, "portal", identifier=john.email).status == 200
    message = town.mail.wait_for(to=john.email, subject=RESET)
    assert town.set_password(message, OTHER_PASSWORD).status == 200
    assert Visitor(town.url).sign_in(john.login, PORTAL_PASSWORD).status == 401
    assert Visitor(town.url).sign_in(john.login, OTHER_PASSWORD).status == 200


def test_a_stranger_gets_the_same_answer(town: Town) -> None:
    """On the way to the page and on the page: words, address, headers and names of cookies."""
    john = settled_customer(town)
    names = (john.login, john.email, "nobody.at.all@acme.example", "%", "x" * 200)
    for credential, typed in (("portal", {}), ("api", {"domain": john.tenant})):
        pages = [ask(town, credential, identifier=name, **typed).response for name in names]
        told = [[told_by(hop) for hop in (*page.history, page)] for page in pages]
        assert [hop.status for hop in told[0]] == [303, 200]
        assert all(each == told[0] for each in told), credential


def test_api_password_reset_ends_the_lock(town: Town, john: Customer) -> None:
    console = town.mail.wait_for(to=john.email, subject=CONSOLE_WELCOME)
    assert town.set_password(console, API_PASSWORD).status == 200
    for attempt in range(5):
        town.api_sign_in(john.tenant, john.login, f"Wrong-{attempt}-guess!")
    assert town.api_sign_in(john.tenant, john.login, API_PASSWORD).status == 401
    page = ask(town, "api", domain=john.tenant, identifier=john.login)
    assert page.status == 200
    message = town.mail.wait_for(to=john.email, subject=API_RESET)
    assert town.set_password(message, OTHER_PASSWORD).status == 200
    assert town.api_sign_in(john.tenant, john.login, OTHER_PASSWORD).status == 200
