"""Sales give an organisation multi-tenant management, or end it.

Identity makes the second login, and makes it a user of each tenant of the organisation, also of
those that are opened later.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.tenancy import (
    MOST_MANAGED,
    MultiTenantManagementActivated,
    MultiTenantManagementDeactivated,
)
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict
from servicekit.ids import new_id
from servicekit.pseudonyms import organisation_target, person_target
from tenancy.actions.name_opener import check_user
from tenancy.domain.organisations import Management, Organisation
from tenancy.store import contracts, managements, offices, organisations


def activate_management(
    *,
    db: Database,
    context: Context,
    now: datetime,
    organisation_id: UUID,
    person_id: UUID,
) -> Management:
    """``person_id``: who gets the second login; his own stays as it is."""
    management = Management(new_id(), organisation_id, person_id, None, None, now)
    with db.write(context, tenant=EVERYONE) as tx:
        organisation = organisations.get_organisation_to_change(tx, organisation_id=organisation_id)
        check_user(tx, organisation_id=organisation_id, person_id=person_id)
        tenants = contracts.list_tenants_of_organisation(
            tx, organisation_id=organisation_id, after="", limit=MOST_MANAGED + 1
        )
        if len(tenants) > MOST_MANAGED:
            raise Conflict("organisation-too-large", {"limit": MOST_MANAGED})
        managements.add_management(tx, management=management, by=context.caller.subject)
        _record(tx, "activated", management=management, now=now)
        tx.emit(
            MultiTenantManagementActivated,
            at=now,
            management_id=management.management_id,
            organisation_id=organisation_id,
            organisation_name=organisation.name,
            person_id=person_id,
            tenants=tenants,
            activated_at=now,
        )
        return tx.answer(management)


def deactivate_management(
    *, db: Database, context: Context, now: datetime, organisation_id: UUID
) -> dict[str, str]:
    """Conflict("office-held") while the second login is referent or domain owner somewhere."""
    with db.write(context, tenant=EVERYONE) as tx:
        organisation = organisations.get_organisation_to_change(tx, organisation_id=organisation_id)
        active = managements.find_active_to_change(tx, organisation_id=organisation_id)
        if active is not None:
            _check_holds_nothing(tx, management=active)
            _end(tx, management=active, organisation=organisation, now=now)
        return tx.answer({})


def establish_second_login(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    management_id: UUID,
    person_id: UUID,
    login: str,
) -> None:
    """Identity has made it, or has let the one that was there in again."""
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            managements.change_known(
                tx, management_id=management_id, person_id=person_id, login=login
            )


def _check_holds_nothing(tx: Tx, *, management: Management) -> None:
    if management.person_id is None:
        return
    held = offices.list_offices_of(tx, person_id=management.person_id, limit=1)
    if held:
        details = {"tenant": held[0].tenant, "offices": [held[0].office]}
        raise Conflict("office-held", details)


def _end(tx: Tx, *, management: Management, organisation: Organisation, now: datetime) -> None:
    assert tx.context is not None, "who ends it acts as somebody"
    managements.change_ended(
        tx, management_id=management.management_id, at=now, by=tx.context.caller.subject
    )
    _record(tx, "deactivated", management=management, now=now)
    tx.emit(
        MultiTenantManagementDeactivated,
        at=now,
        management_id=management.management_id,
        organisation_id=organisation.organisation_id,
        organisation_name=organisation.name,
        person_id=management.first_person_id,
        deactivated_at=now,
    )


def _record(tx: Tx, act: str, *, management: Management, now: datetime) -> None:
    tx.record(
        f"organisations:multi-tenant-management:{act}",
        target=organisation_target(management.organisation_id),
        details={"person": person_target(management.first_person_id)},
        at=now,
    )
