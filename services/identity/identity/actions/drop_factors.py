"""Lost second factors: all of a person's are removed, by whoever may decide for him."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import FactorChange, FactorsReset, LinkPurpose
from identity.actions.callers import person_id_of_caller
from identity.actions.chains import chains_of
from identity.actions.enrolling import tell_changed
from identity.clients.sealing import Sealer
from identity.domain.factors import check_resettable
from identity.domain.links import LIFETIMES
from identity.domain.roles import check_not_oneself
from identity.store import factor_guards, factors, staff, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict, Invalid
from servicekit.pseudonyms import person_target


def reset_second_factors(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    person_id: UUID,
) -> dict[str, str]:
    """By a manager of the tenant's users, with a reason, for a person of this tenant alone."""
    if context.reason is None:
        raise Invalid("reason-required", {"fields": {"reason": ["required"]}})
    check_not_oneself(caller=person_id_of_caller(context), person_id=person_id)
    with db.write(context, tenant=EVERYONE) as tx:  # whether he belongs to others too is asked
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        check_resettable(
            accepted=user.accepted,
            elsewhere=factors.is_user_elsewhere(tx, person_id=person_id, tenant=tenant),
            is_staff=bool(staff.list_roles(tx, person_id=person_id)),
        )
        if not drop_factors(tx, sealer=sealer, person_id=person_id, now=now):
            raise Conflict("no-second-factor")
        return tx.answer({})


def drop_factors(tx: Tx, *, sealer: Sealer, person_id: UUID, now: datetime) -> bool:
    """Every factor, its lock and its codes; all his sessions end, a mail tells him at once, and
    where a rule demands a factor his next sign-in enrols one. False where there was none.

    Who may is for the caller to decide. Stands in the trail of each of his tenants.
    """
    factor_guards.find_guard(tx, person_id=person_id)
    if not factors.remove_factors(tx, person_id=person_id):
        return False
    factor_guards.remove_guard(tx, person_id=person_id)
    tell_changed(
        tx,
        sealer=sealer,
        person_id=person_id,
        change=FactorChange.FACTORS_RESET,
        name=None,
        now=now,
    )
    tx.emit(FactorsReset, at=now, person_id=person_id, reset_at=now)
    return True


def drop_recent_factors(tx: Tx, *, person_id: UUID, now: datetime) -> None:
    """He says that somebody else was in: what was enrolled since such a link may be on its way to
    him is perhaps not his. Older factors stay, and those enrolled with the help of one: his mailbox
    alone must not strip him of them."""
    factor_guards.find_guard(tx, person_id=person_id)
    since = now - LIFETIMES[LinkPurpose.NOT_ME]
    if factors.remove_recent_factors(tx, person_id=person_id, since=since):
        for chain in chains_of(tx, person_id=person_id, tenant=None):
            target = person_target(person_id)
            tx.record("portal:factors:disowned", target=target, tenant=chain, at=now)
