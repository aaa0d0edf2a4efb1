"""The welcome mail again, with a new link; the older link ends."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from identity.actions.registering import welcome
from identity.clients.sealing import Sealer
from identity.store import persons, users
from servicekit.context import Context
from servicekit.db import Database
from servicekit.errors import Conflict


def send_welcome_again(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    person_id: UUID,
) -> dict[str, str]:
    with db.write(context, tenant=tenant) as tx:
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        person = persons.get_person(tx, person_id=person_id)
        sent = welcome(tx, sealer=sealer, person=person, tenant=tenant, now=now)
        if not sent and user.activated:  # whether a stranger has a password is not told
            raise Conflict("already-activated")
        return tx.answer({})
