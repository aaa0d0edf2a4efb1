"""Links end by themselves, each after its own time on the installation's clock."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from tests.journeys.test_forgotten_password import RESET, ask
from tests.journeys.town import (
    CONSOLE_WELCOME,
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    WELCOME,
    Town,
    open_company,
    settled_customer,
)
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.stack

MINUTE = timedelta(minutes=1)


def mailed_links(town: Town) -> dict[timedelta, list[str]]:
    """One of each purpose, all of this moment, by how long they are promised to live."""
    newcomer = open_company(town)
    john, eve = settled_customer(town), settled_customer(town)
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    new = f"new.{secrets.token_hex(4)}@acme.example"
    api.post("/account/mail-change", {"email": new}, 202)
    named = {"email": eve.email, "given_name": "Eve", "family_name": "Moon"}
    roles = {"invoices": "visitor"}
    api.post(f"/tenants/{john.tenant}/users", {**named, "roles": roles}, 201)
    ask(town, "portal", identifier=eve.login)

    def link(to: str, subject: str) -> str:
        return town.link_in(town.mail.wait_for(to=to, subject=subject))

    return {
        timedelta(hours=1): [link(eve.email, RESET)],
        timedelta(days=1): [link(new, "Confirmez")],
        timedelta(days=7): [
            link(newcomer.email, WELCOME),
            link(newcomer.email, CONSOLE_WELCOME),
            link(john.email, "Confirmation de sécurité"),
        ],
        timedelta(days=14): [link(eve.email, "Invitation")],
    }


def statuses(town: Town, links: list[str]) -> set[int]:
    return {Visitor(town.url).open(link).status for link in links}


def test_each_link_serves_until_its_time_is_over_and_no_longer(town: Town) -> None:
    links = mailed_links(town)
    passed = timedelta()
    for lifetime, each in links.items():
        nearly = lifetime - 2 * MINUTE
        town.pass_time(minutes=(nearly - passed) / MINUTE)
        assert statuses(town, each) == {200}, lifetime
        town.pass_time(minutes=3)
        late = [Visitor(town.url).open(link) for link in each]
        assert {page.status for page in late} == {404}, lifetime
        assert all("/password/forgotten" in page.response.text for page in late), "a way to go on"
        passed = nearly + 3 * MINUTE
