"""What contracts hold of a person: handed out to himself, and made nobody's when he is erased."""

from __future__ import annotations

from uuid import UUID

from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from tenancy.domain.people import HeldOffice
from tenancy.store import offices

_MOST = 1000


def export_person(
    *, db: Database, context: Context, person_id: UUID
) -> dict[str, list[HeldOffice]]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return {"offices": offices.list_offices_of(tx, person_id=person_id, limit=_MOST)}


def erase_person(
    *, db: Database, context: Context, event_id: UUID, person_id: UUID, pseudonym: str
) -> None:
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            offices.change_to_erased(
                tx,
                person_id=person_id,
                pseudonym=pseudonym,
                email=f"{pseudonym}@erased.invalid",
            )
