"""schemathesis against the REST face in this process: what the document allows is taken, what it
forbids is refused by 4xx, and nothing is ever answered by 5xx."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from contracts.registry import CALLS
from gateway.api.examples import example
from servicekit.reasons import REASON_REQUIRED

pytestmark = pytest.mark.fuzz

TENANT = "OCB0001234"
# In this process nobody unpacks an answer.
HEADERS = {"Authorization": "Bearer good", "Accept-Encoding": "identity"}
EXAMPLES = 5


@pytest.fixture(scope="module")
def operations(generous_face: Any) -> dict[str, Any]:
    """By ``GET /contracts``; the services behind take everything and answer as declared."""
    services = generous_face.services
    for call in CALLS.values():
        if call.route is not None:
            answer = example(call.response)
            services.answers[call.full_name] = lambda _, answer=answer: answer
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", generous_face.client.application)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize(
    "call", [call for call in CALLS.values() if call.route], ids=lambda call: call.full_name
)
def test_the_document_is_kept(operations: dict[str, Any], call: Any, mode: GenerationMode) -> None:
    operation = operations[f"{call.route.method} {call.route.path}"]

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def keeps(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and "tenant" in (case.path_parameters or {}):
            case.path_parameters["tenant"] = TENANT
        response = case.call(headers=HEADERS)
        assert response.status_code < 500
        whole = not _has_whole_float(case.body)
        # Whether a reason is demanded depends on who asks for which contract: no schema says it.
        asked_why = REASON_REQUIRED.encode() in response.content
        excluded = [] if whole and not asked_why else [CHECKS.get_one("positive_data_acceptance")]
        if response.status_code == 412:  # a refusal, too, though the checks do not know it as one
            excluded.append(CHECKS.get_one("negative_data_rejection"))
        case.validate_response(response, excluded_checks=excluded, headers=HEADERS)

    keeps()


def _has_whole_float(value: Any) -> bool:
    """To JSON Schema 2.0 is an integer; to us it is not, and a schema cannot say so."""
    if isinstance(value, dict):
        return any(_has_whole_float(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_has_whole_float(inner) for inner in value)
    return isinstance(value, float)
