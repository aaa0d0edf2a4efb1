"""One request, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import RequestNumber, TenantCode
from servicekit.context import Context
from servicekit.db import Database
from servicekit.paging import decode_cursor, page
from tenancy.domain.requests import Entry, Request
from tenancy.store import request_entries, requests


@dataclass(frozen=True, slots=True)
class EntriesPage:
    items: list[Entry]
    next_cursor: str | None


def read_request(
    *, db: Database, context: Context, tenant: TenantCode, number: RequestNumber
) -> Request:
    with db.read(tenant=tenant, context=context) as tx:
        return requests.get_request(tx, tenant=tenant, number=number)


def list_request_entries(
    *,
    db: Database,
    context: Context,
    tenant: TenantCode,
    number: RequestNumber,
    limit: int,
    cursor: str | None,
) -> EntriesPage:
    after = decode_cursor(cursor, (datetime, UUID))
    with db.read(tenant=tenant, context=context) as tx:
        requests.get_request(tx, tenant=tenant, number=number)
        found = request_entries.list_entries(
            tx,
            tenant=tenant,
            number=number,
            after=None if after is None else (after[0], after[1]),
            limit=limit + 1,
        )
    return EntriesPage(*page(found, limit, lambda entry: (entry.at, entry.entry_id)))
