"""A tenant's subscriptions with their terminations, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database
from servicekit.paging import decode_cursor, page
from subscriptions.domain.subscriptions import Subscription
from subscriptions.store import subscriptions

_END_OF_TIME = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class SubscriptionsPage:
    items: list[Subscription]
    next_cursor: str | None


def list_subscriptions(
    *, db: Database, context: Context, tenant: TenantCode, limit: int, cursor: str | None
) -> SubscriptionsPage:
    before = decode_cursor(cursor, (datetime, UUID)) or _END_OF_TIME
    with db.read(tenant=tenant, context=context) as tx:
        found = subscriptions.list_subscriptions(
            tx, tenant=tenant, before=(before[0], before[1]), limit=limit + 1
        )
    return SubscriptionsPage(*page(found, limit, lambda one: (one.started_at, one.subscription_id)))
