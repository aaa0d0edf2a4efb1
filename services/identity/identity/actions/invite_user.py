"""A manager of users invites a person; an e-mail that has a login already is attached."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from identity.actions.callers import person_of, roles_of_caller
from identity.actions.registering import join, provide_iam_user, register
from identity.clients.sealing import Sealer
from identity.domain.people import NewPerson, Person, User
from identity.domain.roles import Roles, check_grant, check_roles_exist
from identity.store import persons, tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.errors import Conflict
from servicekit.pseudonyms import person_target


def invite_user(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    new: NewPerson,
    roles: Roles,
) -> User:
    check_roles_exist(roles)
    with db.write(context, tenant=tenant) as tx:
        tenants.lock_tenant(tx, tenant=tenant)
        giver = roles_of_caller(tx, context=context, tenant=tenant)
        check_grant(giver=giver, before={}, after=roles)
        person, newly = register(tx, new=new, now=now)
        if not join(
            tx,
            sealer=sealer,
            tenant=tenant,
            person=person,
            typed=new,
            newly_registered=newly,
            roles=roles,
            invited_by=persons.get_person(tx, person_id=person_of(context)),
            now=now,
        ):
            raise Conflict("user-exists")
        _provide_iam_user(
            tx, sealer=sealer, tenant=tenant, person=person, roles=roles, new=new, now=now
        )
        tx.record(
            "users:user:invited",
            target=person_target(person.person_id),
            details={"roles": dict(roles), "newly_registered": newly},
            at=now,
        )
        return tx.answer(users.get_user(tx, tenant=tenant, person_id=person.person_id))


def _provide_iam_user(
    tx: Tx,
    *,
    sealer: Sealer,
    tenant: TenantCode,
    person: Person,
    roles: Roles,
    new: NewPerson,
    now: datetime,
) -> None:
    """With the number given for this domain, which must be free in it. One that the person has
    anyway stays his: whoever knows his e-mail need not know his number."""
    if not provide_iam_user(
        tx,
        sealer=sealer,
        tenant=tenant,
        person=person,
        roles=roles,
        mobile=new.mobile,
        now=now,
    ):
        raise Conflict("mobile-taken")
