"""Who of staff may see what, as whom: for the tenant, for who is seen, for who looks, for staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from identity.actions.callers import person_of
from identity.actions.looks import record_look
from identity.actions.read_people import Page
from identity.domain.impersonation import Grant
from identity.store import impersonation_grants
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound
from servicekit.paging import decode_cursor, page


def list_impersonations(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    limit: int,
    cursor: str | None,
) -> Page[Grant]:
    before = _before(cursor)
    with db.read(tenant=tenant, context=context) as tx:
        ids = impersonation_grants.list_ids_of_tenant(
            tx, tenant=tenant, before=before, limit=limit + 1
        )
        return _shown(tx, ids=ids, limit=limit, now=now)


def get_impersonation(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, grant_id: UUID
) -> Grant:
    with db.read(tenant=tenant, context=context) as tx:
        found = impersonation_grants.list_grants(tx, grant_ids=[grant_id])
    if not found or found[0].tenant != tenant:
        raise NotFound("impersonation-unknown")
    return replace(found[0], state=found[0].state_at(now))


def get_own_impersonation(
    *, db: Database, context: Context, now: datetime, grant_id: UUID
) -> Grant:
    """Of who is seen, or looks. Anybody else's is as unknown as one that never was."""
    with db.read(tenant=EVERYONE, context=context) as tx:
        found = impersonation_grants.list_grants(tx, grant_ids=[grant_id])
    if not found or person_of(context) not in (found[0].as_person_id, found[0].operator_id):
        raise NotFound("impersonation-unknown")
    return replace(found[0], state=found[0].state_at(now))


def list_own_impersonations(
    *,
    db: Database,
    context: Context,
    now: datetime,
    looking: bool,
    limit: int,
    cursor: str | None,
) -> Page[Grant]:
    before = _before(cursor)
    with db.read(tenant=EVERYONE, context=context) as tx:
        ids = impersonation_grants.list_ids_of_person(
            tx, person_id=person_of(context), looking=looking, before=before, limit=limit + 1
        )
        return _shown(tx, ids=ids, limit=limit, now=now)


def list_impersonation_proposals(
    *, db: Database, context: Context, now: datetime, limit: int, cursor: str | None
) -> Page[Grant]:
    """Leaves an entry in the installation's trail: what staff see of people is seen."""
    before = _before(cursor)
    with db.write(context, tenant=EVERYONE) as tx:
        ids = impersonation_grants.list_ids_of_proposals(tx, before=before, limit=limit + 1)
        found = _shown(tx, ids=ids, limit=limit, now=now)
        shown = len(found.items)
        record_look(tx, context=context, now=now, target="impersonations", shown=shown)
        return found


def _before(cursor: str | None) -> UUID | None:
    start = decode_cursor(cursor, (UUID,))
    found: UUID | None = start[0] if start else None
    return found


def _shown(tx: Tx, *, ids: list[UUID], limit: int, now: datetime) -> Page[Grant]:
    """In the state that time has brought, whether or not it is written down yet."""
    here, next_cursor = page(ids, limit, lambda one: (one,))
    grants = impersonation_grants.list_grants(tx, grant_ids=list(here))
    return Page([replace(one, state=one.state_at(now)) for one in grants], next_cursor)
