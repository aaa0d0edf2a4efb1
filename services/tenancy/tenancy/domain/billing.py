"""Whom a contract's invoices are made out to, and who is sent them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.codes import TenantCode
from tenancy.domain.contracts import Contract

_PARTS = ("company_name", "address", "recipient")


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    city: str
    country: str
    street_more: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRecipient:
    given_name: str
    family_name: str
    email: str


@dataclass(frozen=True, slots=True)
class BillingDetails:
    tenant: TenantCode
    company_name: str
    address: Address | None
    recipient: InvoiceRecipient
    changed_at: datetime | None = None

    def changed(
        self, *, company_name: str, address: Address, recipient: InvoiceRecipient, at: datetime
    ) -> BillingDetails:
        """The same where nothing differs from what was set."""
        after = replace(self, company_name=company_name, address=address, recipient=recipient)
        return self if after == self else replace(after, changed_at=at)

    def differing(self, other: BillingDetails) -> tuple[str, ...]:
        return tuple(name for name in _PARTS if getattr(self, name) != getattr(other, name))


def unset(contract: Contract) -> BillingDetails:
    """Until sales have set them. INFERENCE: the organisation's own name, and the referent, whoever
    it is by then; the FAQ tells only how they are changed."""
    referent = contract.referent
    return BillingDetails(
        tenant=contract.tenant,
        company_name=contract.organisation.name,
        address=None,
        recipient=InvoiceRecipient(referent.given_name, referent.family_name, referent.email),
    )
