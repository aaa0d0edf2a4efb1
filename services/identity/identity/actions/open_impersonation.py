"""The one of staff whom a grant names begins to look. The gateway asks, and shows what it says."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import ImpersonationStarted, ImpersonationState
from identity.actions.telling_of_impersonation import record_impersonation, tell
from identity.domain.impersonation import Grant, Opened, check_may_be_seen
from identity.store import impersonation_grants, persons, staff, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict, Forbidden, NotFound


def open_impersonation(
    *, db: Database, context: Context, now: datetime, grant_id: UUID, operator_id: UUID
) -> Opened:
    """Somebody else's grant is as unknown as one that never was. The first look is told to whoever
    is concerned; each one stands in the trail."""
    with db.write(context, tenant=EVERYONE) as tx:
        row = impersonation_grants.get_row_to_change(tx, grant_id=grant_id)
        if row.operator_id != operator_id:
            raise NotFound("impersonation-unknown")
        grant = impersonation_grants.get_grant(tx, grant_id=grant_id)
        ends_at = _open_until(tx, grant=grant, now=now)
        record_impersonation(tx, "begun", grant=grant, now=now)
        if impersonation_grants.change_to_begun(tx, grant_id=grant_id, at=now):
            tell(tx, event=ImpersonationStarted, grant=grant, now=now)
        return tx.answer(
            Opened(
                grant_id=grant_id,
                tenant=TenantCode(grant.tenant),
                person_id=grant.as_person_id,
                ends_at=ends_at,
                seconds=int((ends_at - now).total_seconds()),
            )
        )


def _open_until(tx: Tx, *, grant: Grant, now: datetime) -> datetime:
    """Raises Conflict("impersonation-not-open") also where what it rests on is gone."""
    state = grant.state_at(now)
    if state is not ImpersonationState.ACTIVE or grant.ends_at is None:
        raise Conflict("impersonation-not-open", {"state": state.value})
    user = users.find_user(tx, tenant=grant.tenant, person_id=grant.as_person_id)
    seen = persons.get_person(tx, person_id=grant.as_person_id)
    keeper = staff.is_keeper_to_rely_on(tx, person_id=grant.operator_id)
    ended = Conflict("impersonation-not-open", {"state": ImpersonationState.ENDED.value})
    if user is None or not seen.enabled or not keeper:
        raise ended
    try:
        check_may_be_seen(user, operator_id=grant.operator_id)
    except (Conflict, Forbidden):
        raise ended from None
    return grant.ends_at
