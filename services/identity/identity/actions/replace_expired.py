"""A new password in place of one that has expired, for who has just proved it at a door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from identity.actions.new_password import (
    PasswordBearer,
    good_hash,
    replace_password,
    tell_password_set,
)
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import PasswordAct, Visit
from identity.domain.passwords import PasswordRules
from identity.store import credentials
from identity.store.credentials import ExpiringCredential
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
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
        tell_password_set(
            tx,
            sealer=sealer,
            bearer=_bearer_of(known),
            act=PasswordAct.CHANGED,
            visit=visit,
            now=now,
            details={"expired": True},
        )
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


def _bearer_of(known: ExpiringCredential) -> PasswordBearer:
    return PasswordBearer(
        credential_id=known.credential_id,
        person_id=known.person_id,
        user_name=known.user_name,
        iam_user_id=known.iam_user_id,
        tenant=known.tenant,
    )
