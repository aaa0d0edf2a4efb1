"""Handovers of a contract's offices, and what is open about oneself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from tenancy.actions.callers import person_of
from tenancy.domain.handovers import Handover
from tenancy.domain.recoveries import Recovery
from tenancy.store import handovers, recoveries

_MOST_SHOWN_TO_ONESELF = 100


@dataclass(frozen=True, slots=True)
class HandoversPage:
    items: list[Handover]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OwnHandovers:
    handovers: list[Handover]
    recoveries: list[Recovery]


def list_handovers(
    *, db: Database, context: Context, tenant: TenantCode, limit: int, cursor: str | None
) -> HandoversPage:
    start = decode_cursor(cursor, (UUID,))
    with db.read(tenant=tenant, context=context) as tx:
        before = start[0] if start else None
        found = handovers.list_ids(tx, tenant=tenant, before=before, limit=limit + 1)
        ids, next_cursor = page(found, limit, lambda one: (one,))
        return HandoversPage(handovers.list_handovers(tx, handover_ids=ids), next_cursor)


def list_own_handovers(*, db: Database, context: Context) -> OwnHandovers:
    """In all tenants: by the person alone."""
    actor, limit = person_of(context), _MOST_SHOWN_TO_ONESELF
    with db.read(tenant=EVERYONE, context=context) as tx:
        mine = handovers.list_open_of_person(tx, person_id=actor, limit=limit)
        about_me = recoveries.list_open_ids_from(tx, person_id=actor, limit=limit)
        return OwnHandovers(
            handovers.list_handovers(tx, handover_ids=[one for one, _ in mine]) if mine else [],
            recoveries.list_recoveries(tx, recovery_ids=about_me) if about_me else [],
        )
