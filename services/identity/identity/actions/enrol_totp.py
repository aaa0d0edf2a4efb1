"""An authenticator app: a secret is shown, and counts from the first code that it gives.

In one's account, where it replaces an app that one had; and before the session starts, where a
rule demands a factor of somebody who has none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.identity import FactorChange
from identity.actions.enrolling import (
    Enrolled,
    is_vouched_for,
    lock_factors,
    refuse_answer,
    settle_enrolment,
)
from identity.actions.proving import FactorTools
from identity.clients.factor_keys import FactorKeys
from identity.clients.totp import enrolment_uri, fresh_secret, matching_steps
from identity.domain.factors import AMR_OF_CODE, ENROLMENT_LIVES, new_step, totp_code_key
from identity.store import factors, persons
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound


@dataclass(frozen=True, slots=True)
class StartedTotp:
    secret: str = field(repr=False)
    uri: str = field(repr=False)
    expires_at: datetime


def start_totp(
    *,
    db: Database,
    tools: FactorTools,
    brand: str,
    context: Context,
    real_now: datetime,
    person_id: UUID,
    first_only: bool = False,
) -> StartedTotp:
    """Starting again shows another secret; the app in use serves on meanwhile."""
    secret, expires_at = fresh_secret(), real_now + ENROLMENT_LIVES
    with db.write(context, tenant=EVERYONE) as tx:
        person = persons.get_person(tx, person_id=person_id)
        lock_factors(tx, context=context, person_id=person_id, first_only=first_only)
        factors.add_totp_enrolment(
            tx, person_id=person_id, sealed_secret=tools.keys.seal(secret), expires_at=expires_at
        )
    return StartedTotp(
        secret, enrolment_uri(secret, account=person.login, issuer=brand), expires_at
    )


def confirm_totp(
    *,
    db: Database,
    tools: FactorTools,
    context: Context,
    now: datetime,
    real_now: datetime,
    person_id: UUID,
    code: str,
    first_only: bool = False,
) -> Enrolled:
    """The code that confirms it is used up with it. There is nothing to guess: who enrols has
    been shown the secret."""
    with db.write(context, tenant=EVERYONE) as tx:
        enrolled = lock_factors(tx, context=context, person_id=person_id, first_only=first_only)
        sealed, step = _confirmed(
            tx, keys=tools.keys, person_id=person_id, code=code, real_now=real_now
        )
        vouched = is_vouched_for(
            tx, context=context, person_id=person_id, first_only=first_only, now=now
        )
        factors.add_totp(
            tx, person_id=person_id, sealed_secret=sealed, step=step, vouched=vouched, at=now
        )
        factors.remove_totp_enrolment(tx, person_id=person_id)
        return settle_enrolment(
            tx,
            tools=tools,
            person_id=person_id,
            change=FactorChange.TOTP_ENROLLED,
            name=None,
            amr=AMR_OF_CODE,
            now=now,
            first=not enrolled,
        )


def _confirmed(
    tx: Tx, *, keys: FactorKeys, person_id: UUID, code: str, real_now: datetime
) -> tuple[str, int]:
    """The secret that was shown, and the time step of its code."""
    waiting = factors.find_totp_enrolment(tx, person_id=person_id, now=real_now)
    if waiting is None:
        raise NotFound("totp-not-started")
    secret = keys.unseal(waiting.sealed_secret)
    step = new_step(0, matching_steps(secret, totp_code_key(code), at=real_now))
    if step is None:
        raise refuse_answer("code")
    return waiting.sealed_secret, step
