"""A sales person sets whom the invoices are made out to and who is sent them, as the customer has
asked (FAQ, "Les données de facturation")."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from contracts.codes import TenantCode
from contracts.tenancy import BillingDetails as BillingDetailsShown
from contracts.tenancy import BillingDetailsChanged
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.editions import demand_edition
from tenancy.domain.billing import Address, BillingDetails, InvoiceRecipient, unset
from tenancy.domain.contracts import Contract
from tenancy.store import billing, contracts


def change_billing_details(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    company_name: str,
    address: Address,
    recipient: InvoiceRecipient,
    edition: str | None,
) -> BillingDetails:
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        before = _details(tx, contract=contract)
        demand_edition(edition, shown_as=BillingDetailsShown, present=before)
        after = before.changed(
            company_name=company_name, address=address, recipient=recipient, at=now
        )
        if after is before:
            return tx.answer(before)
        billing.change_billing_details(
            tx,
            tenant=tenant,
            company_name=company_name,
            address=address,
            recipient=recipient,
            changed_at=now,
        )
        _tell(tx, contract=contract, before=before, after=after, at=now)
        return tx.answer(after)


def read_billing_details(*, db: Database, context: Context, tenant: TenantCode) -> BillingDetails:
    with db.read(tenant=tenant, context=context) as tx:
        return _details(tx, contract=contracts.get_contract(tx, tenant=tenant))


def _details(tx: Tx, *, contract: Contract) -> BillingDetails:
    return billing.find_billing_details(tx, tenant=contract.tenant) or unset(contract)


def _tell(
    tx: Tx, *, contract: Contract, before: BillingDetails, after: BillingDetails, at: datetime
) -> None:
    """The trail says that the recipient is another one, not who: a trail holds no name."""
    changed = before.differing(after)
    tx.record(
        "contract:billing-details:changed",
        target=contract.tenant,
        details={
            "changed": list(changed),
            "from": {name: value for name, value in _traced(before).items() if name in changed},
            "to": {name: value for name, value in _traced(after).items() if name in changed},
        },
        at=at,
    )
    tx.emit(
        BillingDetailsChanged,
        at=at,
        tenant=contract.tenant,
        changed=list(changed),
        changed_at=at,
        referent_id=contract.referent.person_id,
    )


def _traced(details: BillingDetails) -> dict[str, Any]:
    address = details.address
    return {
        "company_name": details.company_name,
        "address": None if address is None else asdict(address),
    }
