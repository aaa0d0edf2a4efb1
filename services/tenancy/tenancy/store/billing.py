from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from contracts.codes import TenantCode
from servicekit.db import Tx
from tenancy.domain.billing import Address, BillingDetails, InvoiceRecipient

_FIND = """
    SELECT tenant, company_name, street, street_more, postal_code, city, country,
           recipient_given_name, recipient_family_name, recipient_email, changed_at
      FROM billing_details
     WHERE tenant = %(tenant)s
"""
_CHANGE = """
    INSERT INTO billing_details (tenant, company_name, street, street_more, postal_code, city,
                                 country, recipient_given_name, recipient_family_name,
                                 recipient_email, changed_at)
    VALUES (%(tenant)s, %(company_name)s, %(street)s, %(street_more)s, %(postal_code)s, %(city)s,
            %(country)s, %(recipient_given_name)s, %(recipient_family_name)s,
            %(recipient_email)s, %(changed_at)s)
        ON CONFLICT (tenant) DO UPDATE
       SET company_name = excluded.company_name, street = excluded.street,
           street_more = excluded.street_more, postal_code = excluded.postal_code,
           city = excluded.city, country = excluded.country,
           recipient_given_name = excluded.recipient_given_name,
           recipient_family_name = excluded.recipient_family_name,
           recipient_email = excluded.recipient_email, changed_at = excluded.changed_at
"""


@dataclass(frozen=True, slots=True)
class _Row:
    tenant: TenantCode
    company_name: str
    street: str
    street_more: str | None
    postal_code: str | None
    city: str
    country: str
    recipient_given_name: str
    recipient_family_name: str
    recipient_email: str
    changed_at: datetime

    def details(self) -> BillingDetails:
        return BillingDetails(
            tenant=self.tenant,
            company_name=self.company_name,
            address=Address(
                street=self.street,
                street_more=self.street_more,
                postal_code=self.postal_code,
                city=self.city,
                country=self.country,
            ),
            recipient=InvoiceRecipient(
                self.recipient_given_name, self.recipient_family_name, self.recipient_email
            ),
            changed_at=self.changed_at,
        )


def find_billing_details(tx: Tx, *, tenant: TenantCode) -> BillingDetails | None:
    row = tx.row(_FIND, {"tenant": tenant}, _Row)
    return None if row is None else row.details()


def change_billing_details(
    tx: Tx,
    *,
    tenant: TenantCode,
    company_name: str,
    address: Address,
    recipient: InvoiceRecipient,
    changed_at: datetime,
) -> None:
    """The contract's row is locked since they were read."""
    tx.run(
        _CHANGE,
        {
            "tenant": tenant,
            "company_name": company_name,
            **asdict(address),
            "recipient_given_name": recipient.given_name,
            "recipient_family_name": recipient.family_name,
            "recipient_email": recipient.email,
            "changed_at": changed_at,
        },
    )
