"""Mon compte: what second factors one has, and what one does with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.identity import FactorChange
from identity.actions.callers import person_of
from identity.actions.enrolling import add_codes, lock_factors, tell_changed
from identity.actions.proving import FactorTools
from identity.clients.sealing import Sealer
from identity.domain.factors import Factors, check_removable
from identity.store import factors
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict, NotFound


def get_factors(*, db: Database, context: Context) -> Factors:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return factors.get_factors(tx, person_id=person_of(context))


def remove_totp(*, db: Database, sealer: Sealer, context: Context, now: datetime) -> Factors:
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        lock_factors(tx, context=context, person_id=person_id, first_only=False)
        known = factors.get_factors(tx, person_id=person_id)
        if known.totp is None:
            raise NotFound("totp-unknown")
        check_removable(known)
        factors.remove_totp(tx, person_id=person_id)
        return _removed(
            tx,
            sealer=sealer,
            person_id=person_id,
            change=FactorChange.TOTP_REMOVED,
            name=None,
            now=now,
        )


def rename_passkey(
    *, db: Database, sealer: Sealer, context: Context, now: datetime, passkey_id: UUID, name: str
) -> Factors:
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        lock_factors(tx, context=context, person_id=person_id, first_only=False)
        if not factors.change_passkey_name(
            tx, person_id=person_id, passkey_id=passkey_id, name=name
        ):
            raise NotFound("passkey-unknown")
        tell_changed(
            tx,
            sealer=sealer,
            person_id=person_id,
            change=FactorChange.PASSKEY_RENAMED,
            name=name,
            now=now,
        )
        return tx.answer(factors.get_factors(tx, person_id=person_id))


def remove_passkey(
    *, db: Database, sealer: Sealer, context: Context, now: datetime, passkey_id: UUID
) -> Factors:
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        lock_factors(tx, context=context, person_id=person_id, first_only=False)
        known = factors.get_factors(tx, person_id=person_id)
        gone = next((one for one in known.passkeys if one.passkey_id == passkey_id), None)
        if gone is None:
            raise NotFound("passkey-unknown")
        check_removable(known, suspended=gone.suspended_at is not None)
        factors.remove_passkey(tx, person_id=person_id, passkey_id=passkey_id)
        return _removed(
            tx,
            sealer=sealer,
            person_id=person_id,
            change=FactorChange.PASSKEY_REMOVED,
            name=gone.name,
            now=now,
        )


def renew_recovery_codes(
    *, db: Database, tools: FactorTools, context: Context, now: datetime
) -> dict[str, tuple[str, ...]]:
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        if not lock_factors(tx, context=context, person_id=person_id, first_only=False):
            raise Conflict("no-second-factor")
        codes = add_codes(tx, keys=tools.keys, person_id=person_id, now=now)
        tell_changed(
            tx,
            sealer=tools.sealer,
            person_id=person_id,
            change=FactorChange.RECOVERY_CODES_RENEWED,
            name=None,
            now=now,
        )
    return {"recovery_codes": codes}


def _removed(
    tx: Tx,
    *,
    sealer: Sealer,
    person_id: UUID,
    change: FactorChange,
    name: str | None,
    now: datetime,
) -> Factors:
    """Recovery codes stand for a factor: with the last one they end."""
    left = factors.get_factors(tx, person_id=person_id)
    if not left.count:
        factors.remove_recovery_codes(tx, person_id=person_id)
        left = replace(left, recovery_codes_left=0)
    tell_changed(tx, sealer=sealer, person_id=person_id, change=change, name=name, now=now)
    return tx.answer(left)
