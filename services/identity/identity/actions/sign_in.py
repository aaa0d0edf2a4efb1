"""Three ways in: portal login, Web Login, API Login. One answer for everybody who stays outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import FactorKind, Language, SecondFactorStep, TenantCode
from identity.actions.attempts import Attempt, Pause, attempt, settle
from identity.actions.chains import MOST_CHAINS
from identity.actions.doors import Door, api_door, portal_door, web_door
from identity.actions.note_refusal import leave_note
from identity.clients.hashing import Hasher
from identity.domain.attempts import Method, Outcome, Visit, second_factor_step
from identity.domain.expiry import expires_soon
from identity.domain.throttle import Throttle
from identity.store import sign_ins
from identity.store.sign_ins import Welcome
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.errors import Unauthenticated
from servicekit.pseudonyms import credential_target


@dataclass(frozen=True, slots=True)
class LastSignIn:
    at: datetime
    address: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The password was right; what is still asked stands in it."""

    person_id: UUID
    login: str
    language: Language
    tenant: TenantCode | None
    iam_user_id: UUID | None
    second_factor: SecondFactorStep = SecondFactorStep.NONE
    factors: tuple[FactorKind, ...] = ()
    password_expired: bool = False
    password_expires_at: datetime | None = None
    password_expires_soon: bool = False
    idle_minutes: int | None = None
    last_sign_in: LastSignIn | None = None
    notice: str | None = None


def sign_in(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    throttle: Throttle,
    login: str,
    password: str,
    visit: Visit,
) -> SignedIn:
    door = portal_door(login=login, visit=visit, now=now, throttle=throttle)
    return _enter(db, hasher, context, now, pause, door=door, password=password)


def web_sign_in(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    throttle: Throttle,
    domain: str,
    user_name: str,
    password: str,
    visit: Visit,
) -> SignedIn:
    """Portal password at the console's door: the portal's lock counts, the API's does not."""
    door = web_door(domain=domain, user_name=user_name, visit=visit, now=now, throttle=throttle)
    return _enter(db, hasher, context, now, pause, door=door, password=password)


def api_sign_in(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    throttle: Throttle,
    domain: str,
    identifier: str,
    password: str,
    visit: Visit,
) -> SignedIn:
    """``identifier``: user name, e-mail or mobile number of the IAM user."""
    door = api_door(domain=domain, identifier=identifier, visit=visit, now=now, throttle=throttle)
    return _enter(db, hasher, context, now, pause, door=door, password=password)


def _enter(
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    *,
    door: Door,
    password: str,
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
            doorstep=door.doorstep,
        )
    answer = None
    with db.write(context, tenant=door.scope) as tx:
        if made.outcome is Outcome.ACCEPTED:
            answer = _welcome(tx, door=door, made=made, now=now)
        if answer is None:
            _refuse(tx, door=door, made=made, now=now)
    # Only now: raising inside would roll back what the attempt has counted.
    if answer is None:
        raise made.shut or Unauthenticated("sign-in-refused")
    return answer


def _welcome(tx: Tx, *, door: Door, made: Attempt, now: datetime) -> SignedIn | None:
    """None where the password was changed, or the credential removed, while it was checked."""
    known = made.candidate
    welcome = sign_ins.find_welcome(
        tx, credential_id=known.credential_id, domain=known.tenant, most_tenants=MOST_CHAINS
    )
    if welcome is None or welcome.hash != known.hash:
        return None
    assert known.person_id is not None
    settle(tx, made=made, now=now, state=welcome, at_end=True)
    _remember(tx, door=door, made=made, outcome=Outcome.ACCEPTED, now=now)
    of_api = known.iam_user_id if door.method is Method.API else None
    target = credential_target(person_id=known.person_id, iam_user_id=of_api)
    own: list[TenantCode | None] = [*welcome.tenants]
    chains = [known.tenant] if known.tenant is not None else own or [None]
    for chain in chains:
        tx.record(
            f"{door.method.source}:sign-in:accepted",
            target=target,
            details={"method": door.method.value},
            tenant=chain,
            at=now,
        )
    return _signed_in(made, welcome, now=now)


def _signed_in(made: Attempt, welcome: Welcome, *, now: datetime) -> SignedIn:
    known, expires_at = made.candidate, welcome.password_expires_at
    assert known.person_id is not None
    assert known.login is not None
    assert known.language is not None
    last = None
    if welcome.show_last_sign_in and welcome.last_at is not None:
        last = LastSignIn(welcome.last_at, welcome.last_address, welcome.last_device)
    return SignedIn(
        person_id=known.person_id,
        login=known.login,
        language=known.language,
        tenant=known.tenant,
        iam_user_id=known.iam_user_id,
        second_factor=second_factor_step(
            enrolled=welcome.totp or welcome.passkey, required=welcome.factor_required
        ),
        factors=welcome.factors,
        password_expired=expires_at is not None and expires_at <= now,
        password_expires_at=expires_at,
        password_expires_soon=expires_soon(expires_at, now=now),
        idle_minutes=welcome.idle_minutes,
        last_sign_in=last,
        notice=welcome.notice,
    )


def _refuse(tx: Tx, *, door: Door, made: Attempt, now: datetime) -> None:
    settled = settle(tx, made=made, now=now, at_end=True)
    sign_in_id = _remember(tx, door=door, made=made, outcome=settled.outcome, now=now)
    leave_note(
        tx,
        key=sign_in_id,
        action=f"{door.method.source}:sign-in:refused",
        details={"method": door.method.value},
        made=made,
        settled=settled,
        now=now,
    )


def _remember(tx: Tx, *, door: Door, made: Attempt, outcome: Outcome, now: datetime) -> UUID:
    return sign_ins.add_sign_in(
        tx,
        at=now,
        method=door.method,
        outcome=outcome,
        person_id=made.candidate.person_id,
        iam_user_id=made.candidate.iam_user_id,
        visit=door.visit,
        domain=made.candidate.tenant,
    )
