"""The queue of recovery acts, and what is open about oneself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import RecoveryState
from identity.actions.callers import person_of
from identity.actions.looks import record_look
from identity.actions.read_people import Page
from identity.domain.recoveries import MOST_SHOWN_TO_ONESELF, Recovery, RecoveryRow
from identity.store import recoveries
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from servicekit.pseudonyms import person_target


def list_recoveries(
    *,
    db: Database,
    context: Context,
    now: datetime,
    person_id: UUID | None,
    open: bool,
    limit: int,
    cursor: str | None,
) -> Page[Recovery]:
    """Leaves an entry in the installation's trail: what staff see of people is seen."""
    start = decode_cursor(cursor, (UUID,))
    with db.write(context, tenant=EVERYONE) as tx:
        found = recoveries.list_ids(
            tx,
            person_id=person_id,
            open=open,
            before=start[0] if start else None,
            limit=limit + 1,
        )
        ids, next_cursor = page(found, limit, lambda one: (one,))
        about = "recoveries" if person_id is None else person_target(person_id)
        record_look(tx, context=context, now=now, target=about, shown=len(ids))
        return Page(recoveries.list_recoveries(tx, recovery_ids=ids), next_cursor)


def get_recovery(*, db: Database, context: Context, now: datetime, recovery_id: UUID) -> Recovery:
    with db.write(context, tenant=EVERYONE) as tx:
        found = recoveries.get_recovery(tx, recovery_id=recovery_id)
        record_look(tx, context=context, now=now, target=person_target(found.person_id), shown=1)
        return found


def list_own_recoveries(*, db: Database, context: Context) -> dict[str, list[RecoveryRow]]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        rows = recoveries.list_rows_of(
            tx, person_id=person_of(context), limit=MOST_SHOWN_TO_ONESELF
        )
    shown = (RecoveryState.PROPOSED, RecoveryState.APPROVED)
    return {"items": [row for row in rows if row.state in shown]}
