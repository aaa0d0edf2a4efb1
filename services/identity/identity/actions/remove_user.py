"""A user is no user of the tenant any more: taken out, or gone of his own will."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import InvitationAnswered, TenantLeft
from contracts.identity.facts import Leaving
from identity.actions.callers import person_of
from identity.actions.end_impersonation import end_impersonations_of
from identity.actions.second_logins import look_after_second
from identity.domain.people import Invitation, User
from identity.domain.roles import check_manager_remains, check_no_office, check_not_managing
from identity.store import invitations, tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.pseudonyms import person_target

_ACTS = {
    Leaving.REMOVED: "users:user:removed",
    Leaving.LEFT: "users:user:left",
    Leaving.DECLINED: "users:invitation:declined",
}


def remove_user(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, person_id: UUID
) -> dict[str, str]:
    """A manager of users takes one out of the tenant, with his IAM user in the domain."""
    with db.write(context, tenant=tenant) as tx:
        tenants.lock_tenant(tx, tenant=tenant)
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        _take_out(tx, user=user, how=Leaving.REMOVED, now=now)
        return tx.answer({})


def leave_tenant(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> dict[str, str]:
    """One gives up one's own rights there, or declines the invitation."""
    with db.write(context, tenant=tenant) as tx:
        go(tx, tenant=tenant, person_id=person_of(context), now=now)
        return tx.answer({})


def go(tx: Tx, *, tenant: TenantCode, person_id: UUID, now: datetime) -> None:
    """The user first, then the tenant's lock: a stranger does not learn whether it exists."""
    users.get_user(tx, tenant=tenant, person_id=person_id)
    tenants.lock_tenant(tx, tenant=tenant)
    user = users.get_user(tx, tenant=tenant, person_id=person_id)
    invitation = invitations.find_invitation(tx, tenant=tenant, person_id=person_id)
    how = Leaving.LEFT if invitation is None else Leaving.DECLINED
    _take_out(tx, user=user, how=how, now=now)
    if invitation is not None:
        tell_answer(tx, user=user, invitation=invitation, accepted=False, now=now)


def _take_out(tx: Tx, *, user: User, how: Leaving, now: datetime) -> None:
    check_no_office(user.offices)
    check_not_managing(user.manages_organisation)
    managers = users.list_user_managers(tx, tenant=user.tenant)
    check_manager_remains(managers=managers, person_id=user.person_id, after=None)
    take_out(tx, user=user, how=how, now=now)


def take_out(tx: Tx, *, user: User, how: Leaving, now: datetime) -> None:
    """Whether he may go is decided before; the tenant's lock is held."""
    users.remove_user(tx, tenant=user.tenant, person_id=user.person_id)
    tx.record(
        _ACTS[how],
        target=person_target(user.person_id),
        details={"roles": dict(user.roles)},
        at=now,
        tenant=user.tenant,
    )
    end_impersonations_of(
        tx, person_id=user.person_id, now=now, looking=False, decided=False, tenant=user.tenant
    )
    look_after_second(tx, first_person_id=user.person_id, now=now)
    tx.emit(
        TenantLeft,
        at=now,
        person_id=user.person_id,
        tenant=user.tenant,
        how=how,
        accepted=user.accepted,
        by_management=user.manages_organisation,
    )


def tell_answer(
    tx: Tx, *, user: User, invitation: Invitation, accepted: bool, now: datetime
) -> None:
    tx.emit(
        InvitationAnswered,
        at=now,
        person_id=user.person_id,
        tenant=user.tenant,
        accepted=accepted,
        name=f"{user.given_name} {user.family_name}",
        invited_by=invitation.invited_by_id,
    )
