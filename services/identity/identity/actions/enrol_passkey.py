"""A passkey: the browser is given a challenge, and its answer enrols the key that it has made.

In one's account, and before the session starts where a rule demands a factor of somebody who has
none.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import MOST_PASSKEYS, FactorChange
from identity.actions.enrolling import (
    Enrolled,
    is_vouched_for,
    lock_factors,
    refuse_answer,
    settle_enrolment,
)
from identity.actions.proving import FactorTools, Purpose, new_challenge, take_challenge
from identity.domain.factors import NewPasskey, amr_of_passkey
from identity.store import factors, persons
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict


def start_passkey(
    *,
    db: Database,
    tools: FactorTools,
    context: Context,
    real_now: datetime,
    person_id: UUID,
    bound_to: str,
    first_only: bool = False,
) -> dict[str, str]:
    with db.write(context, tenant=EVERYONE) as tx:
        person = persons.get_person(tx, person_id=person_id)
        lock_factors(tx, context=context, person_id=person_id, first_only=first_only)
        known = factors.list_passkeys(tx, person_id=person_id)
        _check_room(len(known))
        challenge = new_challenge(
            tx, purpose=Purpose.REGISTER, bound_to=bound_to, person_id=person_id, real_now=real_now
        )
    options = tools.passkeys.registration_options(
        challenge=challenge,
        user_id=person_id.bytes,
        login=person.login,
        name=f"{person.given_name} {person.family_name}",
        known=[one.credential_id for one in known],
    )
    return {"options": options}


def finish_passkey(
    *,
    db: Database,
    tools: FactorTools,
    context: Context,
    now: datetime,
    real_now: datetime,
    person_id: UUID,
    bound_to: str,
    name: str,
    passkey: str,
    first_only: bool = False,
) -> Enrolled:
    """A challenge that was answered is used up, whatever the answer was worth."""
    enrolled = None
    with db.write(context, tenant=EVERYONE) as tx:
        had_one = lock_factors(tx, context=context, person_id=person_id, first_only=first_only)
        challenge = take_challenge(
            tx, purpose=Purpose.REGISTER, bound_to=bound_to, person_id=person_id, real_now=real_now
        )
        new = None
        if challenge is not None:
            new = tools.passkeys.verified_registration(passkey, challenge=challenge)
        if new is not None:
            vouched = is_vouched_for(
                tx, context=context, person_id=person_id, first_only=first_only, now=now
            )
            _add(tx, person_id=person_id, new=new, name=name, vouched=vouched, now=now)
            enrolled = settle_enrolment(
                tx,
                tools=tools,
                person_id=person_id,
                change=FactorChange.PASSKEY_ENROLLED,
                name=name,
                amr=amr_of_passkey(backed_up=new.backed_up),
                now=now,
                first=not had_one,
            )
    if enrolled is None:
        raise refuse_answer("passkey")
    return enrolled


def _add(
    tx: Tx, *, person_id: UUID, new: NewPasskey, name: str, vouched: bool, now: datetime
) -> None:
    _check_room(len(factors.list_passkeys(tx, person_id=person_id)))
    if not factors.add_passkey(
        tx, person_id=person_id, new=new, name=name, vouched=vouched, at=now
    ):
        raise Conflict("passkey-known")


def _check_room(known: int) -> None:
    if known >= MOST_PASSKEYS:
        raise Conflict("passkeys-too-many", {"most": MOST_PASSKEYS})
