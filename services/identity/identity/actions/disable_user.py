"""A manager of users disables one in the tenant, or enables him again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.declare import Event
from contracts.identity import UserDisabled, UserEnabled
from identity.actions.callers import person_id_of_caller, roles_of_caller
from identity.actions.end_impersonation import end_impersonations_of
from identity.actions.second_logins import look_after_second
from identity.domain.people import User
from identity.domain.roles import (
    check_grant,
    check_manager_remains,
    check_no_office,
    check_not_managing,
    check_not_oneself,
)
from identity.store import tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.pseudonyms import person_target


def disable_user(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, person_id: UUID
) -> User:
    """He stays a user with his roles, and holds none of them."""
    caller = person_id_of_caller(context)
    with db.write(context, tenant=tenant) as tx:
        tenants.lock_tenant(tx, tenant=tenant)
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        check_not_managing(user.manages_organisation)
        check_not_oneself(caller=caller, person_id=person_id)
        check_no_office(user.offices)
        managers = users.list_user_managers(tx, tenant=tenant)
        check_manager_remains(managers=managers, person_id=person_id, after=None)
        if user.disabled_at is not None:
            return tx.answer(user)
        users.change_disabled(tx, tenant=tenant, person_id=person_id, at=now, by=caller)
        end_impersonations_of(
            tx, person_id=person_id, now=now, looking=False, decided=False, tenant=tenant
        )
        look_after_second(tx, first_person_id=person_id, now=now)
        return tx.answer(_told(tx, user=user, event=UserDisabled, act="disabled", now=now))


def enable_user(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, person_id: UUID
) -> User:
    """His roles count again: nobody gives them back who does not hold them himself."""
    with db.write(context, tenant=tenant) as tx:
        tenants.lock_tenant(tx, tenant=tenant)
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        if user.disabled_at is None:
            return tx.answer(user)
        giver = roles_of_caller(tx, context=context, tenant=tenant)
        check_grant(giver=giver, before={}, after=user.roles)
        users.change_disabled(tx, tenant=tenant, person_id=person_id, at=None, by=None)
        return tx.answer(_told(tx, user=user, event=UserEnabled, act="enabled", now=now))


def _told(tx: Tx, *, user: User, event: Event, act: str, now: datetime) -> User:
    tx.record(f"users:user:{act}", target=person_target(user.person_id), at=now)
    tx.emit(
        event,
        at=now,
        person_id=user.person_id,
        tenant=user.tenant,
        accepted=user.accepted,
    )
    return users.get_user(tx, tenant=user.tenant, person_id=user.person_id)
