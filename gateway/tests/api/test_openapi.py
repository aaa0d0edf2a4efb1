"""The document says what the routes do."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from contracts.declare import Call, Effect
from contracts.registry import CALLS, SCOPES
from gateway.api.examples import example
from gateway.api.json_schema import LINE
from gateway.api.openapi import build_openapi
from gateway.api.preconditions import edition_field

pytestmark = pytest.mark.unit

ROUTED = [call for call in CALLS.values() if call.route]
DOCUMENT = build_openapi(public_url="http://localhost:8080")


def every_routed() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", ROUTED, ids=lambda call: call.full_name)


def operation(call: Call) -> dict[str, Any]:
    assert call.route
    found: dict[str, Any] = DOCUMENT["paths"][call.route.path][call.route.method.lower()]
    return found


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_a_public_validator_finds_it_valid() -> None:
    errors = list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors())
    assert errors == []
    assert DOCUMENT["openapi"] == "3.1.0"


def test_it_is_served_as_it_is_built(face: Any) -> None:
    answer = face.client.get("/api/openapi.json")
    assert answer.json == json.loads(json.dumps(DOCUMENT))
    again = face.client.get("/api/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_it_holds_every_route_and_no_call_of_the_gateway() -> None:
    described = {
        (method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item
    }
    assert described == {(call.route.method, call.route.path) for call in ROUTED if call.route}


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation(call)["operationId"] for call in ROUTED]
    assert len(set(names)) == len(names) == len(ROUTED)


@every_routed()
def test_an_operation_names_its_scope(call: Call) -> None:
    assert operation(call)["security"] == [{"oauth2": [call.right.scope]}]
    flows = DOCUMENT["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flows.keys() == {"authorizationCode", "clientCredentials"}
    assert all(flow["scopes"] == dict(sorted(SCOPES.items())) for flow in flows.values())


@every_routed()
def test_an_operation_names_its_refusals(call: Call) -> None:
    said = json.dumps(operation(call)["responses"])
    for refusal in call.refusals:
        assert f"`{refusal.code}`" in said


@every_routed()
def test_writes_take_an_idempotency_key(call: Call) -> None:
    references = [parameter.get("$ref", "") for parameter in operation(call)["parameters"]]
    takes = "#/components/parameters/Idempotency-Key" in references
    assert takes == (call.effect is Effect.WRITE)


@every_routed()
def test_fields_stand_in_one_place_each(call: Call) -> None:
    described = operation(call)
    places = [parameter["name"] for parameter in described["parameters"] if "name" in parameter]
    if "requestBody" in described:
        schema = described["requestBody"]["content"]["application/json"]["schema"]
        places += list(resolved(schema)["properties"])
    if (edition := edition_field(call)) is not None:
        conditions = [one for one in described["parameters"] if "If-Match" in one.get("$ref", "")]
        assert len(conditions) == 1
        places.append(edition)
    assert sorted(places) == sorted(call.request._declared_fields)


@every_routed()
def test_examples_are_what_they_are_examples_of(call: Call) -> None:
    call.request().load(example(call.request))
    described = operation(call)
    assert call.route
    answer = described["responses"][str(call.route.status)]["content"]["application/json"]
    validator(answer["schema"]).validate(answer["example"])
    if "requestBody" in described:
        body = described["requestBody"]["content"]["application/json"]
        validator(body["schema"]).validate(body["example"])


@every_routed()
def test_a_request_is_closed_and_an_answer_may_grow(call: Call) -> None:
    described = operation(call)
    assert call.route
    answer = described["responses"][str(call.route.status)]["content"]["application/json"]
    assert "additionalProperties" not in resolved(answer["schema"])
    if "requestBody" in described:
        body = described["requestBody"]["content"]["application/json"]
        assert resolved(body["schema"])["additionalProperties"] is False


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema["$ref"].rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name]
    return found


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a", True),
        ("Société Générale", True),
        (" é ", True),
        ("日本", True),
        ("", False),
        ("   ", False),
        ("\u3000", False),
        ("a\nb", False),
        ("a\u202eb", False),
    ],
)
def test_the_pattern_of_a_line_is_what_the_field_takes(text: str, fits: bool) -> None:
    assert bool(re.search(LINE, text)) is fits
    schema = next(call for call in ROUTED if call.name == "list_contracts").request()
    assert bool(schema.validate({"search": text})) is not fits


def test_nothing_in_a_query_or_path_can_be_null() -> None:
    for item in DOCUMENT["paths"].values():
        for described in item.values():
            for parameter in described["parameters"]:
                assert "null" not in json.dumps(parameter.get("schema", {}))
