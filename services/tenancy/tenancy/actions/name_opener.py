"""Sales name the user of an organisation who opens contracts for it alone, or nobody any more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.tenancy import OnlineOpeningActivated, OnlineOpeningWithdrawn
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict
from servicekit.pseudonyms import organisation_target, person_target
from tenancy.domain.online_opening import OnlineOpening
from tenancy.domain.organisations import Organisation
from tenancy.store import online_openings, organisations


def activate_online_opening(
    *,
    db: Database,
    context: Context,
    now: datetime,
    organisation_id: UUID,
    person_id: UUID,
    daily_limit: int,
) -> OnlineOpening:
    """Whoever was named before is so no longer, and is told."""
    option = OnlineOpening(organisation_id, person_id, daily_limit, now)
    with db.write(context, tenant=EVERYONE) as tx:
        organisation = organisations.get_organisation_to_change(tx, organisation_id=organisation_id)
        check_user(tx, organisation_id=organisation_id, person_id=person_id)
        before = online_openings.find_online_opening(tx, organisation_id=organisation_id)
        if before is not None and before.person_id != person_id:
            _tell_withdrawn(tx, organisation=organisation, person_id=before.person_id, now=now)
        online_openings.change_online_opening(tx, option=option, by=context.caller.subject)
        tx.record(
            "organisations:online-opening:activated",
            target=organisation_target(organisation_id),
            details={"person": person_target(person_id), "daily_limit": daily_limit},
            at=now,
        )
        tx.emit(
            OnlineOpeningActivated,
            at=now,
            organisation_id=organisation_id,
            organisation_name=organisation.name,
            person_id=person_id,
            daily_limit=daily_limit,
            activated_at=now,
        )
        return tx.answer(option)


def withdraw_online_opening(
    *, db: Database, context: Context, now: datetime, organisation_id: UUID
) -> dict[str, str]:
    """What he has opened stays. Nobody named: nothing happens."""
    with db.write(context, tenant=EVERYONE) as tx:
        organisation = organisations.get_organisation_to_change(tx, organisation_id=organisation_id)
        before = online_openings.find_online_opening(tx, organisation_id=organisation_id)
        if before is not None:
            online_openings.remove_online_opening(tx, organisation_id=organisation_id)
            _tell_withdrawn(tx, organisation=organisation, person_id=before.person_id, now=now)
        return tx.answer({})


def check_user(tx: Tx, *, organisation_id: UUID, person_id: UUID) -> None:
    """What an organisation may do by itself is given to one of its own."""
    if not organisations.has_user(tx, organisation_id=organisation_id, person_id=person_id):
        raise Conflict("person-not-of-organisation", {"fields": {"person_id": ["invalid"]}})


def _tell_withdrawn(tx: Tx, *, organisation: Organisation, person_id: UUID, now: datetime) -> None:
    tx.record(
        "organisations:online-opening:withdrawn",
        target=organisation_target(organisation.organisation_id),
        details={"person": person_target(person_id)},
        at=now,
    )
    tx.emit(
        OnlineOpeningWithdrawn,
        at=now,
        organisation_id=organisation.organisation_id,
        organisation_name=organisation.name,
        person_id=person_id,
        withdrawn_at=now,
    )
