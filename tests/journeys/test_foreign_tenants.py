"""Whoever belongs to one tenant gets nothing of another one, by any call there is.

Made from the declarations: a call that is added is asked here as well.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from tests.journeys.town import PORTAL_PASSWORD, Customer, Town, settled_customer
from tests.journeys.visitor import Api, client_token

from contracts.declare import Call
from contracts.registry import CALLS, SCOPES
from contracts.rights import Audience
from gateway.api.examples import example

pytestmark = pytest.mark.stack

OF_A_TENANT = [call for call in CALLS.values() if call.route and call.tenant_field]
STRANGERS = ("person", "program")


@pytest.fixture(scope="module")
def john(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def other(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def person(town: Town, john: Customer) -> Api:
    """Referent, domain owner and manager of all there is, at home."""
    scope = " ".join(("openid", *SCOPES))
    return town.api({"login": john.login, "password": PORTAL_PASSWORD}, scope)


@pytest.fixture(scope="module")
def program(town: Town, stack: Any, john: Customer, tmp_path_factory: Any) -> Api:
    """A client of the provider's with every scope, registered for one tenant."""
    secret = tmp_path_factory.mktemp("stranger") / "secret"
    secret.write_text("a secret of forty signs, and then some more")
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    stack.run(
        *("gateway", "register-client", "--id", "stranger", "--name", "Stranger"),
        *("--kind", "confidential", "--secret-file", str(secret)),
        *("--grant", "client_credentials", "--tenants", john.tenant, *scopes),
    )
    token = client_token(town.url, "stranger", secret.read_text(), " ".join(SCOPES))
    return Api(town.url, token)


def asked(call: Call, tenant: str) -> tuple[str, dict[str, Any] | None]:
    """Address and body as the reference shows them, about that tenant: nothing is wrong with them
    but who asks."""
    assert call.route is not None
    given = {**example(call.request, without=("limit", "edition")), "tenant": tenant}
    in_path = re.findall(r"{(\w+)}", call.route.path)
    path = call.route.path.format(**{name: quote(str(given.pop(name))) for name in in_path})
    if call.route.method in ("GET", "DELETE"):
        plain = {name: _in_query(one) for name, one in given.items() if one is not None}
        return f"{path}?{urlencode(plain)}" if plain else path, None
    return path, given or None


def _in_query(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def conditions(call: Call) -> dict[str, str]:
    """Whatever is there may be changed, as far as he cares."""
    edition = call.request._declared_fields.get("edition")
    return {"Guichet_Reason": "curious"} | ({} if edition is None else {"If_Match": "*"})


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("call", OF_A_TENANT, ids=lambda call: call.full_name)
def test_nothing_of_another_tenant_is_told_or_done(
    request: pytest.FixtureRequest, other: Customer, call: Call, stranger: str
) -> None:
    api: Api = request.getfixturevalue(stranger)
    assert call.route is not None
    path, body = asked(call, other.tenant)
    answer = api.call(call.route.method, path, body, **conditions(call))
    told = answer.json() if answer.content else {}
    if answer.status_code == 200:
        assert call.right.audience is Audience.SELF, "what is his own, of which he has none there"
        assert told.get("items") == [], answer.text
        return
    assert answer.status_code in (403, 404), f"{answer.status_code}: {answer.text}"
    assert told["code"] not in ("not-found", "method-not-allowed"), "no such route"
    assert other.email not in answer.text


def test_there_are_calls_to_ask() -> None:
    assert len(OF_A_TENANT) > 60
