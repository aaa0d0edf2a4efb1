from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.tenancy import ContractStatus
from servicekit.errors import Conflict

_ORDERS = (ContractStatus.ACTIVE, ContractStatus.TRIAL)


@dataclass(frozen=True, slots=True)
class TenantCopy:
    """What subscriptions keep of a tenant, as tenancy told it. ``status`` None: it was opened,
    and nothing was told since."""

    tenant: TenantCode
    name: str
    organisation_id: UUID
    organisation_name: str
    opened_at: datetime
    status: ContractStatus | None = None

    def check_may_order(self) -> None:
        """Raises Conflict ``contract-not-active``, which names the state."""
        if self.status is not None and self.status not in _ORDERS:
            raise Conflict("contract-not-active", {"status": self.status.value})
