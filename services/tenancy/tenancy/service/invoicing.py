"""What a contract's invoices show, and who is sent them."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.billing_details import change_billing_details, read_billing_details
from tenancy.actions.invoice_references import change_references, read_references
from tenancy.domain.billing import Address, BillingDetails, InvoiceRecipient
from tenancy.domain.references import InvoiceReferences
from tenancy.service.parts import Housed


class InvoicingCalls(Housed):
    @answers(calls.get_references)
    def get_references(self, context: Context, payload: dict[str, Any]) -> InvoiceReferences:
        return read_references(db=self.house.db, context=context, **payload)

    @answers(calls.change_references)
    def change_references(self, context: Context, payload: dict[str, Any]) -> InvoiceReferences:
        return change_references(**self.acting(context), **payload)

    @answers(calls.get_billing_details)
    def get_billing_details(self, context: Context, payload: dict[str, Any]) -> BillingDetails:
        return read_billing_details(db=self.house.db, context=context, **payload)

    @answers(calls.change_billing_details)
    def change_billing_details(self, context: Context, payload: dict[str, Any]) -> BillingDetails:
        address = Address(**payload.pop("address"))
        recipient = InvoiceRecipient(**payload.pop("recipient"))
        return change_billing_details(
            **self.acting(context), **payload, address=address, recipient=recipient
        )
