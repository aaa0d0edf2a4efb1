"""What is sent again when the broker is lost under a call, and what never is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts import identity, subscriptions, tenancy
from contracts.codes import Language
from contracts.declare import Call
from contracts.rights import Caller, CallerKind
from gateway import wire as wire_module
from gateway.dispatch import MOST_LISTED_TENANTS
from gateway.wire import Circumstances, Wire
from servicekit.context import LONGEST_TOKEN, ContextSigner, ContextVerifier, generate_key_pair
from servicekit.errors import Conflict, GuichetError, Invalid, Unauthenticated, Unavailable

pytestmark = pytest.mark.unit

CALLER = Caller(kind=CallerKind.CLIENT, subject="client")
ABOUT = Circumstances(language=Language.ENGLISH, call_id="c-1", trace=None)
PRIVATE, PUBLIC = generate_key_pair()


@dataclass
class Rpc:
    outcomes: list[GuichetError | dict[str, Any]]
    standing: list[bool] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)

    def call(
        self, call: Call, payload: Mapping[str, Any], context_token: str, timeout: float
    ) -> dict[str, Any]:
        self.tokens.append(context_token)
        self.timeouts.append(timeout)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, GuichetError):
            raise outcome
        return outcome

    def ping(self, timeout: float = 1.0) -> bool:
        return self.standing.pop(0) if self.standing else True


def send(rpc: Rpc, call: Call, about: Circumstances = ABOUT) -> dict[str, Any]:
    return Wire(rpc=rpc, signer=ContextSigner(PRIVATE)).send(call, {"a": 1}, CALLER, about)


def keys(rpc: Rpc, call: Call) -> list[str | None]:
    verifier = ContextVerifier(PUBLIC)
    return [
        verifier.verify(token, call.full_name, {"a": 1}).idempotency_key for token in rpc.tokens
    ]


def test_what_would_close_the_shared_connection_fails_alone_and_is_not_sent() -> None:
    about = Circumstances(language=Language.ENGLISH, call_id="c-1", reason="x" * 200_000)
    rpc = Rpc([])
    with pytest.raises(Invalid, match="context-too-large"):
        send(rpc, subscriptions.place_order, about)
    assert rpc.tokens == []


def test_as_many_tenants_as_a_listing_may_hold_fit_into_one_frame() -> None:
    many = frozenset(f"OCB{number:07}" for number in range(MOST_LISTED_TENANTS))
    caller = Caller(kind=CallerKind.PERSON, subject="p" * 36, tenants=many)
    about = Circumstances(
        language=Language.ENGLISH, call_id="c" * 64, reason="é" * 500, idempotency_key="k" * 255
    )
    rpc = Rpc([{"ok": True}])
    Wire(rpc=rpc, signer=ContextSigner(PRIVATE)).send(tenancy.list_contracts, {}, caller, about)
    assert len(rpc.tokens[0]) < LONGEST_TOKEN


def test_a_read_is_sent_once_more_when_the_broker_goes_away_under_it() -> None:
    rpc = Rpc([Unavailable("broker"), {"ok": True}])
    assert send(rpc, tenancy.get_contract) == {"ok": True}


def test_a_read_is_not_sent_a_third_time() -> None:
    rpc = Rpc([Unavailable("broker"), Unavailable("broker"), {"ok": True}])
    with pytest.raises(Unavailable):
        send(rpc, tenancy.get_contract)
    assert len(rpc.tokens) == 2


def test_a_write_is_sent_again_under_the_same_key() -> None:
    rpc = Rpc([Unavailable("broker"), {"ok": True}])
    send(rpc, subscriptions.place_order)
    first, second = keys(rpc, subscriptions.place_order)
    assert first == second
    assert first is not None


def test_the_key_of_the_client_is_used() -> None:
    rpc = Rpc([{}])
    about = Circumstances(language=Language.FRENCH, call_id="c", idempotency_key="mine")
    send(rpc, subscriptions.place_order, about)
    assert keys(rpc, subscriptions.place_order) == ["mine"]


def test_two_writes_without_a_key_are_two_acts() -> None:
    rpc = Rpc([{}, {}])
    send(rpc, subscriptions.place_order)
    send(rpc, subscriptions.place_order)
    assert len(set(keys(rpc, subscriptions.place_order))) == 2


def test_reads_and_attempts_have_no_key() -> None:
    about = Circumstances(language=Language.FRENCH, call_id="c", idempotency_key="mine")
    for call in (tenancy.get_contract, identity.change_password):
        rpc = Rpc([{}])
        send(rpc, call, about)
        assert keys(rpc, call) == [None]


def test_an_attempt_is_never_sent_again() -> None:
    rpc = Rpc([Unavailable("broker"), {"ok": True}])
    with pytest.raises(Unavailable):
        send(rpc, identity.change_password)
    assert len(rpc.tokens) == 1


@pytest.mark.parametrize("code", ["service-timeout", "service-unavailable", "internal"])
def test_what_a_service_refused_is_not_sent_again(code: str) -> None:
    rpc = Rpc([Unavailable(code), {"ok": True}])
    with pytest.raises(Unavailable) as refused:
        send(rpc, tenancy.get_contract)
    assert refused.value.code == code


def test_a_broker_that_was_away_already_is_not_waited_for() -> None:
    rpc = Rpc([Unavailable("broker"), {"ok": True}], standing=[False])
    with pytest.raises(Unavailable):
        send(rpc, tenancy.get_contract)
    assert len(rpc.tokens) == 1


def test_a_broker_that_does_not_come_back_is_reported() -> None:
    rpc = Rpc([Unavailable("broker"), {"ok": True}], standing=[True, False])
    with pytest.raises(Unavailable) as refused:
        send(rpc, tenancy.get_contract)
    assert refused.value.code == "broker"


def test_the_second_try_waits_for_the_first_one_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "_PAUSES", (0.001, 0.001, 0.001))
    in_flight = Conflict("request-in-flight")
    rpc = Rpc([Unavailable("broker"), in_flight, in_flight, {"ok": True}])
    assert send(rpc, subscriptions.place_order) == {"ok": True}


def test_a_conflict_of_the_first_try_is_the_callers() -> None:
    rpc = Rpc([Conflict("request-in-flight"), {"ok": True}])
    with pytest.raises(Conflict):
        send(rpc, subscriptions.place_order)


def test_a_service_that_refuses_our_signature_is_not_the_callers_fault() -> None:
    rpc = Rpc([Unauthenticated("context-refused")])
    with pytest.raises(Unavailable):
        send(rpc, tenancy.get_contract)


def test_a_refused_sign_in_stays_one() -> None:
    rpc = Rpc([Unauthenticated("sign-in-refused")])
    with pytest.raises(Unauthenticated) as refused:
        send(rpc, identity.sign_in)
    assert refused.value.code == "sign-in-refused"


def test_a_call_has_its_declared_deadline() -> None:
    rpc = Rpc([{}])
    send(rpc, tenancy.verify_audit_chain)
    context = ContextVerifier(PUBLIC).verify(rpc.tokens[0], "tenancy.verify_audit_chain", {"a": 1})
    assert rpc.timeouts == [30.0]
    assert 29 < context.remaining() <= 30
    assert (context.call_id, context.language) == ("c-1", Language.ENGLISH)
