"""A second of staff decides what the first one proposed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.identity import ImpersonationGranted
from identity.actions.both_hands import check_both_hands
from identity.actions.callers import person_of
from identity.actions.end_impersonation import stop
from identity.actions.telling_of_impersonation import record_impersonation, schedule_run_out, tell
from identity.domain.impersonation import (
    OWN,
    Grant,
    GrantRow,
    ImpersonationAct,
    check_may_be_seen,
)
from identity.domain.two_hands import check_hands
from identity.store import impersonation_grants, staff, tenants, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict, Forbidden, NotFound


def approve_impersonation(
    *, db: Database, context: Context, now: datetime, grant_id: UUID
) -> Grant:
    """Its time begins now. Locks in the order of who takes a role away: tenant, roles, grant."""
    actor = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        asked = impersonation_grants.get_row(tx, grant_id=grant_id)
        tenants.lock_tenant(tx, tenant=asked.tenant)
        _check_hands(tx, grant=asked, actor=actor, now=now)
        grant = impersonation_grants.get_row_to_change(tx, grant_id=grant_id)
        grant.after(ImpersonationAct.APPROVE, now=now)
        ends_at = now + timedelta(minutes=grant.minutes)
        impersonation_grants.change_to_active(
            tx, grant_id=grant_id, approved_by=actor, starts_at=now, ends_at=ends_at
        )
        schedule_run_out(tx, grant=replace(grant, starts_at=now, ends_at=ends_at))
        record_impersonation(tx, "approved", grant=grant, now=now)
        shown = impersonation_grants.get_grant(tx, grant_id=grant_id)
        tell(tx, event=ImpersonationGranted, grant=shown, now=now)
        return tx.answer(shown)


def decline_impersonation(
    *, db: Database, context: Context, now: datetime, grant_id: UUID
) -> Grant:
    """The proposer may too: to stop an act takes one."""
    actor = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        asked = impersonation_grants.get_row(tx, grant_id=grant_id)
        check_hands(
            actor=actor,
            held=staff.list_roles_to_rely_on(tx, person_id=actor),
            person_id=asked.as_person_id,
            staff_roles=(),
            own=OWN,
        )
        grant = impersonation_grants.get_row_to_change(tx, grant_id=grant_id)
        stop(tx, grant=grant, act=ImpersonationAct.DECLINE, by=actor, now=now)
        return tx.answer(impersonation_grants.get_grant(tx, grant_id=grant_id))


def _check_hands(tx: Tx, *, grant: GrantRow, actor: UUID, now: datetime) -> None:
    """Of a proposal; nobody approves what his own eyes are to see."""
    if grant.proposed_by is None:
        raise Conflict("impersonation-not-open", {"state": grant.state_at(now).value})
    if actor == grant.operator_id:
        raise Forbidden("second-person-needed")
    check_both_hands(
        tx,
        person_id=grant.as_person_id,
        proposed_by=grant.proposed_by,
        proposed_at=grant.given_at,
        decided_by=actor,
        decided_at=now,
        own=OWN,
    )
    if not staff.is_keeper_to_rely_on(tx, person_id=grant.operator_id):
        raise NotFound("staff-member-unknown")
    user = users.get_user(tx, tenant=grant.tenant, person_id=grant.as_person_id)
    check_may_be_seen(user, operator_id=grant.operator_id)
