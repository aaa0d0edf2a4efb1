"""What other services say of people and tenants is kept, newest first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from notifications.domain.readers import Reader, Tenant
from notifications.store import readers, tenants
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.errors import Unavailable


def keep_reader(
    *, db: Database, context: Context, event_id: UUID, as_of: datetime, reader: Reader
) -> None:
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            readers.change_reader(tx, reader=reader, as_of=as_of)


def keep_tenant(*, db: Database, context: Context, event_id: UUID, tenant: Tenant) -> None:
    with db.write(context, tenant=tenant.tenant) as tx:
        if tx.once(event_id):
            tenants.change_tenant(tx, tenant=tenant)


def rename_tenant(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    tenant: TenantCode,
    name: str,
    renamed_at: datetime,
) -> None:
    """Raises Unavailable while the tenant is not known here: the fact then comes again."""
    with db.write(context, tenant=tenant) as tx:
        if not tx.once(event_id):
            return
        if tenants.find_tenant(tx, tenant=tenant) is None:
            raise Unavailable("tenant-not-known-yet", {"retry_after": 1})
        tenants.change_name(tx, tenant=tenant, name=name, as_of=renamed_at)


def follow_clock(
    *, db: Database, context: Context, event_id: UUID, clock: Clock, offset_seconds: int
) -> None:
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            clock.move_to_offset(tx, offset_seconds)
