"""A signed context opens the one call it was made for, and nothing else."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from contracts.codes import Language, Office, Role, Section, StaffRole, TenantCode
from contracts.rights import Caller, CallerKind
from servicekit import context as context_module
from servicekit.context import (
    Context,
    ContextSigner,
    ContextVerifier,
    deadline_in,
    generate_key_pair,
    request_hash,
    system_context,
)
from servicekit.errors import Unauthenticated, Unavailable

pytestmark = pytest.mark.unit

ACME = TenantCode("OCB0000001")
CALL = "tenancy.get_contract"
PAYLOAD = {"tenant": "OCB0000001", "note": "ça va", "many": [1, {"b": None, "a": True}]}


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    return generate_key_pair()


@pytest.fixture(scope="module")
def signer(keys: tuple[str, str]) -> ContextSigner:
    return ContextSigner(keys[0])


@pytest.fixture(scope="module")
def verifier(keys: tuple[str, str]) -> ContextVerifier:
    return ContextVerifier(keys[1])


@pytest.fixture
def context() -> Context:
    caller = Caller(
        kind=CallerKind.PERSON,
        subject="john",
        scopes=frozenset({"contracts.read", "account"}),
        staff=frozenset({StaffRole.SALES}),
        tenant=ACME,
        roles={Section.CONTRACT: Role.MANAGER},
        offices=frozenset({Office.REFERENT}),
        tenants=frozenset({"OCB0000001"}),
        act="client-1",
        proved_at=deadline_in(-5),
        factors=frozenset({"pwd", "otp", "mfa"}),
        session="0190a000-0000-7000-8000-000000000003",
        portal=True,
    )
    return Context(
        caller=caller,
        call=CALL,
        call_id="call-1",
        deadline=deadline_in(10),
        language=Language.ENGLISH,
        trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        idempotency_key="key-1",
        reason="ticket 7",
    )


def bound(context: Context) -> Context:
    return replace(context, request_hash=request_hash(PAYLOAD))


def refused(verifier: ContextVerifier, token: str, call: str, payload: Any) -> None:
    with pytest.raises(Unauthenticated) as caught:
        verifier.verify(token, call, payload)
    assert caught.value == Unauthenticated("context-refused")


def test_context_comes_out_as_it_went_in(signer: Any, verifier: Any, context: Context) -> None:
    verified = verifier.verify(signer.sign(context, PAYLOAD), CALL, PAYLOAD)
    assert verified == replace(context, request_hash=request_hash(PAYLOAD))
    assert verified.tenant == ACME


def test_context_of_an_older_gateway_is_read_and_proves_nothing(
    keys: tuple[str, str], verifier: Any, context: Context
) -> None:
    def older(told: Context) -> dict[str, Any]:
        claims = context_module._claims(told)
        for later in ("proved_at", "factors", "session", "portal"):
            del claims["caller"][later]
        return claims

    body = base64.urlsafe_b64encode(json.dumps(older(bound(context))).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(ContextSigner(keys[0])._key.sign(body)).rstrip(b"=")
    read = verifier.verify((body + b"." + signature).decode(), CALL, PAYLOAD).caller
    assert (read.proved_at, read.factors, read.session) == (None, frozenset(), None)
    assert read.portal is False
    assert not read.proved_lately(deadline_in(0))


def test_order_of_keys_does_not_matter(signer: Any, verifier: Any, context: Context) -> None:
    token = signer.sign(context, PAYLOAD)
    assert verifier.verify(token, CALL, dict(reversed(PAYLOAD.items())))


def test_a_hash_given_by_the_caller_is_not_trusted(
    signer: Any, verifier: Any, context: Context
) -> None:
    lying = replace(context, request_hash=request_hash({"tenant": "OCB0000002"}))
    token = signer.sign(lying, PAYLOAD)
    refused(verifier, token, CALL, {"tenant": "OCB0000002"})


@pytest.mark.parametrize(
    "payload",
    [
        {**PAYLOAD, "tenant": "OCB0000002"},
        {**PAYLOAD, "more": 1},
        {"tenant": "OCB0000001"},
        {**PAYLOAD, "many": [1, {"b": None, "a": 1.5}]},
        {},
    ],
)
def test_another_payload_is_refused(
    signer: Any, verifier: Any, context: Context, payload: Any
) -> None:
    refused(verifier, signer.sign(context, PAYLOAD), CALL, payload)


def test_another_call_is_refused(signer: Any, verifier: Any, context: Context) -> None:
    refused(verifier, signer.sign(context, PAYLOAD), "tenancy.open_tenant", PAYLOAD)


def test_another_key_is_refused(verifier: Any, context: Context) -> None:
    stranger = ContextSigner(generate_key_pair()[0])
    refused(verifier, stranger.sign(context, PAYLOAD), CALL, PAYLOAD)


def test_late_call_is_not_done(signer: Any, verifier: Any, context: Context) -> None:
    token = signer.sign(replace(context, deadline=deadline_in(-0.001)), PAYLOAD)
    with pytest.raises(Unavailable) as caught:
        verifier.verify(token, CALL, PAYLOAD)
    assert caught.value.code == "deadline"


def test_late_call_of_a_stranger_learns_nothing(verifier: Any, context: Context) -> None:
    stranger = ContextSigner(generate_key_pair()[0])
    token = stranger.sign(replace(context, deadline=deadline_in(-1)), PAYLOAD)
    refused(verifier, token, CALL, PAYLOAD)


def test_a_piece_of_a_token_is_refused(signer: Any, verifier: Any, context: Context) -> None:
    token = signer.sign(context, PAYLOAD)
    for length in (0, 1, len(token) // 2, token.index("."), token.index(".") + 1, len(token) - 1):
        refused(verifier, token[:length], CALL, PAYLOAD)


def test_a_token_changed_anywhere_is_refused(signer: Any, verifier: Any, context: Context) -> None:
    token = signer.sign(context, PAYLOAD)
    body, _, signature = token.partition(".")
    claims = base64.urlsafe_b64decode(body + "==").replace(b"OCB0000001", b"OCB0000002")
    forged = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
    refused(verifier, f"{forged}.{signature}", CALL, PAYLOAD)
    for position in range(0, len(token), 17):
        other = "A" if token[position] != "A" else "B"
        refused(verifier, token[:position] + other + token[position + 1 :], CALL, PAYLOAD)


@pytest.mark.parametrize("token", ["", ".", "..", "é.é", "a.b.c", "AAAA." + "A" * 86, "\x00"])
def test_nonsense_is_refused(verifier: Any, token: str) -> None:
    refused(verifier, token, CALL, PAYLOAD)


def test_a_service_cannot_come_over_the_wire(signer: Any, verifier: Any) -> None:
    own = system_context(service="identity", call=CALL)
    refused(verifier, signer.sign(own, PAYLOAD), CALL, PAYLOAD)


def test_signing_and_verifying_cost_little(signer: Any, verifier: Any, context: Context) -> None:
    token = signer.sign(context, PAYLOAD)
    best = min(_timed(lambda: verifier.verify(token, CALL, PAYLOAD)) for _ in range(200))
    assert best < 0.001, "a verification takes about 0.15 ms"


def _timed(act: Any) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
