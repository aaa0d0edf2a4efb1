"""Real calls to a real service over a real broker."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from contracts.codes import StaffRole, TenantCode
from contracts.rights import Caller, CallerKind
from servicekit import broker as wire
from servicekit.context import ContextSigner, deadline_in, generate_key_pair, request_hash
from servicekit.errors import KINDS, Forbidden, Invalid, Unauthenticated, Unavailable
from servicekit.topology import CALLS_EXCHANGE, CONTEXT_HEADER

pytestmark = pytest.mark.servers

ACME, GLOBEX = TenantCode("OCB0000001"), TenantCode("OCB0000002")


def send_raw(
    url: str, body: bytes, *, call: str, token: str | None, timeout: float = 5.0
) -> dict[str, Any]:
    """A request put on the broker by hand; the reply as it came."""
    connection = wire.connect(url, name="by hand", heartbeat=0)
    try:
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).queue
        replies: list[Any] = []
        channel.basic_consume(queue, no_ack=True, callback=replies.append)
        headers = {} if token is None else {CONTEXT_HEADER: token}
        wire.publish(
            channel,
            body,
            exchange=CALLS_EXCHANGE,
            routing_key=call,
            reply_to=queue,
            correlation_id="1",
            application_headers=headers,
        )
        while not replies:
            connection.drain_events(timeout=timeout)
        reply: dict[str, Any] = json.loads(replies[0].body)
        return reply
    finally:
        wire.discard(connection)


def test_a_call_is_answered(running: Any) -> None:
    assert running.ask(running.calls.echo, {"word": "ça va"}) == {"word": "ça va"}


@pytest.mark.parametrize("kind", list(KINDS.values()))
def test_every_kind_of_error_crosses_and_comes_out_equal(running: Any, kind: Any) -> None:
    details = {"fields": {"tenant": ["required"]}, "retry_after": 3, "none": None, "é": [1, True]}
    payload = {"kind": kind.__name__, "code": "some-code", "details": details}
    with pytest.raises(kind) as caught:
        running.ask(running.calls.fail, payload)
    assert caught.value == kind("some-code", details)


def test_an_unexpected_error_tells_nothing_but_where_to_look(running: Any) -> None:
    with pytest.raises(Unavailable) as caught:
        running.ask(running.calls.crash, {"word": "kept-inside"}, call_id="call-of-the-crash")
    assert caught.value.code == "internal"
    assert caught.value.details["call_id"] == "call-of-the-crash"
    assert "kept-inside" not in repr(caught.value)
    logged = [line for line in running.service.lines() if line.get("event") == "call failed"]
    assert logged[-1]["call_id"] == "call-of-the-crash"
    assert "RuntimeError" in logged[-1]["exception"]


def test_an_answer_that_does_not_fit_is_our_fault(running: Any) -> None:
    with pytest.raises(Unavailable) as caught:
        running.ask(running.calls.misfit, {"word": "x"})
    assert caught.value.code == "internal"
    assert running.ask(running.calls.echo, {"word": "still here"})


def test_fields_are_checked_by_the_declared_schema(running: Any) -> None:
    with pytest.raises(Invalid) as caught:
        running.ask(running.calls.echo, {"wrong": 1})
    assert caught.value.code == "fields-invalid"
    assert caught.value.details["fields"] == {"word": ["required"], "wrong": ["unknown"]}


def test_a_call_without_the_right_is_refused(running: Any) -> None:
    nobody = Caller(CallerKind.PERSON, "eve", scopes=frozenset({"notes"}), tenant=ACME, roles={})
    with pytest.raises(Forbidden) as caught:
        running.ask(running.calls.read_note, {"tenant": ACME, "text": "x"}, caller=nobody)
    assert caught.value.code == "tenant-foreign"
    gateway = Caller(CallerKind.GATEWAY, "gateway")
    with pytest.raises(Forbidden):
        running.ask(running.calls.read_note, {"tenant": ACME, "text": "x"}, caller=gateway)


def test_a_sensitive_call_wants_a_fresh_proof_of_the_gateways_word(running: Any) -> None:
    """A gateway that forgets to ask, or is older than the question, opens nothing."""
    sensitive, payload = running.calls.lock_up, {"tenant": ACME, "text": "x"}
    caller = running.context(sensitive).caller
    for proved_at in (None, deadline_in(-601)):
        with pytest.raises(Forbidden) as caught:
            running.ask(sensitive, payload, caller=replace(caller, proved_at=proved_at))
        assert caught.value == Forbidden("step-up-required", {"max_age": 600})
    fresh = replace(caller, proved_at=deadline_in(-590))
    assert running.ask(sensitive, payload, caller=fresh)["text"] == "x"


def test_staff_who_read_say_why_also_to_the_service_and_leave_an_entry(running: Any) -> None:
    """A gateway that forgets to ask opens nothing."""
    call, payload = running.calls.read_note, {"tenant": ACME, "text": "x"}
    own = running.context(call).caller
    staff = replace(own, subject="bob", roles={}, staff=frozenset({StaffRole.SUPPORT}))
    entries = "SELECT count(*) FROM house.audit_entries WHERE action = 'staff:data:read'"
    with pytest.raises(Invalid) as caught:
        running.ask(call, payload, caller=staff)
    assert caught.value.code == "reason-required"
    running.ask(call, payload, caller=own)
    assert running.value(entries) == 0
    assert running.ask(call, payload, caller=staff, reason="Ticket 42")["text"] == "x"
    assert running.value(entries) == 1
    latest = " FROM house.audit_entries WHERE action = 'staff:data:read'"
    assert running.value(f"SELECT tenant || ' ' || actor || ' ' || reason{latest}") == (
        f"{ACME} bob Ticket 42"
    )
    assert running.value(f"SELECT details->>'call'{latest}") == "sample.read_note"


def test_rights_in_one_tenant_open_no_other(running: Any) -> None:
    with pytest.raises(Forbidden) as caught:
        running.ask(running.calls.read_note, {"tenant": GLOBEX, "text": "x"})
    assert caught.value.code == "tenant-foreign"


def test_a_message_without_a_context_is_refused(running: Any) -> None:
    reply = send_raw(running.url, b'{"word":"x"}', call="sample.echo", token=None)
    assert reply["error"]["kind"] == "Unauthenticated"
    assert reply["error"]["code"] == "context-refused"


def test_a_message_signed_by_somebody_else_is_refused(running: Any) -> None:
    call, payload = running.calls.echo, {"word": "x"}
    forged = ContextSigner(generate_key_pair()[0]).sign(running.context(call), payload)
    with pytest.raises(Unauthenticated):
        running.client.call(call, payload, forged, 5)


def test_a_signature_seen_on_the_broker_opens_no_other_call(running: Any) -> None:
    calls = running.calls
    seen = running.signer.sign(running.context(calls.echo), {"word": "x"})
    with pytest.raises(Unauthenticated):
        running.client.call(calls.echo, {"word": "y"}, seen, 5)
    with pytest.raises(Unauthenticated):
        running.client.call(calls.crash, {"word": "x"}, seen, 5)


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"\xff", b"[" * 100_000, b"1"])
def test_nonsense_is_answered_and_harms_nobody(running: Any, body: bytes) -> None:
    reply = send_raw(running.url, body, call="sample.echo", token="x.y")
    assert reply["error"]["code"] in ("request-unreadable", "context-refused")
    assert running.ask(running.calls.echo, {"word": "still here"})


def test_a_call_nobody_declared_is_answered(running: Any) -> None:
    reply = send_raw(running.url, b"{}", call="sample.nothing", token="x.y")
    assert reply["error"]["code"] == "call-unknown"


def test_a_poisoned_header_harms_nobody(running: Any) -> None:
    connection = wire.connect(running.url, name="poison", heartbeat=0)
    wire.publish(
        connection.channel(),
        b"not compressed",
        exchange=CALLS_EXCHANGE,
        routing_key="sample.echo",
        application_headers={"compression": "application/x-gzip", CONTEXT_HEADER: 7},
        content_encoding="nonsense",
    )
    connection.close()
    assert running.ask(running.calls.echo, {"word": "still here"})


def test_a_call_whose_deadline_passed_in_the_queue_is_not_executed(house: Any) -> None:
    """The token's deadline counts, also where the message itself was not dropped in time."""
    house.service.start()
    call, payload = house.calls.try_once, {"milliseconds": 0}
    late = house.signer.sign(house.context(call, deadline=deadline_in(-0.01)), payload)
    with pytest.raises(Unavailable) as caught:
        house.client.call(call, payload, late, 5)
    assert caught.value.code == "deadline"
    assert house.value("SELECT count(*) FROM tries") == 0


def test_stale_calls_leave_the_queue_of_a_dead_service(house: Any) -> None:
    house.service.start()
    house.service.kill()
    with pytest.raises(Unavailable):
        house.ask(house.calls.try_once, {"milliseconds": 0}, timeout=0.3)
    time.sleep(0.2)
    house.service.start()
    assert house.ask(house.calls.echo, {"word": "new"})
    assert house.value("SELECT count(*) FROM tries") == 0


def test_the_statement_ends_with_the_deadline(running: Any) -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable):
        running.ask(running.calls.ask_database, {"milliseconds": 20_000}, timeout=0.5)
    assert time.monotonic() - started < 6


def test_the_same_key_gives_the_same_answer(running: Any) -> None:
    first = running.add("once", key="key-1")
    again = running.add("once", key="key-1")
    assert first == again
    assert running.value("SELECT count(*) FROM notes WHERE text = 'once'") == 1
    with pytest.raises(Invalid) as caught:
        running.add("other", key="key-1")
    assert caught.value.code == "idempotency-key-reused"


def test_ten_slow_questions_to_the_database_do_not_slow_an_eleventh(running: Any) -> None:
    slow = [
        threading.Thread(
            target=running.ask,
            args=(running.calls.ask_database, {"milliseconds": 8000}),
            kwargs={"timeout": 30.0},
        )
        for _ in range(9)
    ]
    for thread in slow:
        thread.start()
    time.sleep(0.3)
    started = time.monotonic()
    running.ask(running.calls.ask_database, {"milliseconds": 0})
    running.ask(running.calls.echo, {"word": "x"})
    assert time.monotonic() - started < 6
    for thread in slow:
        thread.join()


def test_as_many_calls_run_at_once_as_there_are_workers(running: Any) -> None:
    """Each queue has its own limit: those of the events' queues do not bound the calls."""
    threads = [
        threading.Thread(target=running.ask, args=(running.calls.wait, {"milliseconds": 6000}))
        for _ in range(15)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    started = time.monotonic()
    running.ask(running.calls.echo, {"word": "x"})
    assert time.monotonic() - started < 4
    for thread in threads:
        thread.join()


def test_a_write_that_comes_again_after_a_crash_is_done_once(house: Any, eventually: Any) -> None:
    """The broker delivers the request again when the service died before acknowledging it."""
    house.service.start()
    body = json.dumps({"tenant": ACME, "text": "crashed"}).encode()
    context = house.context(house.calls.add_note, idempotency_key="k", deadline=deadline_in(30))
    token = house.signer.sign(context, json.loads(body))
    connection = wire.connect(house.url, name="twice", heartbeat=0)
    channel = connection.channel()
    for _ in range(2):  # as a redelivery would look
        wire.publish(
            channel,
            body,
            exchange=CALLS_EXCHANGE,
            routing_key="sample.add_note",
            application_headers={CONTEXT_HEADER: token},
        )
    connection.close()
    eventually(lambda: house.value("SELECT count(*) FROM notes") == 1)
    time.sleep(0.3)
    assert house.value("SELECT count(*) FROM notes") == 1


def test_a_write_that_comes_again_waits_for_the_transaction_of_the_first(
    house: Any, eventually: Any
) -> None:
    """A killed service's transaction may hold the key a moment longer than its connection."""
    house.service.start()
    house.service.kill()
    call, payload = house.calls.add_note, {"tenant": ACME, "text": "waited for"}
    context = house.context(
        call, idempotency_key="k", deadline=deadline_in(60), request_hash=request_hash(payload)
    )
    connection = wire.connect(house.url, name="by hand", heartbeat=0)
    channel = connection.channel()
    queue = channel.queue_declare("", exclusive=True).queue
    replies: list[Any] = []
    channel.basic_consume(queue, no_ack=True, callback=replies.append)
    wire.publish(
        channel,
        json.dumps(payload).encode(),
        exchange=CALLS_EXCHANGE,
        routing_key="sample.add_note",
        reply_to=queue,
        correlation_id="1",
        application_headers={CONTEXT_HEADER: house.signer.sign(context, payload)},
    )
    taker = wire.connect(house.url, name="taker", heartbeat=0)
    eventually(lambda: taker.channel().basic_get("rpc-sample"))
    taker.close()  # given back: whoever takes it next is told that it was taken before
    with suppress(ZeroDivisionError), house.db.write(context, tenant=ACME):
        house.service.start()
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=1.5)
        raise ZeroDivisionError
    while not replies:
        connection.drain_events(timeout=20)
    wire.discard(connection)
    assert json.loads(replies[0].body)["error"] is None
    assert house.value("SELECT count(*) FROM notes") == 1


def test_an_attempt_is_not_tried_again_after_a_crash(house: Any, eventually: Any) -> None:
    """Killed in the middle of an attempt, the service answers the redelivery without trying."""
    house.service.start()
    outcome: list[Unavailable] = []

    def attempt() -> None:
        try:
            house.ask(house.calls.try_once, {"milliseconds": 5000}, timeout=15)
        except Unavailable as error:
            outcome.append(error)

    caller = threading.Thread(target=attempt)
    caller.start()
    eventually(lambda: house.value("SELECT count(*) FROM tries") == 1)
    house.service.kill()
    house.service.start()
    caller.join(timeout=15)
    assert outcome[0].code in ("interrupted", "service-unavailable")
    assert house.value("SELECT count(*) FROM tries") == 1


def test_the_call_id_goes_with_the_call_and_its_events(running: Any, eventually: Any) -> None:
    running.add("traced", key="key-traced", call_id="call-traced")
    eventually(lambda: "traced" in running.heard())
    heard = running.value("SELECT call_id FROM hearings WHERE text = 'traced'")
    assert heard == "call-traced"

    def logged() -> set[str]:
        lines = running.service.lines()
        return {line["event"] for line in lines if line.get("call_id") == "call-traced"}

    eventually(lambda: {"call answered", "event applied"} <= logged())


def test_context_is_verified_for_the_context_of_the_call(running: Any) -> None:
    call, payload = running.calls.echo, {"word": "x"}
    context = replace(running.context(call), call="sample.crash")
    with pytest.raises(Unauthenticated):
        running.client.call(call, payload, running.signer.sign(context, payload), 5)
