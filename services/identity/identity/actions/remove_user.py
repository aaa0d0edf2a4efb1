"""A manager of users takes one out of the tenant, with his IAM user in the domain."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import TenantLeft
from identity.domain.roles import check_manager_remains, check_no_office
from identity.store import tenants, users
from servicekit.context import Context
from servicekit.db import Database


def remove_user(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, person_id: UUID
) -> dict[str, str]:
    with db.write(context, tenant=tenant) as tx:
        tenants.lock_tenant(tx, tenant=tenant)
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        check_no_office(user.offices)
        managers = users.list_user_managers(tx, tenant=tenant)
        check_manager_remains(managers=managers, person_id=person_id, after=None)
        users.remove_user(tx, tenant=tenant, person_id=person_id)
        tx.record(
            "users:user:removed", target=user.login, details={"roles": dict(user.roles)}, at=now
        )
        tx.emit(TenantLeft, at=now, person_id=person_id, tenant=tenant)
        return tx.answer({})
