"""What happened to requests, and what was written about them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import RequestNumber, TenantCode
from servicekit.db import Tx
from tenancy.domain.requests import Entry, WrittenEntry

_ADD = """
    INSERT INTO request_entries (entry_id, tenant, number, at, act, state, author_kind, author,
                                 text)
    VALUES (%(entry_id)s, %(tenant)s, %(number)s, %(at)s, %(act)s, %(state)s, %(author_kind)s,
            %(author)s, %(text)s)
"""
_COLUMNS = "SELECT entry_id, at, act, state, author_kind, author, text FROM request_entries "
_LIST_FIRST = (
    _COLUMNS
    + """
     WHERE tenant = %(tenant)s AND number = %(number)s
     ORDER BY at, entry_id
     LIMIT %(limit)s
"""
)
_LIST_AFTER = (
    _COLUMNS
    + """
     WHERE tenant = %(tenant)s AND number = %(number)s AND (at, entry_id) > (%(at)s, %(entry_id)s)
     ORDER BY at, entry_id
     LIMIT %(limit)s
"""
)
_FIND_ENTRY_AT = """
    SELECT at
      FROM request_entries
     WHERE tenant = %(tenant)s AND number = %(number)s
     ORDER BY at DESC, entry_id DESC
    OFFSET %(newer)s
     LIMIT 1
"""
_LIST_OF_AUTHOR = """
    SELECT e.tenant, e.number, r.subject, e.at, e.act, e.text,
           CASE WHEN e.act = 'send' THEN r.answers ELSE '{}' END AS answers
      FROM request_entries e
      JOIN requests r ON r.number = e.number
     WHERE e.author = %(author)s
     ORDER BY e.at, e.entry_id
     LIMIT %(limit)s
"""


def add_entry(tx: Tx, *, tenant: TenantCode, number: RequestNumber, entry: Entry) -> None:
    tx.run(
        _ADD,
        {
            "entry_id": entry.entry_id,
            "tenant": tenant,
            "number": number,
            "at": entry.at,
            "act": entry.act,
            "state": entry.state,
            "author_kind": entry.author_kind,
            "author": entry.author,
            "text": entry.text,
        },
    )


def list_entries(
    tx: Tx,
    *,
    tenant: TenantCode,
    number: RequestNumber,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Entry]:
    """In the order in which it happened."""
    params = {"tenant": tenant, "number": number, "limit": limit}
    if after is None:
        return tx.rows(_LIST_FIRST, params, Entry)
    return tx.rows(_LIST_AFTER, params | {"at": after[0], "entry_id": after[1]}, Entry)


def find_entry_at(
    tx: Tx, *, tenant: TenantCode, number: RequestNumber, newer: int
) -> datetime | None:
    """When that entry of the request was made than which so many are newer."""
    params = {"tenant": tenant, "number": number, "newer": newer}
    found: datetime | None = tx.value(_FIND_ENTRY_AT, params)
    return found


def list_entries_of(tx: Tx, *, author: str, limit: int) -> list[WrittenEntry]:
    """In all contracts, oldest first. Asked with the scope EVERYONE."""
    return tx.rows(_LIST_OF_AUTHOR, {"author": author, "limit": limit}, WrittenEntry)
