"""People of the provider for tests, and contexts in which they act."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts.codes import StaffRole
from identity.actions.appoint_staff import appoint_staff
from identity.domain.people import NewPerson
from servicekit.context import Context, system_context


def appoint(counter: Any, new: NewPerson, *roles: StaffRole) -> UUID:
    member = appoint_staff(
        db=counter.db,
        sealer=counter.sealer,
        context=system_context(service="identity", call="identity.appoint_staff"),
        now=counter.now,
        new=new,
        roles=roles,
    )
    return member.person_id


def acting(counter: Any, person_id: UUID, *, reason: str = "Ticket 42") -> dict[str, Any]:
    return {"db": counter.db, "context": context(counter, person_id, reason), "now": counter.now}


def context(counter: Any, person_id: UUID, reason: str | None = "Ticket 42") -> Context:
    made: Context = counter.person(person_id, reason=reason)
    return made
