"""The operator changes what somebody of staff may do, or dismisses him."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from contracts.codes import StaffRole
from contracts.identity import StaffMember as ShownMember
from contracts.identity import StaffRolesChanged
from identity.actions.appoint_staff import announce_staff
from identity.actions.callers import person_id_of_caller
from identity.actions.end_impersonation import end_impersonations_of
from identity.domain.people import StaffMember
from identity.domain.staff import KEEPERS, check_not_own, check_operator_remains
from identity.store import persons, staff
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.editions import demand_edition
from servicekit.errors import NotFound
from servicekit.pseudonyms import person_target


def get_staff_member(*, db: Database, context: Context, person_id: UUID) -> StaffMember:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return member_of_staff(tx, person_id=person_id)


def change_staff_roles(
    *,
    db: Database,
    context: Context,
    now: datetime,
    person_id: UUID,
    roles: Collection[StaffRole],
    edition: str | None = None,
) -> StaffMember:
    """The same roles again change nothing and tell nobody."""
    with db.write(context, tenant=EVERYONE) as tx:
        if edition is not None:
            staff.lock_operators(tx)
            persons.get_person_to_change(tx, person_id=person_id)
            present = member_of_staff(tx, person_id=person_id)
            demand_edition(edition, shown_as=ShownMember, present=present)
        _change(tx, context=context, now=now, person_id=person_id, after=roles)
        return tx.answer(member_of_staff(tx, person_id=person_id))


def dismiss_staff(
    *, db: Database, context: Context, now: datetime, person_id: UUID
) -> dict[str, str]:
    with db.write(context, tenant=EVERYONE) as tx:
        _change(tx, context=context, now=now, person_id=person_id, after=())
        return tx.answer({})


def member_of_staff(tx: Tx, *, person_id: UUID) -> StaffMember:
    person = persons.find_person(tx, person_id=person_id)
    held = staff.list_roles(tx, person_id=person_id)
    if person is None or not held:
        raise NotFound("staff-member-unknown")
    return StaffMember(
        person_id=person_id,
        login=person.login,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        roles=held,
    )


def _change(
    tx: Tx, *, context: Context, now: datetime, person_id: UUID, after: Collection[StaffRole]
) -> None:
    actor = person_id_of_caller(context)
    check_not_own(actor=actor, person_id=person_id)
    staff.lock_operators(tx)
    before = set(member_of_staff(tx, person_id=person_id).roles)
    check_operator_remains(operators=staff.list_operators(tx), person_id=person_id, after=after)
    if before == set(after):
        return
    staff.remove_roles(tx, person_id=person_id, roles=before - set(after))
    added = set(after) - before
    staff.add_roles(tx, person_id=person_id, roles=added, at=now, by=context.caller.subject)
    tx.record(
        "staff:roles:changed" if after else "staff:member:dismissed",
        target=person_target(person_id),
        details={"from": sorted(before), "to": sorted(set(after))},
        at=now,
    )
    if not KEEPERS & set(after):
        end_impersonations_of(tx, person_id=person_id, now=now, seen=False, given=False)
    roles = sorted(set(after))
    tx.emit(StaffRolesChanged, at=now, person_id=person_id, roles=roles, changed_at=now)
    if added:
        person = persons.get_person(tx, person_id=person_id)
        announce_staff(tx, context=context, person=person, roles=roles, now=now)
