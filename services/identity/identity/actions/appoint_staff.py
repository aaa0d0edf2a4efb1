"""The operator gives a person staff roles; a person not yet known is welcomed by mail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from contracts.codes import StaffRole
from contracts.identity import StaffAnnounced, StaffAppointed
from identity.actions.callers import name_of_caller, person_id_of_caller
from identity.actions.registering import register, welcome
from identity.clients.sealing import Sealer
from identity.domain.people import NewPerson, Person, StaffMember
from identity.domain.staff import check_not_own
from identity.store import staff
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.pseudonyms import person_target


def appoint_staff(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    new: NewPerson,
    roles: Collection[StaffRole],
) -> StaffMember:
    """Roles are added to those held. Appointing again what he is already changes nothing."""
    with db.write(context, tenant=EVERYONE) as tx:
        person, newly = register(tx, new=new, now=now)
        check_not_own(actor=person_id_of_caller(context), person_id=person.person_id)
        by = context.caller.subject
        added = staff.add_roles(tx, person_id=person.person_id, roles=roles, at=now, by=by)
        held = staff.list_roles(tx, person_id=person.person_id)
        if newly:
            welcome(tx, sealer=sealer, person=person, tenant=None, now=now)
        if added:
            tx.emit(StaffAppointed, at=now, person_id=person.person_id, roles=held)
            announce_staff(tx, context=context, person=person, roles=held, now=now)
            tx.record(
                "staff:roles:appointed",
                target=person_target(person.person_id),
                details={"roles": [role.value for role in held]},
                at=now,
            )
        return tx.answer(
            StaffMember(
                person_id=person.person_id,
                login=person.login,
                email=person.email,
                given_name=person.given_name,
                family_name=person.family_name,
                roles=held,
            )
        )


def announce_staff(
    tx: Tx, *, context: Context, person: Person, roles: Collection[StaffRole], now: datetime
) -> None:
    """A mail to each operator: one whose session is stolen appoints nobody unseen."""
    appointed_by_name = name_of_caller(tx, context=context)
    for operator in staff.list_operators_to_tell(tx):
        if operator != person.person_id:
            tx.emit(
                StaffAnnounced,
                at=now,
                person_id=operator,
                login=person.login,
                roles=sorted(roles),
                appointed_by_name=appointed_by_name,
                appointed_at=now,
            )
