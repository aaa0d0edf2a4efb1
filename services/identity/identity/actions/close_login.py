"""Staff close a portal login, or open one that staff had closed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import PersonDisabled, PersonEnabled
from identity.actions.callers import person_of
from identity.actions.chains import chains_of
from identity.actions.end_impersonation import end_impersonations_of
from identity.actions.second_logins import close_with_first
from identity.domain.person_files import PersonRow
from identity.domain.staff import check_may_act_on, check_operator_remains
from identity.store import person_files, staff
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict
from servicekit.pseudonyms import person_target

BY_STAFF = "staff"
MISUSED = "misused"


def disable_person(
    *, db: Database, context: Context, now: datetime, person_id: UUID, misused: bool = False
) -> PersonRow:
    """Closed already: nothing happens. ``misused``: one of staff alone does not open it again."""
    why = MISUSED if misused else BY_STAFF
    with db.write(context, tenant=EVERYONE) as tx:
        staff.lock_operators(tx)
        row = row_to_change(tx, context=context, person_id=person_id)
        check_operator_remains(operators=staff.list_operators(tx), person_id=person_id, after=())
        if row.enabled:
            person_files.change_enabled(tx, person_id=person_id, enabled=False, at=now, why=why)
            record(tx, "portal:login:disabled", person_id=person_id, now=now, misused=misused)
            end_impersonations_of(tx, person_id=person_id, now=now)
            tx.emit(PersonDisabled, at=now, person_id=person_id, disabled_at=now)
            close_with_first(tx, first_person_id=person_id, now=now)
        return tx.answer(person_files.get_row(tx, person_id=person_id))


def enable_person(*, db: Database, context: Context, now: datetime, person_id: UUID) -> PersonRow:
    """Conflict("recovery-needed") where somebody else is said to have used it."""
    with db.write(context, tenant=EVERYONE) as tx:
        row = row_to_change(tx, context=context, person_id=person_id)
        if not row.enabled and row.disabled_why != BY_STAFF:
            raise Conflict("recovery-needed")
        if not row.enabled:
            open_login(tx, person_id=person_id, now=now)
        return tx.answer(person_files.get_row(tx, person_id=person_id))


def open_login(tx: Tx, *, person_id: UUID, now: datetime) -> None:
    person_files.change_enabled(tx, person_id=person_id, enabled=True, at=None, why=None)
    record(tx, "portal:login:enabled", person_id=person_id, now=now)
    tx.emit(PersonEnabled, at=now, person_id=person_id, enabled_at=now)


def record(tx: Tx, action: str, *, person_id: UUID, now: datetime, **details: object) -> None:
    """In the installation's own trail, and in those of the contracts he has accepted."""
    for chain in {None, *chains_of(tx, person_id=person_id, tenant=None)}:
        tx.record(action, target=person_target(person_id), details=details, tenant=chain, at=now)


def row_to_change(tx: Tx, *, context: Context, person_id: UUID) -> PersonRow:
    actor = person_of(context)
    row = person_files.get_row_to_change(tx, person_id=person_id)
    check_may_act_on(
        actor=actor,
        held=staff.list_roles_to_rely_on(tx, person_id=actor),
        person_id=person_id,
        of=staff.list_roles(tx, person_id=person_id),
    )
    if row.erased_at is not None:
        raise Conflict("person-erased")
    return row
