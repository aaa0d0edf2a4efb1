"""My account: a new portal password for who proves the current one."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from contracts.codes import CredentialKind
from contracts.identity import NotMe, PasswordSet
from identity.actions.attempts import Attempt, Pause, Settled, attempt, settle
from identity.actions.callers import person_of
from identity.actions.chains import chains_of
from identity.actions.new_password import examine, hashed_unless_used, replace_password
from identity.actions.not_me_links import issue_not_me_link
from identity.actions.note_refusal import leave_note
from identity.actions.pseudonyms import person_target
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, Outcome, PasswordAct, Visit
from identity.domain.passwords import refuse_password, too_young
from identity.store import candidates, credentials, persons, sign_ins
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Forbidden
from servicekit.ids import new_id

_FIELD = "new_password"


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
        examine(
            hasher=hasher,
            rules=known.rules,
            password=new_password,
            user_name=person.login,
            names=person.names,
            field=_FIELD,
            more=too_young(known.rules, changed_at=known.changed_at, now=now),
        )
        made = attempt(
            db=db,
            hasher=hasher,
            context=context,
            now=now,
            pause=pause,
            scope=EVERYONE,
            find=partial(candidates.get_candidate_by_person, person_id=person_id),
            password=current_password,
        )
        used, hash = [], None
        if made.outcome is Outcome.ACCEPTED:
            used, hash = hashed_unless_used(
                db=db,
                hasher=hasher,
                context=context,
                rules=known.rules,
                credential_id=known.credential_id,
                password=new_password,
            )
    with db.write(context, tenant=EVERYONE) as tx:
        settled = settle(tx, made=made, now=now)
        if settled.outcome is not Outcome.ACCEPTED:
            _note_refusal(tx, made=made, settled=settled, visit=visit, now=now)
        elif hash is not None:
            state = credentials.get_state(tx, credential_id=known.credential_id)
            replace_password(tx, state=state, hash=hash, rules=known.rules, now=now)
            _remember(tx, made=made, act=PasswordAct.CHANGED, visit=visit, now=now)
            _tell(tx, sealer=sealer, made=made, now=now)
    if settled.outcome is not Outcome.ACCEPTED:
        raise Forbidden("current-password-wrong")
    if used:
        refuse_password(field=_FIELD, codes=used)
    return {}


def _note_refusal(tx: Tx, *, made: Attempt, settled: Settled, visit: Visit, now: datetime) -> None:
    _remember(tx, made=made, act=settled.outcome, visit=visit, now=now)
    leave_note(
        tx,
        key=new_id(),
        action="portal:password:refused",
        details={},
        made=made,
        settled=settled,
        now=now,
    )


def _remember(
    tx: Tx, *, made: Attempt, act: Outcome | PasswordAct, visit: Visit, now: datetime
) -> None:
    sign_ins.add_sign_in(
        tx,
        at=now,
        method=Method.PORTAL,
        outcome=act,
        person_id=made.candidate.person_id,
        iam_user_id=None,
        visit=visit,
    )


def _tell(tx: Tx, *, sealer: Sealer, made: Attempt, now: datetime) -> None:
    person_id, login = made.candidate.person_id, made.candidate.login
    assert person_id is not None
    assert login is not None
    for chain in chains_of(tx, person_id=person_id, tenant=None):
        tx.record("portal:password:changed", target=person_target(person_id), tenant=chain, at=now)
    not_me = issue_not_me_link(
        tx,
        sealer=sealer,
        credential_id=made.candidate.credential_id,
        person_id=person_id,
        about=NotMe.PASSWORD,
        now=now,
    )
    tx.emit(
        PasswordSet,
        at=now,
        person_id=person_id,
        credential=CredentialKind.PORTAL,
        tenant=None,
        user_name=login,
        set_at=now,
        not_me_link=not_me.sealed_link,
    )
