"""Three ways in: portal login, Web Login, API Login. One answer for everybody who stays outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from contracts.codes import TENANT_CODE, FactorKind, Language, SecondFactorStep, TenantCode
from identity.actions.attempts import Attempt, FindCandidate, Pause, attempt, settle
from identity.actions.chains import chains_of
from identity.actions.note_refusal import leave_note
from identity.clients.hashing import Hasher
from identity.domain.attempts import Method, Outcome, Visit, decoy_name
from identity.domain.names import mobile_key, name_key
from identity.store import credentials, sign_ins, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Scope, Tx
from servicekit.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class LastSignIn:
    at: datetime
    address: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    person_id: UUID
    login: str
    language: Language
    tenant: TenantCode | None
    iam_user_id: UUID | None
    second_factor: SecondFactorStep = SecondFactorStep.NONE
    factors: tuple[FactorKind, ...] = ()
    password_expired: bool = False
    password_expires_at: datetime | None = None
    idle_minutes: int | None = None
    last_sign_in: LastSignIn | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """One of the three, with the name given at it."""

    method: Method
    scope: Scope
    find: FindCandidate


def sign_in(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    login: str,
    password: str,
    visit: Visit,
) -> SignedIn:
    find = partial(
        credentials.get_candidate_by_login, login_key=name_key(login), decoy=decoy_name(login)
    )
    door = Door(Method.PORTAL, EVERYONE, find)
    return _enter(db, hasher, context, now, pause, door=door, password=password, visit=visit)


def web_sign_in(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    domain: str,
    user_name: str,
    password: str,
    visit: Visit,
) -> SignedIn:
    """Portal password at the console's door: the portal's lock counts, the API's does not."""
    scope, code = scope_of(domain)
    find = partial(
        credentials.get_candidate_by_web_login,
        domain=code,
        user_name_key=name_key(user_name),
        decoy=decoy_name(domain, user_name),
    )
    door = Door(Method.WEB, scope, find)
    return _enter(db, hasher, context, now, pause, door=door, password=password, visit=visit)


def api_sign_in(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    domain: str,
    identifier: str,
    password: str,
    visit: Visit,
) -> SignedIn:
    """``identifier``: user name, e-mail or mobile number of the IAM user."""
    scope, code = scope_of(domain)
    find = partial(
        credentials.get_candidate_by_api_login,
        domain=code,
        name_key=name_key(identifier),
        mobile=mobile_key(identifier),
        decoy=decoy_name(domain, identifier),
    )
    door = Door(Method.API, scope, find)
    return _enter(db, hasher, context, now, pause, door=door, password=password, visit=visit)


def scope_of(domain: str) -> tuple[Scope, str]:
    """A domain name as typed. What is no code finds nothing, at the price of one that is."""
    code = "".join(domain.split()).upper()
    return (TenantCode(code), code) if TENANT_CODE.fullmatch(code) else (EVERYONE, code)


def _enter(
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    *,
    door: Door,
    password: str,
    visit: Visit,
) -> SignedIn:
    with hasher.place():
        made = attempt(
            db=db,
            hasher=hasher,
            context=context,
            now=now,
            pause=pause,
            scope=door.scope,
            find=door.find,
            password=password,
        )
    answer = None
    with db.write(context, tenant=door.scope) as tx:
        settled = settle(tx, made=made, now=now)
        sign_in_id = _remember(
            tx, made=made, outcome=settled.outcome, method=door.method, visit=visit, now=now
        )
        if settled.outcome is Outcome.ACCEPTED:
            answer = _welcome(tx, made=made, method=door.method, now=now)
        else:
            leave_note(
                tx,
                key=sign_in_id,
                action=f"{door.method.source}:sign-in:refused",
                details={"method": door.method.value},
                made=made,
                settled=settled,
                now=now,
            )
    # Only now: raising inside would roll back what the attempt has counted.
    if answer is None:
        raise Unauthenticated("sign-in-refused")
    return answer


def _remember(
    tx: Tx, *, made: Attempt, outcome: Outcome, method: Method, visit: Visit, now: datetime
) -> UUID:
    return sign_ins.add_sign_in(
        tx,
        at=now,
        method=method,
        outcome=outcome,
        person_id=made.candidate.person_id,
        iam_user_id=made.candidate.iam_user_id,
        visit=visit,
    )


def _welcome(tx: Tx, *, made: Attempt, method: Method, now: datetime) -> SignedIn:
    known = made.candidate
    assert known.person_id is not None
    assert known.login is not None
    assert known.language is not None
    if method is not Method.API:  # by the portal's password: at the portal all, at a console one
        users.change_accepted(tx, person_id=known.person_id, tenant=known.tenant, at=now)
    for chain in chains_of(tx, person_id=known.person_id, tenant=known.tenant):
        tx.record(
            f"{method.source}:sign-in:accepted",
            target=known.login,
            details={"method": method.value},
            tenant=chain,
            at=now,
        )
    return SignedIn(
        person_id=known.person_id,
        login=known.login,
        language=known.language,
        tenant=known.tenant,
        iam_user_id=known.iam_user_id,
    )
