"""schemathesis against the running suite: whatever is sent, nobody answers 5xx.

Each operation is tried by somebody who may use it, with data the document allows and with data it
forbids. That the document is exact is tried in process by the gateway's own tests.
"""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode
from tests.journeys.town import CUSTOMER_SCOPE, PORTAL_PASSWORD, Customer, Town, settled_customer

from contracts.registry import CALLS, SCOPES

pytestmark = pytest.mark.stack

EXAMPLES = 6
EVERYTHING = "openid " + " ".join(SCOPES)
ROUTED = [call for call in CALLS.values() if call.route]

# Everything else is tried by the customer: the clock and the staff are shared with other journeys,
# so those who may change them do not try.
BY_STAFF = {
    "tenancy.open_tenant": "sales",
    "tenancy.get_clock": "operator",
    "identity.list_staff": "operator",
    "notifications.list_mails": "support",
    "notifications.resend_mail": "support",
}


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled_customer(town)


@pytest.fixture(scope="module")
def operations(town: Town) -> dict[str, Any]:
    schema = schemathesis.openapi.from_url(f"{town.url}/api/openapi.json")
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


@pytest.fixture(scope="module")
def tokens(town: Town, customer: Customer) -> dict[str, str]:
    john = {"login": customer.login, "password": PORTAL_PASSWORD}
    found = {"customer": town.api(john, CUSTOMER_SCOPE).token}
    for role in sorted(set(BY_STAFF.values())):
        found[role] = town.staff(role, EVERYTHING).token
    return found


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize("call", ROUTED, ids=lambda call: call.full_name)
def test_nobody_answers_5xx(
    operations: dict[str, Any],
    tokens: dict[str, str],
    customer: Customer,
    call: Any,
    mode: GenerationMode,
) -> None:
    operation = operations[f"{call.route.method} {call.route.path}"]
    token = tokens[BY_STAFF.get(call.full_name, "customer")]

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    def is_answered(case: Any) -> None:
        parameters = case.path_parameters or {}
        if mode is GenerationMode.POSITIVE and "tenant" in parameters:
            parameters["tenant"] = customer.tenant
        headers = {"Authorization": f"Bearer {token}"}
        response = case.call(headers=headers)
        assert response.status_code < 500, response.text
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]
        # What fits the schema may still be refused: a cursor of no page, an offer nobody makes.
        excluded = [CHECKS.get_one("positive_data_acceptance")]
        if response.status_code == 412:  # a refusal, too, though the checks do not know it as one
            excluded.append(CHECKS.get_one("negative_data_rejection"))
        case.validate_response(response, excluded_checks=excluded, headers=headers)

    is_answered()
