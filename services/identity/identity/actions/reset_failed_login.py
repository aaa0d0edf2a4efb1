"""Reset Failed Login: clears counter and lock of an API credential, at once, and of no other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import FailedLoginReset
from identity.actions.callers import name_of_caller, person_id_of_caller, person_of
from identity.domain.people import IamUser
from identity.store import credentials, iam_users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound
from servicekit.pseudonyms import iam_user_target


def reset_failed_login(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, iam_user_id: UUID
) -> IamUser:
    """By somebody with the right on the domain's console, or by support."""
    with db.write(context, tenant=tenant) as tx:
        return tx.answer(
            _reset(tx, context=context, tenant=tenant, iam_user_id=iam_user_id, now=now)
        )


def reset_own_failed_login(
    *, db: Database, context: Context, now: datetime, iam_user_id: UUID
) -> IamUser:
    """By the locked person himself, who can still enter by the portal."""
    with db.write(context, tenant=EVERYONE) as tx:
        tenant = iam_users.find_domain_of_own(
            tx, person_id=person_of(context), iam_user_id=iam_user_id
        )
        if tenant is None:
            raise NotFound("iam-user-unknown")
        return tx.answer(
            _reset(tx, context=context, tenant=tenant, iam_user_id=iam_user_id, now=now)
        )


def _reset(
    tx: Tx, *, context: Context, tenant: TenantCode, iam_user_id: UUID, now: datetime
) -> IamUser:
    user = iam_users.get_iam_user(tx, tenant=tenant, iam_user_id=iam_user_id)
    freed = user.guard.reset()
    credentials.change_guard(tx, credential_id=user.credential_id, guard=freed)
    reset_by = name_of_caller(tx, context=context)
    before = user.at(now)
    tx.record(
        "api:failed-login:reset",
        target=iam_user_target(iam_user_id),
        details={
            "failed_logins": before.failed_logins,
            "was_locked": before.locked_until is not None,
        },
        tenant=tenant,
        at=now,
    )
    tx.emit(
        FailedLoginReset,
        at=now,
        person_id=user.person_id,
        iam_user_id=iam_user_id,
        tenant=tenant,
        user_name=user.user_name,
        reset_by=reset_by,
        reset_by_person_id=person_id_of_caller(context),
    )
    return user.guarded_by(freed)
