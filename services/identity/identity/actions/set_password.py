"""A one-time link sets a password, ends the lock of that credential, and is used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import NotMe, PasswordSet
from identity.actions.chains import chains_of
from identity.actions.new_password import good_hash, replace_password
from identity.actions.not_me_links import issue_not_me_link
from identity.actions.pseudonyms import credential_target
from identity.actions.read_link import read_link
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, PasswordAct, Visit
from identity.domain.links import SETS_PASSWORD, Link
from identity.domain.throttle import Doorstep
from identity.store import credentials, links, sign_ins, users
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
        # The credential first, then its links: in the order of whoever issues one meanwhile.
        state = credentials.get_state(tx, credential_id=link.credential_id)
        if not links.change_used(tx, link_id=link.link_id, at=now):
            raise NotFound("link-not-usable")
        replace_password(tx, state=state, hash=hash, rules=link.rules, now=now)
        if state.hash is None and link.credential is CredentialKind.PORTAL:
            users.change_activated(tx, person_id=link.person_id)
        sign_ins.add_sign_in(
            tx,
            at=now,
            method=Method.of(link.credential),
            outcome=PasswordAct.SET,
            person_id=link.person_id,
            iam_user_id=link.iam_user_id,
            visit=visit,
        )
        _tell(tx, sealer=sealer, link=link, now=now)
        return tx.answer(
            PasswordWasSet(link.person_id, link.credential, link.user_name, link.tenant)
        )


def _tell(tx: Tx, *, sealer: Sealer, link: Link, now: datetime) -> None:
    for chain in chains_of(tx, person_id=link.person_id, tenant=link.tenant):
        tx.record(
            f"{link.credential}:password:set",
            target=credential_target(person_id=link.person_id, iam_user_id=link.iam_user_id),
            details={"purpose": link.purpose.value},
            tenant=chain,
            at=now,
        )
    not_me = issue_not_me_link(
        tx,
        sealer=sealer,
        credential_id=link.credential_id,
        person_id=link.person_id,
        about=NotMe.PASSWORD,
        now=now,
    )
    tx.emit(
        PasswordSet,
        at=now,
        person_id=link.person_id,
        credential=link.credential,
        tenant=link.tenant,
        user_name=link.user_name,
        set_at=now,
        not_me_link=not_me.sealed_link,
    )
