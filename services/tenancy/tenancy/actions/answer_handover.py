"""Both sides of a handover: the successor accepts or declines, the holder withdraws. Until it has
taken effect each of them can stop it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.errors import Conflict, Forbidden, NotFound
from tenancy.actions.callers import person_of
from tenancy.actions.telling_of_handovers import MATURE, change, end, tell
from tenancy.domain.handovers import (
    Handover,
    HandoverAct,
    HandoverRow,
    check_alive,
    check_successor,
)
from tenancy.store import contracts, handovers, people, recoveries


def accept_handover(
    *,
    db: Database,
    context: Context,
    now: datetime,
    cooling_off: timedelta,
    tenant: TenantCode,
    handover_id: UUID,
) -> Handover:
    """While staff recover the office nobody accepts it: the holder who can act objects first."""
    actor = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        shown = _own(tx, tenant=tenant, handover_id=handover_id, actor=actor)
        if shown.to_person_id != actor:
            raise NotFound("handover-unknown")
        if not context.caller.roles and not context.caller.offices:
            raise Forbidden("tenant-foreign")
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        handover = handovers.get_handover_to_change(tx, tenant=tenant, handover_id=handover_id)
        handover.after(HandoverAct.ACCEPT, now=now)
        check_alive(contract.status)
        check_successor(people.find_user(tx, tenant=tenant, person_id=actor))
        if recoveries.find_open(tx, tenant=tenant, office=handover.office) is not None:
            raise Conflict("office-recovery-open")
        return tx.answer(_cool_off(tx, handover=handover, now=now, until=now + cooling_off))


def decline_handover(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, handover_id: UUID
) -> Handover:
    actor = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        shown = _own(tx, tenant=tenant, handover_id=handover_id, actor=actor)
        if shown.to_person_id != actor:
            raise NotFound("handover-unknown")
        return tx.answer(_stop(tx, shown, act=HandoverAct.DECLINE, now=now))


def withdraw_handover(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, handover_id: UUID
) -> Handover:
    actor = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        shown = _own(tx, tenant=tenant, handover_id=handover_id, actor=actor)
        if shown.from_person_id != actor:
            raise NotFound("handover-unknown")
        return tx.answer(_stop(tx, shown, act=HandoverAct.WITHDRAW, now=now))


def get_handover(
    *, db: Database, context: Context, tenant: TenantCode, handover_id: UUID
) -> Handover:
    with db.read(tenant=tenant, context=context) as tx:
        return _own(tx, tenant=tenant, handover_id=handover_id, actor=person_of(context))


def _own(tx: Tx, *, tenant: TenantCode, handover_id: UUID, actor: UUID) -> Handover:
    """Before anything is locked: somebody else's handover is as unknown as one that never was."""
    shown = handovers.get_handover(tx, tenant=tenant, handover_id=handover_id)
    if actor not in (shown.from_person_id, shown.to_person_id):
        raise NotFound("handover-unknown")
    return shown


def _cool_off(tx: Tx, *, handover: HandoverRow, now: datetime, until: datetime) -> Handover:
    state = change(
        tx,
        handover=handover,
        act=HandoverAct.ACCEPT,
        now=now,
        accepted_at=now,
        takes_effect_at=until,
    )
    key = str(handover.handover_id)
    tx.schedule(MATURE, due_at=until, key=key, payload={"handover_id": key})
    return tell(tx, handover=handover, what=state.value, now=now)


def _stop(tx: Tx, shown: Handover, *, act: HandoverAct, now: datetime) -> Handover:
    tenant, handover_id = shown.tenant, shown.handover_id
    contracts.get_contract_to_change(tx, tenant=tenant)
    handover = handovers.get_handover_to_change(tx, tenant=tenant, handover_id=handover_id)
    return end(tx, handover=handover, act=act, now=now)
