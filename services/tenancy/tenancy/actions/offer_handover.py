"""The holder of an office offers it to a user of the tenant, or asks first what that leads to."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import Office, TenantCode
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.errors import Forbidden
from servicekit.ids import new_id
from tenancy.actions.callers import person_of
from tenancy.actions.telling_of_handovers import RUN_OUT, tell
from tenancy.domain.contracts import Contract
from tenancy.domain.handovers import (
    OPEN_FOR,
    TRANSITIONS,
    Handover,
    HandoverAct,
    HandoverRow,
    Offering,
    foresee_handover,
)
from tenancy.domain.outlook import Outlook
from tenancy.store import contracts, handovers, people, recoveries


def offer_handover(
    *,
    db: Database,
    context: Context,
    now: datetime,
    cooling_off: timedelta,
    tenant: TenantCode,
    office: Office,
    person_id: UUID,
    drop_rights: bool,
) -> Handover:
    """By who holds the office now, whatever the gateway still remembers of him."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        offering = _offering(tx, contract, office=office, person_id=person_id, drop=drop_rights)
        _check_held(offering, by=person_of(context))
        _foreseen(tx, offering, now=now, cooling_off=cooling_off).demanded()
        handover = HandoverRow(
            handover_id=new_id(),
            tenant=tenant,
            office=office,
            state=TRANSITIONS[None, HandoverAct.OFFER],
            from_person_id=person_of(context),
            to_person_id=person_id,
            drop_rights=drop_rights,
            offered_at=now,
            expires_at=now + OPEN_FOR,
        )
        handovers.add_handover(tx, handover=handover)
        key = str(handover.handover_id)
        tx.schedule(RUN_OUT, due_at=handover.expires_at, key=key, payload={"handover_id": key})
        return tx.answer(tell(tx, handover=handover, what="offered", now=now))


def foresee_offer(
    *,
    db: Database,
    context: Context,
    now: datetime,
    cooling_off: timedelta,
    tenant: TenantCode,
    office: Office,
    person_id: UUID,
    drop_rights: bool,
) -> Outlook:
    with db.read(tenant=tenant, context=context) as tx:
        contract = contracts.get_contract(tx, tenant=tenant)
        offering = _offering(tx, contract, office=office, person_id=person_id, drop=drop_rights)
        _check_held(offering, by=person_of(context))
        return _foreseen(tx, offering, now=now, cooling_off=cooling_off)


def _offering(
    tx: Tx, contract: Contract, *, office: Office, person_id: UUID, drop: bool
) -> Offering:
    tenant = contract.tenant
    holders = {Office.REFERENT: contract.referent, Office.DOMAIN_OWNER: contract.domain_owner}
    return Offering(
        status=contract.status,
        office=office,
        holder=holders[office],
        other_holder=next(held for other, held in holders.items() if other is not office),
        person_id=person_id,
        candidate=people.find_user(tx, tenant=tenant, person_id=person_id),
        drop_rights=drop,
        handover_open=handovers.find_open(tx, tenant=tenant, office=office) is not None,
        recovery_open=recoveries.find_open(tx, tenant=tenant, office=office) is not None,
    )


def _check_held(offering: Offering, *, by: UUID) -> None:
    if offering.holder.person_id != by:
        raise Forbidden("office-not-held", {"office": offering.office.value})


def _foreseen(tx: Tx, offering: Offering, *, now: datetime, cooling_off: timedelta) -> Outlook:
    """The name of who is no user of the tenant is none of the asker's business."""
    known = offering.candidate is not None and offering.candidate.accepted
    successor = people.find_party(tx, person_id=offering.person_id) if known else None
    return foresee_handover(offering, now=now, cooling_off=cooling_off, successor=successor)
