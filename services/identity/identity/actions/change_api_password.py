"""A new API password for who proves the current one, at the API Login's own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from contracts.codes import CredentialKind
from contracts.identity import NotMe, PasswordSet
from identity.actions.attempts import Attempt, Pause, Settled, attempt, settle
from identity.actions.new_password import examine, hashed_unless_used, replace_password
from identity.actions.not_me_links import issue_not_me_link
from identity.actions.note_refusal import leave_note
from identity.actions.pseudonyms import iam_user_target
from identity.actions.sign_in import scope_of
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, Outcome, PasswordAct, Visit, decoy_name
from identity.domain.names import mobile_key, name_key
from identity.domain.passwords import PasswordRules, refuse_password, too_young
from identity.domain.throttle import Doorstep, Guess, Throttle, source_of
from identity.store import candidates, credentials, factors, sign_ins
from servicekit.context import Context
from servicekit.db import Database, Scope, Tx
from servicekit.errors import Forbidden, Invalid, Unauthenticated
from servicekit.ids import new_id

_FIELD = "new_password"


@dataclass(frozen=True, slots=True)
class NewPassword:
    """Hashed, or why it is refused: told to who has proved the current one, to nobody else."""

    hash: str | None
    rules: PasswordRules | None = None
    refused: Invalid | Forbidden | None = None


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
    scope, code = scope_of(domain)
    doorstep = Doorstep(Guess.PASSWORD, source_of(visit.address), now, throttle)
    find = partial(
        candidates.get_candidate_by_api_login,
        domain=code,
        name_key=name_key(identifier),
        mobile=mobile_key(identifier),
        decoy=decoy_name(domain, identifier),
        doorstep=doorstep,
    )
    with hasher.place():  # one for both passwords
        made = attempt(
            db=db,
            hasher=hasher,
            context=context,
            now=now,
            pause=pause,
            scope=scope,
            find=find,
            password=current_password,
            doorstep=doorstep,
        )
        new = NewPassword(None)
        if made.outcome is Outcome.ACCEPTED:
            new = _prepared(db, hasher, context, now, scope=scope, made=made, password=new_password)
    with db.write(context, tenant=scope) as tx:
        settled = settle(tx, made=made, now=now)
        _write(tx, sealer=sealer, made=made, settled=settled, new=new, visit=visit, now=now)
    if settled.outcome is not Outcome.ACCEPTED:
        raise Unauthenticated("sign-in-refused")
    if new.refused is not None:
        raise new.refused
    return {}


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
        enrolled = _has_second_factor(tx, made=made)
    if enrolled:  # one password is not enough for him: the portal mails him a link
        return NewPassword(None, refused=Forbidden("second-factor-required"))
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


def _has_second_factor(tx: Tx, *, made: Attempt) -> bool:
    assert made.candidate.person_id is not None
    return bool(factors.get_factors(tx, person_id=made.candidate.person_id).kinds)


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
    changed = settled.outcome is Outcome.ACCEPTED and new.hash is not None
    if settled.outcome is not Outcome.ACCEPTED or changed:
        sign_ins.add_sign_in(
            tx,
            at=now,
            method=Method.API,
            outcome=PasswordAct.CHANGED if changed else settled.outcome,
            person_id=made.candidate.person_id,
            iam_user_id=made.candidate.iam_user_id,
            visit=visit,
        )
    if changed and new.hash is not None and new.rules is not None:
        state = credentials.get_state(tx, credential_id=made.candidate.credential_id)
        replace_password(tx, state=state, hash=new.hash, rules=new.rules, now=now)
        _tell(tx, sealer=sealer, made=made, now=now)
    if settled.outcome is not Outcome.ACCEPTED:
        leave_note(
            tx,
            key=new_id(),
            action="api:password:refused",
            details={},
            made=made,
            settled=settled,
            now=now,
        )


def _tell(tx: Tx, *, sealer: Sealer, made: Attempt, now: datetime) -> None:
    bearer = credentials.find_bearer(tx, credential_id=made.candidate.credential_id)
    assert bearer is not None
    assert bearer.iam_user_id is not None
    tx.record(
        "api:password:changed",
        target=iam_user_target(bearer.iam_user_id),
        tenant=bearer.tenant,
        at=now,
    )
    not_me = issue_not_me_link(
        tx,
        sealer=sealer,
        credential_id=bearer.credential_id,
        person_id=bearer.person_id,
        about=NotMe.PASSWORD,
        now=now,
    )
    tx.emit(
        PasswordSet,
        at=now,
        person_id=bearer.person_id,
        credential=CredentialKind.API,
        tenant=bearer.tenant,
        user_name=bearer.user_name,
        set_at=now,
        not_me_link=not_me.sealed_link,
    )
