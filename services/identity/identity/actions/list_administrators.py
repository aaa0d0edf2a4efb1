"""Who is told of what happens to a tenant's applications, or to the provider's own clients."""

from __future__ import annotations

from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import MOST_ADMINISTRATORS
from identity.store import staff, users
from servicekit.audit import HOUSE
from servicekit.context import Context
from servicekit.db import EVERYONE, Database


def list_administrators(*, db: Database, context: Context, chain: str) -> dict[str, list[UUID]]:
    if chain == HOUSE:
        with db.read(tenant=EVERYONE, context=context) as tx:
            return {"person_ids": staff.list_operators_to_tell(tx)}
    tenant = TenantCode(chain)
    with db.read(tenant=tenant, context=context) as tx:
        found = users.list_administrators(tx, tenant=tenant, limit=MOST_ADMINISTRATORS)
    return {"person_ids": found}
