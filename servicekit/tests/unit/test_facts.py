from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.codes import Language, TenantCode
from contracts.rights import CallerKind
from contracts.tenancy import ClockMoved, TenantOpened
from servicekit.facts import Unreadable, cloud_event, read_fact
from servicekit.ids import new_id
from servicekit.outbox import OutboxRow

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PERSON = {"email": "j@example.org", "given_name": "John", "family_name": "Doe", "language": "fr"}
OPENED = {
    "tenant": "OCB0000001",
    "organisation_id": str(new_id()),
    "organisation_name": "ACME",
    "name": "ACME",
    "region": "eu-west-0",
    "support_level": "basic",
    "referent": PERSON,
    "domain_owner": PERSON,
    "opened_at": NOON.isoformat(),
    "opened_by": "someone",
}


def row(**changes: Any) -> OutboxRow:
    values: dict[str, Any] = {
        "position": 1,
        "event_id": new_id(),
        "type": TenantOpened.type,
        "time": NOON,
        "call_id": "call-1",
        "trace": None,
        "language": "en",
        "data": OPENED,
    }
    return OutboxRow(**(values | changes))


def body(envelope: dict[str, Any]) -> bytes:
    return json.dumps(envelope).encode()


def test_a_fact_is_read_as_it_was_told() -> None:
    told = row()
    fact = read_fact(body(cloud_event(told)), TenantOpened, listener="identity")
    assert (fact.id, fact.type, fact.time) == (told.event_id, TenantOpened.type, NOON)
    assert fact.source == "/guichet/tenancy"
    assert fact.data["tenant"] == TenantCode("OCB0000001")
    assert fact.call_id == fact.context.call_id == "call-1"
    assert fact.context.tenant == TenantCode("OCB0000001")
    assert fact.context.language is Language.ENGLISH
    assert fact.context.caller.kind is CallerKind.SERVICE
    assert fact.context.caller.subject == "service:identity"


def test_envelope_has_what_cloudevents_requires() -> None:
    envelope = cloud_event(row(trace="00-a-b-01"))
    fact = read_fact(body(envelope), TenantOpened, listener="identity")
    assert fact.context.trace == "00-a-b-01"
    assert envelope["specversion"] == "1.0"
    assert {"id", "source", "type", "time", "datacontenttype"} <= set(envelope)
    assert envelope["traceparent"] == "00-a-b-01"
    assert all(name == name.lower() and name.isalnum() for name in envelope)


def test_fields_of_a_newer_publisher_are_left_out_at_any_depth() -> None:
    data = {**OPENED, "newer": 1, "referent": {**PERSON, "newer": {"deep": 1}}}
    envelope = cloud_event(row(data=data)) | {"newer": True}
    fact = read_fact(body(envelope), TenantOpened, listener="identity")
    assert "newer" not in fact.data
    assert "newer" not in fact.data["referent"]


@pytest.mark.parametrize(
    "spoiled",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        body({}),
        body(cloud_event(row(type=ClockMoved.type))),
        body(cloud_event(row()) | {"id": "not a uuid"}),
        body(cloud_event(row()) | {"time": "yesterday"}),
        body(cloud_event(row()) | {"data": None}),
        body(cloud_event(row()) | {"data": {"tenant": "OCB1"}}),
        body(cloud_event(row()) | {"tenant": "nobody"}),
    ],
)
def test_what_cannot_be_read_is_unreadable_and_nothing_else(spoiled: bytes) -> None:
    with pytest.raises(Unreadable):
        read_fact(spoiled, TenantOpened, listener="identity")
