from __future__ import annotations

import pytest

from contracts.tenancy import BillingDetails as Shown
from servicekit.editions import edition_of
from servicekit.errors import Conflict
from tenancy.actions.billing_details import change_billing_details, read_billing_details
from tenancy.domain.billing import Address, InvoiceRecipient

pytestmark = pytest.mark.servers

ADDRESS = Address("1 place des Alpes", "Paris", "FR", postal_code="75013")
ANNE = InvoiceRecipient("Anne", "Le Goff", "comptabilite@exemple.example")
SAID = {"company_name": "Exemple SAS", "address": ADDRESS, "recipient": ANNE}


def read(house, tenant):
    context = house.by_person("tenancy.get_billing_details", tenant)
    return read_billing_details(db=house.db, context=context, tenant=tenant)


def edition(house, tenant):
    return edition_of(Shown().dump(read(house, tenant)))


def change(house, tenant, seen=None, **said):
    return change_billing_details(
        db=house.db,
        context=house.by_staff("tenancy.change_billing_details"),
        now=house.now,
        tenant=tenant,
        edition=seen or edition(house, tenant),
        **(SAID | said),
    )


def test_until_they_are_set_invoices_are_the_organisations_and_the_referents(house) -> None:
    tenant = house.opened(organisation_name="Exemple SA").tenant
    unset = read(house, tenant)
    assert (unset.company_name, unset.address, unset.changed_at) == ("Exemple SA", None, None)
    assert unset.recipient.email == house.john.email


def test_what_is_set_is_read_by_the_customer(house) -> None:
    tenant = house.opened().tenant
    assert change(house, tenant) == read(house, tenant)
    shown = read(house, tenant)
    assert (shown.company_name, shown.address, shown.recipient) == tuple(SAID.values())


def test_trail_tells_company_and_address_and_of_the_recipient_no_name(house) -> None:
    tenant = house.opened(organisation_name="Exemple SA").tenant
    change(house, tenant)
    [(details,)] = house.rows(
        f"SELECT details FROM house.audit_entries WHERE tenant = '{tenant}'"
        " AND action = 'contract:billing-details:changed'"
    )
    assert details["changed"] == ["company_name", "address", "recipient"]
    assert details["from"] == {"company_name": "Exemple SA", "address": None}
    assert details["to"]["address"]["city"] == "Paris"
    told = str(details)
    for personal in (ANNE.email, ANNE.family_name, house.john.email, house.john.family_name):
        assert personal not in told


def test_the_same_again_is_no_change(house) -> None:
    tenant = house.opened().tenant
    change(house, tenant)
    change(house, tenant)
    told = house.rows("SELECT data FROM house.outbox WHERE type LIKE '%BillingDetailsChanged%'")
    assert len(told) == 1


def test_who_has_read_older_details_changes_nothing(house) -> None:
    tenant = house.opened().tenant
    seen = edition(house, tenant)
    change(house, tenant, seen=seen)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        change(house, tenant, seen=seen, company_name="Autre SA")
    assert read(house, tenant).company_name == SAID["company_name"]
