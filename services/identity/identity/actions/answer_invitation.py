"""Somebody who has a login accepts a contract that invited him, or declines it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import LinkPurpose
from identity.actions.callers import person_of
from identity.actions.read_link import read_link
from identity.actions.remove_user import go, tell_answer
from identity.domain.people import Invitation
from identity.store import credentials, invitations, links, tenants, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound
from servicekit.pseudonyms import person_target

_MOST = 100  # invitations shown to one person


@dataclass(frozen=True, slots=True)
class AnsweredInvitation:
    tenant: TenantCode
    accepted: bool


def answer_invitation(
    *, db: Database, context: Context, now: datetime, token: str, accept: bool
) -> AnsweredInvitation:
    """By the mailed link: who reads that mailbox need not sign in to say yes or no."""
    link = read_link(db=db, now=now, token=token, purposes={LinkPurpose.INVITATION})
    tenant = TenantCode(link.topic)
    with db.write(context, tenant=EVERYONE) as tx:
        # The tenant first, then the credential: in the order of whoever invites meanwhile.
        tenants.lock_tenant(tx, tenant=tenant)
        credentials.get_state(tx, credential_id=link.credential_id)
        if not links.change_used(tx, link_id=link.link_id, at=now):
            raise NotFound("link-not-usable")
        if invitations.find_invitation(tx, tenant=tenant, person_id=link.person_id) is None:
            raise NotFound("link-not-usable")
        if accept:
            _accept(tx, tenant=tenant, person_id=link.person_id, now=now)
        else:
            go(tx, tenant=tenant, person_id=link.person_id, now=now)
        return tx.answer(AnsweredInvitation(tenant, accept))


def accept_invitation(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> dict[str, str]:
    """By who is signed in; the mailed link has served then."""
    person_id = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        credential = credentials.get_portal_credential(tx, person_id=person_id)
        credentials.get_state(tx, credential_id=credential.credential_id)
        _accept(tx, tenant=tenant, person_id=person_id, now=now)
        links.change_ended(
            tx,
            credential_id=credential.credential_id,
            at=now,
            purpose=LinkPurpose.INVITATION,
            topic=tenant,
        )
        return tx.answer({})


def list_own_invitations(*, db: Database, context: Context) -> list[Invitation]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return invitations.list_own_invitations(tx, person_id=person_of(context), limit=_MOST)


def _accept(tx: Tx, *, tenant: TenantCode, person_id: UUID, now: datetime) -> None:
    invitation = invitations.find_invitation(tx, tenant=tenant, person_id=person_id)
    if not users.change_accepted(tx, tenant=tenant, person_id=person_id, at=now):
        users.get_user(tx, tenant=tenant, person_id=person_id)  # accepted before, or no user
        return
    user = users.get_user(tx, tenant=tenant, person_id=person_id)
    tx.record("users:invitation:accepted", target=person_target(person_id), tenant=tenant, at=now)
    if invitation is not None:
        tell_answer(tx, user=user, invitation=invitation, accepted=True, now=now)
