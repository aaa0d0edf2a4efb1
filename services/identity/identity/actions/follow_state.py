"""Tenancy tells that a contract is in another state: its console closes, or opens again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import ConsoleClosed, ConsoleReopened
from identity.store import tenants
from servicekit.context import Context
from servicekit.db import Database


def follow_state(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    tenant: TenantCode,
    number: int,
    console_open: bool,
    changed_at: datetime,
) -> None:
    """The newest state stays, in whatever order states are heard. A tenant not known yet is
    NotFound ``tenant-unknown``: the fact is heard again later."""
    with db.write(context, tenant=tenant) as tx:
        if not tx.once(event_id):
            return
        known = tenants.get_console_to_change(tx, tenant=tenant)
        if known.state_number is not None and known.state_number >= number:
            return
        tenants.change_console(
            tx, tenant=tenant, closed=not console_open, state_number=number, at=changed_at
        )
        if known.console_closed is not console_open:
            return
        event = ConsoleReopened if console_open else ConsoleClosed
        act = "reopened" if console_open else "closed"
        tx.record(f"tenants:console:{act}", target=tenant, at=changed_at)
        tx.emit(event, at=changed_at, tenant=tenant, changed_at=changed_at)
