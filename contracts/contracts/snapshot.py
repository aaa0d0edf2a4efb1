"""The contracts as plain JSON: what a release promised, to be compared with what the next does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, missing

from contracts.codes import Office, Role, Section, StaffRole
from contracts.declare import Call, Event
from contracts.fields import (
    Choice,
    Day,
    Edition,
    Email,
    Flag,
    Id,
    Instant,
    Login,
    Many,
    Mobile,
    Money,
    MonthField,
    Part,
    Secret,
    Table,
    Tenant,
    Whole,
)
from contracts.rights import Audience, Right

PATH = Path(__file__).parent.parent / "snapshot.json"

Described = dict[str, Any]

# What a field is on the wire. Anything else of our own is one line of text.
_KINDS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (Email, "email"),
    (Mobile, "mobile"),
    (Login, "login"),
    (Secret, "secret"),
    (Edition, "edition"),
    (Tenant, "tenant"),
    (MonthField, "month"),
    (Choice, "choice"),
    (Id, "id"),
    (Day, "day"),
    (Instant, "instant"),
    (Whole, "whole"),
    (Flag, "flag"),
    (Money, "money"),
    (Many, "list"),
    (Part, "object"),
    (Table, "table"),
    (fields.String, "text"),
)


def describe(*, calls: Iterable[Call], events: Iterable[Event]) -> Described:
    return {
        "calls": {call.full_name: _call(call) for call in calls},
        "events": {event.type: _event(event) for event in events},
    }


def written(described: Described) -> str:
    return json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read(path: Path = PATH) -> Described:
    described: Described = json.loads(path.read_text(encoding="utf-8"))
    return described


def _call(call: Call) -> Described:
    route = call.route
    return {
        "request": _schema(call.request),
        "answer": _schema(call.response),
        "right": _right(call.right),
        "effect": call.effect.value,
        "refusals": {refusal.code: refusal.kind for refusal in call.refusals},
        "route": None if route is None else [route.method, route.path, route.status],
        "deadline": call.deadline,
        "step_up": call.step_up,
        "portal_only": call.portal_only,
    }


def _event(event: Event) -> Described:
    return {"payload": _schema(event.payload), "heard_by": sorted(event.heard_by)}


def _schema(schema: type[Schema]) -> Described:
    return {name: _field(field) for name, field in schema._declared_fields.items()}


def _field(field: fields.Field[Any]) -> Described:
    kind = next((name for cls, name in _KINDS if isinstance(field, cls)), "any")
    described: Described = {"kind": kind, "required": field.required, "null": field.allow_none}
    if field.load_default is not missing:
        described["default"] = field._serialize(field.load_default, "", None)
    described.update(_bounds(field))
    if isinstance(field, Choice):
        described["choices"] = sorted(str(one.value) for one in field.enum)
    if isinstance(field, Many):
        described["item"] = _field(field.inner)
    if isinstance(field, Part):
        described["fields"] = _schema(type(field.schema))
    if isinstance(field, Table):
        parts = {"key": field.key_field, "value": field.value_field}
        described.update({name: _field(part) for name, part in parts.items() if part is not None})
    return described


def _bounds(field: fields.Field[Any]) -> Described:
    found: Described = {}
    for check in field.validators:
        for name in ("min", "max"):
            if getattr(check, name, None) is not None:
                found[name] = getattr(check, name)
    return found


def _right(right: Right) -> Described:
    return {
        "audience": right.audience.value,
        "scope": right.scope,
        "section": right.section and right.section.value,
        "role": right.role and right.role.value,
        "offices": sorted(right.offices),
        "staff": sorted(right.staff),
        "clients": right.clients,
    }


def right_of(described: Described) -> Right:
    section, role = described["section"], described["role"]
    return Right(
        audience=Audience(described["audience"]),
        scope=described["scope"],
        section=section and Section(section),
        role=role and Role(role),
        offices=frozenset(map(Office, described["offices"])),
        staff=frozenset(map(StaffRole, described["staff"])),
        clients=described["clients"],
    )
