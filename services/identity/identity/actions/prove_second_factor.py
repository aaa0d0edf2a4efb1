"""The second step: of a sign-in whose password was right, or of proving again who one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from contracts.codes import FactorKind
from contracts.identity import RecoveryCodeUsed, SecondFactorLocked
from identity.actions.chains import chains_of
from identity.actions.enrolling import not_me_link, tell_copied
from identity.actions.proving import (
    Checked,
    FactorTools,
    Purpose,
    check_proof,
    new_challenge,
)
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, Visit
from identity.domain.factors import FACTOR_RULE, Proof, ProofOutcome
from identity.domain.lockout import Guard, Turn
from identity.store import factor_guards, factors, sign_ins
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Unauthenticated
from servicekit.pseudonyms import person_target


@dataclass(frozen=True, slots=True)
class Proved:
    amr: tuple[str, ...]
    recovery_codes_left: int


def start_second_factor_passkey(
    *,
    db: Database,
    tools: FactorTools,
    context: Context,
    real_now: datetime,
    person_id: UUID,
    bound_to: str,
) -> dict[str, str]:
    with db.write(context, tenant=EVERYONE) as tx:
        known = factors.list_passkeys(tx, person_id=person_id)
        challenge = new_challenge(
            tx,
            purpose=Purpose.SECOND_FACTOR,
            bound_to=bound_to,
            person_id=person_id,
            real_now=real_now,
        )
    options = tools.passkeys.authentication_options(
        challenge=challenge, allowed=[one.credential_id for one in known], verify_user=False
    )
    return {"options": options}


def prove_second_factor(
    *,
    db: Database,
    tools: FactorTools,
    context: Context,
    now: datetime,
    real_now: datetime,
    person_id: UUID,
    proof: Proof,
    visit: Visit,
) -> Proved:
    """Five wrong ones in fifteen minutes lock the step. Wrong, locked, unknown: one answer."""
    proved = None
    with db.write(context, tenant=EVERYONE) as tx:
        guard = factor_guards.find_guard(tx, person_id=person_id)
        if guard is not None:
            checked, after = _try(
                tx,
                tools=tools,
                guard=guard,
                now=now,
                real_now=real_now,
                person_id=person_id,
                proof=proof,
            )
            factor_guards.change_guard(tx, person_id=person_id, guard=after)
            newly = after.locked_until if after.locked_until != guard.locked_until else None
            _remember(tx, person_id=person_id, outcome=checked.outcome, visit=visit, now=now)
            proved = _tell(
                tx,
                sealer=tools.sealer,
                person_id=person_id,
                kind=proof.kind,
                checked=checked,
                until=newly,
                now=now,
            )
    # Only now: raising inside would roll back what the try has counted.
    if proved is None:
        raise Unauthenticated("second-factor-refused")
    return proved


def _try(
    tx: Tx,
    *,
    tools: FactorTools,
    guard: Guard,
    now: datetime,
    real_now: datetime,
    person_id: UUID,
    proof: Proof,
) -> tuple[Checked, Guard]:
    reserved, turn = guard.reserve(now, FACTOR_RULE)
    if turn is not Turn.CHECK:
        return Checked(ProofOutcome.LOCKED), reserved
    checked = check_proof(
        tx, tools=tools, now=now, real_now=real_now, person_id=person_id, proof=proof
    )
    if checked.outcome is ProofOutcome.ACCEPTED:
        return checked, reserved.succeed(now)
    return checked, reserved.fail(now, now, FACTOR_RULE)


def _tell(
    tx: Tx,
    *,
    sealer: Sealer,
    person_id: UUID,
    kind: FactorKind,
    checked: Checked,
    until: datetime | None,
    now: datetime,
) -> Proved | None:
    accepted = checked.outcome is ProofOutcome.ACCEPTED
    action = "portal:second-factor:" + ("accepted" if accepted else "refused")
    details = {"kind": kind.value, "reason": checked.outcome.value}
    for chain in chains_of(tx, person_id=person_id, tenant=None):
        target = person_target(person_id)
        tx.record(action, target=target, details=details, tenant=chain, at=now)
    issue = partial(not_me_link, tx, sealer=sealer, person_id=person_id, now=now)
    told = tell_copied(tx, sealer=sealer, checked=checked, now=now)
    if until is not None:
        link = told or issue()
        tx.emit(
            SecondFactorLocked,
            at=now,
            person_id=person_id,
            locked_until=until,
            not_me_link=link.sealed_link,
            email=link.email,
        )
    if not accepted:
        return None
    left = factors.get_codes_left(tx, person_id=person_id)
    if kind is FactorKind.RECOVERY_CODE:
        link = issue()
        tx.emit(
            RecoveryCodeUsed,
            at=now,
            person_id=person_id,
            left=left,
            used_at=now,
            not_me_link=link.sealed_link,
            email=link.email,
        )
    return Proved(checked.amr, left)


def _remember(
    tx: Tx, *, person_id: UUID, outcome: ProofOutcome, visit: Visit, now: datetime
) -> None:
    sign_ins.add_sign_in(
        tx,
        at=now,
        method=Method.PORTAL,
        outcome=outcome,
        person_id=person_id,
        iam_user_id=None,
        visit=visit,
    )
