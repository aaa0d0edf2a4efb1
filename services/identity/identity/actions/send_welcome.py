"""The welcome mail again, or the invitation, with a new link; the older link ends."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import LinkPurpose
from identity.actions.registering import send_invitation, welcome
from identity.clients.sealing import Sealer
from identity.domain.links import LIFETIMES
from identity.store import invitations, persons, tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.errors import Conflict
from servicekit.pseudonyms import person_target


def send_welcome_again(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    person_id: UUID,
) -> dict[str, str]:
    """Whether somebody who has not accepted has a password is not told."""
    with db.write(context, tenant=tenant) as tx:
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        if user.activated:
            raise Conflict("already-activated")
        tenants.lock_tenant(tx, tenant=tenant)
        person = persons.get_person(tx, person_id=person_id)
        purpose = LinkPurpose.WELCOME
        if _invite_again(tx, sealer=sealer, tenant=tenant, person_id=person_id, now=now):
            purpose = LinkPurpose.INVITATION
        welcome(tx, sealer=sealer, person=person, tenant=tenant, now=now)
        users.change_invited(tx, tenant=tenant, person_id=person_id, until=now + LIFETIMES[purpose])
        return tx.answer({})


def _invite_again(
    tx: Tx, *, sealer: Sealer, tenant: TenantCode, person_id: UUID, now: datetime
) -> bool:
    """In the name of who invited him first."""
    invitation = invitations.find_invitation(tx, tenant=tenant, person_id=person_id)
    if invitation is None:
        return False
    send_invitation(
        tx,
        sealer=sealer,
        tenant=tenant,
        person_id=person_id,
        roles=invitation.roles,
        invited_by_name=invitation.invited_by,
        now=now,
    )
    tx.record("users:invitation:sent", target=person_target(person_id), at=now)
    return True
