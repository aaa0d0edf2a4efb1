"""The tenant lets one of staff see it as one of its users does; or one of staff proposes that."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import Role, Section, TenantCode
from contracts.identity import ImpersonationGranted
from identity.actions.callers import person_of, roles_of_caller
from identity.actions.telling_of_impersonation import record_impersonation, schedule_run_out, tell
from identity.domain.impersonation import (
    OWN,
    TRANSITIONS,
    Grant,
    GrantRow,
    ImpersonationAct,
    check_given,
    check_may_be_seen,
)
from identity.domain.names import name_key
from identity.domain.two_hands import OPEN_FOR, check_hands
from identity.store import impersonation_grants, staff, tenants, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Forbidden, NotFound
from servicekit.ids import new_id


def give_impersonation(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    as_person_id: UUID,
    operator: str,
    minutes: int,
    reason: str,
) -> Grant:
    """In force at once; everybody concerned has a mail. Nobody lets himself in: somebody of staff
    who manages users there would see by one hand what he does not hold."""
    actor = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        operator_id = _fit_pair(tx, tenant=tenant, as_person_id=as_person_id, operator=operator)
        if operator_id == actor:
            raise Forbidden(OWN)
        if roles_of_caller(tx, context=context, tenant=tenant).get(Section.USERS) != Role.MANAGER:
            raise Forbidden("role-missing")  # lost a moment ago: that ended what he had given
        day_before = now - timedelta(days=1)
        check_given(
            impersonation_grants.count_given(tx, tenant=tenant, given_by=actor, after=day_before)
        )
        grant = _new_grant(
            act=ImpersonationAct.GIVE,
            tenant=tenant,
            as_person_id=as_person_id,
            operator_id=operator_id,
            minutes=minutes,
            reason=reason,
            by=actor,
            now=now,
        )
        shown = _add(tx, grant=grant, what="given", now=now)
        tell(tx, event=ImpersonationGranted, grant=shown, now=now)
        return tx.answer(shown)


def propose_impersonation(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    as_person_id: UUID,
    operator: str,
    minutes: int,
) -> Grant:
    """What could not be given now is not proposed either. The tenant sees it at once."""
    actor = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        operator_id = _fit_pair(tx, tenant=tenant, as_person_id=as_person_id, operator=operator)
        check_hands(
            actor=actor,
            held=staff.list_roles_to_rely_on(tx, person_id=actor),
            person_id=as_person_id,
            staff_roles=staff.list_roles(tx, person_id=as_person_id),
            own=OWN,
        )
        grant = _new_grant(
            act=ImpersonationAct.PROPOSE,
            tenant=tenant,
            as_person_id=as_person_id,
            operator_id=operator_id,
            minutes=minutes,
            reason=context.reason or "",
            by=actor,
            now=now,
        )
        return tx.answer(_add(tx, grant=grant, what="proposed", now=now))


def _fit_pair(tx: Tx, *, tenant: TenantCode, as_person_id: UUID, operator: str) -> UUID:
    """Who may look. Somebody who is not of staff is as unknown as one whom nobody bears."""
    tenants.lock_tenant(tx, tenant=tenant)
    user = users.get_user(tx, tenant=tenant, person_id=as_person_id)
    operator_id = staff.find_keeper_to_rely_on(tx, login_key=name_key(operator))
    if operator_id is None:
        raise NotFound("staff-member-unknown")
    check_may_be_seen(user, operator_id=operator_id)
    return operator_id


def _new_grant(
    *,
    act: ImpersonationAct,
    tenant: TenantCode,
    as_person_id: UUID,
    operator_id: UUID,
    minutes: int,
    reason: str,
    by: UUID,
    now: datetime,
) -> GrantRow:
    given = act is ImpersonationAct.GIVE
    return GrantRow(
        grant_id=new_id(),
        tenant=tenant,
        state=TRANSITIONS[None, act],
        operator_id=operator_id,
        as_person_id=as_person_id,
        reason=reason,
        minutes=minutes,
        given_by=by if given else None,
        proposed_by=None if given else by,
        approved_by=None,
        given_at=now,
        expires_at=None if given else now + OPEN_FOR,
        starts_at=now if given else None,
        ends_at=now + timedelta(minutes=minutes) if given else None,
        begun_at=None,
        ended_at=None,
        ended_by=None,
    )


def _add(tx: Tx, *, grant: GrantRow, what: str, now: datetime) -> Grant:
    impersonation_grants.add_grant(tx, grant=grant)
    schedule_run_out(tx, grant=grant)
    record_impersonation(tx, what, grant=grant, now=now)
    return impersonation_grants.get_grant(tx, grant_id=grant.grant_id)
