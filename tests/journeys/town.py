"""What several journeys need: a running suite with its people, and companies opened in it."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tests.journeys.visitor import Api, Page, Visitor, person_tokens

T = TypeVar("T")
SALES_SCOPE = "openid tenants.write contracts.read"
CUSTOMER_SCOPE = (
    "openid profile email account contracts.read contracts.write users.read users.write iam.read "
    "iam.write catalogue.read orders.write subscriptions.read subscriptions.write audit.read"
)
PORTAL_PASSWORD = "Un-Guichet.Bien+Tenu7"
API_PASSWORD = "Api/Guichet_2026!x"
WELCOME = "Bienvenue sur l'espace client Cloudstore"
CONSOLE_WELCOME = "Bienvenue sur la console"


@dataclass(frozen=True)
class Town:
    """Where the journeys happen: a running suite with its demo people, and its mail."""

    url: str
    demo: dict[str, Any]
    mail: Any
    portal: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, stack: Any, mail: Any) -> Town:
        portal = {
            "client_id": "portal",
            "client_secret": stack.env("gateway")["GUICHET_PORTAL_CLIENT_SECRET"],
            "redirect_uri": f"{stack.url}/portal/callback",
        }
        return cls(url=stack.url, demo=stack.demo, mail=mail, portal=portal)

    def api(self, who: dict[str, Any], scope: str) -> Api:
        """REST on behalf of a person, by the authorization-code flow."""
        app = self.demo["clients"]["demo-app"]
        tokens = person_tokens(self.url, app, who["login"], who["password"], scope)
        return Api(self.url, tokens["access_token"])

    def staff(self, role: str, scope: str) -> Api:
        return self.api(self.demo["staff"][role], scope)

    def desk(self, who: dict[str, Any], scope: str) -> Api:
        """What the portal's pages do for him, by a token of the portal's own."""
        tokens = person_tokens(self.url, self.portal, who["login"], who["password"], scope)
        return Api(self.url, tokens["access_token"])

    def pass_time(self, **spent: float) -> None:
        """The installation's clock goes forward: ``minutes=16``, ``days=1``. Services follow it by
        an event: identity has, once it dates a sign-in by the new time."""
        scope = "openid clock account"
        operator = self.staff("operator", scope)
        now = datetime.fromisoformat(operator.get("/clock")["now"]) + timedelta(**spent)
        operator.post("/clock", {"now": now.isoformat()})

        def last_sign_in() -> datetime:
            page = self.staff("operator", scope).get("/account/sign-ins?limit=1")
            return datetime.fromisoformat(page["items"][0]["at"])

        eventually(last_sign_in, lambda at: at >= now)

    def set_password(self, message: dict[str, Any], password: str) -> Page:
        """Open the link of a mail and set a password by its form."""
        visitor = Visitor(self.url)
        page = visitor.open(self.link_in(message))
        assert page.status == 200, page.text
        return visitor.submit(page, "password", password=password, password_again=password)

    def link_in(self, message: dict[str, Any]) -> str:
        found = re.search(re.escape(self.url) + r"(/links/[A-Za-z0-9_-]+)", message["Text"])
        assert found, message["Text"]
        return found[1]

    def api_sign_in(self, tenant: str, identifier: str, password: str) -> Page:
        visitor = Visitor(self.url)
        page = visitor.open("/sign-in/api")
        return visitor.submit(
            page, "identifier", domain=tenant, identifier=identifier, password=password
        )


@dataclass
class Customer:
    """A company's first person, and what the journey learns of him on the way."""

    email: str
    tenant: str
    login: str = ""

    def known_as(self, welcome: dict[str, Any]) -> None:
        found = re.search(r"\b(John\.Doe\d*)\b", welcome["Text"])
        assert found, welcome["Text"]
        self.login = found[1]


def open_company(town: Town) -> Customer:
    """A company of its own for each journey, so that it may be told again on the same data."""
    mark = secrets.token_hex(4)
    email = f"john.{mark}@acme.example"
    contract = town.staff("sales", SALES_SCOPE).post(
        "/tenants",
        {
            "organisation_name": f"Acme {mark}",
            "name": f"Production {mark}",
            "support_level": "business",
            "referent": {
                "email": email,
                "given_name": "John",
                "family_name": "Doe",
                "language": "fr",
            },
        },
        status=201,
    )
    assert re.fullmatch(r"OCB\d{7}", contract["tenant"])
    return Customer(email=email, tenant=contract["tenant"])


def settled_customer(town: Town) -> Customer:
    """A customer who has set his portal password."""
    customer = open_company(town)
    welcome = town.mail.wait_for(to=customer.email, subject=WELCOME)
    customer.known_as(welcome)
    assert town.set_password(welcome, PORTAL_PASSWORD).status == 200
    return customer


def eventually(read: Callable[[], T], good: Callable[[T], bool], within: float = 20.0) -> T:
    """What ``read`` gives once it is good; fails with the last one when it never is."""
    deadline = time.monotonic() + within
    while not good(found := read()):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found
