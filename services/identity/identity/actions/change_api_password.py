"""A new API password for who proves the current one, at the API Login's own page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from identity.actions.attempts import Attempt, Pause, Settled, attempt, settle
from identity.actions.doors import api_door
from identity.actions.new_password import (
    PasswordBearer,
    examine,
    hashed_unless_used,
    replace_password,
    tell_password_set,
)
from identity.actions.note_refusal import note_wrong_password
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, Outcome, PasswordAct, Visit
from identity.domain.passwords import PasswordRules, refuse_password, too_young
from identity.domain.throttle import Throttle
from identity.store import credentials, factors
from servicekit.context import Context
from servicekit.db import Database, Scope, Tx
from servicekit.errors import Forbidden, Invalid, Unauthenticated

_FIELD = "new_password"


@dataclass(frozen=True, slots=True)
class NewPassword:
    """Hashed, or why it is refused: told to who has proved the current one, to nobody else."""

    hash: str | None
    rules: PasswordRules | None = None
    refused: Invalid | None = None


def change_api_password(
    *,
    db: Database,
    hasher: Hasher,
    sealer: Sealer,
    context: Context,
    now: datetime,
    pause: Pause,
    throttle: Throttle,
    domain: str,
    identifier: str,
    current_password: str,
    new_password: str,
    visit: Visit,
) -> dict[str, str]:
    """Guessing the current one counts against the API login's lock, and is answered as there."""
    door = api_door(domain=domain, identifier=identifier, visit=visit, now=now, throttle=throttle)
    with hasher.place():  # one for both passwords
        made = attempt(
            db=db,
            hasher=hasher,
            context=context,
            now=now,
            pause=pause,
            scope=door.scope,
            find=door.find,
            password=current_password,
            doorstep=door.doorstep,
        )
        made = _held_to_second_factor(db, context, scope=door.scope, made=made)
        new = NewPassword(None)
        if made.outcome is Outcome.ACCEPTED:
            new = _prepared(
                db, hasher, context, now, scope=door.scope, made=made, password=new_password
            )
    with db.write(context, tenant=door.scope) as tx:
        settled = settle(tx, made=made, now=now)
        _write(tx, sealer=sealer, made=made, settled=settled, new=new, visit=visit, now=now)
    if settled.outcome is Outcome.NO_SECOND_FACTOR:
        raise Forbidden("second-factor-required")
    if settled.outcome is not Outcome.ACCEPTED:
        raise made.shut or Unauthenticated("sign-in-refused")
    if new.refused is not None:
        raise new.refused
    return {}


def _held_to_second_factor(
    db: Database, context: Context, *, scope: Scope, made: Attempt
) -> Attempt:
    """One password is not enough for who has a second factor: the portal mails him a link. Known
    to who knows the password, it is a refusal all the same: nothing earlier is forgiven by it."""
    if made.outcome is not Outcome.ACCEPTED or made.candidate.person_id is None:
        return made
    with db.read(tenant=scope, context=context) as tx:
        enrolled = factors.get_factors(tx, person_id=made.candidate.person_id).kinds
    return replace(made, outcome=Outcome.NO_SECOND_FACTOR) if enrolled else made


def _prepared(
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    *,
    scope: Scope,
    made: Attempt,
    password: str,
) -> NewPassword:
    with db.read(tenant=scope, context=context) as tx:
        known = credentials.get_api_credential(tx, credential_id=made.candidate.credential_id)
    try:
        examine(
            hasher=hasher,
            rules=known.rules,
            password=password,
            user_name=known.user_name,
            names=known.names,
            field=_FIELD,
            more=too_young(known.rules, changed_at=known.changed_at, now=now),
        )
        used, hash = hashed_unless_used(
            db=db,
            hasher=hasher,
            context=context,
            rules=known.rules,
            credential_id=known.credential_id,
            password=password,
        )
        if used:
            refuse_password(field=_FIELD, codes=used)
    except Invalid as refused:
        return NewPassword(None, known.rules, refused)
    return NewPassword(hash, known.rules)


def _write(
    tx: Tx,
    *,
    sealer: Sealer,
    made: Attempt,
    settled: Settled,
    new: NewPassword,
    visit: Visit,
    now: datetime,
) -> None:
    if settled.outcome is not Outcome.ACCEPTED:
        note_wrong_password(tx, method=Method.API, made=made, settled=settled, visit=visit, now=now)
    elif new.hash is not None and new.rules is not None:
        state = credentials.get_state(tx, credential_id=made.candidate.credential_id)
        replace_password(tx, state=state, hash=new.hash, rules=new.rules, now=now)
        tell_password_set(
            tx,
            sealer=sealer,
            bearer=_bearer_of(tx, made=made),
            act=PasswordAct.CHANGED,
            visit=visit,
            now=now,
        )


def _bearer_of(tx: Tx, *, made: Attempt) -> PasswordBearer:
    known = credentials.find_bearer(tx, credential_id=made.candidate.credential_id)
    assert known is not None
    return PasswordBearer(
        credential_id=known.credential_id,
        person_id=known.person_id,
        user_name=known.user_name,
        iam_user_id=known.iam_user_id,
        tenant=known.tenant,
    )
