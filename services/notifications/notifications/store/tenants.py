"""Read copies of tenants."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from notifications.domain.readers import Tenant
from servicekit.db import Tx

_CHANGE = """
INSERT INTO tenants (tenant, name, organisation_name, region)
VALUES (%(tenant)s, %(name)s, %(organisation_name)s, %(region)s)
ON CONFLICT (tenant) DO UPDATE
SET name = excluded.name, organisation_name = excluded.organisation_name,
    region = excluded.region
"""
_CHANGE_NAME = """
UPDATE tenants SET name = %(name)s, named_as_of = %(as_of)s
WHERE tenant = %(tenant)s AND (named_as_of IS NULL OR named_as_of < %(as_of)s)
"""
_FIND = "SELECT tenant, name, organisation_name, region FROM tenants WHERE tenant = %(tenant)s"


def change_tenant(tx: Tx, *, tenant: Tenant) -> None:
    tx.run(
        _CHANGE,
        {
            "tenant": tenant.tenant,
            "name": tenant.name,
            "organisation_name": tenant.organisation_name,
            "region": tenant.region,
        },
    )


def find_tenant(tx: Tx, *, tenant: TenantCode) -> Tenant | None:
    return tx.row(_FIND, {"tenant": tenant}, Tenant)


def change_name(tx: Tx, *, tenant: TenantCode, name: str, as_of: datetime) -> None:
    """An older name that comes late changes nothing."""
    tx.run(_CHANGE_NAME, {"tenant": tenant, "name": name, "as_of": as_of})
