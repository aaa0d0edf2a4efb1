"""What contracts hold of a person: handed out to himself, and made nobody's when he is erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.pseudonyms import person_target
from tenancy.actions.keep_people import end_handovers_of
from tenancy.store import handovers, offices, people, recoveries, request_entries

_MOST = 1000


def export_person(*, db: Database, context: Context, person_id: UUID) -> dict[str, list[Any]]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return {
            "offices": offices.list_offices_of(tx, person_id=person_id, limit=_MOST),
            "handovers": handovers.list_handovers_of(tx, person_id=person_id, limit=_MOST),
            "requests": request_entries.list_entries_of(
                tx, author=person_target(person_id), limit=_MOST
            ),
        }


def erase_person(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    as_of: datetime,
    person_id: UUID,
    pseudonym: str,
) -> None:
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            offices.change_to_erased(
                tx,
                person_id=person_id,
                pseudonym=pseudonym,
                email=f"{pseudonym}@erased.invalid",
            )
            _erase_of_handovers(tx, person_id=person_id, pseudonym=pseudonym, at=as_of)


def _erase_of_handovers(tx: Tx, *, person_id: UUID, pseudonym: str, at: datetime) -> None:
    """Of recoveries also where he was only proposed, by the address that he had last."""
    recoveries.change_to_erased(
        tx,
        person_id=person_id,
        email_key=people.find_email_key(tx, person_id=person_id),
        pseudonym=pseudonym,
        email=f"{pseudonym}@erased.invalid",
    )
    people.change_to_erased(tx, person_id=person_id)
    end_handovers_of(tx, person_id=person_id, at=at)
