"""Reading people: their rights, their account, the lists of a tenant and of the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import UserState
from identity.actions.callers import person_of
from identity.domain.names import name_key, searched
from identity.domain.people import Account, IamUser, Person, Rights, StaffMember, User
from identity.store import credentials, iam_users, persons, rights, staff, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound
from servicekit.paging import decode_cursor, page

_MOST_TENANTS = 10_000  # of one person
_MOST_IAM_USERS = 1_000  # shown on one's account page

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next_cursor: str | None


def resolve_rights(*, db: Database, context: Context, person_id: UUID) -> Rights:
    """A disabled person holds nothing."""
    with db.read(tenant=EVERYONE, context=context) as tx:
        standing = rights.find_standing(tx, person_id=person_id)
        if standing is None:
            raise NotFound("person-unknown")
        if not standing.enabled:
            return Rights(person_id, enabled=False, staff=())
        held = rights.list_rights(tx, person_id=person_id, limit=_MOST_TENANTS)
    return Rights(
        person_id,
        enabled=True,
        staff=standing.staff,
        tenants=tuple(held),
        second_factor_required=standing.second_factor_required,
    )


def get_person(*, db: Database, context: Context, person_id: UUID) -> Person:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return persons.get_person(tx, person_id=person_id)


def get_account(*, db: Database, context: Context, now: datetime) -> Account:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return account_of(tx, person_id=person_of(context), now=now)


def account_of(tx: Tx, *, person_id: UUID, now: datetime) -> Account:
    person = persons.get_person(tx, person_id=person_id)
    credential = credentials.get_portal_credential(tx, person_id=person_id)
    own = iam_users.list_own_iam_users(tx, person_id=person_id, limit=_MOST_IAM_USERS)
    return Account(
        person_id=person_id,
        login=person.login,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        mobile=person.mobile,
        language=person.language,
        password_changed_at=credential.changed_at,
        password_expires_at=credential.rules.expires_at(credential.changed_at),
        rules=credential.rules,
        iam_users=tuple(user.at(now) for user in own),
    )


def get_user(*, db: Database, context: Context, tenant: TenantCode, person_id: UUID) -> User:
    with db.read(tenant=tenant, context=context) as tx:
        return users.get_user(tx, tenant=tenant, person_id=person_id)


def list_users(
    *,
    db: Database,
    context: Context,
    tenant: TenantCode,
    search: str | None,
    cursor: str | None,
    limit: int,
    state: UserState | None = None,
) -> Page[User]:
    after = decode_cursor(cursor, (str, UUID))
    with db.read(tenant=tenant, context=context) as tx:
        found = users.list_users(
            tx,
            tenant=tenant,
            search=searched(search) if search else None,
            state=state,
            after=None if after is None else (after[0], after[1]),
            limit=limit + 1,
        )
    return Page(*page(found, limit, lambda user: (user.sort_key, user.person_id)))


def list_iam_users(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    cursor: str | None,
    limit: int,
    search: str | None = None,
) -> Page[IamUser]:
    after = decode_cursor(cursor, (str,))
    with db.read(tenant=tenant, context=context) as tx:
        found = iam_users.list_iam_users(
            tx,
            tenant=tenant,
            search=name_key(search) if search else None,
            after=None if after is None else after[0],
            limit=limit + 1,
        )
    items, next_cursor = page(found, limit, lambda user: (user.user_name_key,))
    return Page([user.at(now) for user in items], next_cursor)


def list_staff(
    *, db: Database, context: Context, cursor: str | None, limit: int
) -> Page[StaffMember]:
    after = decode_cursor(cursor, (str,))
    with db.read(tenant=EVERYONE, context=context) as tx:
        found = staff.list_staff(tx, after=None if after is None else after[0], limit=limit + 1)
    items, next_cursor = page(found, limit, lambda member: (member.login_key,))
    return Page(items, next_cursor)
