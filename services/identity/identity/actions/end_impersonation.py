"""An impersonation ends: by whoever is concerned, by time, or with what it rested on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import ImpersonationEnded, ImpersonationState
from identity.actions.callers import person_of
from identity.actions.telling_of_impersonation import RUN_OUT, record_impersonation
from identity.domain.impersonation import Grant, GrantRow, ImpersonationAct
from identity.store import impersonation_grants
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due_store import DueItem
from servicekit.errors import NotFound


def end_impersonation(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, grant_id: UUID
) -> Grant:
    """The tenant's managers of users, and operators. Row security: another tenant's is unknown."""
    with db.write(context, tenant=tenant) as tx:
        grant = impersonation_grants.get_row_to_change(tx, grant_id=grant_id)
        if grant.tenant != tenant:
            raise NotFound("impersonation-unknown")
        stop(tx, grant=grant, act=ImpersonationAct.END, by=person_of(context), now=now)
        return tx.answer(impersonation_grants.get_grant(tx, grant_id=grant_id))


def end_own_impersonation(
    *, db: Database, context: Context, now: datetime, grant_id: UUID
) -> Grant:
    """Who is seen, or looks. Anybody else's is as unknown as one that never was."""
    actor = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        grant = impersonation_grants.get_row_to_change(tx, grant_id=grant_id)
        if actor not in (grant.as_person_id, grant.operator_id):
            raise NotFound("impersonation-unknown")
        stop(tx, grant=grant, act=ImpersonationAct.END, by=actor, now=now)
        return tx.answer(impersonation_grants.get_grant(tx, grant_id=grant_id))


def end_impersonations_of(
    tx: Tx,
    *,
    person_id: UUID,
    now: datetime,
    seen: bool = True,
    looking: bool = True,
    given: bool = True,
    decided: bool = True,
    tenant: TenantCode | None = None,
) -> None:
    """With a login, a staff role or a place in a tenant goes what rests on it: also what one gave
    as the tenant's (``given``), or proposed or approved as one of staff (``decided``). Nobody has
    ended it: the entry before says who did what."""
    found = impersonation_grants.list_open_to_change(
        tx,
        person_id=person_id,
        seen=seen,
        looking=looking,
        given=given,
        decided=decided,
        tenant=tenant,
    )
    for grant in found:
        late = grant.state_at(now) is not grant.state
        act = ImpersonationAct.RUN_OUT if late else ImpersonationAct.END
        stop(tx, grant=grant, act=act, by=None, now=now)


def run_out(*, db: Database, item: DueItem) -> None:
    """Ended meanwhile, or in force by now: nothing is left to do."""
    with db.write(item.context, tenant=EVERYONE) as tx:
        if not tx.settle(item):
            return
        grant_id = UUID(item.payload["grant_id"])
        grant = impersonation_grants.get_row_to_change(tx, grant_id=grant_id)
        if grant.state_at(item.now) is not grant.state:
            stop(tx, grant=grant, act=ImpersonationAct.RUN_OUT, by=None, now=item.now)


def stop(tx: Tx, *, grant: GrantRow, act: ImpersonationAct, by: UUID | None, now: datetime) -> None:
    """Raises Conflict where it has ended; what was in force is told to the gateways."""
    state = grant.after(act, now=now)
    impersonation_grants.change_to_ended(tx, grant_id=grant.grant_id, state=state, by=by, at=now)
    record_impersonation(tx, state.value, grant=grant, now=now)
    if act is not ImpersonationAct.RUN_OUT:
        tx.unschedule(RUN_OUT, str(grant.grant_id))
    if grant.state is ImpersonationState.ACTIVE:
        tx.emit(
            ImpersonationEnded,
            at=now,
            grant_id=grant.grant_id,
            tenant=grant.tenant,
            person_id=grant.as_person_id,
            operator_id=grant.operator_id,
            ended_at=now,
        )
