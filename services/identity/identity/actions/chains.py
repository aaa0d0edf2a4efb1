"""In whose audit trail an act on a credential stands."""

from __future__ import annotations

from uuid import UUID

from contracts.codes import TenantCode
from identity.store import persons
from servicekit.db import Tx

MOST_CHAINS = 20


def chains_of(tx: Tx, *, person_id: UUID, tenant: TenantCode | None) -> list[TenantCode | None]:
    """The one domain concerned. For the portal, which belongs to none: each of the
    tenants he has accepted (20 at most), or the installation's own (None) where there is none."""
    if tenant is not None:
        return [tenant]
    return [*persons.list_tenants(tx, person_id=person_id, limit=MOST_CHAINS)] or [None]
