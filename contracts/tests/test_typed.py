"""The typed clients are what the declarations say, and speak through any dispatch."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest
from marshmallow import fields

from contracts import generate, tenancy
from contracts.declare import Call, Contract, Effect
from contracts.fields import Strict, Text
from contracts.registry import CALLS, CONTRACTS
from contracts.rights import gateway_only
from contracts.typed.tenancy import TenancyClient

pytestmark = pytest.mark.unit


@dataclass
class Dispatched:
    answer: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[Call, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, call: Call, payload: dict[str, Any], /) -> dict[str, Any]:
        self.calls.append((call, payload))
        return self.answer


@pytest.mark.parametrize("service", CONTRACTS)
def test_committed_client_is_current(service: str) -> None:
    committed = generate.path_of(service).read_text(encoding="utf-8")
    assert committed == generate.module(CONTRACTS[service]), "run `python -m contracts.generate`"


def test_check_passes_where_all_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.full_name)
def test_every_call_has_a_method_with_its_fields(call: Call) -> None:
    module = import_module(f"contracts.typed.{call.service}")
    client = getattr(module, f"{call.service.capitalize()}Client")
    parameters = inspect.signature(getattr(client, call.name)).parameters
    declared: dict[str, fields.Field[Any]] = call.request._declared_fields
    assert list(parameters) == ["self", *declared]
    for name, one in declared.items():
        parameter = parameters[name]
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert (parameter.default is inspect.Parameter.empty) == one.required


def test_a_call_carries_what_was_given_and_no_more() -> None:
    dispatched = Dispatched(answer={"items": [], "next_cursor": None})
    answer = TenancyClient(dispatched).list_contracts(search="acme")
    assert dispatched.calls == [(tenancy.list_contracts, {"search": "acme"})]
    assert answer["items"] == []


def test_a_request_where_null_differs_from_absent_is_refused() -> None:
    class Rename(Strict):
        name = Text(required=True, allow_none=True)

    contract = Contract("tenancy")
    contract.call(
        "rename",
        request=Rename,
        response=Rename,
        right=gateway_only(),
        effect=Effect.WRITE,
        summary="Rename.",
    )
    with pytest.raises(ValueError, match="null and absent differ"):
        generate.module(contract)
