from __future__ import annotations

from servicekit.db import Tx
from subscriptions.domain.tenants import TenantCopy

_ADD = """
    INSERT INTO tenants (tenant, name, organisation_id, organisation_name, opened_at)
    VALUES (%(tenant)s, %(name)s, %(organisation_id)s, %(organisation_name)s, %(opened_at)s)
    ON CONFLICT (tenant) DO NOTHING
"""


def add_tenant(tx: Tx, *, copy: TenantCopy) -> None:
    """Again: nothing happens."""
    tx.run(
        _ADD,
        {
            "tenant": copy.tenant,
            "name": copy.name,
            "organisation_id": copy.organisation_id,
            "organisation_name": copy.organisation_name,
            "opened_at": copy.opened_at,
        },
    )
