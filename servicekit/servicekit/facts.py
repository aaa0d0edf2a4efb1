"""An event as it travels: CloudEvents 1.0, structured JSON. Written strictly, read tolerantly.

Beside the standard attributes there are extensions: ``callid`` (the call that caused it),
``traceparent`` (W3C), ``tenant`` and ``language``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from contracts.codes import Language, TenantCode
from contracts.declare import Event
from servicekit.context import Context, new_call_id, system_context
from servicekit.outbox import OutboxRow

CONTENT_TYPE = "application/cloudevents+json"


class Unreadable(ValueError):
    """A message nobody will ever be able to read: parked at once, never retried."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as a listener hears it. ``data`` holds the values its schema loads."""

    id: UUID
    type: str
    source: str
    time: datetime
    data: dict[str, Any]
    call_id: str
    context: Context


def cloud_event(row: OutboxRow) -> dict[str, Any]:
    """The envelope of one row of the outbox."""
    service = row.type.split(".")[1]
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(row.event_id),
        "source": f"/guichet/{service}",
        "type": row.type,
        "time": row.time.isoformat(),
        "datacontenttype": "application/json",
        "callid": row.call_id,
        "language": row.language,
        "data": row.data,
    }
    optional = {"tenant": row.data.get("tenant"), "traceparent": row.trace}
    return envelope | {name: value for name, value in optional.items() if value is not None}


def read_fact(body: bytes | str, event: Event, *, listener: str) -> Fact:
    """Raises Unreadable. Fields nobody declared are left out, at any depth."""
    try:
        envelope = json.loads(body)
        if envelope["type"] != event.type:
            raise Unreadable(f"a {envelope['type']} in the queue of {event.type}")
        data: dict[str, Any] = tolerant(event.payload).load(envelope["data"])
        call_id = str(envelope.get("callid") or new_call_id())
        return Fact(
            id=UUID(envelope["id"]),
            type=event.type,
            source=str(envelope["source"]),
            time=datetime.fromisoformat(envelope["time"]),
            data=data,
            call_id=call_id,
            context=system_context(
                service=listener,
                call=event.type,
                tenant=_tenant(envelope),
                call_id=call_id,
                language=Language(envelope.get("language", Language.FRENCH)),
                trace=envelope.get("traceparent"),
            ),
        )
    except Unreadable:
        raise
    except ValidationError as error:
        raise Unreadable(f"fields refused: {sorted(map(str, error.messages_dict))}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"not an event of ours: {type(error).__name__}") from None


def _tenant(envelope: Mapping[str, Any]) -> TenantCode | None:
    tenant = envelope.get("tenant")
    return None if tenant is None else TenantCode(tenant)


@cache
def tolerant(schema: type[Schema]) -> Schema:
    """The schema as a listener needs it: marshmallow hands ``unknown`` down to no nested field."""
    loose = schema(unknown=EXCLUDE)
    _loosen(loose)
    return loose


def _loosen(schema: Schema) -> None:
    for field in schema.fields.values():
        _loosen_field(field)


def _loosen_field(field: Any) -> None:
    if isinstance(field, fields.Nested):
        field.unknown = EXCLUDE
        _loosen(field.schema)
    elif isinstance(field, fields.List):
        _loosen_field(field.inner)
    elif isinstance(field, fields.Dict) and field.value_field is not None:
        _loosen_field(field.value_field)
