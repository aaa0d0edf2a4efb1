"""Proving a password without telling anything to a stranger.

Three steps: reserve a try (one transaction), check the password (no transaction), settle the try
(the caller's transaction, with whatever else follows). Each costs the same for a name nobody
bears, a wrong password, a locked or a disabled user: the same statements, the same hash work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from identity.clients.hashing import Hasher
from identity.domain.attempts import Candidate, Outcome, lost_before_check
from identity.domain.lockout import Guard, LockRule, Turn
from identity.domain.throttle import Doorstep, admit_to_check
from identity.store import credentials, guesses
from identity.store.credentials import CredentialState
from servicekit.context import Context
from servicekit.db import Database, Scope, Tx
from servicekit.errors import TooMany
from servicekit.ids import new_id

Pause = Callable[[float], None]
FindCandidate = Callable[[Tx], Candidate]

# Tries under way are settled within a hash or two; who still finds none free then is refused.
_WAITS = (0.02, 0.04, 0.08, 0.16, 0.32, 0.64)


@dataclass(frozen=True, slots=True)
class Attempt:
    candidate: Candidate
    outcome: Outcome
    reserved: bool
    guess_id: UUID | None = None  # where it counts as a guess of its address
    stronger_hash: str | None = None
    shut: TooMany | None = None  # what to answer unless it was right, where the address is full


@dataclass(frozen=True, slots=True)
class Settled:
    outcome: Outcome
    locked_until: datetime | None  # set where this very try has locked the credential


def attempt(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    scope: Scope,
    find: FindCandidate,
    password: str,
    doorstep: Doorstep | None = None,
) -> Attempt:
    """By somebody who has taken a place: what is reserved here must be settled, so nothing
    between here and there may find the house full.

    ``doorstep``: he stands before a door, and his address counts. TooMany turns him away there.
    """
    reserve = partial(
        _reserve, db=db, context=context, now=now, scope=scope, find=find, doorstep=doorstep
    )
    candidate, turn, guess_id, shut = _take_turn(reserve, pause=pause)
    lost = lost_before_check(candidate, turn)
    known_hash = candidate.hash if lost is None else None
    right = hasher.verify(known_hash, password)
    stronger = None
    if right and known_hash is not None and hasher.is_weak(known_hash):
        stronger = hasher.hash(password)
    outcome = lost or (Outcome.ACCEPTED if right else Outcome.WRONG)
    return Attempt(candidate, outcome, turn is Turn.CHECK, guess_id, stronger, shut)


def settle(
    tx: Tx,
    *,
    made: Attempt,
    now: datetime,
    state: CredentialState | None = None,
    at_end: bool = False,
) -> Settled:
    """Write down what came of it. A password changed meanwhile makes the one given wrong.

    ``state``: where it has been read, and locked, in this transaction. ``at_end``: with COMMIT;
    then nothing else in the transaction may look at the credential.
    """
    state = state or credentials.get_state(tx, credential_id=made.candidate.credential_id)
    outcome = made.outcome
    if outcome is Outcome.ACCEPTED and state.hash != made.candidate.hash:
        outcome = Outcome.WRONG
    guard = state.guard
    if made.reserved:
        guard = _settled(guard, outcome=outcome, now=now, rule=made.candidate.rule)
    credentials.change_guard(tx, credential_id=state.credential_id, guard=guard, at_end=at_end)
    if outcome is Outcome.ACCEPTED:
        if made.stronger_hash is not None:
            credentials.change_hash(tx, credential_id=state.credential_id, hash=made.stronger_hash)
        if made.guess_id is not None:
            guesses.remove_guess(tx, guess_id=made.guess_id)
    newly = guard.locked_until if guard.locked_until != state.locked_until else None
    return Settled(outcome, newly)


def _settled(guard: Guard, *, outcome: Outcome, now: datetime, rule: LockRule) -> Guard:
    if outcome is Outcome.ACCEPTED:
        return guard.succeed(now)
    if outcome in (Outcome.WRONG, Outcome.UNKNOWN):
        return guard.fail(now, now, rule)
    return guard.release(now)


Reserved = tuple[Candidate, Turn, UUID | None, TooMany | None]


def _take_turn(reserve: Callable[..., Reserved], *, pause: Pause) -> Reserved:
    for wait in _WAITS:
        reserved = reserve()
        if reserved[1] is not Turn.WAIT:
            return reserved
        pause(wait)
    return reserve(last=True)


def _reserve(
    *,
    db: Database,
    context: Context,
    now: datetime,
    scope: Scope,
    find: FindCandidate,
    doorstep: Doorstep | None,
    last: bool = False,
) -> Reserved:
    guess_id, shut = None, None
    with db.write(context, tenant=scope) as tx:
        if doorstep is not None:
            guesses.hold_doorstep(tx, doorstep=doorstep)
        candidate = find(tx)
        if doorstep is not None:
            known = candidate.person_id is not None
            shut = admit_to_check(doorstep, candidate.pressure, familiar=known)
        guard, turn = candidate.guard.reserve(now, candidate.rule)
        if last and turn is Turn.WAIT:
            guard, turn = guard.turn_away(), Turn.AWAY
        credentials.change_guard(
            tx, credential_id=candidate.credential_id, guard=guard, at_end=True
        )
        if doorstep is not None and turn is not Turn.WAIT:
            guess_id = new_id()
            counted = doorstep if shut is None else doorstep.throttled()
            guesses.add_guess(tx, guess_id=guess_id, doorstep=counted)
    return candidate, turn, guess_id, shut
