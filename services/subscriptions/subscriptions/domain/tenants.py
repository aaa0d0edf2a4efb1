from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode


@dataclass(frozen=True, slots=True)
class TenantCopy:
    """What subscriptions keep of a tenant, as tenancy told it."""

    tenant: TenantCode
    name: str
    organisation_id: UUID
    organisation_name: str
    opened_at: datetime
