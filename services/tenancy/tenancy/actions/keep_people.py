"""What identity tells of people and of users is kept; a handover whose side can no longer act ends.

Who has been removed, disabled or erased after its time had come is identity's to find out: it moves
the office last.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.tenancy import HandoverEnd, HandoverState
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from tenancy.actions.telling_of_handovers import end
from tenancy.domain.handovers import HandoverAct
from tenancy.store import contracts, handovers, people
from tenancy.store.people import KnownPerson

# Nobody is offered more offices than that at once.
_MOST = 1000


def keep_person(
    *, db: Database, context: Context, event_id: UUID, as_of: datetime, person: KnownPerson
) -> None:
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            people.change_names(tx, person=person, as_of=as_of)


def keep_closed(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    as_of: datetime,
    person_id: UUID,
    closed: bool,
) -> None:
    """A login that is closed may have been in another's hands: what it offered, or was offered,
    ends."""
    with db.write(context, tenant=EVERYONE) as tx:
        if not tx.once(event_id):
            return
        people.change_closed(tx, person_id=person_id, closed=closed, as_of=as_of)
        if closed:
            end_handovers_of(tx, person_id=person_id, at=as_of)


def keep_user(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    as_of: datetime,
    tenant: TenantCode,
    person_id: UUID,
    joined: bool,
    accepted: bool,
) -> None:
    with db.write(context, tenant=tenant) as tx:
        if not tx.once(event_id):
            return
        people.change_joined(
            tx,
            tenant=tenant,
            person_id=person_id,
            joined=joined,
            accepted=accepted,
            as_of=as_of,
        )
        if not joined:
            why = HandoverEnd.SUCCESSOR_LEFT
            _end_offers_to(tx, tenant=tenant, person_id=person_id, why=why, at=as_of)


def keep_disabled(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    as_of: datetime,
    tenant: TenantCode,
    person_id: UUID,
    disabled: bool,
    accepted: bool,
) -> None:
    with db.write(context, tenant=tenant) as tx:
        if not tx.once(event_id):
            return
        people.change_disabled(
            tx,
            tenant=tenant,
            person_id=person_id,
            disabled=disabled,
            accepted=accepted,
            as_of=as_of,
        )
        if disabled:
            why = HandoverEnd.SUCCESSOR_DISABLED
            _end_offers_to(tx, tenant=tenant, person_id=person_id, why=why, at=as_of)


def end_handovers_of(tx: Tx, *, person_id: UUID, at: datetime) -> None:
    """Both what he offered and what was offered to him, in every tenant."""
    found = handovers.list_open_of_person(tx, person_id=person_id, limit=_MOST)
    for handover_id, tenant in sorted(found, key=lambda one: one[1]):
        _end(tx, tenant=tenant, handover_id=handover_id, person_id=person_id, why=None, at=at)


def _end_offers_to(
    tx: Tx, *, tenant: TenantCode, person_id: UUID, why: HandoverEnd, at: datetime
) -> None:
    for handover_id in handovers.list_open_to_user(tx, tenant=tenant, person_id=person_id):
        _end(tx, tenant=tenant, handover_id=handover_id, person_id=person_id, why=why, at=at)


def _end(
    tx: Tx,
    *,
    tenant: TenantCode,
    handover_id: UUID,
    person_id: UUID,
    why: HandoverEnd | None,
    at: datetime,
) -> None:
    """``why`` None: his login is closed, and it depends on which side he is. Looked at again under
    the contract's lock: it may have ended meanwhile."""
    contracts.get_contract_to_change(tx, tenant=tenant)
    handover = handovers.get_handover_to_change(tx, tenant=tenant, handover_id=handover_id)
    if handover.state not in (HandoverState.OFFERED, HandoverState.ACCEPTED):
        return
    holds = handover.from_person_id == person_id
    side = HandoverEnd.HOLDER_DISABLED if holds else HandoverEnd.SUCCESSOR_DISABLED
    end(tx, handover=handover, act=HandoverAct.VOID, now=at, why=why or side)
