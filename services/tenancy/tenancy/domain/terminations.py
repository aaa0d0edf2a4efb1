"""The end of a contract: what stands between it and its end (FAQ, "résiliation de votre tenant").

It is billed until the last resource is gone, whatever use is made of it; so it ends then, and not
before, unless two of staff end it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from contracts.codes import TenantCode
from contracts.tenancy import ContractAct, ContractStatus, ForcedClosingState
from servicekit.errors import Conflict, Forbidden
from tenancy.domain.contracts import Contract
from tenancy.domain.inventories import Inventory, InventoryPart
from tenancy.domain.outlook import Outlook, OutlookChange, refused

TOLD_EVERY = timedelta(days=7)
PROPOSAL_OPEN_FOR = timedelta(hours=72)
_BY_ITSELF = (ContractAct.CLOSE, ContractAct.EXPIRE)


@dataclass(frozen=True, slots=True)
class DailyCost:
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ForcedClosing:
    closing_id: UUID
    tenant: TenantCode
    state: ForcedClosingState
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None

    def require_open(self, *, now: datetime) -> None:
        """Raises Conflict ``forced-closing-not-open``."""
        over = self.state is ForcedClosingState.PROPOSED and self.expires_at <= now
        if over or self.state is not ForcedClosingState.PROPOSED:
            shown = ForcedClosingState.EXPIRED if over else self.state
            raise Conflict("forced-closing-not-open", {"state": shown.value})

    def require_other_hand(self, person_id: UUID) -> None:
        """Raises Forbidden ``second-person-needed``."""
        if person_id == self.proposed_by:
            raise Forbidden("second-person-needed")


@dataclass(frozen=True, slots=True)
class Certificate:
    tenant: TenantCode
    name: str
    organisation_name: str
    opened_at: datetime
    draining_since: datetime
    terminated_at: datetime
    forced: bool
    inventory_at: datetime | None
    remaining: int


@dataclass(frozen=True, slots=True)
class Termination:
    """``known`` False: what exists was never reported. That is not nothing, so it waits."""

    tenant: TenantCode
    status: ContractStatus
    draining_since: datetime | None
    known: bool
    observed_at: datetime | None
    remaining: int
    parts: tuple[InventoryPart, ...]
    daily_costs: tuple[DailyCost, ...]
    forced_closing: ForcedClosing | None
    certificate: Certificate | None


def is_over(contract: Contract, inventory: Inventory | None) -> bool:
    """Whether the contract ends now by itself."""
    draining = contract.status is ContractStatus.DRAINING
    return draining and inventory is not None and inventory.is_empty


def termination_of(
    contract: Contract,
    *,
    inventory: Inventory | None,
    forced_closing: ForcedClosing | None = None,
    certificate: Certificate | None = None,
) -> Termination:
    draining = contract.status is ContractStatus.DRAINING
    return Termination(
        tenant=contract.tenant,
        status=contract.status,
        draining_since=contract.status_since if draining else None,
        known=inventory is not None,
        observed_at=None if inventory is None else inventory.observed_at,
        remaining=0 if inventory is None else inventory.remaining,
        parts=() if inventory is None else tuple(inventory.parts),
        daily_costs=daily_costs(inventory),
        forced_closing=forced_closing,
        certificate=certificate,
    )


def daily_costs(inventory: Inventory | None) -> tuple[DailyCost, ...]:
    """By currency, in the order of their codes."""
    costs = {} if inventory is None else inventory.daily_costs()
    return tuple(DailyCost(amount, currency) for currency, amount in sorted(costs.items()))


def certified(
    contract: Contract, *, inventory: Inventory | None, forced: bool, now: datetime
) -> Certificate:
    """``contract`` as it was while it drained."""
    return Certificate(
        tenant=contract.tenant,
        name=contract.name,
        organisation_name=contract.organisation.name,
        opened_at=contract.opened_at,
        draining_since=contract.status_since,
        terminated_at=now,
        forced=forced,
        inventory_at=None if inventory is None else inventory.observed_at,
        remaining=0 if inventory is None else inventory.remaining,
    )


def foresee_termination(contract: Contract, *, inventory: Inventory | None, today: date) -> Outlook:
    """``from_on`` is today where nothing remains; else no day can be told: the customer's own
    deletions make it."""
    act = "terminate"
    legal = contract.legal_acts(today)
    if ContractAct.TERMINATE not in legal:
        return refused(
            act=act,
            rule="termination-state",
            code="transition-illegal",
            details={"status": contract.status.value, "act": act},
            possible_now=tuple(one.value for one in legal if one not in _BY_ITSELF),
        )
    empty = inventory is not None and inventory.is_empty
    reached = ContractStatus.TERMINATED if empty else ContractStatus.DRAINING
    remaining = None if inventory is None else str(inventory.remaining)
    return Outlook(
        act=act,
        from_on=today if empty else None,
        mails=("contract_draining", "contract_closed") if empty else ("contract_draining",),
        changes=(
            OutlookChange("status", contract.status.value, reached.value),
            OutlookChange("remaining", remaining, remaining),
        ),
    )
