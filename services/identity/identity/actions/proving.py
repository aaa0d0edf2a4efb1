"""Checking a second factor inside the transaction that counts the try."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import FactorKind
from identity.clients.factor_keys import FactorKeys
from identity.clients.passkeys import Passkeys
from identity.clients.sealing import Sealer
from identity.clients.totp import matching_steps
from identity.domain.factors import (
    AMR_OF_CODE,
    CHALLENGE_LIVES,
    Passkey,
    Proof,
    ProofOutcome,
    amr_of_passkey,
    new_step,
    sign_count_grew,
    totp_code_key,
)
from identity.store import factor_guards, factors
from servicekit.db import Tx

_SWEPT_AT_ONCE = 20


class Purpose(StrEnum):
    """What a challenge is good for, and for nothing else."""

    REGISTER = "register"
    SECOND_FACTOR = "second-factor"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class FactorTools:
    keys: FactorKeys
    passkeys: Passkeys
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Checked:
    """``amr`` (RFC 8176) is empty where nothing was proved."""

    outcome: ProofOutcome
    amr: tuple[str, ...] = ()
    passkey: Passkey | None = field(default=None, repr=False)


WRONG = Checked(ProofOutcome.WRONG)


def check_proof(
    tx: Tx,
    *,
    tools: FactorTools,
    now: datetime,
    real_now: datetime,
    person_id: UUID,
    proof: Proof,
) -> Checked:
    """Of a person whose guard this transaction holds: one try after the other."""
    match proof.kind:
        case FactorKind.TOTP:
            right = _accept_totp(
                tx, keys=tools.keys, person_id=person_id, code=proof.code or "", real_now=real_now
            )
        case FactorKind.RECOVERY_CODE:
            typed = proof.code or ""
            code_hash = tools.keys.hash_of_code(person_id=person_id, typed=typed)
            right = factors.change_code_used(tx, person_id=person_id, code_hash=code_hash, at=now)
        case FactorKind.PASSKEY:
            return check_passkey(
                tx,
                passkeys=tools.passkeys,
                now=now,
                real_now=real_now,
                purpose=Purpose.SECOND_FACTOR,
                answer=proof.passkey or "",
                bound_to=proof.bound_to or "",
                person_id=person_id,
            )
    return Checked(ProofOutcome.ACCEPTED, AMR_OF_CODE) if right else WRONG


def _accept_totp(
    tx: Tx, *, keys: FactorKeys, person_id: UUID, code: str, real_now: datetime
) -> bool:
    """Once for each time step, however many ask at once. On real time, as the apps are."""
    totp = factors.find_totp(tx, person_id=person_id)
    if totp is None:
        return False
    secret = keys.unseal(totp.sealed_secret)
    matching = matching_steps(secret, totp_code_key(code), at=real_now)
    step = new_step(totp.last_step, matching)
    if step is None:
        return False
    return factors.change_totp_step(tx, person_id=person_id, step=step, at=real_now)


def check_passkey(
    tx: Tx,
    *,
    passkeys: Passkeys,
    now: datetime,
    real_now: datetime,
    purpose: Purpose,
    answer: str,
    bound_to: str,
    person_id: UUID | None,
) -> Checked:
    """``person_id`` None: the passkey alone says who signs in, and has verified its user.

    One whose count has not grown is suspended: whoever asked tells its owner (``tell_copied``).
    """
    challenge = take_challenge(
        tx, purpose=purpose, bound_to=bound_to, person_id=person_id, real_now=real_now
    )
    key = _named_key(tx, passkeys=passkeys, answer=answer, person_id=person_id)
    if challenge is None or key is None:
        return WRONG
    shown = passkeys.verified_assertion(
        answer,
        challenge=challenge,
        public_key=key.public_key,
        verify_user=person_id is None,
    )
    if shown is None:
        return WRONG
    if not sign_count_grew(key.sign_count, shown.sign_count):
        factors.change_passkey_suspended(tx, passkey_id=key.passkey_id, at=now)
        return Checked(ProofOutcome.COPIED, passkey=key)
    factors.change_passkey_used(
        tx,
        passkey_id=key.passkey_id,
        sign_count=shown.sign_count,
        backed_up=shown.backed_up,
        at=now,
    )
    return Checked(ProofOutcome.ACCEPTED, amr_of_passkey(backed_up=shown.backed_up), key)


def _named_key(
    tx: Tx, *, passkeys: Passkeys, answer: str, person_id: UUID | None
) -> Passkey | None:
    """The passkey that an answer says it comes from, where it may be this person's."""
    credential_id = passkeys.credential_id_of(answer)
    if credential_id is None:
        return None
    key = factors.find_passkey_to_use(tx, credential_id=credential_id)
    if key is None or person_id not in (None, key.person_id):
        return None
    told = passkeys.user_id_of(answer)
    return key if told in (None, key.person_id.bytes) else None


def new_challenge(
    tx: Tx, *, purpose: Purpose, bound_to: str, person_id: UUID | None, real_now: datetime
) -> bytes:
    """256 bits, for one purpose at one browser, for minutes."""
    challenge = secrets.token_bytes(32)
    factor_guards.remove_expired_challenges(tx, now=real_now, limit=_SWEPT_AT_ONCE)
    factor_guards.add_challenge(
        tx,
        purpose=purpose,
        bound_to=_digest_of(bound_to),
        challenge=challenge,
        person_id=person_id,
        expires_at=real_now + CHALLENGE_LIVES,
    )
    return challenge


def take_challenge(
    tx: Tx, *, purpose: Purpose, bound_to: str, person_id: UUID | None, real_now: datetime
) -> bytes | None:
    """Once. None where it was taken, has expired, or was another person's."""
    found = factor_guards.take_challenge(tx, purpose=purpose, bound_to=_digest_of(bound_to))
    if found is None or found.expires_at <= real_now or found.person_id != person_id:
        return None
    return found.challenge


def _digest_of(bound_to: str) -> bytes:
    return hashlib.sha256(bound_to.encode()).digest()
