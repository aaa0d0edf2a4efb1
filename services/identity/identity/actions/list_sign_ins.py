"""My sign-ins: when, from where, by which way, and what came of each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from identity.actions.callers import person_of
from identity.actions.read_people import Page
from identity.domain.attempts import PastSignIn
from identity.store import sign_ins
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page


def list_sign_ins(
    *, db: Database, context: Context, now: datetime, cursor: str | None, limit: int
) -> Page[PastSignIn]:
    """The newest first. Of the caller himself alone: no name can be given."""
    before = decode_cursor(cursor, (datetime, UUID))
    with db.read(tenant=EVERYONE, context=context) as tx:
        found = sign_ins.list_sign_ins(
            tx,
            person_id=person_of(context),
            before=None if before is None else (before[0], before[1]),
            limit=limit + 1,
        )
    return Page(*page(found, limit, lambda one: (one.at, one.sign_in_id)))
