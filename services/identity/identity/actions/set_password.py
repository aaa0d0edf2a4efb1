"""A one-time link sets a password, ends the lock of that credential, and is used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import CredentialKind, TenantCode
from identity.actions.new_password import (
    PasswordBearer,
    good_hash,
    replace_password,
    tell_password_set,
)
from identity.actions.read_link import read_link
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import PasswordAct, Visit
from identity.domain.links import SETS_PASSWORD, Link
from identity.domain.throttle import Doorstep
from identity.store import credentials, links, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound


@dataclass(frozen=True, slots=True)
class PasswordWasSet:
    person_id: UUID
    credential: CredentialKind
    user_name: str
    tenant: TenantCode | None


def set_password_by_link(
    *,
    db: Database,
    hasher: Hasher,
    sealer: Sealer,
    context: Context,
    now: datetime,
    token: str,
    password: str,
    visit: Visit,
    doorstep: Doorstep,
) -> PasswordWasSet:
    link = read_link(
        db=db, now=now, token=token, purposes=SETS_PASSWORD, context=context, doorstep=doorstep
    )
    hash = good_hash(
        db=db,
        hasher=hasher,
        context=context,
        rules=link.rules,
        credential_id=link.credential_id,
        password=password,
        user_name=link.user_name,
        names=link.names,
    )
    with db.write(context, tenant=EVERYONE) as tx:
        _use(tx, link=link, hash=hash, now=now)
        tell_password_set(
            tx,
            sealer=sealer,
            bearer=_bearer_of(link),
            act=PasswordAct.SET,
            visit=visit,
            now=now,
            details={"purpose": link.purpose.value},
        )
        return tx.answer(
            PasswordWasSet(link.person_id, link.credential, link.user_name, link.tenant)
        )


def _use(tx: Tx, *, link: Link, hash: str, now: datetime) -> None:
    # The credential first, then its links: in the order of whoever issues one meanwhile.
    state = credentials.get_state(tx, credential_id=link.credential_id)
    if not links.change_used(tx, link_id=link.link_id, at=now):
        raise NotFound("link-not-usable")
    replace_password(tx, state=state, hash=hash, rules=link.rules, now=now)
    if state.hash is None and link.credential is CredentialKind.PORTAL:
        users.change_activated(tx, person_id=link.person_id)


def _bearer_of(link: Link) -> PasswordBearer:
    return PasswordBearer(
        credential_id=link.credential_id,
        person_id=link.person_id,
        user_name=link.user_name,
        iam_user_id=link.iam_user_id,
        tenant=link.tenant,
    )
