from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.tenancy import ContractStatus
from servicekit.db import Tx
from servicekit.errors import NotFound
from subscriptions.domain.tenants import TenantCopy

_ADD = """
    INSERT INTO tenants (tenant, name, organisation_id, organisation_name, opened_at)
    VALUES (%(tenant)s, %(name)s, %(organisation_id)s, %(organisation_name)s, %(opened_at)s)
    ON CONFLICT (tenant) DO NOTHING
"""
_GET = """
    SELECT tenant, name, organisation_id, organisation_name, opened_at, status
      FROM tenants
     WHERE tenant = %(tenant)s
"""
# An older name that comes late changes nothing.
_CHANGE_NAME = """
    UPDATE tenants
       SET name = %(name)s, named_as_of = %(as_of)s
     WHERE tenant = %(tenant)s AND (named_as_of IS NULL OR named_as_of < %(as_of)s)
"""
# So does an older state.
_CHANGE_STATUS = """
    UPDATE tenants
       SET status = %(status)s, status_number = %(number)s
     WHERE tenant = %(tenant)s AND (status_number IS NULL OR status_number < %(number)s)
"""


def get_tenant(tx: Tx, *, tenant: TenantCode) -> TenantCopy:
    found = tx.row(_GET, {"tenant": tenant}, TenantCopy)
    if found is None:
        raise NotFound("tenant-unknown")
    return found


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


def change_name(tx: Tx, *, tenant: TenantCode, name: str, as_of: datetime) -> None:
    tx.run(_CHANGE_NAME, {"tenant": tenant, "name": name, "as_of": as_of})


def change_status(tx: Tx, *, tenant: TenantCode, status: ContractStatus, number: int) -> None:
    tx.run(_CHANGE_STATUS, {"tenant": tenant, "status": status, "number": number})
