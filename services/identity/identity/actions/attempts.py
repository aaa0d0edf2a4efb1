"""Proving a password without telling anything to a stranger.

Three steps: reserve a try (one transaction), check the password (no transaction), settle the try
(the caller's transaction, with whatever else follows). Each costs the same for a name nobody
bears, a wrong password, a locked or a disabled user: the same statements, the same hash work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from identity.clients.hashing import Hasher
from identity.domain.attempts import Candidate, Outcome, lost_before_check
from identity.domain.lockout import Guard, LockRule, Turn
from identity.store import credentials
from servicekit.context import Context
from servicekit.db import Database, Scope, Tx

Pause = Callable[[float], None]
FindCandidate = Callable[[Tx], Candidate]

# Tries under way are settled within a hash or two; who still finds none free then is refused.
_WAITS = (0.02, 0.04, 0.08, 0.16, 0.32, 0.64)


@dataclass(frozen=True, slots=True)
class Attempt:
    candidate: Candidate
    outcome: Outcome
    reserved: bool
    stronger_hash: str | None = None


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
) -> Attempt:
    """By somebody who has taken a place: what is reserved here must be settled, so nothing
    between here and there may find the house full."""
    candidate, turn = _take_turn(
        db=db, context=context, now=now, pause=pause, scope=scope, find=find
    )
    lost = lost_before_check(candidate, turn)
    known_hash = candidate.hash if lost is None else None
    right = hasher.verify(known_hash, password)
    stronger = None
    if right and known_hash is not None and hasher.is_weak(known_hash):
        stronger = hasher.hash(password)
    outcome = lost or (Outcome.ACCEPTED if right else Outcome.WRONG)
    return Attempt(candidate, outcome, turn is Turn.CHECK, stronger)


def settle(tx: Tx, *, made: Attempt, now: datetime) -> Settled:
    """Write down what came of it. A password changed meanwhile makes the one given wrong."""
    state = credentials.get_state(tx, credential_id=made.candidate.credential_id)
    outcome = made.outcome
    if outcome is Outcome.ACCEPTED and state.hash != made.candidate.hash:
        outcome = Outcome.WRONG
    guard = state.guard
    if made.reserved:
        guard = _settled(guard, outcome=outcome, now=now, rule=state.rule)
    credentials.change_guard(tx, credential_id=state.credential_id, guard=guard)
    if outcome is Outcome.ACCEPTED and made.stronger_hash is not None:
        credentials.change_hash(tx, credential_id=state.credential_id, hash=made.stronger_hash)
    newly = guard.locked_until if guard.locked_until != state.locked_until else None
    return Settled(outcome, newly)


def _settled(guard: Guard, *, outcome: Outcome, now: datetime, rule: LockRule) -> Guard:
    if outcome is Outcome.ACCEPTED:
        return guard.succeed(now)
    if outcome in (Outcome.WRONG, Outcome.UNKNOWN):
        return guard.fail(now, now, rule)
    return guard.release(now)


def _take_turn(
    *,
    db: Database,
    context: Context,
    now: datetime,
    pause: Pause,
    scope: Scope,
    find: FindCandidate,
) -> tuple[Candidate, Turn]:
    for wait in _WAITS:
        candidate, turn = _reserve(db=db, context=context, now=now, scope=scope, find=find)
        if turn is not Turn.WAIT:
            return candidate, turn
        pause(wait)
    return _reserve(db=db, context=context, now=now, scope=scope, find=find, last=True)


def _reserve(
    *,
    db: Database,
    context: Context,
    now: datetime,
    scope: Scope,
    find: FindCandidate,
    last: bool = False,
) -> tuple[Candidate, Turn]:
    with db.write(context, tenant=scope) as tx:
        candidate = find(tx)
        guard, turn = candidate.guard.reserve(now, candidate.rule)
        if last and turn is Turn.WAIT:
            guard, turn = guard.turn_away(), Turn.AWAY
        credentials.change_guard(tx, credential_id=candidate.credential_id, guard=guard)
    return candidate, turn
