"""My account: a new portal password for who proves the current one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from identity.actions.attempts import Attempt, Pause, attempt, settle
from identity.actions.callers import person_of
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
from identity.domain.passwords import refuse_password, too_young
from identity.domain.people import Person
from identity.store import candidates, credentials, persons
from identity.store.credentials import PortalCredential
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.errors import Forbidden

_FIELD = "new_password"
_METHOD = Method.PORTAL


@dataclass(frozen=True, slots=True)
class _Tried:
    """``hash``: of the new password, where the current one was right and nothing speaks against
    the new one; else ``used`` says what does."""

    made: Attempt
    used: list[str]
    hash: str | None = field(repr=False)


def change_password(
    *,
    db: Database,
    hasher: Hasher,
    sealer: Sealer,
    context: Context,
    now: datetime,
    pause: Pause,
    current_password: str,
    new_password: str,
    visit: Visit,
) -> dict[str, str]:
    """Guessing the current one counts against the portal login's lock, as at the door."""
    person_id = person_of(context)
    with db.read(tenant=EVERYONE, context=context) as tx:
        person = persons.get_person(tx, person_id=person_id)
        known = credentials.get_portal_credential(tx, person_id=person_id)
    with hasher.place():  # one for all the hashing there is
        _examine(hasher, person=person, known=known, password=new_password, now=now)
        given = {"current": current_password, "new": new_password}
        tried = _tried(db, hasher, context, now, pause, person=person, known=known, **given)
    with db.write(context, tenant=EVERYONE) as tx:
        settled = settle(tx, made=tried.made, now=now)
        if settled.outcome is not Outcome.ACCEPTED:
            note_wrong_password(
                tx, method=_METHOD, made=tried.made, settled=settled, visit=visit, now=now
            )
        elif tried.hash is not None:
            state = credentials.get_state(tx, credential_id=known.credential_id)
            replace_password(tx, state=state, hash=tried.hash, rules=known.rules, now=now)
            bearer = PasswordBearer(known.credential_id, person_id, person.login)
            act = PasswordAct.CHANGED
            tell_password_set(tx, sealer=sealer, bearer=bearer, act=act, visit=visit, now=now)
    if settled.outcome is not Outcome.ACCEPTED:
        raise Forbidden("current-password-wrong")
    if tried.used:
        refuse_password(field=_FIELD, codes=tried.used)
    return {}


def _examine(
    hasher: Hasher, *, person: Person, known: PortalCredential, password: str, now: datetime
) -> None:
    examine(
        hasher=hasher,
        rules=known.rules,
        password=password,
        user_name=person.login,
        names=person.names,
        field=_FIELD,
        more=too_young(known.rules, changed_at=known.changed_at, now=now),
    )


def _tried(
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    *,
    person: Person,
    known: PortalCredential,
    current: str,
    new: str,
) -> _Tried:
    made = attempt(
        db=db,
        hasher=hasher,
        context=context,
        now=now,
        pause=pause,
        scope=EVERYONE,
        find=partial(candidates.get_candidate_by_person, person_id=person.person_id),
        password=current,
    )
    if made.outcome is not Outcome.ACCEPTED:
        return _Tried(made, [], None)
    used, hash = hashed_unless_used(
        db=db,
        hasher=hasher,
        context=context,
        rules=known.rules,
        credential_id=known.credential_id,
        password=new,
    )
    return _Tried(made, used, hash)
