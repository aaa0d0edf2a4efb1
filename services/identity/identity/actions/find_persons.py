"""Staff look somebody up by how his login, e-mail or name begins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from identity.actions.looks import record_look
from identity.actions.read_people import Page
from identity.domain.names import name_key
from identity.domain.person_files import Found
from identity.store import person_files
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, encode_cursor


def find_persons(
    *,
    db: Database,
    context: Context,
    now: datetime,
    search: str,
    limit: int,
    cursor: str | None,
) -> Page[Found]:
    """First by login, then by e-mail, then by last and first name: one index after the other, each
    in its own order, so that a page costs a page however many people match.

    That somebody looked stands in the installation's trail; not for whom: that may be a name."""
    start = decode_cursor(cursor, (int, str, UUID))
    first, after = (0, None) if start is None else (start[0], (start[1], start[2]))
    found: list[tuple[int, Found]] = []
    with db.write(context, tenant=EVERYONE) as tx:
        for way in range(first, len(person_files.WAYS)):
            missing = limit + 1 - len(found)
            if missing == 0:
                break
            rows = person_files.list_beginning(
                tx,
                way=way,
                key=name_key(search),
                text=search,
                after=after if way == first else None,
                limit=missing,
            )
            found.extend((way, row) for row in rows)
        shown = found[:limit]
        record_look(tx, context=context, now=now, target="persons", shown=len(shown))
    if len(found) <= limit:
        return Page([row for _, row in shown], None)
    way, last = shown[-1]
    return Page([row for _, row in shown], encode_cursor((way, last.key, last.person_id)))
