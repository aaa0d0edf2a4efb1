"""One step in the life of a contract, as its history keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.codes import TenantCode
from contracts.rights import Caller, CallerKind
from contracts.tenancy import ActedBy, ContractAct, ContractStatus


@dataclass(frozen=True, slots=True)
class StateChange:
    """``before`` is None for the first. ``subject``: which caller it was, for the provider."""

    tenant: TenantCode
    number: int
    before: ContractStatus | None
    state: ContractStatus
    act: ContractAct
    changed_at: datetime
    by: ActedBy
    subject: str
    reason: str | None


def acted_by(caller: Caller) -> ActedBy:
    """On whose side the caller stands; what acts on its own does so because its day has come."""
    if caller.kind is CallerKind.SERVICE:
        return ActedBy.CALENDAR
    return ActedBy.PROVIDER if caller.staff else ActedBy.CUSTOMER
