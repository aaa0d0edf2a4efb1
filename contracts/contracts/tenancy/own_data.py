"""What contracts hold of a person."""

from __future__ import annotations

from contracts.codes import Office
from contracts.declare import Effect
from contracts.fields import (
    Choice,
    Flag,
    Id,
    Instant,
    Lines,
    Many,
    Part,
    RequestNumberField,
    Slug,
    Strict,
    Table,
    Tenant,
    Text,
)
from contracts.rights import gateway_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.handovers import HandoverState
from contracts.tenancy.requests import RequestAct


class ExportPerson(Strict):
    person_id = Id(required=True)


class ExportedOffice(Strict):
    """A copy of his name and address that a contract shows for the office he holds."""

    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    email = Text(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    held_since = Instant(required=True)


class ExportedEntry(Strict):
    """What he did with a request, and what he wrote about it."""

    tenant = Tenant(required=True)
    number = RequestNumberField(required=True)
    subject = Text(required=True)
    at = Instant(required=True)
    act = Choice(RequestAct, required=True)
    text = Lines(required=True, allow_none=True)
    answers = Table(
        keys=Slug(),
        values=Lines(minimum=0),
        required=True,
        metadata={"description": "Of a request that he sent, by field."},
    )


class ExportedHandover(Strict):
    """His part in a handover of an office; the other side is somebody else's to know."""

    tenant = Tenant(required=True)
    office = Choice(Office, required=True)
    state = Choice(HandoverState, required=True)
    as_holder = Flag(required=True)
    offered_at = Instant(required=True)
    accepted_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)


class ExportedOffices(Strict):
    offices = Many(Part(ExportedOffice), maximum=1000, required=True)
    requests = Many(Part(ExportedEntry), maximum=1000, load_default=())
    handovers = Many(Part(ExportedHandover), maximum=1000, load_default=())


export_person = TENANCY.call(
    "export_person",
    request=ExportPerson,
    response=ExportedOffices,
    right=gateway_only(),
    effect=Effect.READ,
    summary="What contracts hold of a person, for himself.",
    deadline=30.0,
)
