from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database
from subscriptions.domain.subscriptions import Subscription
from subscriptions.store import subscriptions


def read_subscription(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, subscription_id: UUID
) -> Subscription:
    with db.read(tenant=tenant, context=context) as tx:
        found = subscriptions.get_subscription(tx, tenant=tenant, subscription_id=subscription_id)
    return found.foreseen(now)
