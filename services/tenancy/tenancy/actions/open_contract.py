"""A customer opens a contract by himself: the user whom sales named, or a second login."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.tenancy import ContractAct, OnlineContractOpened
from servicekit.calendar import day_of
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound
from tenancy.actions.callers import person_of
from tenancy.actions.open_tenant import begin_contract, tell_opened
from tenancy.domain.contracts import Contract, Opening
from tenancy.domain.online_opening import OwnOpening, check_may_open
from tenancy.domain.organisations import Organisation
from tenancy.store import codes, online_openings


def list_own_openings(
    *, db: Database, context: Context, now: datetime
) -> dict[str, list[OwnOpening]]:
    """One line for each organisation, by what leaves the most."""
    with db.read(tenant=EVERYONE, context=context) as tx:
        found = _own_openings(tx, now=now)
    best: dict[UUID, OwnOpening] = {}
    for opening in found:
        known = best.setdefault(opening.organisation_id, opening)
        best[opening.organisation_id] = max(known, opening, key=lambda one: one.left_today)
    return {"items": list(best.values())}


def open_contract(
    *,
    db: Database,
    context: Context,
    now: datetime,
    region: str,
    organisation_id: UUID,
    opening: Opening,
) -> Contract:
    """NotFound("organisation-unknown") to who may not, whether it exists or not."""
    with db.write(context, tenant=EVERYONE) as tx:
        person_id = person_of(context)
        online_openings.lock_grounds(tx, organisation_id=organisation_id, person_id=person_id)
        ground = _ground(tx, organisation_id=organisation_id, now=now)
        check_may_open(ground, now=now)
        contract = opening.contract(
            tenant=codes.add_code(tx),
            organisation=Organisation(organisation_id, ground.name),
            region=region,
            opened_at=now,
        )
        begin_contract(tx, contract=contract, act=ContractAct.OPEN)
        tell_opened(tx, contract=contract, opening=opening)
        _count(tx, contract=contract, ground=ground, person_id=person_id)
        return tx.answer(contract)


def _own_openings(tx: Tx, *, now: datetime) -> list[OwnOpening]:
    assert tx.context is not None, "who asks what is his is somebody"
    return online_openings.list_own_openings(
        tx,
        person_id=person_of(tx.context),
        tenants=sorted(tx.context.caller.tenants),
        today=day_of(now),
    )


def _ground(tx: Tx, *, organisation_id: UUID, now: datetime) -> OwnOpening:
    """The one by which he may open the most."""
    own = [one for one in _own_openings(tx, now=now) if one.organisation_id == organisation_id]
    if not own:
        raise NotFound("organisation-unknown")
    return max(own, key=lambda one: one.left_today)


def _count(tx: Tx, *, contract: Contract, ground: OwnOpening, person_id: UUID) -> None:
    opened_on = day_of(contract.opened_at)
    online_openings.add_opened(
        tx,
        tenant=contract.tenant,
        organisation_id=ground.organisation_id,
        person_id=person_id,
        opened_on=opened_on,
    )
    tx.record(
        "contract:tenant:opened-online",
        target=contract.tenant,
        tenant=contract.tenant,
        details={"ground": ground.ground},
        at=contract.opened_at,
    )
    tx.emit(
        OnlineContractOpened,
        at=contract.opened_at,
        tenant=contract.tenant,
        name=contract.name,
        organisation_name=ground.name,
        person_id=person_id,
        ground=ground.ground,
        opened_on=opened_on,
    )
