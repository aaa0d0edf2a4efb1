"""A new password in place of one that has expired, for who has just proved it at a door."""

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
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, PasswordAct, Visit
from identity.domain.passwords import PasswordRules
from identity.store import credentials, sign_ins
from identity.store.credentials import ExpiringCredential
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict


@dataclass(frozen=True, slots=True)
class ExpiredPassword:
    user_name: str
    expired_at: datetime
    rules: PasswordRules


def read_expired_password(
    *, db: Database, context: Context, now: datetime, person_id: UUID, iam_user_id: UUID | None
) -> ExpiredPassword:
    known, expired_at = _expired(
        db=db, context=context, now=now, person_id=person_id, iam_user_id=iam_user_id
    )
    return ExpiredPassword(known.user_name, expired_at, known.rules)


def replace_expired_password(
    *,
    db: Database,
    hasher: Hasher,
    sealer: Sealer,
    context: Context,
    now: datetime,
    person_id: UUID,
    iam_user_id: UUID | None,
    password: str,
    visit: Visit,
) -> dict[str, str]:
    """The gateway answers for his having proved the old one, moments ago. It is worth nothing
    more once replaced: of two who try, the second finds nothing expired."""
    known, _ = _expired(
        db=db, context=context, now=now, person_id=person_id, iam_user_id=iam_user_id
    )
    hash = good_hash(
        db=db,
        hasher=hasher,
        context=context,
        rules=known.rules,
        credential_id=known.credential_id,
        password=password,
        user_name=known.user_name,
        names=known.names,
    )
    with db.write(context, tenant=EVERYONE) as tx:
        state = credentials.get_state(tx, credential_id=known.credential_id)
        if state.hash != known.hash:
            raise Conflict("password-not-expired")
        replace_password(tx, state=state, hash=hash, rules=known.rules, now=now)
        _tell(tx, sealer=sealer, known=known, visit=visit, now=now)
    return {}


def _expired(
    *, db: Database, context: Context, now: datetime, person_id: UUID, iam_user_id: UUID | None
) -> tuple[ExpiringCredential, datetime]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        known = credentials.find_expiring_credential(
            tx, person_id=person_id, iam_user_id=iam_user_id
        )
    expires_at = None if known is None else known.rules.expires_at(known.changed_at)
    if known is None or expires_at is None or now < expires_at:
        raise Conflict("password-not-expired")
    return known, expires_at


def _tell(
    tx: Tx, *, sealer: Sealer, known: ExpiringCredential, visit: Visit, now: datetime
) -> None:
    credential = CredentialKind.PORTAL if known.tenant is None else CredentialKind.API
    sign_ins.add_sign_in(
        tx,
        at=now,
        method=Method.of(credential),
        outcome=PasswordAct.CHANGED,
        person_id=known.person_id,
        iam_user_id=known.iam_user_id,
        visit=visit,
    )
    target = credential_target(person_id=known.person_id, iam_user_id=known.iam_user_id)
    tenant: TenantCode | None = known.tenant
    for chain in chains_of(tx, person_id=known.person_id, tenant=tenant):
        tx.record(
            f"{credential}:password:changed",
            target=target,
            details={"expired": True},
            tenant=chain,
            at=now,
        )
    not_me = issue_not_me_link(
        tx,
        sealer=sealer,
        credential_id=known.credential_id,
        person_id=known.person_id,
        about=NotMe.PASSWORD,
        now=now,
    )
    tx.emit(
        PasswordSet,
        at=now,
        person_id=known.person_id,
        credential=credential,
        tenant=tenant,
        user_name=known.user_name,
        set_at=now,
        not_me_link=not_me.sealed_link,
    )
