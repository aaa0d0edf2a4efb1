"""A manager of users changes what his tenant calls one of them, and the number of his IAM user."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import User as ShownUser
from contracts.identity import UserChanged
from identity.domain.people import User
from identity.store import iam_users, persons, tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.editions import demand_edition
from servicekit.errors import Conflict
from servicekit.pseudonyms import person_target


def change_user(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    person_id: UUID,
    given_name: str,
    family_name: str,
    mobile: str | None,
    edition: str | None = None,
) -> User:
    """Names, e-mail and number that the person gave himself stay as they are everywhere else."""
    with db.write(context, tenant=tenant) as tx:
        tenants.lock_tenant(tx, tenant=tenant)
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        demand_edition(edition, shown_as=ShownUser, present=user)
        changed = _changed(user, given_name=given_name, family_name=family_name, mobile=mobile)
        if "names" in changed:
            person = persons.get_person(tx, person_id=person_id)
            users.change_names(
                tx, tenant=tenant, person=person, given_name=given_name, family_name=family_name
            )
        if "mobile" in changed:
            _change_mobile(tx, user=user, mobile=mobile)
        if not changed:
            return tx.answer(user)
        tx.record(
            "users:user:changed",
            target=person_target(person_id),
            details={"changed": changed},
            at=now,
        )
        tx.emit(
            UserChanged,
            at=now,
            person_id=person_id,
            tenant=tenant,
            accepted=user.accepted,
            names="names" in changed,
            mobile="mobile" in changed,
        )
        return tx.answer(users.get_user(tx, tenant=tenant, person_id=person_id))


def _changed(user: User, *, given_name: str, family_name: str, mobile: str | None) -> list[str]:
    """What, never to what: the trail outlives the person."""
    names = (given_name, family_name) != (user.given_name, user.family_name)
    return [
        what for what, is_other in (("names", names), ("mobile", mobile != user.mobile)) if is_other
    ]


def _change_mobile(tx: Tx, *, user: User, mobile: str | None) -> None:
    if not user.has_iam_user:
        raise Conflict("no-iam-user")
    iam_users.change_mobile(tx, tenant=user.tenant, person_id=user.person_id, mobile=mobile)
