"""Portal login by a passkey alone: what one has and, checked by it, what one knows or is.

The locks of password and second step play no part: nobody guesses a signature, and so nobody
locks somebody else out with wrong ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from identity.actions.chains import MOST_CHAINS, chains_of
from identity.actions.enrolling import tell_copied
from identity.actions.proving import Checked, FactorTools, Purpose, check_passkey, new_challenge
from identity.actions.sign_in import LastSignIn, SignedIn
from identity.domain.attempts import Method, Outcome, Visit
from identity.domain.factors import ProofOutcome
from identity.domain.people import Person
from identity.store import credentials, persons, sign_ins
from identity.store.sign_ins import Welcome
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Unauthenticated
from servicekit.pseudonyms import person_target


@dataclass(frozen=True, slots=True)
class PasskeySignedIn(SignedIn):
    amr: tuple[str, ...] = ()


def start_passkey_sign_in(
    *,
    db: Database,
    tools: FactorTools,
    context: Context,
    real_now: datetime,
    bound_to: str,
) -> dict[str, str]:
    """Whatever login was typed, it is asked for any passkey of this site: a list of those that a
    login has would tell who bears it, and when he enrols another one."""
    with db.write(context, tenant=EVERYONE) as tx:
        challenge = new_challenge(
            tx, purpose=Purpose.SIGN_IN, bound_to=bound_to, person_id=None, real_now=real_now
        )
    options = tools.passkeys.authentication_options(
        challenge=challenge, allowed=(), verify_user=True
    )
    return {"options": options}


def passkey_sign_in(
    *,
    db: Database,
    tools: FactorTools,
    context: Context,
    now: datetime,
    real_now: datetime,
    passkey: str,
    bound_to: str,
    visit: Visit,
) -> PasskeySignedIn:
    """The passkey says who signs in, whatever login was typed before."""
    answer = None
    with db.write(context, tenant=EVERYONE) as tx:
        checked = check_passkey(
            tx,
            passkeys=tools.passkeys,
            now=now,
            real_now=real_now,
            purpose=Purpose.SIGN_IN,
            answer=passkey,
            bound_to=bound_to,
            person_id=None,
        )
        person = _bearer(tx, checked)
        welcome = _welcome(tx, person)
        outcome = _outcome(checked, person, welcome)
        _remember(tx, person=person, outcome=outcome, visit=visit, now=now)
        if person is not None:
            _record(tx, person=person, outcome=outcome, now=now)
            tell_copied(tx, sealer=tools.sealer, checked=checked, now=now)
            if welcome is not None and outcome is Outcome.ACCEPTED:
                answer = _signed_in(person, welcome, amr=checked.amr)
    # Only now: raising inside would give the challenge back.
    if answer is None:
        raise Unauthenticated("sign-in-refused")
    return answer


def _bearer(tx: Tx, checked: Checked) -> Person | None:
    if checked.passkey is None:
        return None
    return persons.get_person(tx, person_id=checked.passkey.person_id)


def _welcome(tx: Tx, person: Person | None) -> Welcome | None:
    if person is None:
        return None
    credential = credentials.get_portal_credential(tx, person_id=person.person_id)
    return sign_ins.find_welcome(
        tx, credential_id=credential.credential_id, domain=None, most_tenants=MOST_CHAINS
    )


def _outcome(
    checked: Checked, person: Person | None, welcome: Welcome | None
) -> Outcome | ProofOutcome:
    if person is None or welcome is None:
        return Outcome.UNKNOWN
    if checked.outcome is not ProofOutcome.ACCEPTED:
        return checked.outcome
    if not person.enabled:
        return Outcome.DISABLED
    # Whoever said "it was not me" first sets a new password, from his mailbox.
    return Outcome.NO_PASSWORD if welcome.hash is None else Outcome.ACCEPTED


def _signed_in(person: Person, welcome: Welcome, *, amr: tuple[str, ...]) -> PasskeySignedIn:
    """Both factors are proved. No password was used, so none has to be changed first."""
    last = None
    if welcome.show_last_sign_in and welcome.last_at is not None:
        last = LastSignIn(welcome.last_at, welcome.last_address, welcome.last_device)
    return PasskeySignedIn(
        person_id=person.person_id,
        login=person.login,
        language=person.language,
        tenant=None,
        iam_user_id=None,
        factors=welcome.factors,
        password_expires_at=welcome.password_expires_at,
        idle_minutes=welcome.idle_minutes,
        last_sign_in=last,
        notice=welcome.notice,
        amr=amr,
    )


def _remember(
    tx: Tx, *, person: Person | None, outcome: Outcome | ProofOutcome, visit: Visit, now: datetime
) -> None:
    sign_ins.add_sign_in(
        tx,
        at=now,
        method=Method.PORTAL,
        outcome=outcome,
        person_id=None if person is None else person.person_id,
        iam_user_id=None,
        visit=visit,
    )


def _record(tx: Tx, *, person: Person, outcome: Outcome | ProofOutcome, now: datetime) -> None:
    accepted = outcome is Outcome.ACCEPTED
    action = "portal:sign-in:" + ("accepted" if accepted else "refused")
    details = {"method": "portal", "by": "passkey", "reason": outcome.value}
    for chain in chains_of(tx, person_id=person.person_id, tenant=None):
        target = person_target(person.person_id)
        tx.record(action, target=target, details=details, tenant=chain, at=now)
