"""The references of a contract's invoices, and who may change them (FAQ, REF1, REF2, REF3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.codes import Office, StaffRole, TenantCode
from contracts.rights import Caller
from contracts.tenancy import ContractStatus, ContractType, ReferencesBy
from servicekit.errors import Conflict
from tenancy.domain.contracts import Contract

_NAMES = ("ref1", "ref2", "ref3")


@dataclass(frozen=True, slots=True)
class InvoiceReferences:
    tenant: TenantCode
    editable_by: ReferencesBy
    ref1: str | None = None
    ref2: str | None = None
    ref3: str | None = None
    changed_at: datetime | None = None

    def changed(
        self, *, ref1: str | None, ref2: str | None, ref3: str | None, at: datetime
    ) -> InvoiceReferences:
        """The same where nothing differs."""
        after = replace(self, ref1=ref1, ref2=ref2, ref3=ref3)
        return self if after == self else replace(after, changed_at=at)

    def differing(self, other: InvoiceReferences) -> tuple[str, ...]:
        return tuple(name for name in _NAMES if getattr(self, name) != getattr(other, name))


def editable_by(contract: Contract) -> ReferencesBy:
    """A contract that groups the invoices of several shows them, and sales set them."""
    grouping = contract.contract_type is ContractType.MULTI_SERVICES
    return ReferencesBy.SALES if grouping else ReferencesBy.REFERENT


def demand_editor(contract: Contract, caller: Caller) -> ReferencesBy:
    """As whom the caller changes them; the call has let in the referent and sales.

    Raises Conflict ``references-by-request``, ``references-by-referent`` or
    ``contract-terminated``.
    """
    by = editable_by(contract)
    if by is ReferencesBy.SALES and StaffRole.SALES not in caller.staff:
        raise Conflict("references-by-request", {"request": "contract_references"})
    if by is ReferencesBy.REFERENT and Office.REFERENT not in caller.offices:
        raise Conflict("references-by-referent")
    if contract.status is ContractStatus.TERMINATED:
        raise Conflict("contract-terminated")
    return by
