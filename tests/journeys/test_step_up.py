"""A sensitive act wants a proof of the last minutes: as a program meets it, and as a browser."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

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

from contracts.codes import StaffRole
from contracts.fields import Edition
from contracts.registry import CALLS, SCOPES
from gateway.api.examples import ID, example

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
    users = f"/tenants/{customer.tenant}/users"
    john = {"login": customer.login, "password": PORTAL_PASSWORD}
    stale = with_old_proof(town, stack, john, CUSTOMER_SCOPE)
    assert stale.call("GET", users).status_code == 200, "reading is not sensitive"
    refused = stale.call("POST", users, invitation())
    assert (refused.status_code, refused.json()["code"]) == (401, "step-up-required")
    challenge = refused.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'max_age="600"' in challenge
    fresh = town.api(john, CUSTOMER_SCOPE)
    assert fresh.call("POST", users, invitation()).status_code == 201


# What the portal alone may ask is refused to every other application first.
SENSITIVE = [
    call for call in CALLS.values() if call.step_up and call.route and not call.portal_only
]


def test_each_sensitive_act_of_a_customer_and_of_staff_wants_a_fresh_proof(
    town: Town, stack: Any, customer: Customer
) -> None:
    """Asked as their schemas allow, by who may: only that his proof has grown old refuses him."""
    scope = "openid " + " ".join(SCOPES)
    operator, john = town.demo["staff"]["operator"], settled_customer(town)
    he = {"login": john.login, "password": PORTAL_PASSWORD}
    stale = {"staff": with_old_proof(town, stack, operator, scope)}
    stale["sales"] = with_old_proof(town, stack, town.demo["staff"]["sales"], scope)
    stale["customer"] = with_old_proof(town, stack, he, scope)
    answers = {}
    for call in SENSITIVE:
        by_role = call.right.section or call.right.offices
        by_operator = StaffRole.OPERATOR in call.right.staff
        of_staff = "staff" if by_operator else "sales"
        who = of_staff if call.right.staff and not by_role else "customer"
        path, body = call.route.path, example(call.request)
        for name in re.findall(r"{(\w+)}", path):
            value = john.tenant if name == "tenant" else body.pop(name, ID)
            body.pop(name, None)
            path = path.replace(f"{{{name}}}", str(value))
        edited = any(isinstance(one, Edition) for one in call.request._declared_fields.values())
        more = {"If_Match": '"%s"' % ("0" * 32)} if edited else {}
        if call.route.method in ("GET", "DELETE"):
            path, body = f"{path}?{urlencode(body)}", None
        answer = stale[who].call(
            call.route.method, path, body, Guichet_Reason="Ticket 4716", **more
        )
        answers[call.full_name] = (answer.status_code, answer.json().get("code"))
    otherwise = {name: one for name, one in answers.items() if one != (401, "step-up-required")}
    assert otherwise == {}


def with_old_proof(town: Town, stack: Any, who: dict[str, Any], scope: str) -> Api:
    app = town.demo["clients"]["demo-app"]
    asked = (app, who["login"], who["password"], f"{scope} offline_access")
    tokens = person_tokens(town.url, *asked)
    let_proofs_grow_old(stack, who["login"])
    renewed = requests.post(
        f"{town.url}/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        auth=(app["client_id"], app["client_secret"]),
        timeout=15,
    )
    return Api(town.url, renewed.json()["access_token"])


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
