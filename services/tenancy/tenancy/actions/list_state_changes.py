"""The states that a contract has gone through."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database
from servicekit.paging import decode_cursor, page
from tenancy.domain.state_changes import StateChange
from tenancy.store import contracts, state_changes

_FIRST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class StateChangesPage:
    items: list[StateChange]
    next_cursor: str | None


def list_state_changes(
    *, db: Database, context: Context, tenant: TenantCode, limit: int, cursor: str | None
) -> StateChangesPage:
    (before,) = decode_cursor(cursor, (int,)) or (_FIRST,)
    with db.read(tenant=tenant, context=context) as tx:
        contracts.get_contract(tx, tenant=tenant)
        found = state_changes.list_state_changes(tx, tenant=tenant, before=before, limit=limit + 1)
    return StateChangesPage(*page(found, limit, lambda change: (change.number,)))
