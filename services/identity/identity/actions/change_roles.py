"""A manager of users replaces the roles of one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import Role, Section, TenantCode
from contracts.identity import RolesChanged
from contracts.identity import User as ShownUser
from identity.actions.callers import roles_of_caller
from identity.actions.end_impersonation import end_impersonations_of
from identity.actions.registering import provide_iam_user
from identity.clients.sealing import Sealer
from identity.domain.people import User
from identity.domain.roles import (
    Roles,
    check_grant,
    check_manager_remains,
    check_not_managing,
    check_office_keeps,
    check_roles_exist,
)
from identity.store import persons, tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.editions import demand_edition
from servicekit.pseudonyms import person_target


def change_roles(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    person_id: UUID,
    roles: Roles,
    edition: str | None = None,
) -> User:
    check_roles_exist(roles)
    with db.write(context, tenant=tenant) as tx:
        tenants.lock_tenant(tx, tenant=tenant)
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        demand_edition(edition, shown_as=ShownUser, present=user)
        giver = roles_of_caller(tx, context=context, tenant=tenant)
        check_grant(giver=giver, before=user.roles, after=roles)
        check_not_managing(user.manages_organisation)
        check_office_keeps(offices=user.offices, before=user.roles, after=roles)
        managers = users.list_user_managers(tx, tenant=tenant)
        check_manager_remains(managers=managers, person_id=person_id, after=roles)
        users.change_roles(tx, tenant=tenant, person_id=person_id, roles=roles)
        _open_console(tx, sealer=sealer, user=user, roles=roles, now=now)
        tx.record(
            "users:roles:changed",
            target=person_target(person_id),
            details={"from": dict(user.roles), "to": dict(roles)},
            at=now,
        )
        if dict(user.roles) != dict(roles):
            tx.emit(
                RolesChanged,
                at=now,
                person_id=person_id,
                tenant=tenant,
                accepted=user.accepted,
                roles=roles,
            )
        _end_what_he_gave(tx, user=user, roles=roles, now=now)
        return tx.answer(users.get_user(tx, tenant=tenant, person_id=person_id))


def _end_what_he_gave(tx: Tx, *, user: User, roles: Roles, now: datetime) -> None:
    """Who may let nobody see as a user any more has let nobody in."""
    if user.roles.get(Section.USERS) is Role.MANAGER and roles.get(Section.USERS) != Role.MANAGER:
        end_impersonations_of(
            tx,
            person_id=user.person_id,
            now=now,
            seen=False,
            looking=False,
            decided=False,
            tenant=user.tenant,
        )


def _open_console(tx: Tx, *, sealer: Sealer, user: User, roles: Roles, now: datetime) -> None:
    person = persons.get_person(tx, person_id=user.person_id)
    for mobile in (person.mobile if user.accepted else None, None):
        if provide_iam_user(
            tx,
            sealer=sealer,
            tenant=user.tenant,
            person=person,
            roles=roles,
            mobile=mobile,
            now=now,
        ):
            return
