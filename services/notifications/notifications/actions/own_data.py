"""What was mailed to a person: handed out to himself, and made nobody's when he is erased."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from notifications.domain.mails import Mail
from notifications.store import mails, readers
from servicekit.context import Context
from servicekit.db import EVERYONE, Database

_MOST = 5000


def export_person(*, db: Database, context: Context, person_id: UUID) -> dict[str, list[Mail]]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return {"mails": mails.list_mails_of(tx, person_id=person_id, limit=_MOST)}


def forget_stranger(*, db: Database, context: Context, event_id: UUID, request_id: UUID) -> None:
    """Who asked for a trial that nobody opened, or has: that mail is nobody's any more."""
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            pseudonym = f"stranger-{request_id}"
            email = f"{pseudonym}@erased.invalid"
            mails.change_to_erased(tx, person_id=request_id, pseudonym=pseudonym, email=email)


def erase_person(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    person_id: UUID,
    pseudonym: str,
    as_of: datetime,
) -> None:
    """Recipient and what stood in the mails go; that one was sent, and when, stays."""
    with db.write(context, tenant=EVERYONE) as tx:
        if not tx.once(event_id):
            return
        email = f"{pseudonym}@erased.invalid"
        readers.change_to_erased(
            tx, person_id=person_id, pseudonym=pseudonym, email=email, as_of=as_of
        )
        mails.change_to_erased(tx, person_id=person_id, pseudonym=pseudonym, email=email)
