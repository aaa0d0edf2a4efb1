"""A free trial as a stranger begins it: a form, a mail, a link, a password."""

from __future__ import annotations

import re
import secrets

from tests.journeys.town import PORTAL_PASSWORD, WELCOME, Customer, Town
from tests.journeys.visitor import Page, Visitor

ASKED = "Confirmez votre demande d'essai gratuit"


def ask_for_trial(town: Town, email: str) -> Page:
    visitor = Visitor(town.url)
    return visitor.submit(
        visitor.open("/trial"),
        "organisation_name",
        organisation_name="Essais Réunis",
        given_name="John",
        family_name="Doe",
        email=email,
    )


def trial_link(town: Town, email: str, *, count: int = 1) -> str:
    message = town.mail.wait_for(to=email, subject=ASKED, count=count)
    found = re.search(re.escape(town.url) + r"(/trial/[A-Za-z0-9_-]+)", message["Text"])
    assert found, message["Text"]
    return found[1]


def confirm_trial(town: Town, link: str) -> Page:
    visitor = Visitor(town.url)
    return visitor.submit(visitor.open(link), "idempotency_key")


def trial_customer(town: Town) -> Customer:
    """On trial since just now, with a portal password."""
    email = f"trial.{secrets.token_hex(4)}@acme.example"
    ask_for_trial(town, email)
    assert confirm_trial(town, trial_link(town, email)).url.endswith("/trial/begun")
    welcome = town.mail.wait_for(to=email, subject=WELCOME)
    customer = Customer(email=email, tenant="")
    customer.known_as(welcome)
    assert town.set_password(welcome, PORTAL_PASSWORD).status == 200
    api = town.api({"login": customer.login, "password": PORTAL_PASSWORD}, "openid contracts.read")
    [contract] = api.get("/contracts")["items"]
    customer.tenant = contract["tenant"]
    return customer
