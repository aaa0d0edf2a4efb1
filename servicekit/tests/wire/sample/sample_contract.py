"""What the sample service promises: one call of each effect, ones that fail, one event."""

from __future__ import annotations

from marshmallow import fields

from contracts.codes import Role, Section, StaffRole
from contracts.declare import Contract, Effect
from contracts.fields import Id, Many, Part, Strict, Table, Tenant, Text, Whole
from contracts.registry import CALLS, CONTRACTS, EVENTS
from contracts.rights import gateway_only, in_tenant

SAMPLE = Contract("sample")


class Word(Strict):
    word = Text(required=True, maximum=4096)


class Fault(Strict):
    kind = Text(required=True)
    code = Text(required=True)
    details = Table(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)


class Seconds(Strict):
    milliseconds = Whole(required=True)


class NewNote(Strict):
    tenant = Tenant(required=True)
    text = Text(required=True)


class Note(Strict):
    note_id = Id(required=True)
    tenant = Tenant(required=True)
    text = Text(required=True)


class Part1(Strict):
    name = Text(required=True)


class NoteAddedPayload(Strict):
    note_id = Id(required=True)
    tenant = Tenant(required=True)
    text = Text(required=True)
    parts = Many(Part(Part1), load_default=list)


_RIGHT = in_tenant("notes", Section.CONTRACT, Role.VISITOR, staff=(StaffRole.SUPPORT,))


def _call(name: str, request: type[Strict], response: type[Strict], **options: object) -> object:
    return SAMPLE.call(
        name,
        request=request,
        response=response,
        right=options.pop("right", gateway_only()),
        effect=options.pop("effect", Effect.READ),
        summary=name,
        **options,
    )


echo = _call("echo", Word, Word)
fail = _call("fail", Fault, Word)
crash = _call("crash", Word, Word)
misfit = _call("misfit", Word, Note)
wait = _call("wait", Seconds, Word)
ask_database = _call("ask_database", Seconds, Word)
add_note = _call("add_note", NewNote, Note, right=_RIGHT, effect=Effect.WRITE)
read_note = _call("read_note", NewNote, Note, right=_RIGHT)
lock_up = _call("lock_up", NewNote, Note, right=_RIGHT, effect=Effect.ATTEMPT, step_up=True)
try_once = _call("try_once", Seconds, Word, effect=Effect.ATTEMPT)

NoteAdded = SAMPLE.event("NoteAdded", payload=NoteAddedPayload, heard_by=("sample",))


def register() -> None:
    """Known beside the house's own: at start of the sample process, in the tests of the wire."""
    CONTRACTS["sample"] = SAMPLE
    CALLS.update({call.full_name: call for call in SAMPLE.calls.values()})
    EVENTS.update(SAMPLE.events)


def unregister() -> None:
    """The house as it was, for tests that look at all contracts."""
    del CONTRACTS["sample"]
    for call in SAMPLE.calls.values():
        del CALLS[call.full_name]
    for name in SAMPLE.events:
        del EVENTS[name]
