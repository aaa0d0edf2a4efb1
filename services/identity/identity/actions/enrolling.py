"""What every enrolment of a second factor has in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.identity import FactorChange, FactorsChanged, LinkPurpose, NotMe
from identity.actions.chains import chains_of
from identity.actions.not_me_links import NotMeLink, issue_not_me_link
from identity.actions.proving import Checked, FactorTools
from identity.clients.factor_keys import FactorKeys
from identity.clients.sealing import Sealer
from identity.domain.factors import Factors, ProofOutcome
from identity.domain.links import LIFETIMES
from identity.store import credentials, factor_guards, factors
from servicekit.context import Context
from servicekit.db import Tx
from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.freshness import TWO_FACTORS, demand_two_factors
from servicekit.pseudonyms import person_target


@dataclass(frozen=True, slots=True)
class Enrolled:
    """``recovery_codes``: in the clear for this once; none where the person has some already.
    ``amr``: what the enrolment itself has proved (RFC 8176)."""

    factors: Factors
    recovery_codes: tuple[str, ...] = field(repr=False)
    amr: tuple[str, ...]


def lock_factors(tx: Tx, *, context: Context, person_id: UUID, first_only: bool) -> bool:
    """One change of a person's factors after the other: the first of two brings the codes.
    Whether there is a factor.

    ``first_only``: for who has proved a password and nothing more. It opens no enrolment beside
    a factor that there is; and in one's account a password alone touches none.
    """
    if factor_guards.find_guard(tx, person_id=person_id) is None:
        raise NotFound("person-unknown")
    enrolled = factors.has_factor(tx, person_id=person_id)
    if first_only and enrolled:
        raise Conflict("factor-enrolled")
    if enrolled:
        demand_two_factors(context.caller)
    return enrolled


def is_vouched_for(
    tx: Tx, *, context: Context, person_id: UUID, first_only: bool, now: datetime
) -> bool:
    """Whether the one who enrols has proved a factor that is the person's beyond doubt. One that a
    password alone enrolled vouches for none, for as long as somebody may say that it was not he.
    Asked before the new one is there."""
    if first_only or TWO_FACTORS not in context.caller.factors:
        return False
    since = now - LIFETIMES[LinkPurpose.NOT_ME]
    return factors.has_trusted_factor(tx, person_id=person_id, since=since)


def settle_enrolment(
    tx: Tx,
    *,
    tools: FactorTools,
    person_id: UUID,
    change: FactorChange,
    name: str | None,
    amr: tuple[str, ...],
    now: datetime,
    first: bool,
) -> Enrolled:
    """With the first factor come the recovery codes."""
    codes: tuple[str, ...] = ()
    if not factors.get_codes_left(tx, person_id=person_id):
        codes = add_codes(tx, keys=tools.keys, person_id=person_id, now=now)
    tell_changed(
        tx,
        sealer=tools.sealer,
        person_id=person_id,
        change=change,
        name=name,
        now=now,
        first=first,
    )
    return Enrolled(factors.get_factors(tx, person_id=person_id), codes, amr)


def add_codes(tx: Tx, *, keys: FactorKeys, person_id: UUID, now: datetime) -> tuple[str, ...]:
    """Ten; whatever codes there were have ended."""
    codes = keys.fresh_recovery_codes()
    hashes = [keys.hash_of_code(person_id=person_id, typed=code) for code in codes]
    factors.change_recovery_codes(tx, person_id=person_id, hashes=hashes, at=now)
    return tuple(codes)


def tell_changed(
    tx: Tx,
    *,
    sealer: Sealer,
    person_id: UUID,
    change: FactorChange,
    name: str | None,
    now: datetime,
    first: bool = False,
) -> NotMeLink:
    """``name``: a passkey's. It stands in the mail, not in the trail: people put names into it.
    Returns the "it was not me" link of that mail."""
    subject, done = change.value.rsplit("_", 1)
    for chain in chains_of(tx, person_id=person_id, tenant=None):
        tx.record(
            f"portal:{subject.replace('_', '-')}:{done}",
            target=person_target(person_id),
            tenant=chain,
            at=now,
        )
    link = not_me_link(tx, sealer=sealer, person_id=person_id, now=now)
    tx.emit(
        FactorsChanged,
        at=now,
        person_id=person_id,
        change=change,
        name=name,
        changed_at=now,
        not_me_link=link.sealed_link,
        email=link.email,
        first=first,
    )
    return link


def tell_copied(tx: Tx, *, sealer: Sealer, checked: Checked, now: datetime) -> NotMeLink | None:
    """Its owner learns that a passkey of his was suspended. The link of the mail, or None where
    none was."""
    if checked.outcome is not ProofOutcome.COPIED or checked.passkey is None:
        return None
    return tell_changed(
        tx,
        sealer=sealer,
        person_id=checked.passkey.person_id,
        change=FactorChange.PASSKEY_SUSPENDED,
        name=checked.passkey.name,
        now=now,
    )


def not_me_link(tx: Tx, *, sealer: Sealer, person_id: UUID, now: datetime) -> NotMeLink:
    """By it the portal password is worth nothing any more, and neither are the factors of
    the last days. Asked for last: it locks the credential, after whatever of the factors."""
    credential = credentials.get_portal_credential(tx, person_id=person_id)
    return issue_not_me_link(
        tx,
        sealer=sealer,
        credential_id=credential.credential_id,
        person_id=person_id,
        about=NotMe.FACTOR,
        now=now,
    )


def refuse_answer(field: str) -> Invalid:
    code = f"{field}-refused"
    return Invalid(code, {"fields": {field: [code]}})
