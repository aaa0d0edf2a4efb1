from __future__ import annotations

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database
from tenancy.domain.contracts import Contract
from tenancy.store import contracts


def read_contract(*, db: Database, context: Context, tenant: TenantCode) -> Contract:
    with db.read(tenant=tenant, context=context) as tx:
        return contracts.get_contract(tx, tenant=tenant)
