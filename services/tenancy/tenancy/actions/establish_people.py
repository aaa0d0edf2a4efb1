"""Identity tells who the people are that a tenant was opened with."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from contracts.codes import Office, TenantCode
from servicekit.context import Context
from servicekit.db import Database
from tenancy.store import contracts, offices


def establish_people(
    *,
    db: Database,
    context: Context,
    event_id: UUID,
    tenant: TenantCode,
    holders: Mapping[Office, tuple[UUID, str]],
) -> None:
    """``holders``: person id and login by office. A contract not known yet: heard again later."""
    with db.write(context, tenant=tenant) as tx:
        if not tx.once(event_id):
            return
        contracts.get_contract(tx, tenant=tenant)
        for office, (person_id, login) in holders.items():
            offices.change_unknown_holder(
                tx, tenant=tenant, office=office, person_id=person_id, login=login
            )
