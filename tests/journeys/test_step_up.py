"""A sensitive act wants a proof of the last minutes: as a program meets it, and as a browser."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from tests.journeys.town import (
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    Customer,
    Town,
    settled_customer,
)
from tests.journeys.visitor import Api, Visitor, person_tokens

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled_customer(town)


def let_proofs_grow_old(stack: Any, login: str) -> None:
    """Eleven minutes pass for his sessions: they run on real time, which no test can move."""
    with psycopg.connect(stack.admin_database_url("gateway")) as db:
        db.execute(
            "UPDATE token_families SET auth_time = auth_time - interval '11 minutes' WHERE"
            " session_id IN (SELECT session_id FROM browser_sessions WHERE login = %s)",
            (login,),
        )
        db.execute(
            "UPDATE browser_sessions SET auth_time = auth_time - interval '11 minutes'"
            " WHERE login = %s",
            (login,),
        )


def invitation() -> dict[str, Any]:
    return {
        "email": f"jane.{secrets.token_hex(4)}@acme.example",
        "given_name": "Jane",
        "family_name": "Roe",
        "roles": {"contract": "visitor"},
    }


def test_program_is_told_how_to_come_back_and_does(
    town: Town, stack: Any, customer: Customer
) -> None:
    app, users = town.demo["clients"]["demo-app"], f"/tenants/{customer.tenant}/users"
    asked = (app, customer.login, PORTAL_PASSWORD, f"{CUSTOMER_SCOPE} offline_access")
    tokens = person_tokens(town.url, *asked)
    let_proofs_grow_old(stack, customer.login)
    renewed = requests.post(
        f"{town.url}/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        auth=(app["client_id"], app["client_secret"]),
        timeout=15,
    ).json()
    stale = Api(town.url, renewed["access_token"])
    assert stale.call("GET", users).status_code == 200, "reading is not sensitive"
    refused = stale.call("POST", users, invitation())
    assert (refused.status_code, refused.json()["code"]) == (401, "step-up-required")
    challenge = refused.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'max_age="600"' in challenge
    fresh = Api(town.url, person_tokens(town.url, *asked)["access_token"])
    assert fresh.call("POST", users, invitation()).status_code == 201


def test_browser_proves_again_and_sends_what_was_typed(
    town: Town, stack: Any, customer: Customer
) -> None:
    john, typed = Visitor(town.url), invitation()
    john.sign_in(customer.login, PORTAL_PASSWORD)
    form = john.open(f"/contracts/{customer.tenant}/users/invite")
    let_proofs_grow_old(stack, customer.login)
    fields = {name: typed[name] for name in ("given_name", "family_name", "email")}
    question = john.submit(form, "given_name", **fields, **{"role-contract": "visitor"})
    assert urlsplit(question.url).path == "/account/step-up"
    wrong = john.submit(question, "password", password="not the password")
    assert wrong.status == 403
    kept = john.submit(wrong, "password", password=PORTAL_PASSWORD)
    assert kept.form("given_name").fields["email"] == typed["email"]
    users = john.open(f"/contracts/{customer.tenant}/users")
    assert typed["email"] not in users.text, "coming back has done nothing by itself"
    done = john.submit(kept, "given_name")
    assert done.status == 200
    assert typed["email"] in john.open(f"/contracts/{customer.tenant}/users").text
    assert john.open(urlsplit(kept.url).path).status == 404, "a kept form serves once"
