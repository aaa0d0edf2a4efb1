"""A contract: its states and the acts that lead from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import SupportLevel, TenantCode
from servicekit.errors import Conflict
from tenancy.domain.organisations import Organisation
from tenancy.domain.people import Contact, Holder


class ContractType(StrEnum):
    SINGLE = "single"
    MULTI_SERVICES = "multi_services"  # groups the invoices of several (FAQ)


class ContractStatus(StrEnum):
    """The whole life of a contract; ``TRANSITIONS`` says which part of it can be lived today."""

    REQUESTED = "requested"
    TRIAL = "trial"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DRAINING = "draining"
    TERMINATED = "terminated"


class Act(StrEnum):
    OPEN = "open"


TRANSITIONS: Mapping[tuple[ContractStatus | None, Act], ContractStatus] = {
    (None, Act.OPEN): ContractStatus.ACTIVE,
}


def after(status: ContractStatus | None, act: Act) -> ContractStatus:
    """The state that ``act`` leads to; None is before the contract exists.

    Raises Conflict ``transition-illegal`` whose details name the acts that would be legal.
    """
    reached = TRANSITIONS.get((status, act))
    if reached is None:
        legal = [legal.value for start, legal in TRANSITIONS if start is status]
        details = {"status": status and status.value, "act": act.value, "legal": legal}
        raise Conflict("transition-illegal", details)
    return reached


@dataclass(frozen=True, slots=True)
class Contract:
    tenant: TenantCode
    name: str
    contract_type: ContractType
    organisation: Organisation
    status: ContractStatus
    support_level: SupportLevel
    region: str
    referent: Holder
    domain_owner: Holder
    opened_at: datetime

    def renamed(self, name: str) -> Contract:
        """Under its new name; the same contract where it has that name already."""
        return self if name == self.name else replace(self, name=name)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a sales person says of the contract that he opens.

    Either ``organisation_id`` or ``organisation_name``; the referent is also the domain owner
    unless another is named.
    """

    name: str
    support_level: SupportLevel
    referent: Contact
    domain_owner: Contact | None = None
    organisation_id: UUID | None = None
    organisation_name: str | None = None

    @property
    def owner(self) -> Contact:
        return self.domain_owner or self.referent

    def contract(
        self, *, tenant: TenantCode, organisation: Organisation, region: str, opened_at: datetime
    ) -> Contract:
        """The contract that comes of it. Identity tells later who the holders are."""
        return Contract(
            tenant=tenant,
            name=self.name,
            contract_type=ContractType.SINGLE,
            organisation=organisation,
            status=after(None, Act.OPEN),
            support_level=self.support_level,
            region=region,
            referent=self.referent.as_holder(),
            domain_owner=self.owner.as_holder(),
            opened_at=opened_at,
        )
